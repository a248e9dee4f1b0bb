"""Another address: confirmed at the new one, told to the former one without a link, undone within three days."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account, OtherAddress
from supportgroup.accounts.service import remove_unconfirmed
from supportgroup.db import db, transaction
from tests.accounts.conftest import (
    PASSWORD,
    address_of,
    another_browser,
    code_now,
    give_codes,
    give_password,
    is_in,
    new_letters,
    page_of,
)
from tests.factories import make_account
from tests.post import text_of

NEW = "ada@new.example"


def ask(browser, email=NEW, **more):
    return browser.post("/me/email", data={"email": email, **more})


def change(browser, postbox, email=NEW, **more):
    """Ask for it and open the link; the letters that follow."""
    ask(browser, email, **more)
    (letter,) = new_letters(postbox)
    assert letter["To"] == email
    assert browser.post(page_of(browser, letter)).status_code == 303
    return new_letters(postbox)


def test_ada_confirms_at_the_new_address_and_the_former_one_hears_of_it_without_a_link(ada, sign_in, postbox):
    browser, elsewhere, former = sign_in(ada), sign_in(ada), ada.email
    (notice,) = change(browser, postbox)

    assert address_of(ada) == NEW
    assert notice["To"] == former
    assert "/l/" not in notice.as_string()
    assert "http" not in text_of(notice)
    assert NEW not in notice.as_string()
    assert (is_in(browser), is_in(elsewhere)) == (True, False)

    another_browser().post("/sign-in", data={"email": NEW})
    assert [letter["To"] for letter in new_letters(postbox)] == [NEW]


def test_opening_the_link_changes_nothing_and_it_works_once(ada, sign_in, postbox):
    browser, former = sign_in(ada), ada.email
    ask(browser)
    (letter,) = new_letters(postbox)
    for _ in range(3):
        path = page_of(browser, letter)
    assert address_of(ada) == former

    assert browser.post(path).status_code == 303
    assert browser.post(path).status_code == 404


def test_the_link_is_worth_nothing_to_somebody_else(ada, sign_in, postbox):
    with transaction():
        ben = make_account("Ben")
    ask(sign_in(ada))
    (letter,) = new_letters(postbox)
    path = page_of(sign_in(ada), letter)

    assert another_browser().get(path).status_code == 303
    assert sign_in(ben).get(path).status_code == 404
    assert sign_in(ben).post(path).status_code == 404


def test_an_address_that_somebody_has_gets_the_same_answer_and_no_letter(ada, sign_in, postbox):
    with transaction():
        ben = make_account("Ben")
    browser = sign_in(ada)
    pages = [re.sub(r'(nonce|value)="[^"]*"', "", ask(browser, email).text) for email in (ben.email, NEW)]

    assert pages[0] == pages[1]
    assert [letter["To"] for letter in new_letters(postbox)] == [NEW]


def test_an_address_taken_meanwhile_stays_where_it_is(ada, sign_in, postbox):
    browser, former = sign_in(ada), ada.email
    ask(browser)
    (letter,) = new_letters(postbox)
    with transaction():
        make_account("Other", email=NEW)

    assert browser.post(page_of(browser, letter)).status_code == 409
    assert address_of(ada) == former


def test_an_account_that_nobody_confirmed_does_not_keep_an_address(ada, sign_in, postbox):
    browser = sign_in(ada)
    another_browser().post("/sign-up", data={"email": NEW, "name": "X", "zone": "UTC", "adult": "y"})
    new_letters(postbox)
    change(browser, postbox)

    assert address_of(ada) == NEW
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_links_that_lie_in_the_former_mailbox_sign_nobody_in_any_more(ada, sign_in, postbox):
    thief, former = another_browser(), ada.email
    thief.post("/sign-in", data={"email": former})
    (link,) = new_letters(postbox)
    path = page_of(thief, link)
    change(sign_in(ada), postbox)

    assert thief.post(path).status_code == 410
    thief.post("/sign-in", data={"email": former})
    assert new_letters(postbox) == []


def test_within_three_days_ada_goes_back(ada, sign_in, postbox, frozen):
    browser, former = sign_in(ada), ada.email
    change(browser, postbox)
    frozen.shift(timedelta(minutes=14))
    undo = re.search(r"/me/email/[0-9a-f-]{36}/undo", browser.get("/me/email").text).group()
    assert browser.post(undo).status_code == 303

    assert address_of(ada) == former
    assert [letter["To"] for letter in new_letters(postbox)] == [former]
    assert browser.post(undo).status_code == 404


def test_if_it_was_somebody_else_the_password_brings_ada_in_by_her_former_address(ada, sign_in, postbox, frozen):
    give_password(ada)
    former, thief = ada.email, sign_in(ada)
    new_letters(postbox)
    change(thief, postbox, "thief@evil.example")
    frozen.shift(timedelta(hours=71))

    hers = another_browser()
    data = {"email": former, "password": PASSWORD}
    assert hers.post("/sign-in/password", data=data).status_code == 303
    undo = re.search(r"/me/email/[0-9a-f-]{36}/undo", hers.get("/me/email").text).group()
    assert hers.post(undo).status_code == 303
    assert address_of(ada) == former
    assert not is_in(thief)


def test_nobody_keeps_the_way_back_shut_by_signing_up_with_the_former_address(ada, sign_in, postbox):
    browser, former = sign_in(ada), ada.email
    change(browser, postbox)
    another_browser().post("/sign-up", data={"email": former, "name": "X", "zone": "UTC", "adult": "y"})
    undo = re.search(r"/me/email/[0-9a-f-]{36}/undo", browser.get("/me/email").text).group()

    assert browser.post(undo).status_code == 303
    assert address_of(ada) == former


def test_after_three_days_the_former_address_is_gone_from_here(ada, sign_in, postbox, frozen):
    give_password(ada)
    former, browser = ada.email, sign_in(ada)
    new_letters(postbox)
    change(browser, postbox)
    frozen.shift(timedelta(hours=73))

    data = {"email": former, "password": PASSWORD}
    assert another_browser().post("/sign-in/password", data=data).status_code == 422
    with transaction():
        remove_unconfirmed()
    assert db.session.scalars(select(OtherAddress)).all() == []


def test_with_a_second_step_the_former_mailbox_need_not_hear_of_it(ada, sign_in, postbox, frozen):
    give_codes(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now()})
    assert change(browser, postbox, quietly="y") == []


def test_without_one_it_always_does(ada, sign_in, postbox):
    former = ada.email
    assert [letter["To"] for letter in change(sign_in(ada), postbox, quietly="y")] == [former]


@pytest.mark.parametrize(
    "email", ["", "ada", "a\x00@b.example", "a@b.example\r\nBcc: c@d.example", "x" * 300 + "@a.example"]
)
def test_what_is_no_address_is_said_beside_it(ada, sign_in, email):
    assert ask(sign_in(ada), email).status_code == 422
    assert db.session.scalars(select(OtherAddress)).all() == []


def test_the_database_holds_neither_address(ada, sign_in):
    ask(sign_in(ada))
    row = db.session.scalars(select(OtherAddress)).one()
    assert NEW.encode() not in row.email_sealed + row.email_index
