"""Joining: one form and one letter, or at once for who is signed in."""

import re

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account
from supportgroup.accounts.queries import account_of
from supportgroup.db import db, transaction
from supportgroup.groups.models import (
    Agreement,
    GroupState,
    Joining,
    Membership,
    MembershipState,
    PendingJoining,
    Visibility,
)
from tests.factories import make_membership
from tests.groups.steps import ask_by_letter, fill_in, join_by_letter, place_of, press_the_link, subjects
from tests.post import deliver_due, text_of


def test_dan_joins_an_open_group_with_one_form_and_one_letter(client, group, ada, postbox):
    page = client.get(f"/g/{group.slug}")
    assert "Carrying less" in page.text
    assert f'href="/g/{group.slug}/join"' in page.text

    assert join_by_letter(client, postbox, f"/g/{group.slug}/join") == f"/g/{group.slug}"

    home = client.get(f"/g/{group.slug}")
    assert group.name in home.text
    dan = place_of(group, account_of("dan@example.org"))
    assert (dan.state, dan.name, dan.agreement_version, dan.hello_at) == (MembershipState.ACTIVE, "Dan", 1, None)
    assert dan.account_id != ada.account_id
    assert db.session.scalar(select(func.count()).select_from(PendingJoining)) == 0


def test_the_welcome_says_the_cover_word_and_nothing_of_the_group(client, group, ada, postbox, frozen):
    join_by_letter(client, postbox, f"/g/{group.slug}/join")
    deliver_due()

    welcome = postbox[-1]
    word = place_of(group, account_of("dan@example.org")).cover_word
    assert welcome["Subject"] == f"{word}: you are in"
    for secret in (group.name, group.public_title, "Ada", group.slug):
        assert secret not in welcome.as_string()


def test_nothing_happens_before_the_link_is_used(client, group, postbox):
    ask_by_letter(client, f"/g/{group.slug}/join")
    deliver_due()
    path = re.search(r"(/l/\S+)", text_of(postbox[0])).group(1)
    for _ in range(3):
        assert client.get(path, follow_redirects=True).status_code == 200

    assert db.session.scalar(select(func.count()).select_from(Membership)) == 0


def test_a_known_address_joins_by_a_letter_that_signs_in_and_sees_the_same_page(client, app, group, dan, postbox):
    unknown = ask_by_letter(client, f"/g/{group.slug}/join", email="nobody@example.org")
    known = ask_by_letter(app.test_client(), f"/g/{group.slug}/join", email=dan.email)
    assert without_nonce(known.text) == without_nonce(unknown.text)

    browser = app.test_client()
    ask_by_letter(browser, f"/g/{group.slug}/join", email=dan.email, name="Daniel")
    deliver_due()
    press_the_link(browser, postbox.to(dan.email)[-1])

    assert place_of(group, dan).name == "Daniel"
    assert db.session.scalar(select(func.count()).where(Account.email_index == dan.email_index)) == 1


def test_who_is_signed_in_joins_at_once(group, ada, dan, browser_of):
    browser = browser_of(dan)
    assert "Email address" not in browser.get(f"/g/{group.slug}/join").text

    answer = browser.post(f"/g/{group.slug}/join", data=fill_in())

    assert (answer.status_code, answer.location) == (303, f"/g/{group.slug}")
    assert place_of(group, dan).state is MembershipState.ACTIVE
    assert browser.get(f"/g/{group.slug}/join").status_code == 303


def test_joining_twice_is_joining_once(group, dan, browser_of, postbox):
    browser = browser_of(dan)
    for _ in range(2):
        browser.post(f"/g/{group.slug}/join", data=fill_in())

    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1
    assert deliver_due() == 1


def test_the_form_wants_the_tick_and_keeps_what_was_typed(client, group):
    answer = client.post(f"/g/{group.slug}/join", data={"email": "dan@example.org", "name": "Dan of old"})

    assert answer.status_code == 422
    assert "Tick this to go on" in answer.text
    assert "Dan of old" in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Da\x00n"},
        {"name": "D" * 41},
        {"name": ""},
        {"name": " \t "},
        {"name": "two\u2028lines"},
        {"email": "dan@"},
        {"email": "dan@example.org\nBcc: ben@example.org"},
        {"consent": "false"},
    ],
)
def test_what_is_no_name_and_no_address_is_said_and_nothing_changes(client, group, fields):
    answer = client.post(f"/g/{group.slug}/join", data=fill_in(**{"email": "dan@example.org", **fields}))

    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "\x00", "../../etc/passwd"])
def test_a_zone_that_does_not_exist_becomes_the_groups(client, group, zone):
    client.post(f"/g/{group.slug}/join", data=fill_in(email="dan@example.org", zone=zone))

    assert account_of("dan@example.org").zone == group.zone


@pytest.mark.parametrize("version", ["0", "2", "x", "²", "9" * 400, "-1", ""])
def test_only_the_agreement_that_holds_can_be_accepted(group, dan, browser_of, version):
    answer = browser_of(dan).post(f"/g/{group.slug}/join", data=fill_in(agreement_version=version))

    assert answer.status_code == 422
    assert "agreement has changed" in answer.text
    assert place_of(group, dan) is None


def test_an_agreement_changed_meanwhile_is_shown_anew(group, dan, browser_of):
    with transaction():
        db.session.add(Agreement(group_id=group.id, version=2, text="New words.", created_at=group.created_at))
    browser = browser_of(dan)

    answer = browser.post(f"/g/{group.slug}/join", data=fill_in())
    assert "New words." in answer.text
    assert 'name="agreement_version" type="hidden" value="2"' in answer.text

    assert browser.post(f"/g/{group.slug}/join", data=fill_in(agreement_version="2")).status_code == 303
    assert place_of(group, dan).agreement_version == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"visibility": Visibility.UNLISTED},
        {"joining": Joining.INVITATION},
        {"state": GroupState.CLOSED},
    ],
)
def test_where_nobody_can_join_by_the_form_there_is_none(client, group, dan, browser_of, change, columns):
    change(**columns)

    for browser in (client, browser_of(dan)):
        assert browser.get(f"/g/{group.slug}/join").status_code == 404
        assert browser.post(f"/g/{group.slug}/join", data=fill_in(email="dan@example.org")).status_code == 404
    assert place_of(group, dan) is None


def test_a_group_that_rests_takes_nobody_in(group, dan, browser_of, change):
    change(state=GroupState.RESTING)

    answer = browser_of(dan).post(f"/g/{group.slug}/join", data=fill_in())
    assert answer.status_code == 422
    assert "rests for now" in answer.text


def test_who_was_removed_finds_nothing_there_and_no_letter_lets_them_in(client, group, dan, browser_of, postbox):
    make_membership(group, dan, state=MembershipState.REMOVED)
    browser = browser_of(dan)
    missing = browser.get("/g/no-such-group")
    for path in (f"/g/{group.slug}", f"/g/{group.slug}/join"):
        gone = browser.get(path)
        assert (gone.status_code, without_nonce(gone.text)) == (404, without_nonce(missing.text))
    assert browser.post(f"/g/{group.slug}/join", data=fill_in()).status_code == 404
    assert group.public_title not in browser.get("/groups").text

    join_by_letter(client, postbox, f"/g/{group.slug}/join", email=dan.email)
    assert place_of(group, dan).state is MembershipState.REMOVED


def test_two_groups_have_two_cover_words(group, ada, dan, browser_of, frozen, postbox):
    first = make_membership(group, dan, cover_word="Wednesday", state=MembershipState.LEFT)
    db.session.commit()
    with transaction():
        db.session.delete(first)
    browser = browser_of(dan)
    browser.post(f"/g/{group.slug}/join", data=fill_in())
    assert place_of(group, dan).cover_word == "Wednesday"  # noon is on one
    deliver_due()
    assert subjects(postbox, dan) == ["Wednesday: you are in"]


def without_nonce(page):
    return re.sub(r'nonce="[^"]*"|csrf_token" value="[^"]*"', "", page)
