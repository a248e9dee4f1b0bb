"""Moving, changing and cancelling a meeting: who is told what, once."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from icalendar import Calendar

from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.meetings import queries, service
from supportgroup.meetings.models import Answer, MeetingState
from supportgroup.meetings.service import Plan
from tests.post import deliver_due, text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
THURSDAY = datetime(2027, 5, 13, 19, 0)


def change(circle, meeting, **plan):
    with transaction():
        whole = Plan(**{"title": "Evening circle", "wall": meeting.starts_local, **plan})
        service.change_meeting(by=circle.ada, meeting_id=meeting.id, plan=whole)


def cancel(circle, meeting):
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)


def heard(circle, postbox, member):
    return [letter["Subject"] for letter in postbox.to(circle.account(member).email)]


def everyone_answered(circle, meeting):
    """Ben comes, Cleo does not, Eva may, Finn has not said."""
    eva, finn = circle.join("Eva"), circle.join("Finn")
    circle.answer(circle.ben, meeting)
    circle.answer(circle.cleo, meeting, Answer.NOT_GOING)
    circle.answer(eva, meeting, Answer.MAYBE)
    return {"ada": circle.ada, "ben": circle.ben, "cleo": circle.cleo, "eva": eva, "finn": finn}


MOVED = "Blue: now Thursday 18:00"
CANCELLED = "Blue: cancelled, tomorrow 19:00"
CHANGED = "Blue: a change for tomorrow 19:00"


@pytest.mark.parametrize(
    ("what", "letters"),
    [
        (
            {"wall": datetime(2027, 5, 20, 18, 0)},
            {"ben": "Blue: now 20 May 18:00", "eva": "Blue: now 20 May 18:00", "finn": "Blue: now 20 May 18:00"},
        ),
        ({"place": "Mill Lane 3"}, {"ben": CHANGED, "eva": CHANGED}),
        ({"video_url": "https://video.example.org/two"}, {"ben": CHANGED, "eva": CHANGED}),
        ({"duration_minutes": 45}, {"ben": CHANGED, "eva": CHANGED}),
        ({"title": "A circle", "about": "Cushions", "size_limit": 9}, {}),
        ("cancel", {"ben": CANCELLED, "eva": CANCELLED, "finn": CANCELLED}),
    ],
)
def test_who_is_told_what(circle, postbox, what, letters):
    meeting = circle.meet(THURSDAY)
    people = everyone_answered(circle, meeting)
    for _ in range(2):  # saying it twice tells nobody twice
        with suppress(Refused):
            cancel(circle, meeting) if what == "cancel" else change(circle, meeting, **what)
    deliver_due()

    assert {name: heard(circle, postbox, one) for name, one in people.items()} == {
        name: [letters[name]] if name in letters else [] for name in people
    }


def test_the_letter_says_the_time_it_was_to_be_as_far_as_anybody_knew(circle, postbox):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    change(circle, meeting, wall=datetime(2027, 5, 20, 18, 0))
    change(circle, meeting, wall=datetime(2027, 5, 21, 18, 0))
    deliver_due()

    (letter,) = postbox.to(circle.account(circle.ben).email)
    assert letter["Subject"] == "Blue: now 21 May 18:00"
    assert "It was to be on Wednesday 19 May, 19:00." in text_of(letter)

    postbox.clear()
    change(circle, meeting, wall=datetime(2027, 5, 22, 18, 0))
    deliver_due()
    assert "It was to be on Friday 21 May, 18:00." in text_of(postbox.to(circle.account(circle.ben).email)[0])


@pytest.mark.parametrize(("hours", "passes"), [(13, True), (15, False)])
def test_what_is_near_passes_quiet_hours_and_what_is_not_waits_until_nine(circle, postbox, frozen, hours, passes):
    with transaction():
        ben = circle.account(circle.ben)
        ben.quiet_from, ben.quiet_until = time(21), time(8)
    frozen.move_to(datetime(2027, 5, 12, 20, tzinfo=UTC))  # ten in the evening in Paris
    meeting = circle.meet(datetime(2027, 5, 12, 22, 0) + timedelta(hours=hours))
    cancel(circle, meeting)
    deliver_due()
    assert bool(heard(circle, postbox, circle.ben)) is passes

    frozen.move_to(datetime(2027, 5, 13, 7, 1, tzinfo=UTC))
    deliver_due()
    assert len(heard(circle, postbox, circle.ben)) == 1


def test_a_change_that_nobody_heard_of_before_the_meeting_was_cancelled_is_not_told(circle, postbox):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    change(circle, meeting, wall=datetime(2027, 5, 20, 18, 0), place="Mill Lane 3")
    cancel(circle, meeting)
    deliver_due()

    assert heard(circle, postbox, circle.ben) == ["Blue: cancelled, 20 May 18:00"]


def test_a_facilitator_moves_it_on_its_page_and_answers_stay(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-05-20", "time": "18:00", "minutes": "60", "confirmed": "y"}
    response = ada.post(circle.path(meeting.id, "edit"), data=form)

    assert response.status_code == 303
    moved = queries.meeting(circle.ada, meeting.id)
    assert (moved.starts_local, moved.version) == (datetime(2027, 5, 20, 18, 0), 2)
    assert moved.ends_at - moved.starts_at == timedelta(hours=1)
    assert queries.rsvp(meeting.id, circle.ben.id).answer is Answer.GOING


def test_a_facilitator_cancels_it_on_its_page(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    ada = sign_in(circle.account(circle.ada))
    assert "No reason is asked" in ada.get(circle.path(meeting.id, "cancel")).text
    assert ada.post(circle.path(meeting.id, "cancel")).status_code == 303

    assert queries.meeting(circle.ada, meeting.id).state is MeetingState.CANCELLED
    assert "was cancelled" in ada.get(circle.path(meeting.id)).text
    assert ada.post(circle.path(meeting.id, "cancel")).status_code == 409


@pytest.mark.parametrize("page", ["new", "series"])
def test_planning_is_for_facilitators(circle, sign_in, page):
    assert sign_in(circle.account(circle.ben)).get(circle.path(page)).status_code == 404
    assert sign_in(circle.account(circle.ada)).get(circle.path(page)).status_code == 200


@pytest.mark.parametrize("page", ["edit", "cancel"])
def test_changing_is_for_facilitators(circle, sign_in, page):
    meeting = circle.meet(NEXT_WEEK, host_id=circle.ben.id)
    ben = sign_in(circle.account(circle.ben))
    assert ben.get(circle.path(meeting.id, page)).status_code == 404
    assert ben.post(circle.path(meeting.id, page)).status_code == 404


def test_what_has_begun_stays_as_it_was(circle, frozen):
    meeting = circle.meet(NEXT_WEEK)
    frozen.move_to(meeting.starts_at)
    with pytest.raises(Refused, match="has begun"):
        change(circle, meeting, wall=datetime(2027, 6, 1, 18, 0))
    with pytest.raises(Refused, match="has begun"):
        cancel(circle, meeting)


def test_a_meeting_is_not_moved_into_the_past(circle):
    meeting = circle.meet(NEXT_WEEK)
    with pytest.raises(Refused, match="have passed"):
        change(circle, meeting, wall=datetime(2027, 5, 12, 11, 0))
    assert queries.meeting(circle.ada, meeting.id, lock=True).version == 1


def test_the_calendar_file_is_neutral_and_keeps_its_uid(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, place="Mill Lane 3", video_url="https://video.example.org/room", about="Cushions")
    ben = sign_in(circle.account(circle.ben))
    first = Calendar.from_ical(ben.get(circle.path(meeting.id, "meeting.ics")).data)
    change(circle, meeting, wall=datetime(2027, 11, 17, 19, 0))
    response = ben.get(circle.path(meeting.id, "meeting.ics"))
    second = Calendar.from_ical(response.data)
    (before,), (after,) = first.events, second.events

    assert response.mimetype == "text/calendar"
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["SUMMARY"] == "Blue"
    assert before["DTSTART"].dt.astimezone(UTC) == meeting.starts_at.replace(month=5, day=19, hour=17)
    assert after["DTSTART"].dt.astimezone(UTC) == datetime(2027, 11, 17, 18, tzinfo=UTC)
    assert after["DTSTART"].params["TZID"] == "Europe/Paris"
    for secret in ("Mill", "video.example", "Cushions", "Evening", circle.group.slug, "LOCATION", "ATTENDEE"):
        assert secret not in response.text
