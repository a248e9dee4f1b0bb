"""Meetings in a member's own calendar: the feed, and what letters carry. Read back with a library that is not ours."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events
from icalendar import Calendar
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.wishes import remind_at
from supportgroup.db import db, transaction
from supportgroup.groups.models import GroupState
from supportgroup.groups.service import leave
from supportgroup.meetings import calendars, series, service
from supportgroup.meetings.models import Answer, Meeting, MeetingState
from supportgroup.meetings.service import Plan
from tests.counting import count_queries
from tests.post import deliver_due
from tests.rfc5545 import check_calendar

THURSDAY = datetime(2027, 5, 13, 19, 0)
TUESDAY = datetime(2027, 5, 18, 19, 0)


def address_of(client, page):
    found = re.search(r"http://[^\"]+/calendar/[\w-]+\.ics", page)
    return found and found[0].removeprefix("http://127.0.0.1:8000")


def read(answer):
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    check_calendar(answer.data)
    return Calendar.from_ical(answer.data)


def starts_of(calendar, start, end):
    """When its events begin, as another program understands the file."""
    return sorted(
        event["DTSTART"].dt.astimezone(UTC) for event in recurring_ical_events.of(calendar).between(start, end)
    )


def test_a_private_feed_off_until_wanted_and_gone_once_closed(circle, sign_in, client):
    meeting = circle.meet(THURSDAY, place="Mill Lane 3", video_url="https://video.example.org/room", about="Cushions")
    other = circle.meet(TUESDAY)
    circle.answer(circle.ben, meeting)
    circle.answer(circle.cleo, meeting)
    circle.answer(circle.ben, circle.meet(TUESDAY.replace(hour=12)), Answer.NOT_GOING)
    with transaction():
        remind_at(circle.ben.account_id, [1440, 60])
    ben = sign_in(circle.account(circle.ben))
    assert address_of(ben, ben.get("/me/calendar").text) is None
    assert ben.post("/me/calendar/feed").status_code == 303
    address = address_of(ben, ben.get("/me/calendar").text)

    with count_queries() as asked:
        answer = client.get(address)
    assert len(asked) <= 6
    sure, unsure = read(answer).events
    assert [sure["UID"], unsure["UID"]] == [str(meeting.id), str(other.id)]
    assert [sure["STATUS"], unsure["STATUS"]] == ["CONFIRMED", "TENTATIVE"]
    assert sure["SUMMARY"] == unsure["SUMMARY"] == "Blue"
    rings = [[alarm["TRIGGER"].dt / timedelta(minutes=-1) for alarm in one.walk("VALARM")] for one in (sure, unsure)]
    assert rings == [[1440, 60], [1440]]
    assert read(ben.get(circle.path(meeting.id, "meeting.ics"))).events[0]["SUMMARY"] == "Blue"
    for secret in ("Mill", "video.example", "Cushions", "Evening", circle.group.slug, "@", "Cleo", "LOCATION"):
        assert secret not in answer.text

    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    ben.post("/me/calendar", data={"full_titles": "y"})
    renamed = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert read(renamed).events[0]["SUMMARY"] == f"{circle.group.name}: Evening circle"

    ben.post("/me/calendar/feed")
    newer = address_of(ben, ben.get("/me/calendar").text)
    assert [client.get(one).status_code for one in (address, newer)] == [404, 200]
    ben.post("/me/calendar/feed/close")
    assert [client.get(one).status_code for one in (address, newer, "/calendar/xyz.ics")] == [404, 404, 404]


def test_what_a_feed_leaves_out(circle, client):
    meeting = circle.meet(THURSDAY)
    with transaction():
        calendars.open_feed(circle.ben.account_id)
    address = f"/calendar/{calendars.token(calendars.wish_of(circle.ben.account_id))}.ics"
    assert len(read(client.get(address)).events) == 1

    with transaction():
        db.session.merge(circle.group).state = GroupState.RESTING
    assert read(client.get(address)).events == []
    with transaction():
        db.session.merge(circle.group).state = GroupState.ACTIVE
        service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)
    assert read(client.get(address)).events == []
    circle.meet(TUESDAY)
    with transaction():
        leave(circle.ben)
    assert read(client.get(address)).events == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_year_of_a_feed_read_by_another_program(circle, client, frozen):
    """Weekly at seven in Paris, one moved, one cancelled, both changes of the clock: what it reads is what is held."""
    with transaction():
        series.create_series(
            group=circle.group, plan=Plan(title="Evening circle", wall=TUESDAY), rule="FREQ=WEEKLY;BYDAY=TU"
        )
        calendars.open_feed(circle.ben.account_id)
    address = f"/calendar/{calendars.token(calendars.wish_of(circle.ben.account_id))}.ics"
    seen = set()
    for _ in range(5):
        now = clock.now()
        with transaction():
            series.fill_series()
        held = list(db.session.scalars(select(Meeting).where(Meeting.starts_at > now).order_by(Meeting.starts_at)))
        with transaction():
            plan = Plan(title="Evening circle", wall=held[2].starts_local + timedelta(days=1, hours=-2))
            service.change_meeting(by=circle.ada, meeting_id=held[2].id, plan=plan)
            service.cancel_meeting(by=circle.ada, meeting_id=held[4].id)
        planned = [one.starts_at for one in held if one.state is MeetingState.PLANNED]
        found = starts_of(read(client.get(address)), now, now + timedelta(days=200))
        assert found == sorted(planned)
        seen.update(found)
        frozen.shift(timedelta(days=80))
    hours = {(one.hour, one.astimezone(clock.zone("Europe/Paris")).hour) for one in seen}
    assert hours == {(17, 19), (18, 19), (15, 17), (16, 17)}
    assert max(seen) - min(seen) > timedelta(days=365)


def part_of(letter):
    """The calendar in a letter, as (method, event); None where it carries none."""
    parts = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    calendar = Calendar.from_ical(part.get_content())
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    check_calendar(part.get_payload(decode=True), str(calendar["METHOD"]))
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


def test_letters_carry_the_meeting_for_who_wants_that(circle, postbox, frozen):
    with transaction():
        calendars.wish(circle.ben.account_id, full_titles=True, by_letter=True)
    meeting = circle.meet(TUESDAY, place="Mill Lane 3")
    ben = circle.account(circle.ben)

    def arrives(act=lambda: None):
        postbox.clear()
        frozen.shift(1)
        with transaction():
            act()
        deliver_due()
        return [part_of(letter) for letter in postbox.to(ben.email)]

    def plan(**more):
        whole = Plan(**{"title": "Evening circle", "wall": TUESDAY, "place": "Mill Lane 3", **more})
        return lambda: service.change_meeting(by=circle.ada, meeting_id=meeting.id, plan=whole)

    circle.answer(circle.cleo, meeting)
    circle.answer(circle.ben, meeting, Answer.MAYBE)
    ((method, invited),) = arrives()
    assert [letter["Subject"] for letter in postbox] == ["Blue: for your calendar, Tuesday 19:00"]
    assert (method, invited["SUMMARY"], invited["SEQUENCE"]) == ("REQUEST", "Blue", 0)
    assert invited["ORGANIZER"] == "mailto:no-reply@localhost"
    assert (invited["ATTENDEE"], invited["ATTENDEE"].params["PARTSTAT"]) == (f"mailto:{ben.email}", "TENTATIVE")
    ((_, shorter),) = arrives(plan(duration_minutes=60))
    ((_, placed),) = arrives(plan(duration_minutes=60, place="Mill Lane 5"))
    ((_, moved),) = arrives(plan(duration_minutes=60, place="Mill Lane 5", wall=TUESDAY.replace(hour=20)))
    assert all(part_of(letter) is None for letter in postbox.to(circle.account(circle.cleo).email))
    ((method, cancelled),) = arrives(lambda: service.cancel_meeting(by=circle.ada, meeting_id=meeting.id))
    assert (method, cancelled["STATUS"]) == ("CANCEL", "CANCELLED")

    told = [invited, shorter, placed, moved, cancelled]
    assert [one["SEQUENCE"] for one in told] == [0, 1, 1, 2, 3]
    assert {one["UID"] for one in told} == {str(meeting.id)}
    assert moved["DTSTART"].dt.astimezone(UTC).hour == 18
    assert "Mill" not in str(told)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_who_does_not_come_any_more_or_leaves_has_it_taken_out_of_their_calendar(circle, postbox, frozen):
    with transaction():
        for one in (circle.ben, circle.cleo):
            calendars.wish(one.account_id, full_titles=False, by_letter=True)
    meeting, other = circle.meet(TUESDAY), circle.meet(TUESDAY + timedelta(days=7))
    ben = circle.account(circle.ben).email

    def arrives(*answers):
        frozen.shift(1)
        for one in answers:
            frozen.shift(1)
            circle.answer(circle.ben, meeting, one)
        postbox.clear()
        deliver_due()
        return [(method, event["SEQUENCE"], event["DTSTAMP"].dt) for method, event in map(part_of, postbox.to(ben))]

    assert arrives(Answer.GOING, Answer.NOT_GOING) == []  # nothing was brought there yet
    ((brought, _, first),) = arrives(Answer.MAYBE)
    assert arrives(Answer.GOING) == []
    ((taken, _, second),) = arrives(Answer.NOT_GOING)
    assert postbox.to(ben)[0]["Subject"] == "Blue: out of your calendar, Tuesday 19:00"
    ((again, sequence, third),) = arrives(Answer.GOING)
    assert (brought, taken, again, sequence) == ("REQUEST", "CANCEL", "REQUEST", 0)
    assert first < second < third
    assert [method for method, *_ in arrives(Answer.NOT_GOING, Answer.GOING)] == ["REQUEST"]

    circle.answer(circle.ben, other)
    with transaction():
        service.set_host(by=circle.ada, meeting_id=other.id, host_id=circle.cleo.id)
    arrives()
    with transaction():
        service.set_host(by=circle.ada, meeting_id=other.id, host_id=None)
        leave(circle.ben)
    arrives()
    told = {(letter["To"], part_of(letter)[0], str(part_of(letter)[1]["UID"])) for letter in postbox}
    cleo = circle.account(circle.cleo).email
    assert told == {(ben, "CANCEL", str(one.id)) for one in (meeting, other)} | {(cleo, "CANCEL", str(other.id))}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_meeting_cancelled_before_the_letter_went_out_leaves_the_calendar_all_the_same(circle, postbox, frozen):
    with transaction():
        calendars.wish(circle.ben.account_id, full_titles=False, by_letter=True)
    meeting = circle.meet(TUESDAY)
    circle.answer(circle.ben, meeting)
    deliver_due()
    postbox.clear()
    frozen.shift(1)
    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)
    deliver_due()

    (letter,) = postbox.to(circle.account(circle.ben).email)
    method, event = part_of(letter)
    assert (method, event["UID"], event["SEQUENCE"]) == ("CANCEL", str(meeting.id), 1)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_letters_for_the_calendar_are_shown_before_many_meetings_change_and_are_those_that_go_out(
    circle, postbox, sign_in
):
    with transaction():
        for one in (circle.ben, circle.cleo):
            calendars.wish(one.account_id, full_titles=False, by_letter=True)
        made = series.create_series(
            group=circle.group, plan=Plan(title="Evening circle", wall=TUESDAY), rule="FREQ=WEEKLY;BYDAY=TU"
        )
    first, second, third, *_ = series.meetings_ahead(made)
    for one in (second, third):
        circle.answer(circle.ben, one)
    with transaction():
        service.set_host(by=circle.ada, meeting_id=second.id, host_id=circle.cleo.id)  # who has not answered
    deliver_due()
    postbox.clear()
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-05-18", "time": "18:00", "minutes": "60"}
    form |= {"scope": "following", "repeats": "weekly", "ends": "open"}
    page = ada.post(circle.path(first.id, "edit"), data=form).text
    assert "3 letters to 2 people: two whose calendars hold them." in page
    assert "A calendar is told of one meeting at a time, yours too." in page
    ada.post(circle.path(first.id, "edit"), data={**form, "confirmed": "y"})
    assert deliver_due() == 2 + 3

    new = db.session.get(Meeting, first.id).series_id
    assert "3 letters to 2 people" in ada.get(circle.path("series", new, "stop")).text
    ada.post(circle.path("series", new, "stop"))
    assert deliver_due() == 2 + 3


def test_calendars_hear_of_each_meeting_of_a_series_that_they_hold(circle, postbox):
    with transaction():
        calendars.wish(circle.ben.account_id, full_titles=False, by_letter=True)
        made = series.create_series(
            group=circle.group, plan=Plan(title="Evening circle", wall=TUESDAY), rule="FREQ=WEEKLY;BYDAY=TU"
        )
    first, second, third, *_ = series.meetings_ahead(made)
    for one in (second, third):
        circle.answer(circle.ben, one)
    deliver_due()
    postbox.clear()
    with transaction():
        plan = Plan(title="Evening circle", wall=TUESDAY.replace(hour=18))
        new = series.change_following(by=circle.ada, meeting_id=first.id, plan=plan, rule="FREQ=WEEKLY;BYDAY=TU")
    deliver_due()
    ben = circle.account(circle.ben).email
    told = [part_of(letter) for letter in postbox.to(ben)]
    assert sorted((method, event["UID"], event["SEQUENCE"]) for method, event in filter(None, told)) == sorted(
        ("REQUEST", str(one.id), 1) for one in (second, third)
    )
    assert len(postbox.to(circle.account(circle.cleo).email)) == 1

    postbox.clear()
    with transaction():
        series.stop_series(by=circle.ada, series_id=new.id)
    deliver_due()
    told = [part_of(letter) for letter in postbox.to(ben)]
    assert {(method, event["UID"]) for method, event in filter(None, told)} == {
        ("CANCEL", str(one.id)) for one in (second, third)
    }
    assert len(postbox.to(circle.account(circle.cleo).email)) == 1
