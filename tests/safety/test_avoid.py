"""People somebody would rather not meet: a second look at the door, and nobody told who, or where (T19)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Joining, Role
from supportgroup.safety.models import Avoided
from tests.factories import make_account, make_group, make_membership
from tests.post import deliver_due

LOOK = "Take a second look"


@pytest.fixture
def group(app):
    with transaction():
        made = make_group(joining=Joining.APPLICATION)
    return made


@pytest.fixture
def people(group):
    """Ada looks after the group, Ben is in it, Dan is a stranger; by name."""
    with transaction():
        ada = make_membership(group, make_account("Ada"), role=Role.FACILITATOR)
        ben = make_membership(group, make_account("Ben"))
        return {"Ada": ada.account_id, "Ben": ben.account_id, "Dan": make_account("Dan", email="dan@example.org").id}


@pytest.fixture
def browser(people, sign_in):
    return lambda name: sign_in(db.session.get_one(Account, people[name]))


def put_on(browser, text):
    return browser.post("/me/avoid", data={"text": text})


def apply(browser, group, name="Dan"):
    return browser.post(
        f"/g/{group.slug}/join", data={"name": name, "agreement_version": "1", "agree": "y", "consent": "y"}
    )


@pytest.mark.parametrize(
    ("text", "name", "looks"),
    [
        (" DAN@example.org ", "Somebody else", True),
        ("dan  the MAN", "Dan the man", True),
        ("dan", "Dan the man", False),
        ("dave@example.org", "Dan", False),
    ],
)
def test_whoever_looks_after_the_group_is_asked_for_a_second_look(group, browser, postbox, text, name, looks):
    assert put_on(browser("Ben"), text).status_code == 303
    ben = browser("Ben")
    pages = ["/home", f"/g/{group.slug}", f"/g/{group.slug}/members", "/me/avoid"]
    before = [ben.get(path).text.count("Dan") for path in pages]
    assert apply(browser("Dan"), group, name).location == f"/g/{group.slug}"
    deliver_due()

    assert (LOOK in browser("Ada").get(f"/g/{group.slug}/manage/applications").text) is looks
    assert "Ben" not in browser("Ada").get(f"/g/{group.slug}/manage/applications").text
    assert [ben.get(path).text.count("Dan") for path in pages] == before  # its owner learns nothing
    assert "Dan" not in "".join(letter["Subject"] for letter in postbox)


def test_in_an_open_group_it_is_asked_for_beside_the_hello(group, people, browser):
    with transaction():
        group.joining = Joining.OPEN
    put_on(browser("Ben"), "dan@example.org")
    apply(browser("Dan"), group)
    assert LOOK in browser("Ada").get(f"/g/{group.slug}/members").text
    assert LOOK not in browser("Ben").get(f"/g/{group.slug}/members").text


def test_a_list_tells_its_owner_nothing_even_where_they_look_after_the_group(group, browser):
    """Somebody could else put one address on a list and wait."""
    put_on(browser("Ada"), "dan@example.org")
    apply(browser("Dan"), group)
    assert LOOK not in browser("Ada").get(f"/g/{group.slug}/manage/applications").text


def test_who_has_left_asks_for_no_look(group, browser):
    put_on(browser("Ben"), "dan@example.org")
    browser("Ben").post(f"/g/{group.slug}/leave")
    apply(browser("Dan"), group)
    assert LOOK not in browser("Ada").get(f"/g/{group.slug}/manage/applications").text


def test_the_list_is_its_owners_sealed_behind_a_proof_and_has_an_end(frozen, group, people, browser):
    ben = browser("Ben")
    assert [put_on(ben, text).status_code for text in ("", "a" * 255, "\x00", "Eve", "eve", " EVE ")] == [422] * 3 + [
        303
    ] * 3
    (one,) = db.session.scalars(select(Avoided)).all()
    assert (one.text, b"eve" in one.text_sealed) == ("eve", False)
    assert one.text_index not in set(db.session.scalars(select(Account.email_index)))
    assert "eve" in ben.get("/me/avoid").text
    assert browser("Ada").post(f"/me/avoid/{one.id}/remove").status_code == 404
    for number in range(19):
        put_on(ben, f"somebody{number}@example.org")
    assert "room for 20" in put_on(ben, "one more").text

    frozen.shift(timedelta(minutes=16))
    assert "/me/prove" in ben.get("/me/avoid").location
    frozen.shift(timedelta(minutes=-16))
    assert ben.post(f"/me/avoid/{one.id}/remove").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Avoided)) == 19


def test_the_same_address_in_two_tables_cannot_be_told_apart_from_two_addresses(people, browser):
    put_on(browser("Ben"), "dan@example.org")
    dan = db.session.get_one(Account, people["Dan"])
    assert db.session.scalars(select(Avoided.text_index)).one() != dan.email_index
    assert dan.email == "dan@example.org"
