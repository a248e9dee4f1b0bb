"""Codes from an app: asked for at every sign-in once set up, each good once, five tries in a quarter of an hour."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Authenticator, SpareCode
from supportgroup.db import db, transaction
from tests.accounts.conftest import (
    PASSWORD,
    SEED,
    another_browser,
    code_now,
    give_codes,
    give_passkey,
    give_password,
    is_in,
    new_letters,
    sign_in_page_of,
)
from tests.factories import make_account


def set_up(browser):
    """Set up codes as a person does; the app's seed and the page that answers."""
    page = browser.get("/me/ways/codes").text
    token = re.search(r'name="seed"[^>]*value="([^"]+)"', page).group(1)
    seed = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', page).group(1).replace(" ", "")
    return seed, browser.post("/me/ways/codes", data={"seed": token, "code": pyotp.TOTP(seed).at(clock.now())})


def spare_in(page):
    return re.findall(r'<li class="code">([a-z0-9-]{19})</li>', page.text)


def test_ada_sets_up_codes_and_sees_ten_spare_ones_once(ada, sign_in, frozen, postbox):
    browser, elsewhere = sign_in(ada), sign_in(ada)
    _, page = set_up(browser)

    assert len(set(spare_in(page))) == 10
    assert spare_in(browser.get("/me/ways")) == []
    assert (is_in(browser), is_in(elsewhere)) == (True, False)
    (letter,) = new_letters(postbox)
    assert letter["Subject"] == "A change"
    assert "Codes from an app are asked for now" in letter.get_body(("plain",)).get_content()


def test_a_wrong_code_sets_up_nothing_and_keeps_the_picture(ada, sign_in, frozen):
    browser = sign_in(ada)
    page = browser.get("/me/ways/codes").text
    token = re.search(r'name="seed"[^>]*value="([^"]+)"', page).group(1)
    answer = browser.post("/me/ways/codes", data={"seed": token, "code": "000000"})

    assert answer.status_code == 422
    assert token in answer.text
    assert db.session.scalars(select(Authenticator)).all() == []


def test_a_picture_made_for_somebody_else_is_worth_nothing(ada, sign_in, frozen):
    ada_page = sign_in(ada).get("/me/ways/codes").text
    token = re.search(r'name="seed"[^>]*value="([^"]+)"', ada_page).group(1)
    seed = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', ada_page).group(1).replace(" ", "")
    with transaction():
        ben = make_account("Ben")
    answer = sign_in(ben).post("/me/ways/codes", data={"seed": token, "code": pyotp.TOTP(seed).at(clock.now())})

    assert answer.status_code == 422
    assert db.session.scalars(select(Authenticator)).all() == []


def test_a_link_alone_signs_nobody_in_then(ada, client, frozen):
    give_codes(ada)
    path = sign_in_page_of(ada)
    assert client.post(path).status_code == 422
    assert client.post(path, data={"code": "123456"}).status_code == 422
    assert not is_in(client)

    assert client.post(path, data={"code": code_now()}).status_code == 303
    assert is_in(client)


def test_a_code_is_good_once(ada, client, frozen):
    give_codes(ada)
    code = code_now()
    assert client.post(sign_in_page_of(ada), data={"code": code}).status_code == 303

    thief = another_browser()
    assert thief.post(sign_in_page_of(ada), data={"code": code}).status_code == 422
    frozen.shift(timedelta(seconds=30))
    assert thief.post(sign_in_page_of(ada), data={"code": code}).status_code == 422


@pytest.mark.parametrize(("late", "status"), [(-60, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
def test_a_clock_that_is_half_a_minute_off_is_fine(ada, client, frozen, late, status):
    give_codes(ada)
    code = pyotp.TOTP(SEED).at(clock.now() + timedelta(seconds=late))

    assert client.post(sign_in_page_of(ada), data={"code": code}).status_code == status


def test_after_five_wrong_codes_the_right_one_has_to_wait(ada, client, frozen):
    give_codes(ada)
    path = sign_in_page_of(ada)
    for _ in range(5):
        client.post(path, data={"code": "000000"})
    assert client.post(path, data={"code": code_now()}).status_code == 422

    frozen.shift(timedelta(minutes=4))
    assert client.post(path, data={"code": code_now()}).status_code == 303


@pytest.mark.parametrize("code", ["", "1" * 41, "12345\x00", "１２３４５６", "abcdefghijklmnop", "²²²²²²", "\ud800"])
def test_what_is_no_code_is_said_beside_it(ada, client, frozen, code):
    give_codes(ada)
    assert client.post(sign_in_page_of(ada), data={"code": code.encode("utf-8", "surrogatepass")}).status_code == 422


def test_a_spare_code_signs_in_once_and_is_told(ada, client, frozen, postbox):
    spare = give_codes(ada)
    assert client.post(sign_in_page_of(ada), data={"code": spare[0].replace("-", " ")}).status_code == 303
    assert another_browser().post(sign_in_page_of(ada), data={"code": spare[0]}).status_code == 422
    assert len(new_letters(postbox)) == 1


def test_the_database_holds_no_seed_and_no_spare_code(ada, frozen):
    spare = give_codes(ada)
    row = db.session.scalars(select(Authenticator)).one()
    stored = [row.seed_sealed, *db.session.scalars(select(SpareCode.code_hash))]

    assert not any(secret.encode() in blob for blob in stored for secret in [SEED, *spare])


def test_new_spare_codes_replace_the_old_ones(ada, sign_in, frozen, postbox):
    old = give_codes(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now()})
    new = spare_in(browser.post("/me/ways/spare-codes"))

    assert len(new) == 10
    assert not set(old) & set(new)
    assert another_browser().post(sign_in_page_of(ada), data={"code": old[5]}).status_code == 422
    assert another_browser().post(sign_in_page_of(ada), data={"code": new[5]}).status_code == 303


def test_codes_removed_take_their_spare_ones_along_unless_a_passkey_stays(ada, sign_in, frozen):
    give_codes(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now()})
    browser.post("/me/ways/codes/remove")
    assert db.session.scalars(select(SpareCode)).all() == []

    give_codes(ada)
    give_passkey(ada)
    frozen.shift(timedelta(minutes=1))
    browser.post("/me/prove", data={"code": code_now()})
    browser.post("/me/ways/codes/remove")
    assert len(db.session.scalars(select(SpareCode)).all()) == 10


def test_a_short_password_keeps_the_codes_it_leans_on(ada, sign_in, frozen):
    give_codes(ada)
    give_password(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now(), "password": PASSWORD})
    assert browser.post("/me/ways/password", data={"password": "pine kettle"}).status_code == 303

    assert browser.post("/me/ways/codes/remove").status_code == 409
    assert db.session.scalars(select(Authenticator)).one()
