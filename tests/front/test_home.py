"""A person's home: what waits for those who look after groups, places wished for, and a newcomer's first days."""

from datetime import timedelta

import pytest

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import AskKind
from supportgroup.db import db
from supportgroup.front.waiting import waits_for
from supportgroup.groups.models import MembershipState, Role
from supportgroup.safety.models import Block, Rule
from supportgroup.safety.service import hide
from tests.factories import make_account, make_ask, make_group, make_meeting, make_membership

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def ada(app):
    return make_account("Ada")


@pytest.fixture
def circle(ada):
    """Ada looks after it, Ben is in it. Gives the group, Ada's place, Ben's place."""
    group = make_group()
    return group, make_membership(group, ada, role=Role.FACILITATOR), make_membership(group, make_account("Ben"))


@pytest.fixture
def browser_of(sign_in):
    return lambda place: sign_in(db.session.get_one(Account, place.account_id))


def apply(group, name="Dan", **columns):
    now = clock.now()
    applied = {"state": MembershipState.APPLIED, "applied_at": now, "joined_at": None, "hello_at": None, **columns}
    return make_membership(group, make_account(name), **applied)


def test_what_waits_in_all_groups_is_said_on_one_page(circle, ada, sign_in, browser_of):
    group, _, ben = circle
    other = make_group(name="Carers")
    make_membership(other, ada, role=Role.FACILITATOR)
    assert "What waits for you" not in sign_in(ada).get("/home").text

    apply(other)
    make_ask(ben, kind=AskKind.HOST_COVER)
    held = make_ask(ben)
    hide(item_id=held.id, group_id=group.id, author_id=ben.id, rule=Rule.UNSEEN)
    page = sign_in(ada).get("/home").text

    assert page.index("What waits for you") < page.index("When we meet next")
    for said in ("Somebody would like to join", "host for them", "waits to be seen", "Carers"):
        assert said in page
    assert "What waits for you" not in browser_of(ben).get("/home").text
    assert "waits to be seen" in sign_in(ada).get(f"/g/{group.slug}/manage").text


def test_what_a_block_keeps_away_does_not_wait(circle, ada):
    group, mine, ben = circle
    make_ask(ben, kind=AskKind.HOST_COVER)
    assert [one.cover for one in waits_for(ada.id)] == [True]

    db.session.add(Block(blocker_id=ben.id, blocked_id=mine.id, created_at=clock.now()))
    db.session.flush()

    assert [one.anything for one in waits_for(ada.id, group.id)] == [False]


def test_who_asked_to_join_sees_where_it_stands(circle, browser_of):
    group, _, _ = circle
    dan = apply(group)
    page = browser_of(dan).get("/home").text

    assert group.public_title in page
    assert "You asked to join" in page
    assert "You are in no group yet" not in page


def test_a_newcomer_has_nothing_to_do_yet(circle, browser_of):
    group, mine, ben = circle
    make_meeting(group)
    make_ask(mine, title="Water the plants")
    page = browser_of(ben).get("/home").text

    places = [page.index(words) for words in ("When we meet next", "Today was hard", "Nothing to do yet")]
    assert places == sorted(places)
    assert "Water the plants" not in page

    ben.joined_at = clock.now() - timedelta(days=60)
    page = browser_of(ben).get("/home").text
    assert "Nothing to do yet" not in page
    assert "Water the plants" in page


def test_a_groups_home_begins_with_the_first_time(circle, browser_of):
    group, _, ben = circle
    group.first_time = "You can come and only listen."
    page = browser_of(ben).get(f"/g/{group.slug}").text
    assert page.index("Your first time here") < page.index("When we meet")

    ben.joined_at = clock.now() - timedelta(days=60)
    assert "Your first time here" not in browser_of(ben).get(f"/g/{group.slug}").text


def test_the_front_page_shows_a_few_groups_one_can_find(client, circle):
    group, _, _ = circle
    assert group.public_title in client.get("/").text
