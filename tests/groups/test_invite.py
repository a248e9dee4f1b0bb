"""Invitations: a link that names nothing, admits a few people for a while, and then is not there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.queries import account_of
from supportgroup.db import db, transaction
from supportgroup.groups import inviting, joining
from supportgroup.groups.models import Group, Invitation, Joining, Membership, MembershipState, Role, Visibility
from supportgroup.secrets import token_of
from tests.factories import make_account, make_group, make_membership
from tests.groups.steps import fill_in, join_by_letter, place_of, press_the_link
from tests.post import deliver_due


@pytest.fixture(autouse=True)
def unlisted(change):
    change(visibility=Visibility.UNLISTED, joining=Joining.APPLICATION, slug="0123456789abcdef")


@pytest.fixture
def invitation(group, ada):
    with transaction():
        made = inviting.make_invitation(by=ada, days=7, uses=2)
    return made


def link(invitation):
    return f"/i/{invitation.token}"


def test_ada_makes_a_link_and_dan_joins_by_it_without_an_application(client, group, ada, browser_of, postbox):
    made = browser_of(ada).post(f"/g/{group.slug}/manage/invitations", data={"days": "7", "uses": "1"})
    assert made.status_code == 303
    invitation = db.session.scalars(select(Invitation)).one()
    assert link(invitation) in browser_of(ada).get(f"/g/{group.slug}/manage/invitations").text

    assert join_by_letter(client, postbox, link(invitation)) == f"/g/{group.slug}"
    dan = place_of(group, account_of("dan@example.org"))
    assert dan.state is MembershipState.ACTIVE
    assert dan.hello_at is not None
    assert group.name in client.get(f"/g/{group.slug}").text
    assert db.session.scalars(select(Invitation)).one().uses == 1


def test_the_page_of_an_invitation_names_nothing_of_the_group(client, group, ada, dan, invitation, browser_of):
    for browser in (client, browser_of(dan)):
        page = browser.get(link(invitation))
        assert page.status_code == 200
        for secret in (group.name, group.public_title, group.purpose, group.slug, "Ada"):
            assert secret not in page.text


def test_opening_an_invitation_uses_nothing_up(client, invitation):
    for _ in range(5):
        assert client.get(link(invitation)).status_code == 200

    assert db.session.scalars(select(Invitation)).one().uses == 0


def revoke(invitation, frozen):
    with transaction():
        invitation.revoked_at = clock.now()


def use_up(invitation, frozen):
    with transaction():
        invitation.uses = invitation.most_uses


def expire(invitation, frozen):
    frozen.shift(timedelta(days=7))


@pytest.mark.parametrize("ending", [revoke, use_up, expire])
def test_an_invitation_that_is_over_is_not_there(frozen, group, ada, dan, invitation, browser_of, client, ending):
    browser = browser_of(dan)
    ending(invitation, frozen)
    other = browser_of(dan)

    never = client.get(f"/i/{token_of('invitation', group.id)}")
    over = client.get(link(invitation))
    assert (over.status_code, len(over.text)) == (404, len(never.text))
    for one in (browser, other, client):
        assert one.post(link(invitation), data=fill_in(email="dan@example.org")).status_code == 404
    assert place_of(group, dan) is None


@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "é", "0123456789abcdef", "AAAA" * 12])
def test_what_is_no_token_is_not_there(client, token):
    assert client.get(f"/i/{token}").status_code == 404


def test_a_link_that_was_used_up_before_the_letter_was_opened_lets_nobody_in(
    client, group, ada, dan, browser_of, postbox, invitation
):
    with transaction():
        invitation.uses = 1
    client.post(link(invitation), data=fill_in(email="late@example.org", zone="UTC"))
    assert browser_of(dan).post(link(invitation), data=fill_in()).status_code == 303

    deliver_due()
    press_the_link(client, postbox.to("late@example.org")[0])
    account = account_of("late@example.org")
    assert account.confirmed_at is not None
    assert place_of(group, account) is None
    assert db.session.scalars(select(Invitation)).one().uses == 2


def test_an_invitation_takes_an_application_further(group, ada, dan, browser_of, invitation):
    make_membership(group, dan, state=MembershipState.APPLIED, applied_at=clock.now(), joined_at=None)
    assert browser_of(dan).post(link(invitation), data=fill_in()).status_code == 303

    assert place_of(group, dan).state is MembershipState.ACTIVE


def test_who_was_removed_cannot_use_one_and_who_is_in_needs_none(group, ada, ben, dan, browser_of, invitation):
    make_membership(group, dan, state=MembershipState.REMOVED)
    assert browser_of(dan).get(link(invitation)).status_code == 404
    assert browser_of(dan).post(link(invitation), data=fill_in()).status_code == 404

    assert browser_of(ben).get(link(invitation)).location == f"/g/{group.slug}"
    assert db.session.scalars(select(Invitation)).one().uses == 0


def test_a_revoked_link_is_gone_from_the_list(group, ada, browser_of, invitation):
    browser = browser_of(ada)
    path = f"/g/{group.slug}/manage/invitations/{invitation.id}/revoke"
    for _ in range(2):
        assert browser.post(path).status_code == 303

    assert "/i/" not in browser.get(f"/g/{group.slug}/manage/invitations").text


def test_another_groups_invitation_cannot_be_revoked(group, ada, browser_of, app):
    with transaction():
        elsewhere = make_membership(make_group(), make_account("Eve"), role=Role.FACILITATOR)
        theirs = inviting.make_invitation(by=elsewhere, days=1, uses=1)
    browser_of(ada).post(f"/g/{group.slug}/manage/invitations/{theirs.id}/revoke")

    assert inviting.invitation_of(theirs.token) is not None


@pytest.mark.parametrize(
    "fields",
    [{"days": "0"}, {"days": "31"}, {"uses": "0"}, {"uses": "51"}, {"uses": "²"}, {"days": "9" * 5000}, {"days": ""}],
)
def test_numbers_out_of_range_are_said(group, ada, browser_of, fields):
    answer = browser_of(ada).post(f"/g/{group.slug}/manage/invitations", data={"days": "7", "uses": "1", **fields})

    assert answer.status_code == 422
    assert "Say a number from" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_the_poster_of_an_unlisted_group_carries_a_link_that_lets_people_in(group, ada, browser_of, client, invitation):
    page = browser_of(ada).get(f"/g/{group.slug}/poster")

    assert group.public_title in page.text
    assert group.name not in page.text.partition("<main")[2]
    assert link(invitation) in page.text
    assert "data:image/svg+xml" in page.text


def test_the_poster_of_a_listed_group_leads_to_its_page(group, ada, browser_of, change):
    change(visibility=Visibility.LISTED)
    page = browser_of(ada).get(f"/g/{group.slug}/poster").text

    assert f"/g/{group.slug}</span>" in page
    assert "/i/" not in page


def test_of_fifty_who_press_at_once_one_uses_the_last_place_of_a_link(committed_app):
    """On committed data, in threads: each has a connection of its own."""
    with transaction():
        group = make_group(visibility=Visibility.UNLISTED, size_limit=100)
        ada = make_membership(group, make_account("Ada"), role=Role.FACILITATOR)
        invitation = inviting.make_invitation(by=ada, days=7, uses=1)
        accounts = [make_account(f"Guest{number}") for number in range(50)]
    pressed = [(group.id, account.id, invitation.id) for account in accounts]
    db.session.remove()

    def press(who):
        group_id, account_id, invitation_id = who
        with committed_app.app_context(), transaction():
            wish = joining.Wish(name="Guest", agreement_version=1)
            account = db.session.get(accounts[0].__class__, account_id)
            return joining.join(group_id=group_id, account=account, wish=wish, invitation_id=invitation_id) is not None

    with ThreadPoolExecutor(10) as pool:
        admitted = list(pool.map(press, pressed))

    assert admitted.count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Membership).where(Membership.group_id == group.id)) == 2


def test_of_twenty_who_press_at_once_none_gets_a_place_too_many(committed_app):
    with transaction():
        group = make_group(size_limit=5)
        accounts = [make_account(f"Guest{number}") for number in range(20)]
    pressed = [(group.id, account.id) for account in accounts]
    account_class = type(accounts[0])
    db.session.remove()

    def press(who):
        group_id, account_id = who
        with committed_app.app_context(), transaction():
            wish = joining.Wish(name="Guest", agreement_version=1)
            mine = joining.join(group_id=group_id, account=db.session.get(account_class, account_id), wish=wish)
            return mine.state

    with ThreadPoolExecutor(10) as pool:
        states = list(pool.map(press, pressed))

    assert states.count(MembershipState.ACTIVE) == 5
    assert states.count(MembershipState.WAITING) == 15
    assert db.session.get(Group, group.id).size_limit == 5
