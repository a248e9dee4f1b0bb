"""The host's page: who is here in one press each, a talking order, closing, and a note for the next host."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import datetime, timedelta

import pytest

from supportgroup.db import db
from supportgroup.meetings import queries
from supportgroup.meetings.models import HandoverNote
from tests.post import deliver_due

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
NOTE, LINE = "The call needs a minute to open.", "I was calmer than last time."


@pytest.fixture
def meeting(circle):
    found = circle.meet(NEXT_WEEK, host_id=circle.ben.id, agenda={"welcome": 5, "check_in": None})
    circle.answer(circle.ben, found)
    circle.answer(circle.cleo, found)
    return found


def test_ben_hosts_from_his_phone_and_leaves_a_note_for_cleo_alone(circle, meeting, sign_in, frozen, postbox):
    following = circle.meet(NEXT_WEEK + timedelta(days=7), host_id=circle.cleo.id)
    later = circle.meet(NEXT_WEEK + timedelta(days=14), host_id=circle.ben.id)
    ben, page = sign_in(circle.account(circle.ben)), circle.path(meeting.id, "hosting")
    before = ben.get(page).text
    assert "Before you begin" in before
    assert "Everyone came" not in before
    assert ben.post(page + "/here", data={"member": str(circle.cleo.id)}).status_code == 409

    frozen.move_to(meeting.starts_at + timedelta(minutes=1))
    ben = sign_in(circle.account(circle.ben))
    ben.post(page + "/here", data={"member": str(circle.cleo.id)})
    assert queries.present(meeting.id) == {circle.cleo.id}
    ben.post(page + "/here", data={"member": str(circle.cleo.id), "not": "y"})
    assert queries.present(meeting.id) == set()
    ben.post(page + "/here", data={"everyone": "y"})
    assert queries.present(meeting.id) == {circle.ben.id, circle.cleo.id}
    assert ben.post(page + "/here", data={"member": "nobody"}).status_code == 422

    ben.post(page + "/order", data={"do": "make"})
    first, second = list(meeting.talking_order)
    ben.post(page + "/order", data={"do": "pass"})
    assert meeting.talking_order == [second, first]
    ben.post(page + "/order", data={"do": "spoken"})
    ben.post(page + "/order", data={"do": "spoken"})
    ben.post(page + "/order", data={"do": "spoken"})
    assert meeting.talking_order is None

    assert ben.post(page, data={"note": NOTE, "line": LINE, "guests": "1"}).status_code == 303
    assert (meeting.guests, meeting.closed_at is not None) == (1, True)
    assert LINE in ben.get(page).text
    ada, cleo = sign_in(circle.account(circle.ada)), sign_in(circle.account(circle.cleo))
    theirs = ada.get(page).text
    assert NOTE in theirs
    assert LINE not in theirs
    assert cleo.get(page).status_code == 404
    assert NOTE not in cleo.get(circle.path(meeting.id)).text
    assert NOTE in cleo.get(circle.path(following.id, "hosting")).text
    assert NOTE not in ben.get(circle.path(later.id, "hosting")).text

    frozen.move_to(meeting.ends_at + timedelta(minutes=1))
    deliver_due()
    asked = [letter for letter in postbox if "how was it" in letter["Subject"].lower()]
    assert len(asked) == 2


def test_an_empty_note_is_no_note_and_odd_numbers_are_said(circle, meeting, sign_in, frozen):
    frozen.move_to(meeting.starts_at + timedelta(minutes=1))
    ada, page = sign_in(circle.account(circle.ada)), circle.path(meeting.id, "hosting")
    ada.post(page, data={"note": NOTE})
    assert ada.post(page, data={"note": "", "guests": "many"}).status_code == 422
    assert db.session.query(HandoverNote).count() == 1
    ada.post(page, data={"note": ""})
    assert db.session.query(HandoverNote).count() == 0
    assert ada.post(page + "/order", data={"do": "dance"}).status_code == 422
