"""Who hears of an ask, and when: five, then ten, then all who want to; each time those who were asked longest ago."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import rounds
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import Ask, AskKind
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, GroupState, Posting
from supportgroup.mail.models import Letter
from supportgroup.safety.models import Hiding
from tests.board.conftest import let_rounds_go
from tests.conftest import NOON
from tests.counting import count_queries
from tests.factories import make_account, make_ask, make_membership

EAGER = 20
FORM = {"title": "Bring back bread", "kind": "errand", "when": "week"}


@pytest.fixture
def eager(circle):
    """Twenty who want a letter for each ask, and one who wants them gathered."""
    with transaction():
        circle.ben.asks_by_mail = AsksByMail.DAILY
        people = [make_membership(circle.group, make_account(f"P{at}")) for at in range(EAGER)]
        for one in people:
            one.asks_by_mail = AsksByMail.AT_ONCE
    return people


def told(ask):
    """The accounts that have a letter about this ask, in the order in which they were owed."""
    owed = select(Letter.recipient_id).where(Letter.kind == "ask-posted", Letter.about_id == ask.id)
    return list(db.session.scalars(owed.order_by(Letter.id)))


def opened(asker, **columns):
    """An ask as posting leaves it: its first round is due."""
    with transaction():
        ask = make_ask(asker, **columns)
        ask.open(clock.now())
    return ask


@given(
    span=st.timedeltas(timedelta(minutes=1), timedelta(days=366)), later=st.timedeltas(timedelta(0), timedelta(days=9))
)
@settings(max_examples=25)
def test_rounds_come_in_order_and_before_the_end(span, later):
    start = NOON + later
    first, second, third, none = (rounds.next_at(gone, start, start + span) for gone in range(4))
    assert first == start
    assert abs(second - start - span / 3) < timedelta(seconds=1)
    assert second < third < start + span
    assert none is None


def test_five_hear_then_ten_then_everyone_who_wants_to(circle, eager, frozen):
    ask = opened(circle.cleo)
    for after, heard in ((0, 5), (1, 5), (54, 5), (2, 15), (54, 15), (2, 20), (40, 20)):
        frozen.shift(timedelta(hours=after))
        let_rounds_go()
        assert len(told(ask)) == len(set(told(ask))) == heard
    assert set(told(ask)) == {one.account_id for one in eager}


def test_the_next_ask_goes_to_those_who_were_asked_longest_ago_and_have_room(circle, eager, frozen):
    first = opened(circle.cleo)
    let_rounds_go()
    full = next(one for one in eager if one.account_id not in told(first))
    with transaction():
        set_wish(account_id=full.account_id, per_week=0, resting_until=None)
    frozen.shift(timedelta(minutes=1))
    second = opened(circle.cleo, title="Water the plants")
    let_rounds_go()

    assert len(told(second)) == 5
    assert not set(told(second)) & {*told(first), full.account_id}


def test_a_round_stops_once_somebody_can_and_begins_anew_when_it_is_handed_back(circle, eager, frozen):
    ask = opened(circle.cleo)
    let_rounds_go()
    circle.press(circle.ben, ask, "accept")
    frozen.shift(timedelta(days=3))
    let_rounds_go()
    assert len(told(ask)) == 5

    circle.press(circle.ben, ask, "hand-back")
    let_rounds_go()
    assert len(told(ask)) == 10
    assert len(set(told(ask))) == 10
    assert circle.ben.account_id not in told(ask)


def test_no_round_goes_while_it_is_hidden_or_the_group_rests_or_once_it_was_heard(circle, eager):
    with transaction():
        circle.group.posting = Posting.SEEN_FIRST
    circle.browser(circle.cleo).post(circle.path("asks", "new"), data=FORM)
    with transaction():
        circle.group.state = GroupState.RESTING
    resting = opened(circle.cleo, title="Water the plants")
    let_rounds_go()
    assert told(resting) == []

    with transaction():
        circle.group.state = GroupState.ACTIVE
    heard = opened(circle.cleo, kind=AskKind.LISTEN)
    circle.press(circle.ben, heard, "heard", says="i_hear_you")
    let_rounds_go()
    assert told(heard) == []
    assert len(told(resting)) == 5
    hiding = db.session.scalars(select(Hiding)).one()
    ask = db.session.get_one(Ask, hiding.item_id)
    assert told(ask) == []
    circle.browser(circle.ada).post(f"/g/{circle.group.slug}/manage/hidden/{hiding.id}/show")
    let_rounds_go()
    assert len(told(ask)) == 5


def test_a_round_is_one_statement(circle, eager):
    ask = opened(circle.cleo)
    with transaction():
        rounds.asks_with_a_round(clock.now())
        with count_queries() as statements:
            rounds.go(ask)
    assert len(statements) == 1, "\n\n".join(statements)
