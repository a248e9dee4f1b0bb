"""Leaving is one press and can be undone; a freed place goes to who waits; being removed is for good."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock, events
from supportgroup.db import db, transaction
from supportgroup.groups import places, service
from supportgroup.groups.models import Joining, Membership, MembershipState
from supportgroup.groups.service import MembershipEnded
from supportgroup.mail.models import Letter, LetterState
from tests.factories import make_account, make_membership
from tests.groups.steps import fill_in, place_of, subjects
from tests.post import deliver_due


@pytest.fixture
def ended(monkeypatch):
    """What is told of ended memberships; the rooms above are left out."""
    heard = []
    monkeypatch.setitem(events.handlers, MembershipEnded, [lambda event: heard.append(event.membership.id)])
    return heard


def state_of(one):
    return db.session.get(Membership, one.id, populate_existing=True).state


def leave(browser, group):
    return browser.post(f"/g/{group.slug}/leave")


def test_ben_leaves_in_one_press_and_is_thanked_in_one_sentence(group, ada, ben, browser_of, ended):
    browser = browser_of(ben)
    assert browser.get(f"/g/{group.slug}/leave").status_code == 200
    assert state_of(ben) is MembershipState.ACTIVE

    page = browser.post(f"/g/{group.slug}/leave", follow_redirects=True)

    assert "Thank you for the time you were here." in page.text
    assert "Come back" in page.text
    assert group.name not in page.text
    assert browser.get(f"/g/{group.slug}/members").status_code == 404
    assert ended == [ben.id]


def test_leaving_drops_the_letters_that_were_on_their_way(group, ada, dan, browser_of, postbox):
    browser = browser_of(dan)
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    leave(browser, group)

    assert deliver_due() == 0
    assert db.session.scalars(select(Letter)).one().state is LetterState.DROPPED


def test_leaving_is_undone_within_thirty_days_without_applying_again(frozen, group, ada, ben, change, browser_of):
    change(joining=Joining.APPLICATION)
    leave(browser_of(ben), group)
    frozen.shift(timedelta(days=29))

    browser = browser_of(ben)
    assert browser.post(f"/g/{group.slug}/come-back").status_code == 303
    assert state_of(ben) is MembershipState.ACTIVE
    assert group.name in browser.get(f"/g/{group.slug}").text


def test_after_thirty_days_one_asks_again(frozen, group, ada, ben, change, browser_of):
    change(joining=Joining.APPLICATION)
    leave(browser_of(ben), group)
    frozen.shift(timedelta(days=31))

    browser = browser_of(ben)
    assert browser.post(f"/g/{group.slug}/come-back").status_code == 404
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    assert state_of(ben) is MembershipState.APPLIED


def test_taking_an_application_back_is_no_place_to_come_back_to(group, ada, dan, change, browser_of):
    change(joining=Joining.APPLICATION)
    browser = browser_of(dan)
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    browser.post(f"/g/{group.slug}/withdraw")

    assert browser.post(f"/g/{group.slug}/come-back").status_code == 404
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    assert place_of(group, dan).state is MembershipState.APPLIED


def test_who_comes_to_a_full_group_stands_in_line_and_moves_up_by_itself(
    frozen, group, ada, ben, dan, change, browser_of, postbox
):
    change(size_limit=2)
    eve = make_account("Eve")
    browser = browser_of(dan)
    assert "All places are taken" in browser.get(f"/g/{group.slug}").text
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    frozen.shift(timedelta(minutes=1))
    browser_of(eve).post(f"/g/{group.slug}/join", data=fill_in(name="Eve"))
    assert place_of(group, dan).state is place_of(group, eve).state is MembershipState.WAITING
    assert "you stand in line" in browser.get(f"/g/{group.slug}").text
    assert deliver_due() == 0

    leave(browser_of(ben), group)

    assert place_of(group, dan).state is MembershipState.ACTIVE
    assert place_of(group, eve).state is MembershipState.WAITING
    assert deliver_due() == 1
    assert subjects(postbox, dan) == [f"{place_of(group, dan).cover_word}: a place is yours"]


def test_more_places_let_more_people_in(group, ada, dan, change, browser_of):
    change(size_limit=2)
    make_membership(group, make_account("Eve"), state=MembershipState.WAITING, waiting_since=clock.now())
    make_membership(group, dan, state=MembershipState.WAITING, waiting_since=clock.now() + timedelta(seconds=1))
    with transaction():
        group.size_limit = 3
        places.fill_places(group)

    assert place_of(group, dan).state is MembershipState.ACTIVE


def test_who_comes_back_to_a_full_group_stands_in_line(group, ada, ben, cleo, change, browser_of):
    leave(browser_of(ben), group)
    change(size_limit=2)
    browser_of(ben).post(f"/g/{group.slug}/come-back")

    assert state_of(ben) is MembershipState.WAITING


def test_ben_is_taken_out_quietly_and_cannot_come_in_again(group, ada, ben, browser_of, postbox, ended):
    browser = browser_of(ben)
    page = browser_of(ada).get(f"/g/{group.slug}/members/{ben.id}/remove")
    assert "Ben" in page.text
    assert browser_of(ada).post(f"/g/{group.slug}/members/{ben.id}/remove").status_code == 303

    assert ended == [ben.id]
    for path in ("", "/members", "/join", "/me"):
        assert browser.get(f"/g/{group.slug}{path}").status_code == 404
    assert browser.post(f"/g/{group.slug}/come-back").status_code == 404
    deliver_due()
    assert subjects(postbox, ben) == ["Blue: your place has ended"]
    assert group.name not in postbox[-1].as_string()


def test_facilitators_are_not_taken_out_by_one_another(group, ada, ben, browser_of):
    browser_of(ada).post(f"/g/{group.slug}/members/{ben.id}/facilitator")

    assert browser_of(ben).post(f"/g/{group.slug}/members/{ada.id}/remove").status_code == 409
    assert browser_of(ada).post(f"/g/{group.slug}/members/{ada.id}/remove").status_code == 404
    assert state_of(ada) is MembershipState.ACTIVE


def test_leaving_twice_is_leaving_once(group, ada, ben, browser_of, ended):
    with transaction():
        service.leave(ben)
        service.leave(ben)

    assert ended == [ben.id]
    assert db.session.scalar(select(func.count()).where(Letter.recipient_id == ben.account_id)) == 0
