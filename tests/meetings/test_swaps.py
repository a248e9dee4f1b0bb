"""Swapping a turn as host with one member. Told with Ben, who asks Cleo."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta

import pytest

from supportgroup.db import db, transaction
from supportgroup.groups import service as groups
from supportgroup.meetings import hosting, rota, service, swaps
from supportgroup.meetings.models import PassedTurn, TurnSwap
from supportgroup.safety.service import block
from tests.post import deliver_due, text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)


@pytest.fixture
def turns(circle):
    """Ben hosts the first, Cleo the second."""
    weeks = [NEXT_WEEK, NEXT_WEEK + timedelta(days=7)]
    return [circle.meet(wall, host_id=one.id) for wall, one in zip(weeks, (circle.ben, circle.cleo), strict=True)]


@pytest.fixture
def asked(circle, turns):
    with transaction():
        return swaps.ask(me=circle.ben, meeting_id=turns[0].id, asked_id=circle.cleo.id, other_id=turns[1].id)


def hosts(turns):
    db.session.expire_all()
    return [one.host_id for one in turns]


def letters(circle, postbox, member):
    deliver_due()
    return postbox.to(circle.account(member).email)


def test_one_asks_the_other_says_yes_and_each_hosts_in_the_others_place(circle, turns, sign_in, postbox):
    first, second = turns
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    page = ben.get(circle.path(first.id, "swap")).text
    assert "Cleo: Wednesday 26 May, 19:00" in page
    ben.post(circle.path(first.id, "swap"), data={"with": f"{circle.cleo.id}:{second.id}"})
    assert "Cleo is asked" in ben.get(circle.path(first.id)).text
    assert hosts(turns) == [circle.ben.id, circle.cleo.id]

    (letter,) = letters(circle, postbox, circle.cleo)
    assert letter["Subject"] == "Blue: somebody asks to swap a turn"
    assert not re.search("Ben|19:00|Evening", text_of(letter))
    assert "Ben asks whether you would host" in cleo.get(circle.path(first.id)).text
    assert "Somebody asks whether you would host" in cleo.get(circle.path("hosts")).text
    link = re.search(r"https?://[^/\s]+(/l/\S+)", text_of(letter)).group(1)
    assert "They would take" in cleo.get(link, follow_redirects=True).text
    cleo.post(circle.path(first.id, "swap", "answer"), data={"answer": "yes"})
    assert hosts(turns) == [circle.cleo.id, circle.ben.id]
    assert [one["Subject"] for one in letters(circle, postbox, circle.ben)] == ["Blue: a yes to your swap"]
    assert not letters(circle, postbox, circle.ada)
    assert cleo.post(circle.path(first.id, "swap", "answer"), data={"answer": "yes"}).status_code == 404


def test_not_now_changes_nothing_and_nobody_asks_again_for_this_one(circle, turns, asked, sign_in, postbox):
    first = turns[0]
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    cleo.post(circle.path(first.id, "swap", "answer"), data={"answer": "not_now"})
    assert hosts(turns) == [circle.ben.id, circle.cleo.id]
    assert [one["Subject"] for one in letters(circle, postbox, circle.ben)] == ["Blue: the turn is yours still"]
    assert not letters(circle, postbox, circle.cleo)
    assert ben.post(circle.path(first.id, "swap"), data={"with": str(circle.cleo.id)}).status_code == 409
    assert db.session.get(PassedTurn, (first.id, circle.cleo.id))
    assert not db.session.query(TurnSwap).count()


@pytest.mark.parametrize("what", ["taken back", "passed on", "hers changed", "moved", "cancelled", "left", "blocked"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_does_not_hold_any_more_is_not_asked(circle, turns, asked, sign_in, postbox, what):
    first, second = turns
    with transaction():
        if what == "taken back":
            swaps.take_back(me=circle.ben, meeting_id=first.id)
        elif what == "passed on":
            hosting.cannot_host(me=circle.ben, meeting_id=first.id)
        elif what == "hers changed":
            hosting.cannot_host(me=circle.cleo, meeting_id=second.id)
        elif what == "moved":
            plan = service.Plan(title="Evening circle", wall=NEXT_WEEK + timedelta(days=1), host_id=circle.ben.id)
            service.change_meeting(by=circle.ada, meeting_id=first.id, plan=plan)
        elif what == "cancelled":
            service.cancel_meeting(by=circle.ada, meeting_id=first.id)
        elif what == "left":
            groups.leave(circle.ben)
        else:
            block(by=circle.cleo.id, other=circle.ben.id)
    cleo = sign_in(circle.account(circle.cleo))
    assert cleo.post(circle.path(first.id, "swap", "answer"), data={"answer": "yes"}).status_code == 404
    assert "asks whether" not in cleo.get(circle.path(first.id)).text
    assert not [one for one in letters(circle, postbox, circle.cleo) if "swap" in one["Subject"]]


def test_bad_input_and_strangers_change_nothing(circle, turns, asked, sign_in):
    first, second = turns
    ada, ben = sign_in(circle.account(circle.ada)), sign_in(circle.account(circle.ben))
    assert ada.get(circle.path(first.id, "swap")).status_code == 404
    assert ada.post(circle.path(first.id, "swap"), data={"with": str(circle.cleo.id)}).status_code == 404
    assert (
        ben.post(circle.path(first.id, "swap"), data={"with": str(circle.ada.id)}).status_code == 409
    )  # one at a time
    ben.post(circle.path(first.id, "swap", "take-back"))
    for odd in ("", "x", f"{circle.dan.id}", f"{circle.ada.id}:x"):
        assert ben.post(circle.path(first.id, "swap"), data={"with": odd}).status_code == 422
    for changed in (f"{circle.ada.id}:{second.id}", f"{circle.cleo.id}:{circle.cleo.id}", str(circle.ben.id)):
        assert ben.post(circle.path(first.id, "swap"), data={"with": changed}).status_code == 409
    assert not db.session.query(TurnSwap).count()


def test_what_was_asked_is_forgotten_once_the_meeting_begins(circle, turns, asked, frozen):
    frozen.move_to(turns[0].starts_at + timedelta(minutes=1))
    with transaction():
        rota.find_hosts()
    assert not db.session.query(TurnSwap).count()
