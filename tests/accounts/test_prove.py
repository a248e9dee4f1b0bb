"""What could be turned against its owner asks once more who sits there, by the strongest that the account has."""

import dataclasses
from datetime import timedelta

import pytest
from flask import current_app

from supportgroup import clock
from supportgroup.accounts import codes
from supportgroup.accounts.access import away
from supportgroup.accounts.service import note_powers
from supportgroup.db import transaction
from tests.accounts.conftest import (
    PASSWORD,
    another_browser,
    code_now,
    give_codes,
    give_passkey,
    give_password,
    new_letters,
    page_of,
)

LATER = timedelta(minutes=16)
GUARDED = ["/me/email", "/me/ways/password", "/me/ways/codes"]
GUARDED_POSTS = [
    "/me/ways/password/remove",
    "/me/ways/codes/remove",
    "/me/ways/spare-codes",
    "/me/ways/passkeys/options",
    "/me/ways/passkeys",
]


@pytest.mark.parametrize("path", GUARDED)
def test_right_after_signing_in_nobody_is_asked_and_a_quarter_of_an_hour_later_everybody(ada, sign_in, frozen, path):
    browser = sign_in(ada)
    assert browser.get(path).status_code == 200

    frozen.shift(LATER)
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (303, f"/me/prove?next={path}")


@pytest.mark.parametrize("path", GUARDED_POSTS)
def test_a_press_that_comes_too_late_changes_nothing_and_leads_back_to_its_page(ada, sign_in, frozen, path):
    browser = sign_in(ada)
    frozen.shift(LATER)

    answer = browser.post(path)
    assert answer.status_code == 303
    assert answer.location in (
        "/me/prove?next=/me/ways",
        "/me/prove?next=/me/ways/password",
        "/me/prove?next=/me/ways/codes",
    )


def test_a_link_in_the_inbox_shows_who_it_is_and_leads_on(ada, sign_in, frozen, postbox):
    browser = sign_in(ada)
    frozen.shift(LATER)
    before = browser.get_cookie("sid").value
    assert browser.post("/me/prove/link", data={"next": "/me/email"}).status_code == 200

    answer = browser.post(page_of(browser, new_letters(postbox)[0]))
    assert answer.location == "/me/email"
    assert browser.get("/me/email").status_code == 200
    assert browser.get_cookie("sid").value != before


def test_so_does_a_password(ada, sign_in, frozen):
    give_password(ada)
    browser = sign_in(ada)
    frozen.shift(LATER)
    before = browser.get_cookie("sid").value
    assert browser.post("/me/prove", data={"password": "a lamp in no window"}).status_code == 422
    assert browser.get("/me/email").status_code == 303

    answer = browser.post("/me/prove", data={"password": PASSWORD, "next": "/me/email"})
    assert answer.location == "/me/email"
    assert browser.get("/me/email").status_code == 200

    thief = another_browser()
    thief.set_cookie("sid", before)
    assert thief.get("/me").status_code == 303


def test_who_has_codes_is_asked_for_one_however_fresh_the_link(ada, sign_in, frozen):
    give_codes(ada)
    browser = sign_in(ada)  # by the link alone
    assert browser.get("/me/email").status_code == 303
    assert "Send me the link" not in browser.get("/me/prove").text

    assert browser.post("/me/prove", data={"code": code_now(), "next": "/me/email"}).location == "/me/email"
    assert browser.get("/me/email").status_code == 200
    frozen.shift(LATER)
    assert browser.get("/me/email").status_code == 303


def test_who_has_a_passkey_can_use_a_spare_code_once(ada, sign_in, frozen, postbox):
    give_passkey(ada)
    with transaction():
        spare = codes.make_spare(ada, tell=False)
    browser = sign_in(ada)
    assert browser.get("/me/email").status_code == 303
    assert browser.post("/me/prove", data={"code": "1" * 16}).status_code == 422

    assert browser.post("/me/prove", data={"code": spare[3].upper()}).status_code == 303
    assert browser.get("/me/email").status_code == 200
    assert browser.post("/me/prove", data={"code": spare[3]}).status_code == 422
    assert ["spare codes was used" in str(letter) for letter in new_letters(postbox)] == [True]


def test_with_password_and_codes_both_are_asked_for(ada, sign_in, frozen):
    give_codes(ada)
    give_password(ada)
    browser = sign_in(ada)

    for data in ({"code": code_now()}, {"password": PASSWORD}):
        assert browser.post("/me/prove", data=data).status_code == 422
    assert browser.post("/me/prove", data={"password": PASSWORD, "code": code_now()}).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
def test_afterwards_nobody_is_led_to_another_host(ada, sign_in, frozen, target):
    give_codes(ada)
    answer = sign_in(ada).post("/me/prove", data={"code": code_now(), "next": target})
    assert answer.location == "/home"


# What facilitators and operators do asks for a second step.


@pytest.fixture
def in_production(app, monkeypatch):
    settings = dataclasses.replace(app.config["SETTINGS"], environment="production")
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def sent_away(browser):
    """Where a page that needs a second step sends this browser; None where it may stay."""
    cookie = browser.get_cookie("sid").value
    with current_app.test_request_context("/g/circle/reports", headers={"Cookie": f"sid={cookie}"}):
        answer = away(powers=True)
    return answer and answer.location


def test_a_facilitator_has_fourteen_days_to_set_up_a_second_step(ada, sign_in, frozen, in_production):
    with transaction():
        note_powers(ada)
    frozen.shift(timedelta(days=13))
    assert sent_away(sign_in(ada)) is None

    assert "Wednesday 26 May</time> it works without." in sign_in(ada).get("/me/ways").text

    frozen.shift(timedelta(days=2))
    browser = sign_in(ada)
    assert sent_away(browser) == "/me/ways"
    assert "Set up one of them, and you can go on." in browser.get("/me/ways").text

    give_passkey(ada)
    assert sent_away(sign_in(ada)).startswith("/me/prove")


def test_the_days_begin_once(ada, frozen):
    with transaction():
        note_powers(ada)
    frozen.shift(timedelta(days=5))
    with transaction():
        note_powers(ada)

    assert ada.powers_at == clock.now() - timedelta(days=5)


def test_nothing_stands_in_the_demos_door(ada, sign_in, frozen):
    with transaction():
        note_powers(ada)
    browser = sign_in(ada)
    frozen.shift(timedelta(days=3))
    assert sent_away(browser) is None


def test_who_has_a_second_step_is_asked_for_it_everywhere(ada, sign_in, frozen):
    give_codes(ada)
    browser = sign_in(ada)
    assert sent_away(browser) == "/me/prove?next=/g/circle/reports"

    browser.post("/me/prove", data={"code": code_now()})
    assert sent_away(browser) is None
