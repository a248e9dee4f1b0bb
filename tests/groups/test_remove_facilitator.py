"""Ending the place of somebody who looks after the group takes two others and a week; and what members are told when
nobody looks after it for two weeks.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup.db import db, transaction
from supportgroup.groups import removing
from supportgroup.groups.models import MembershipState, Removal, Role
from tests.factories import make_account, make_membership
from tests.groups.steps import subjects
from tests.post import deliver_due, text_of


@pytest.fixture
def three(group, ada):
    """Ada, Eve and Finn look after the group."""
    with transaction():
        eve, finn = (make_membership(group, make_account(name), role=Role.FACILITATOR) for name in ("Eve", "Finn"))
    return ada, eve, finn


def want(browser, group, other):
    return browser.post(f"/g/{group.slug}/members/{other.id}/remove")


def tick():
    with transaction():
        removing.end_places()
    db.session.expire_all()


def state_of(one):
    return db.session.get(type(one), one.id, populate_existing=True).state


def test_two_want_it_a_week_passes_and_the_place_ends(frozen, three, group, ben, browser_of, postbox):
    ada, eve, finn = three
    page = browser_of(ada).get(f"/g/{group.slug}/members/{finn.id}/remove").text
    assert "takes two of you" in page
    for _ in range(2):  # pressing twice is one wish
        assert want(browser_of(ada), group, finn).status_code == 303
    deliver_due()
    assert subjects(postbox, finn) == []
    assert "stop looking after" in browser_of(eve).get(f"/g/{group.slug}/manage").text
    assert "stop looking after" not in browser_of(finn).get(f"/g/{group.slug}/manage").text
    frozen.shift(timedelta(days=8))
    tick()
    assert state_of(finn) is MembershipState.ACTIVE

    assert want(browser_of(eve), group, finn).status_code == 303
    deliver_due()
    assert subjects(postbox, finn) == [f"{finn.cover_word}: your place ends in a week"]
    assert "Two others" in browser_of(finn).get(f"/g/{group.slug}").text
    assert "Two others" not in browser_of(ben).get(f"/g/{group.slug}").text
    frozen.shift(timedelta(days=6))
    tick()
    assert state_of(finn) is MembershipState.ACTIVE
    frozen.shift(timedelta(days=1, minutes=1))
    tick()
    assert state_of(finn) is MembershipState.REMOVED
    deliver_due()
    assert subjects(postbox, finn)[-1] == f"{finn.cover_word}: your place has ended"
    assert "how to reach them" in text_of(postbox[-1])  # an appeal, to somebody else
    assert db.session.scalars(select(Removal)).all() == []


def test_either_of_the_two_takes_it_back_and_the_third_cannot(frozen, three, group, browser_of):
    ada, eve, finn = three
    want(browser_of(ada), group, finn)
    want(browser_of(eve), group, finn)
    back = f"/g/{group.slug}/members/{finn.id}/remove/take-back"
    browser_of(finn).post(back)
    assert len(db.session.scalars(select(Removal)).all()) == 1
    browser_of(eve).post(back)
    frozen.shift(timedelta(days=8))
    tick()
    assert state_of(finn) is MembershipState.ACTIVE


def test_with_two_it_is_a_report_that_helps(group, ada, ben, browser_of):
    with transaction():
        eve = make_membership(group, make_account("Eve"), role=Role.FACILITATOR)
    page = browser_of(ada).get(f"/g/{group.slug}/members/{eve.id}/remove").text
    assert "there is only you" in page
    assert f"/g/{group.slug}/report/member/{eve.id}" in page
    assert want(browser_of(ada), group, eve).status_code == 409
    assert db.session.scalars(select(Removal)).all() == []


def test_a_wish_that_nobody_joins_lapses_and_one_who_stopped_is_left_alone(frozen, three, group, browser_of):
    ada, eve, finn = three
    want(browser_of(ada), group, finn)
    frozen.shift(timedelta(days=15))
    tick()
    assert db.session.scalars(select(Removal)).all() == []
    want(browser_of(ada), group, finn)
    want(browser_of(eve), group, finn)
    browser_of(finn).post(f"/g/{group.slug}/step-down")
    frozen.shift(timedelta(days=8))
    tick()
    assert state_of(finn) is MembershipState.ACTIVE


def test_members_hear_when_nobody_who_looks_after_the_group_was_here_for_two_weeks(frozen, group, ada, ben, browser_of):
    told = "has been here for two weeks"
    with transaction():
        db.session.get_one(type(ada), ada.id).joined_at -= timedelta(days=90)
    browser_of(ada).get("/home")
    assert told not in browser_of(ben).get(f"/g/{group.slug}").text
    frozen.shift(timedelta(days=15))
    assert told in browser_of(ben).get(f"/g/{group.slug}").text
    hers = browser_of(ada)
    hers.post("/sign-out")  # signing out leaves no session, and she was here all the same
    assert told not in browser_of(ben).get(f"/g/{group.slug}").text
