"""Reminders: who gets which, when, once; and none of a time or an answer that no longer holds."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, select

from supportgroup import pulse
from supportgroup.accounts.models import ReminderTime
from supportgroup.db import db, transaction
from supportgroup.groups import service as groups
from supportgroup.groups.models import GroupState
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import service
from supportgroup.meetings.models import Answer
from supportgroup.meetings.service import Plan
from supportgroup.ticks import TICKS
from tests.post import deliver_due, text_of

BOTH = pytest.mark.both_engines  # one statement plans them all

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
TONIGHT = datetime(2027, 5, 12, 20, 0)  # eight hours after noon in Paris


def plan_reminders():
    """Run the tick, as the workers do every minute."""
    next(tick for tick in TICKS if tick.name == "owe-meeting-reminders").run()


def owed(member, **columns):
    """What this member's reminders are: minutes before and when they are due, on the clock of Paris."""
    found = db.session.scalars(
        select(Letter)
        .where(Letter.kind == "meeting-reminder", Letter.recipient_id == member.account_id)
        .where(Letter.state == LetterState.OWED)
        .order_by(Letter.due_at)
    )
    return [(int(one.key.rsplit(":", 1)[1]), one.due_at) for one in found]


def subjects(postbox, circle, member):
    return [letter["Subject"] for letter in postbox.to(circle.account(member).email)]


def run_until(frozen, end):
    """Let time pass: plan, deliver, and on to when the next letter is due, or for half a day."""
    while True:
        plan_reminders()
        deliver_due()
        now = datetime.now(UTC)
        if now >= end:
            return
        due = db.session.scalar(select(func.min(Letter.next_attempt_at)).where(Letter.state == LetterState.OWED))
        frozen.move_to(min(due or end, now + timedelta(hours=12), end))


@BOTH
def test_a_day_and_an_hour_before_and_each_once(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    run_until(frozen, meeting.ends_at)

    assert subjects(postbox, circle, circle.ben) == ["Blue: tomorrow 19:00", "Blue: in 60 minutes"]


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (Answer.GOING, ["Blue: tomorrow 19:00", "Blue: in 60 minutes"]),
        (Answer.MAYBE, ["Blue: tomorrow 19:00", "Blue: in 60 minutes"]),
        (Answer.NOT_GOING, []),
        (Answer.WAITING, []),
        (None, ["Blue: tomorrow 19:00"]),
    ],
)
def test_who_hears_when(circle, postbox, frozen, answer, heard):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    if answer is Answer.WAITING:
        circle.answer(circle.cleo, meeting)
    if answer:
        circle.answer(circle.ben, meeting, Answer.GOING if answer is Answer.WAITING else answer)
    run_until(frozen, meeting.starts_at)

    assert subjects(postbox, circle, circle.ben) == heard


def test_a_letter_says_nothing_of_place_link_agenda_or_people(circle, postbox, frozen):
    meeting = circle.meet(
        NEXT_WEEK, place="Mill Lane 3", video_url="https://video.example.org/room", about="We speak of Cleo's week"
    )
    circle.answer(circle.cleo, meeting)
    circle.answer(circle.ben, meeting)
    run_until(frozen, meeting.starts_at)

    for letter in postbox.to(circle.account(circle.ben).email):
        whole = letter.as_string() + text_of(letter)
        for secret in ("Mill", "video.example", "week", "Cleo", "Evening", circle.group.name, circle.group.slug):
            assert secret not in whole


def test_full_letters_say_group_and_title(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    with transaction():
        circle.account(circle.ben).full_letters = True
    run_until(frozen, meeting.starts_at)

    (letter,) = postbox.to(circle.account(circle.ben).email)
    assert letter["Subject"] == f"{circle.group.name}: tomorrow 19:00"
    assert "Evening circle: tomorrow 19:00" in text_of(letter)


@BOTH
def test_at_the_times_a_member_has_chosen(circle, postbox, frozen):
    with transaction():
        db.session.execute(delete(ReminderTime).where(ReminderTime.account_id == circle.ben.account_id))
        for minutes in (7 * 24 * 60, 15, 0):
            db.session.add(ReminderTime(account_id=circle.ben.account_id, minutes=minutes))
    meeting = circle.meet(NEXT_WEEK + timedelta(days=3))
    circle.answer(circle.ben, meeting)
    run_until(frozen, meeting.starts_at + timedelta(minutes=5))

    assert subjects(postbox, circle, circle.ben) == ["Blue: Saturday 22 May, 19:00", "Blue: in 15 minutes", "Blue: now"]


def test_an_answer_inside_the_day_owes_no_reminder_that_is_late_at_once(circle, postbox):
    meeting = circle.meet(TONIGHT)
    circle.answer(circle.ben, meeting)
    plan_reminders()

    assert deliver_due() == 0
    assert [minutes for minutes, _ in owed(circle.ben)] == [60]


def test_who_joins_inside_the_day_gets_no_reminder_that_is_late_at_once(circle, frozen):
    circle.meet(NEXT_WEEK)
    frozen.move_to(datetime(2027, 5, 19, 8, tzinfo=UTC))
    eva = circle.join("Eva", joined_at=datetime.now(UTC))
    plan_reminders()

    assert owed(eva) == []


def test_after_an_outage_only_the_latest_of_those_due_goes_in_the_words_of_that_moment(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    plan_reminders()
    frozen.move_to(meeting.starts_at - timedelta(minutes=20))  # nobody planned or sent for a week
    plan_reminders()
    deliver_due()
    plan_reminders()
    deliver_due()

    assert subjects(postbox, circle, circle.ben) == ["Blue: in 20 minutes"]
    assert subjects(postbox, circle, circle.cleo) == ["Blue: in 20 minutes"]


def test_after_an_outage_past_the_start_nothing_goes(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    plan_reminders()
    frozen.move_to(meeting.starts_at + timedelta(minutes=1))
    plan_reminders()

    assert deliver_due() == 0
    assert owed(circle.ben) == []


def test_a_reminder_time_added_late_owes_nothing_for_what_it_would_have_said_before(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(days=3))
    plan_reminders()
    with transaction():
        db.session.add(ReminderTime(account_id=circle.ben.account_id, minutes=7 * 24 * 60))
    plan_reminders()

    assert deliver_due() == 0


def test_not_coming_any_more_takes_the_reminder_back_and_coming_after_all_brings_it_again_once(circle, postbox, frozen):
    meeting = circle.meet(TONIGHT)
    circle.answer(circle.ben, meeting)
    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    plan_reminders()
    assert owed(circle.ben) == []

    circle.answer(circle.ben, meeting)
    plan_reminders()
    assert [minutes for minutes, _ in owed(circle.ben)] == [60]
    run_until(frozen, meeting.starts_at)
    assert subjects(postbox, circle, circle.ben) == ["Blue: in 60 minutes"]


@BOTH
def test_of_a_moved_meeting_the_old_reminder_is_never_sent_and_the_new_one_once(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=25))
    plan_reminders()
    with transaction():
        plan = Plan(title="Evening circle", wall=NEXT_WEEK + timedelta(days=1, hours=-1))
        service.change_meeting(by=circle.ada, meeting_id=meeting.id, plan=plan)
    run_until(frozen, meeting.ends_at)

    assert subjects(postbox, circle, circle.ben) == [
        "Blue: now Thursday 18:00",
        "Blue: tomorrow 18:00",
        "Blue: in 60 minutes",
    ]


def test_moved_while_a_sender_has_the_reminder_in_its_hand_it_is_not_sent(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=24))
    plan_reminders()
    claimed = select(Letter).where(Letter.recipient_id == circle.ben.account_id, Letter.kind == "meeting-reminder")
    with transaction():
        for letter in db.session.scalars(claimed):
            letter.state = LetterState.CLAIMED
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)

    db.session.expire_all()
    assert {letter.state for letter in db.session.scalars(claimed)} == {LetterState.DROPPED}
    deliver_due()
    assert subjects(postbox, circle, circle.ben) == ["Blue: cancelled, tomorrow 19:00"]


def test_who_leaves_hears_nothing_more_and_who_comes_back_and_answers_is_reminded(circle, postbox, frozen):
    meeting = circle.meet(TONIGHT)
    circle.answer(circle.ben, meeting)
    with transaction():
        groups.leave(circle.ben)
    plan_reminders()
    assert owed(circle.ben) == []

    with transaction():
        groups.come_back(circle.ben)
    circle.answer(circle.ben, meeting)
    assert [minutes for minutes, _ in owed(circle.ben)] == [60]


@BOTH
def test_a_host_is_reminded_like_who_comes(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK, host_id=circle.ben.id)
    run_until(frozen, meeting.starts_at)

    first, second = postbox.to(circle.account(circle.ben).email)
    assert "You host this one." in text_of(first)
    assert second["Subject"] == "Blue: in 60 minutes"


@BOTH
def test_a_group_that_rests_reminds_nobody(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=25))
    plan_reminders()
    with transaction():
        db.session.merge(circle.group).state = GroupState.RESTING
    run_until(frozen, meeting.starts_at)

    assert postbox == []


def test_in_quiet_hours_it_comes_when_they_begin(circle, frozen):
    with transaction():
        ben = circle.account(circle.ben)
        ben.quiet_from, ben.quiet_until = time(22), time(9)
    meeting = circle.meet(datetime(2027, 5, 19, 12, 0))
    with transaction():
        db.session.add(ReminderTime(account_id=circle.ben.account_id, minutes=4 * 60))
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=20))
    plan_reminders()

    assert (4 * 60, datetime(2027, 5, 18, 20, tzinfo=UTC)) in owed(circle.ben)  # ten in the evening in Paris


def test_two_planners_and_a_clock_that_goes_back_owe_nothing_twice(circle, frozen):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=20))
    for hours in (0, 2, -4, 0):
        frozen.shift(timedelta(hours=hours))
        plan_reminders()
        plan_reminders()

    letters = db.session.scalars(select(Letter.key).where(Letter.kind == "meeting-reminder")).all()
    assert len(letters) == len(set(letters)) == 4  # Ben two, Ada and Cleo one each


def test_planning_again_reads_once_and_writes_nothing(circle, frozen, statements):
    meeting = circle.meet(NEXT_WEEK)
    for name in ("Eva", "Finn", "Gus"):
        circle.answer(circle.join(name), meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=20))
    plan_reminders()
    assert pulse.last("owe-meeting-reminders")

    with statements() as said:
        plan_reminders()
    assert sum("FROM meetings" in one for one in said) == 1
    assert not any(one.startswith("INSERT INTO letters") for one in said)


@pytest.mark.parametrize(
    ("zone", "wall", "starts"),
    [
        ("Europe/Paris", datetime(2028, 3, 26, 2, 30), datetime(2028, 3, 26, 1, 30, tzinfo=UTC)),  # skipped: 3:30
        ("Europe/Paris", datetime(2027, 10, 31, 2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # twice: the first
        ("America/New_York", datetime(2028, 3, 12, 2, 30), datetime(2028, 3, 12, 7, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 11, 7, 1, 30), datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 10, 3, 2, 15), datetime(2027, 10, 2, 15, 45, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2028, 4, 2, 1, 45), datetime(2028, 4, 1, 14, 45, tzinfo=UTC)),
    ],
)
def test_at_an_hour_that_is_skipped_or_comes_twice_each_reminder_goes_once(circle, postbox, frozen, zone, wall, starts):
    with transaction():
        db.session.merge(circle.group).zone = zone
    frozen.move_to(starts - timedelta(days=3))
    meeting = circle.meet(wall)
    circle.answer(circle.ben, meeting)
    run_until(frozen, starts + timedelta(hours=3))

    assert meeting.starts_at == starts
    sent = [letter["Date"].datetime.astimezone(UTC) for letter in postbox.to(circle.account(circle.ben).email)]
    assert sent == [starts - timedelta(days=1), starts - timedelta(hours=1)]


def test_the_new_host_of_tonight_is_reminded(circle, postbox, frozen):
    meeting = circle.meet(TONIGHT)
    with transaction():
        service.set_host(by=circle.ada, meeting_id=meeting.id, host_id=circle.ben.id)
    assert [minutes for minutes, _ in owed(circle.ben)] == [60]
