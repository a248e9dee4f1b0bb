"""Looking after a group, and stopping. Anyone can stop; a group that nobody looks after rests."""

from datetime import timedelta

import pytest

from supportgroup.db import db, transaction
from supportgroup.groups import facilitating
from supportgroup.groups.models import GroupState, MembershipState, Role
from tests.factories import make_account, make_membership
from tests.groups.steps import account_behind, subjects
from tests.post import deliver_due


def again(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def rest():
    with transaction():
        facilitating.rest_groups()


@pytest.fixture
def operator(app):
    with transaction():
        made = make_account("Olga", is_operator=True)
    return made


@pytest.fixture
def stopping(frozen, group, ada, ben, cleo, operator, browser_of):
    """Ada, the only facilitator, has stepped down."""
    browser_of(ada).post(f"/g/{group.slug}/step-down")
    return group


def test_with_another_facilitator_ada_stops_at_once(group, ada, ben, browser_of, postbox):
    browser_of(ada).post(f"/g/{group.slug}/members/{ben.id}/facilitator")
    page = browser_of(ada).post(f"/g/{group.slug}/step-down", follow_redirects=True)

    assert "Thank you for all of it" in page.text
    assert (again(ada).role, again(ben).role) == (Role.MEMBER, Role.FACILITATOR)
    assert again(group).rests_at is None
    assert deliver_due() == 0


def test_the_last_one_goes_on_while_members_and_operators_are_asked(stopping, ada, ben, cleo, operator, postbox):
    assert again(ada).is_facilitator
    deliver_due()

    assert subjects(postbox, ben) == subjects(postbox, cleo) == ["Blue: who takes over?"]
    assert subjects(postbox, operator) == ["One of the groups: who takes over?"]
    assert subjects(postbox, ada) == []
    for letter in postbox:
        assert stopping.name not in letter.as_string()


def test_ben_takes_over_in_one_press_and_ada_is_free(stopping, ada, ben, browser_of, postbox):
    browser = browser_of(ben)
    assert "Look after the group" in browser.get(f"/g/{stopping.slug}").text
    assert browser.post(f"/g/{stopping.slug}/take-over").location == f"/g/{stopping.slug}/manage"

    assert (again(ada).role, again(ben).role) == (Role.MEMBER, Role.FACILITATOR)
    assert account_behind(ben).powers_at is not None  # so much asks for a second step, in a while
    assert again(stopping).rests_at is None
    assert deliver_due() == 0  # nobody needs to be asked any more


def test_ada_stays_on_after_all(stopping, ada, browser_of, frozen):
    browser_of(ada).post(f"/g/{stopping.slug}/stay-on")
    frozen.shift(timedelta(days=15))
    rest()

    assert again(ada).is_facilitator
    assert again(stopping).state is GroupState.ACTIVE


def test_when_nobody_takes_over_the_group_rests_after_fourteen_days(stopping, ada, ben, frozen, postbox, browser_of):
    deliver_due()
    frozen.shift(timedelta(days=13, hours=23))
    rest()
    assert again(stopping).state is GroupState.ACTIVE

    frozen.shift(timedelta(hours=1))
    rest()
    rest()
    assert again(stopping).state is GroupState.RESTING
    assert again(ada).role is Role.MEMBER
    deliver_due()
    assert subjects(postbox, ben)[-1] == subjects(postbox, ada)[-1] == "Blue: resting for now"
    assert "The group rests" in browser_of(ben).get(f"/g/{stopping.slug}").text


def test_a_member_wakes_a_resting_group_up_and_who_waited_comes_in(group, ben, dan, change, browser_of):
    change(state=GroupState.RESTING)
    waiting = make_membership(group, dan, state=MembershipState.WAITING, waiting_since=group.created_at)
    assert browser_of(ben).post(f"/g/{group.slug}/take-over").status_code == 303

    assert again(group).state is GroupState.ACTIVE
    assert again(ben).is_facilitator
    assert again(waiting).state is MembershipState.ACTIVE


def test_nobody_takes_over_what_is_looked_after(group, ada, ben, browser_of):
    assert browser_of(ben).post(f"/g/{group.slug}/take-over").status_code == 409

    assert again(ben).role is Role.MEMBER


def test_somebody_nobody_has_greeted_does_not_take_over(stopping, dan, browser_of):
    new = make_membership(stopping, dan, hello_at=None)

    assert browser_of(dan).post(f"/g/{stopping.slug}/take-over").status_code == 409
    assert again(new).role is Role.MEMBER


def test_the_last_facilitator_may_leave_outright_and_the_others_are_asked(group, ada, ben, browser_of, postbox):
    assert "the others are asked" in browser_of(ada).get(f"/g/{group.slug}/leave").text
    browser_of(ada).post(f"/g/{group.slug}/leave")

    assert again(ada).state is MembershipState.LEFT
    assert again(group).rests_at is not None
    deliver_due()
    assert subjects(postbox, ben) == ["Blue: who takes over?"]


def test_ada_says_hello_and_names_are_seen(group, ada, ben, dan, browser_of):
    new = make_membership(group, dan, hello_at=None)
    assert "Someone new" in browser_of(ben).get(f"/g/{group.slug}/members").text
    assert "Ben" not in browser_of(dan).get(f"/g/{group.slug}/members").text
    assert "Say hello" in browser_of(ada).get(f"/g/{group.slug}/members").text

    for _ in range(2):
        browser_of(ada).post(f"/g/{group.slug}/members/{new.id}/hello")

    assert "Dan" in browser_of(ben).get(f"/g/{group.slug}/members").text
    assert "Ben" in browser_of(dan).get(f"/g/{group.slug}/members").text


def test_members_find_no_page_of_a_facilitators(group, ada, ben, cleo, browser_of):
    browser = browser_of(ben)
    for path in ("manage", "manage/edit", "manage/applications", "manage/invitations", "poster", "step-down"):
        assert browser.get(f"/g/{group.slug}/{path}").status_code == 404
    for path in ("hello", "facilitator", "remove"):
        assert browser.post(f"/g/{group.slug}/members/{cleo.id}/{path}").status_code == 404
    assert again(cleo).role is Role.MEMBER


def test_somebody_of_another_group_is_not_there(group, ada, app, browser_of):
    elsewhere = make_membership(again(group), make_account("Eve"), state=MembershipState.LEFT)
    browser = browser_of(ada)

    assert browser.get(f"/g/{group.slug}/members/{elsewhere.id}/remove").status_code == 404
    assert browser.post(f"/g/{group.slug}/members/{elsewhere.id}/facilitator").status_code == 409
    assert again(elsewhere).role is Role.MEMBER


def test_the_page_for_looking_after_shows_what_waits(group, ada, browser_of, dan):
    nothing = browser_of(ada).get(f"/g/{group.slug}/manage").text
    assert "Nothing right now." in nothing
    assert "First steps" in nothing

    make_membership(group, dan, hello_at=None)
    make_membership(group, make_account("Eve"), state=MembershipState.APPLIED, applied_at=group.created_at)
    page = browser_of(ada).get(f"/g/{group.slug}/manage").text
    assert "Somebody would like to join" in page
    assert "Somebody new is here" in page
    assert "2 of 12 taken" in page
