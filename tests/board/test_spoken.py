"""What is said in a meeting's round: the host writes it down, its asker decides, and until then nobody else sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask
from supportgroup.board.side_models import SpokenAsk
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from tests.factories import make_account, make_group, make_meeting, make_membership, make_rsvp

BREAD = "Bring bread on Friday"


@pytest.fixture
def round_(app, frozen):
    """Ada facilitates, Ben hosts what goes on now, Cleo comes."""
    with transaction():
        group = make_group()
        ada, ben, cleo = (make_membership(group, make_account(name)) for name in ("Ada", "Ben", "Cleo"))
        ada.role = Role.FACILITATOR
        meeting = make_meeting(group, clock.now() - timedelta(minutes=10), host_id=ben.id)
        make_rsvp(meeting, cleo)
    return f"/g/{group.slug}", meeting, ada, ben, cleo


def account(member):
    return db.session.get_one(Account, member.account_id)


def test_cleo_puts_on_the_board_what_ben_wrote_down_for_her_and_nobody_saw_it_before(round_, sign_in):
    room, meeting, ada, ben, cleo = round_
    bens, cleos, adas = (sign_in(account(one)) for one in (ben, cleo, ada))
    path = f"{room}/meetings/{meeting.id}/hosting/ask"
    assert cleos.post(path, data={"member": cleo.id, "title": BREAD}).status_code == 404
    assert bens.post(path, data={"member": cleo.id, "title": BREAD}).status_code == 303
    bens.post(path, data={"member": cleo.id, "title": " "})
    spoken = db.session.scalars(select(SpokenAsk)).one()

    assert BREAD in cleos.get("/home").text
    for other in (bens, adas):
        assert BREAD not in other.get("/home").text + other.get(f"{room}/board").text
        assert other.post(f"{room}/board/spoken/{spoken.id}", data={"answer": "yes"}).status_code == 404

    answer = cleos.post(f"{room}/board/spoken/{spoken.id}", data={"answer": "yes"})
    assert BREAD in cleos.get(answer.location).text
    assert BREAD in bens.get(f"{room}/board").text
    assert "in the round" not in cleos.get("/home").text
    assert db.session.scalars(select(Ask)).one().asker_id == cleo.id


def test_what_is_left_is_gone(round_, sign_in):
    room, meeting, _, ben, cleo = round_
    sign_in(account(ben)).post(f"{room}/meetings/{meeting.id}/hosting/ask", data={"member": cleo.id, "title": BREAD})
    spoken = db.session.scalars(select(SpokenAsk)).one()
    sign_in(account(cleo)).post(f"{room}/board/spoken/{spoken.id}", data={"answer": "no"})
    assert db.session.scalar(select(func.count()).select_from(Ask)) == 0
    assert db.session.scalar(select(func.count()).select_from(SpokenAsk)) == 0
