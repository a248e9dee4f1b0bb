"""Meetings that repeat: filled ahead, at the same hour whatever the clocks do; no date comes back that was changed."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups.models import GroupState
from supportgroup.mail.models import Letter
from supportgroup.meetings import queries, series, service
from supportgroup.meetings.models import Answer, Meeting, MeetingState, Series
from supportgroup.meetings.service import Plan
from supportgroup.ticks import TICKS
from tests.meetings.test_reminders import run_until
from tests.post import deliver_due

TUESDAY = datetime(2027, 5, 18, 19, 0)
WEEKLY = "FREQ=WEEKLY;BYDAY=TU"


def begin(circle, rule=WEEKLY, wall=TUESDAY, **plan):
    with transaction():
        return series.create_series(group=circle.group, plan=Plan(title="Evening circle", wall=wall, **plan), rule=rule)


def fill():
    next(tick for tick in TICKS if tick.name == "fill-series").run()


def meetings(circle, state=MeetingState.PLANNED):
    found = select(Meeting).where(Meeting.group_id == circle.group.id).order_by(Meeting.starts_at)
    return [one for one in db.session.scalars(found).all() if state is None or one.state is state]


def walls(circle, **more):
    return [one.starts_at.astimezone(clock.zone(one.zone)).replace(tzinfo=None) for one in meetings(circle, **more)]


def change_following(circle, meeting, rule, wall, **plan):
    with transaction():
        return series.change_following(
            by=circle.ada,
            meeting_id=meeting.id,
            plan=Plan(**{"title": "Evening circle", "wall": wall, **plan}),
            rule=rule,
        )


def test_a_weekly_series_keeps_its_hour_over_every_change_of_the_clocks(circle, frozen):
    begin(circle)
    for _ in range(14):
        fill()
        frozen.shift(timedelta(days=30))
    found = walls(circle)

    assert len(found) > 60
    assert {(wall.weekday(), wall.time()) for wall in found} == {(1, time(19))}
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(found))
    assert {one.starts_at.hour for one in meetings(circle)} == {17, 18}  # summer and winter


def test_reminders_of_a_series_are_right_on_both_sides_of_a_change(circle, postbox, frozen):
    frozen.move_to(datetime(2027, 10, 20, 10, tzinfo=UTC))  # the clocks change on the night to Sunday the 31st
    begin(circle, wall=datetime(2027, 10, 26, 19, 0))
    for meeting in meetings(circle)[:2]:
        circle.answer(circle.ben, meeting)
    run_until(frozen, datetime(2027, 11, 2, 19, tzinfo=UTC))

    sent = [
        (letter["Subject"], letter["Date"].datetime.astimezone(UTC))
        for letter in postbox.to(circle.account(circle.ben).email)
    ]
    assert sent == [
        ("Blue: tomorrow 19:00", datetime(2027, 10, 25, 17, tzinfo=UTC)),
        ("Blue: in 60 minutes", datetime(2027, 10, 26, 16, tzinfo=UTC)),
        ("Blue: tomorrow 19:00", datetime(2027, 11, 1, 18, tzinfo=UTC)),
        ("Blue: in 60 minutes", datetime(2027, 11, 2, 17, tzinfo=UTC)),
    ]


def test_filling_again_and_by_two_at_once_adds_nothing(circle, frozen):
    made = begin(circle)
    before = walls(circle)
    assert before[-1] > TUESDAY + timedelta(days=100)
    with transaction():
        db.session.merge(made).filled_until = clock.now()
    fill()

    assert walls(circle) == before


def test_a_moved_and_a_cancelled_date_do_not_come_back(circle, frozen):
    made = begin(circle)
    first, second, *_ = meetings(circle)
    with transaction():
        plan = Plan(title="Evening circle", wall=datetime(2027, 5, 20, 18, 0))
        service.change_meeting(by=circle.ada, meeting_id=first.id, plan=plan)
        service.cancel_meeting(by=circle.ada, meeting_id=second.id)
    with transaction():
        db.session.merge(made).filled_until = clock.now()
    fill()

    assert walls(circle)[:2] == [datetime(2027, 5, 20, 18, 0), datetime(2027, 6, 1, 19, 0)]
    assert walls(circle, state=MeetingState.CANCELLED) == [datetime(2027, 5, 25, 19, 0)]


def test_a_series_ends_by_itself_after_its_last_day_or_number(circle, frozen):
    begin(circle, rule="FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    begin(circle, rule="FREQ=WEEKLY;BYDAY=TU;UNTIL=20270601", wall=TUESDAY.replace(hour=8))
    frozen.shift(timedelta(days=1))
    fill()

    assert [wall.day for wall in walls(circle) if wall.hour == 19] == [18, 25, 1]
    assert [wall.day for wall in walls(circle) if wall.hour == 8] == [18, 25, 1]


def test_a_group_that_rests_is_not_filled_and_goes_on_from_when_it_wakes(circle, frozen):
    begin(circle)
    with transaction():
        db.session.merge(circle.group).state = GroupState.RESTING
    frozen.shift(timedelta(days=200))
    fill()
    assert len(meetings(circle)) == 17

    with transaction():
        db.session.merge(circle.group).state = GroupState.ACTIVE
    fill()
    assert walls(circle)[17] >= datetime(2027, 5, 12) + timedelta(days=200)


def test_stopping_a_series_tells_everyone_once_and_keeps_what_was(circle, postbox, frozen, sign_in):
    made = begin(circle)
    frozen.move_to(datetime(2027, 5, 19, 10, tzinfo=UTC))
    answered = meetings(circle)[3]
    circle.answer(circle.ben, answered)
    ada = sign_in(circle.account(circle.ada))
    assert "Every Tuesday" in ada.get(circle.path("series")).text
    assert ada.post(circle.path("series", made.id, "stop")).status_code == 303
    deliver_due()

    assert walls(circle) == [TUESDAY]
    assert walls(circle, state=MeetingState.CANCELLED) == [datetime(2027, 5, 25, 19, 0), datetime(2027, 6, 8, 19, 0)]
    for member in (circle.ben, circle.cleo):
        (letter,) = postbox.to(circle.account(member).email)
        assert letter["Subject"] == "Blue: cancelled, Tuesday 19:00"
        assert "Nor do those that were to follow." in letter.get_body(("plain",)).get_content()
    assert ada.post(circle.path("series", made.id, "stop")).status_code == 409
    assert "No meetings repeat" in ada.get(circle.path("series")).text

    fill()
    assert walls(circle) == [TUESDAY]


def test_this_one_and_all_that_follow_move_to_another_hour_and_answers_stay(circle, postbox):
    begin(circle)
    _, second, third, *_ = meetings(circle)
    circle.answer(circle.ben, third)
    circle.answer(circle.cleo, second, Answer.NOT_GOING)
    new = change_following(circle, second, WEEKLY, datetime(2027, 5, 25, 18, 0))
    deliver_due()

    found = walls(circle)
    assert found[:3] == [TUESDAY, datetime(2027, 5, 25, 18, 0), datetime(2027, 6, 1, 18, 0)]
    assert len(found) == 17
    assert queries.rsvp(third.id, circle.ben.id).answer is Answer.GOING
    assert {one.series_id for one in meetings(circle)[1:]} == {new.id}
    for member in (circle.ben, circle.cleo):
        assert [letter["Subject"] for letter in postbox.to(circle.account(member).email)] == ["Blue: now 25 May 18:00"]


def test_all_that_follow_move_to_another_day(circle, postbox):
    begin(circle)
    _, second, third, *_ = meetings(circle)
    circle.answer(circle.ben, second)
    circle.answer(circle.ben, third)
    change_following(circle, second, "FREQ=WEEKLY;BYDAY=WE", datetime(2027, 5, 26, 19, 0))

    assert walls(circle)[:3] == [TUESDAY, datetime(2027, 5, 26, 19, 0), datetime(2027, 6, 2, 19, 0)]
    assert queries.rsvp(second.id, circle.ben.id).answer is Answer.GOING
    assert walls(circle, state=MeetingState.CANCELLED) == [datetime(2027, 6, 1, 19, 0)]  # where Ben will look for it


def test_changing_all_that_follow_brings_no_cancelled_or_moved_date_back(circle, frozen):
    begin(circle)
    _, second, third, fourth, *_ = meetings(circle)
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=third.id)
        plan = Plan(title="Evening circle", wall=datetime(2027, 5, 17, 18, 0))
        service.change_meeting(by=circle.ada, meeting_id=fourth.id, plan=plan)
    frozen.move_to(datetime(2027, 5, 19, 10, tzinfo=UTC))
    change_following(circle, second, WEEKLY, datetime(2027, 5, 25, 18, 0))
    fill()

    assert walls(circle)[:4] == [
        datetime(2027, 5, 17, 18, 0),
        TUESDAY,
        datetime(2027, 5, 25, 18, 0),
        datetime(2027, 6, 15, 18, 0),
    ]


def test_of_all_that_follow_old_reminders_are_not_sent_and_new_ones_once(circle, postbox, frozen):
    begin(circle)
    first, *_ = meetings(circle)
    circle.answer(circle.ben, first)
    frozen.move_to(first.starts_at - timedelta(hours=24, minutes=30))
    change_following(circle, first, WEEKLY, datetime(2027, 5, 18, 20, 0))
    run_until(frozen, datetime(2027, 5, 18, 19, tzinfo=UTC))

    assert [letter["Subject"] for letter in postbox.to(circle.account(circle.ben).email)] == [
        "Blue: now tomorrow 20:00",
        "Blue: tomorrow 20:00",
        "Blue: in 60 minutes",
    ]


@pytest.mark.parametrize(
    ("form", "said", "days"),
    [
        ({"repeats": "weekly"}, "every Tuesday", [date(2027, 5, 18), date(2027, 5, 25)]),
        ({"repeats": "weeks", "weeks": "3"}, "every 3 weeks on Tuesday", [date(2027, 5, 18), date(2027, 6, 8)]),
        ({"repeats": "monthly"}, "third Tuesday of each month", [date(2027, 5, 18), date(2027, 6, 15)]),
        (
            {"repeats": "last", "day": "2027-05-25"},
            "last Tuesday of each month",
            [date(2027, 5, 25), date(2027, 6, 29)],
        ),
        (
            {"repeats": "monthly", "day": "2027-06-29"},
            "last Tuesday of each month",
            [date(2027, 6, 29), date(2027, 7, 27)],
        ),
        (
            {"repeats": "weekly", "ends": "count", "count": "4"},
            "every Tuesday, 4 times",
            [date(2027, 5, 18), date(2027, 5, 25)],
        ),
        (
            {"repeats": "weekly", "ends": "until", "until": "2027-05-31"},
            "every Tuesday, until 31 May 2027",
            [date(2027, 5, 18), date(2027, 5, 25)],
        ),
    ],
)
def test_a_facilitator_says_it_in_plain_words_and_sees_the_dates_first(circle, sign_in, form, said, days):
    ada = sign_in(circle.account(circle.ada))
    typed = {"title": "Evening circle", "day": "2027-05-18", "time": "19:00", "minutes": "60", **form}
    shown = ada.post(circle.path("new"), data={**typed, "preview": "y"})
    assert shown.status_code == 200
    assert f"{days[1]:%A} {days[1].day} {days[1]:%B}, 19:00" in shown.text
    rule = f"{said[0].upper()}{said[1:]}, 19:00, from {days[0].day} {days[0]:%B}"
    assert rule in shown.text
    assert db.session.scalar(select(func.count()).select_from(Series)) == 0

    assert ada.post(circle.path("new"), data=typed).status_code == 303
    assert [one.original_on for one in meetings(circle)][:2] == days
    assert said[0].upper() + said[1:] in ada.get(circle.path("series")).text


def test_the_page_of_a_series_meeting_offers_both_scopes_filled_in(circle, sign_in):
    begin(circle, rule="FREQ=WEEKLY;BYDAY=TU;COUNT=5")
    _, second, *_ = meetings(circle)
    ada = sign_in(circle.account(circle.ada))
    page = ada.get(circle.path(second.id, "edit")).text
    assert "This and all that follow" in page
    assert 'name="count" type="number" value="4"' in page

    form = {
        "title": "Evening circle",
        "day": "2027-05-25",
        "time": "18:00",
        "minutes": "60",
        "scope": "following",
        "confirmed": "y",
    }
    form |= {"repeats": "weekly", "ends": "count", "count": "4"}
    assert ada.post(circle.path(second.id, "edit"), data=form).status_code == 303
    assert walls(circle) == [TUESDAY, *(datetime(2027, 5, 25, 18, 0) + timedelta(weeks=weeks) for weeks in range(4))]


def test_a_single_meeting_has_nothing_that_follows(circle):
    meeting = circle.meet(TUESDAY)
    with pytest.raises(Refused, match="stands alone"):
        change_following(circle, meeting, WEEKLY, TUESDAY)


def test_the_next_meeting_of_many_groups_is_one_query(circle, statements):
    begin(circle)
    begin(circle, wall=TUESDAY.replace(hour=9))
    with statements() as said:
        found = queries.next_meetings([circle.group.id])
    assert found[circle.group.id].starts_local == TUESDAY.replace(hour=9)
    assert len(said) == 1


def test_many_letters_are_not_owed_for_a_year_of_meetings(circle):
    begin(circle)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
