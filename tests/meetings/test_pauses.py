"""Not meeting for a while; dates left out; and who is told what, shown before anything is saved."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from supportgroup.accounts import wishes
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.meetings import pausing, queries, service
from supportgroup.meetings.models import Answer, MeetingState, Pause
from supportgroup.meetings.service import Plan
from tests.meetings.test_series import TUESDAY, WEEKLY, begin, change_following, fill, meetings, walls
from tests.post import deliver_due, text_of

FIRST_OF_JUNE, THE_22ND = date(2027, 6, 1), date(2027, 6, 22)


def pause(circle, made, from_on=FIRST_OF_JUNE, until_on=THE_22ND):
    with transaction():
        return pausing.pause(by=circle.ada, series_id=made.id, from_on=from_on, until_on=until_on)


def told(circle, postbox):
    deliver_due()
    people = {"ada": circle.ada, "ben": circle.ben, "cleo": circle.cleo}
    found = {name: [one["Subject"] for one in postbox.to(circle.account(who).email)] for name, who in people.items()}
    postbox.clear()
    return found


def test_a_pause_is_told_once_shown_and_can_be_taken_back(circle, postbox, sign_in, client, frozen):
    made = begin(circle)
    answered = meetings(circle)[3]  # 8 June
    circle.answer(circle.ben, answered)
    ada = sign_in(circle.account(circle.ada))
    path = circle.path("series", made.id, "pause")
    form = {"from_on": "2027-06-01", "until_on": "2027-06-22"}

    shown = ada.post(path, data=form)
    assert shown.status_code == 200
    assert "two people: two who have not answered" in shown.text.replace("2 people", "two people")
    assert told(circle, postbox) == {"ada": [], "ben": [], "cleo": []}
    assert ada.post(path, data={**form, "back": "y"}).text.count("2027-06-22") == 1
    assert ada.post(path, data={**form, "confirmed": "y"}).status_code == 303
    said = "Blue: nothing until 22 June"
    letters = told(circle, postbox)
    assert letters == {"ada": [], "ben": [said], "cleo": [said]}
    fill()
    assert [wall.day for wall in walls(circle)[:3]] == [18, 25, 22]
    for page in (client.get(f"/g/{circle.group.slug}"), sign_in(circle.account(circle.ben)).get(circle.path())):
        assert "Not meeting from 1 June until 22 June." in page.text

    frozen.move_to(datetime(2027, 5, 27, 10, tzinfo=UTC))
    ada = sign_in(circle.account(circle.ada))
    pause_id = db.session.scalars(select(Pause.id)).one()
    end = circle.path("pauses", pause_id, "end")
    assert "2 people: two who have not answered" in ada.post(end).text.replace("2 who", "two who")
    assert ada.post(end, data={"back": "y"}).location == circle.path("series")
    assert db.session.scalars(select(Pause.id)).one() == pause_id
    assert ada.post(end, data={"confirmed": "y"}).status_code == 303
    fill()
    assert [wall.day for wall in walls(circle)[:4]] == [18, 25, 1, 8]
    assert queries.rsvp(answered.id, circle.ben.id).answer is Answer.GOING
    assert told(circle, postbox) == {
        "ada": [],
        "ben": ["Blue: after all, Tuesday 19:00"],
        "cleo": ["Blue: after all, Tuesday 19:00"],
    }
    assert ada.post(end).status_code == 404


def test_what_was_moved_stays_so_and_a_change_of_all_that_follow_keeps_the_pause(circle, postbox):
    made = begin(circle)
    _, second, third, fourth, *_ = meetings(circle)
    with transaction():
        for one, wall in ((third, datetime(2027, 5, 31, 19, 0)), (fourth, datetime(2027, 6, 9, 19, 0))):
            service.change_meeting(by=circle.ada, meeting_id=one.id, plan=Plan(title="Evening circle", wall=wall))
    pause(circle, made)
    assert [wall.day for wall in walls(circle)[:4]] == [18, 25, 31, 22]  # moved out of it: stays; within it: goes

    new = change_following(circle, second, WEEKLY, datetime(2027, 5, 25, 18, 0))
    assert [(wall.day, wall.hour) for wall in walls(circle)[:4]] == [(18, 19), (25, 18), (22, 18), (29, 18)]
    (kept,) = new.pauses
    with transaction():
        pausing.meet_again(by=circle.ada, pause_id=kept.id)
    fill()
    found = [(wall.day, wall.hour) for wall in walls(circle)[:6]]
    assert found[:2] == [(18, 19), (25, 18)]
    assert (15, 18) in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((THE_22ND, FIRST_OF_JUNE), "end before it begins"),
        ((date(2027, 5, 1), date(2027, 5, 9)), "over already"),
        ((FIRST_OF_JUNE, date(2029, 6, 1)), "a year at most"),
    ],
)
def test_odd_pauses_are_refused(circle, sign_in, days, sentence):
    made = begin(circle)
    with pytest.raises(Refused, match=sentence):
        pause(circle, made, *days)
    form = dict(zip(("from_on", "until_on"), map(str, days), strict=True))
    refused = sign_in(circle.account(circle.ada)).post(circle.path("series", made.id, "pause"), data=form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert len(walls(circle)) == 17


def test_dates_are_left_out_while_a_series_is_typed(circle, sign_in):
    ada = sign_in(circle.account(circle.ada))
    typed = {"day": "2027-05-18", "time": "19:00", "minutes": "60", "repeats": "weekly", "preview": "y"}
    half = ada.post(circle.path("new"), data=typed)  # it has no name yet
    assert half.status_code == 422
    assert re.findall(r'name="skip" value="([\d-]+)">', half.text) == [
        str(date(2027, 5, 18) + timedelta(weeks=week)) for week in range(6)
    ]
    more = {"title": "Evening circle", "skip": ["2027-05-25", "2027-06-08", "odd"]}
    shown = ada.post(circle.path("new"), data={**typed, **more})
    assert shown.text.count('name="skip"') == 8
    assert shown.text.count("left out") == 2
    assert ada.post(circle.path("new"), data={**typed, **more, "preview": []}).status_code == 303
    assert [wall.day for wall in walls(circle)[:4]] == [18, 1, 15, 22]
    assert "Not meeting on 25 May" in ada.get(circle.path()).text


def test_all_that_are_to_come_change_from_any_of_them(circle, sign_in, frozen, postbox):
    begin(circle, rule="FREQ=WEEKLY;BYDAY=TU;COUNT=6")
    frozen.move_to(datetime(2027, 5, 19, 10, tzinfo=UTC))
    fourth = meetings(circle)[3]
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-06-09", "time": "18:00", "minutes": "60", "scope": "all"}
    form |= {"repeats": "weekly", "ends": "count", "count": "3"}
    shown = ada.post(circle.path(fourth.id, "edit"), data=form)
    assert "These meetings change" in shown.text
    assert ada.post(circle.path(fourth.id, "edit"), data={**form, "confirmed": "y"}).status_code == 303
    assert walls(circle) == [TUESDAY, *(datetime(2027, 5, 26, 18, 0) + timedelta(weeks=week) for week in range(5))]
    assert told(circle, postbox) == {
        "ada": [],
        "ben": ["Blue: now 26 May 18:00"],
        "cleo": ["Blue: now 26 May 18:00"],
    }


@pytest.mark.parametrize(
    ("change", "what", "whom"),
    [
        (
            {"time": "20:00"},
            "It has a new time",
            "3 people: one who comes, one who said maybe, one who has not answered",
        ),
        ({"place": "Mill Lane 3"}, "Something about it changed", "2 people: one who comes, one who said maybe"),
        ({"title": "A circle"}, None, None),
    ],
)
def test_who_is_told_what_is_shown_first_and_is_what_happens(circle, sign_in, postbox, change, what, whom):
    meeting = circle.meet(TUESDAY, duration_minutes=60)
    eva, _finn = circle.join("Eva"), circle.join("Finn")
    circle.answer(circle.ben, meeting)
    circle.answer(circle.cleo, meeting, Answer.NOT_GOING)
    circle.answer(eva, meeting, Answer.MAYBE)
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-05-18", "time": "19:00", "minutes": "60", **change}
    answer = ada.post(circle.path(meeting.id, "edit"), data=form)
    if what is None:
        assert answer.status_code == 303
        assert deliver_due() == 0
        return
    assert f"“{what}”" in answer.text
    assert whom in answer.text
    assert queries.meeting(circle.ada, meeting.id).version == 1
    assert deliver_due() == 0
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
    assert {name: typed[name] for name in form} == form
    assert ada.post(circle.path(meeting.id, "edit"), data={**form, "confirmed": "y"}).status_code == 303
    assert deliver_due() == int(whom[0])


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_who_has_stopped_such_letters_is_not_counted_and_a_new_host_is(circle, sign_in, postbox):
    meeting = circle.meet(TUESDAY, duration_minutes=60)
    for one in (circle.ben, circle.cleo):
        circle.answer(one, meeting)
    with transaction():
        wishes.stop(circle.ben.account_id, "meeting-changes")
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-05-18", "time": "20:00", "minutes": "60"}
    form |= {"host": str(circle.ben.id)}
    page = ada.post(circle.path(meeting.id, "edit"), data=form).text
    assert "1 person: one who comes" in page
    assert "It is your turn to host" in page
    ada.post(circle.path(meeting.id, "edit"), data={**form, "confirmed": "y"})
    assert told(circle, postbox) == {
        "ada": [],
        "ben": ["Blue: your turn, Tuesday 20:00"],
        "cleo": ["Blue: now Tuesday 20:00"],
    }
    new = ada.post(circle.path("new"), data={**form, "repeats": "weekly", "preview": "y"}).text
    assert "It is your turn to host" in new


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_who_waits_is_told_of_places_that_a_change_of_all_that_follow_makes(circle, sign_in, postbox):
    begin(circle, size_limit=1)
    first, second, *_ = meetings(circle)
    for one in (first, second):
        for member in (circle.ben, circle.cleo):
            circle.answer(member, one)
    ada = sign_in(circle.account(circle.ada))
    form = {"title": "Evening circle", "day": "2027-05-18", "time": "19:00", "minutes": "90", "size_limit": "2"}
    form |= {"scope": "following", "repeats": "weekly", "ends": "open"}
    page = ada.post(circle.path(first.id, "edit"), data=form).text
    assert "A letter to 2 people: one who comes, one who waits for a place." in page
    assert "“A place is free”" in page
    assert "A letter to 1 person: one who waits." in page
    ada.post(circle.path(first.id, "edit"), data={**form, "confirmed": "y"})
    places = "Blue: a place is yours, Tuesday 19:00", "Blue: a place is yours, 25 May 19:00"
    assert told(circle, postbox)["cleo"] == ["Blue: a change for Tuesday 19:00", *places]


def test_cancelling_shows_who_is_told_and_tells_them(circle, sign_in, postbox):
    made = begin(circle)
    first, *_ = meetings(circle)
    circle.answer(circle.ben, first, Answer.NOT_GOING)
    ada = sign_in(circle.account(circle.ada))
    assert "1 person: one who has not answered" in ada.get(circle.path(first.id, "cancel")).text
    stopping = ada.get(circle.path("series", made.id, "stop")).text
    assert "2 people: one who has not answered, one who does not come" in stopping
    ada.post(circle.path(first.id, "cancel"))
    assert deliver_due() == 1
    ada.post(circle.path("series", made.id, "stop"))
    assert deliver_due() == 2
    assert all("does not take place" in text_of(letter) for letter in postbox)
    assert walls(circle, state=MeetingState.PLANNED) == []
