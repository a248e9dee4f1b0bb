"""Signing in by an emailed link: a page, a press, once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account, Session, SignInLink
from supportgroup.db import db, transaction
from tests.factories import make_account
from tests.post import deliver_due, text_of


@pytest.fixture
def ada(app):
    with transaction():
        account = make_account("Ada")
    return account


def ask_for_link(client, email):
    return client.post("/sign-in", data={"email": email})


def link_in(message):
    return re.search(r"https?://[^/\s]+(/l/\S+)", text_of(message)).group(1)


def test_ada_signs_in_by_the_link_in_her_letter(client, ada, postbox):
    assert ask_for_link(client, ada.email.upper()).status_code == 200
    assert deliver_due() == 1

    page = client.get(link_in(postbox[0]), follow_redirects=True)
    assert page.status_code == 200
    assert client.get("/home").status_code == 303

    assert client.post(page.request.path).status_code == 303
    assert "Hello Ada" in client.get("/home").text


def test_opening_a_link_changes_nothing_and_it_works_once(client, ada, postbox):
    ask_for_link(client, ada.email)
    deliver_due()
    for _ in range(3):
        path = client.get(link_in(postbox[0]), follow_redirects=True).request.path

    assert db.session.scalar(select(func.count()).where(SignInLink.used_at.is_not(None))) == 0
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 410


def test_a_link_is_too_old_after_fifteen_minutes(client, ada, postbox, frozen):
    ask_for_link(client, ada.email)
    deliver_due()
    path = client.get(link_in(postbox[0]), follow_redirects=True).request.path

    frozen.shift(timedelta(minutes=16))
    assert client.post(path).status_code == 410


def test_another_browser_sees_one_page_more(app, client, ada, postbox):
    ask_for_link(client, ada.email)
    deliver_due()

    page = app.test_client().get(link_in(postbox[0]), follow_redirects=True)
    assert "another browser" in page.text
    assert "<form" not in page.text.partition("<main")[2]


def test_known_and_unknown_addresses_get_the_same_answer_and_one_gets_no_letter(client, ada, postbox):
    known, unknown = ask_for_link(client, ada.email), ask_for_link(client, "nobody@example.org")

    assert (known.status_code, without_nonce(known.text)) == (unknown.status_code, without_nonce(unknown.text))
    assert deliver_due() == 1
    assert postbox[0]["To"] == ada.email


def test_signing_up_twice_makes_one_account(client, postbox):
    for _ in range(2):
        form = {"email": "dan@example.org", "name": "Dan", "zone": "Europe/Paris", "adult": "y"}
        assert client.post("/sign-up", data=form).status_code == 200

    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert deliver_due() == 2


def test_a_sixth_link_within_the_hour_is_not_sent_and_nobody_is_told(client, ada, postbox):
    answers = [ask_for_link(client, ada.email) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {200}
    assert deliver_due() == 5


def test_signing_out_ends_the_session_on_the_server(client, ada, sign_in):
    ada_at_home = sign_in(ada)
    cookie = ada_at_home.get_cookie("sid").value
    assert ada_at_home.post("/sign-out").status_code == 303

    assert db.session.scalar(select(func.count()).select_from(Session)) == 0
    client.set_cookie("sid", cookie)
    assert client.get("/home").status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil", "/\t/evil", "http://evil.example/"]
)
def test_after_signing_in_nobody_is_led_to_another_host(client, ada, postbox, target):
    client.post("/sign-in", data={"email": ada.email, "next": target})
    deliver_due()
    path = client.get(link_in(postbox[0]), follow_redirects=True).request.path

    assert client.post(path).location == "/home"


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "a\x00da@example.org", "ada@example.org\nBcc: b@example.org", "x" * 400]
)
def test_what_is_no_address_is_said_beside_it_and_kept(client, email):
    response = client.post("/sign-in", data={"email": email})

    assert response.status_code == 422
    assert "Enter" in response.text or "character" in response.text or "too long" in response.text


def without_nonce(page):
    return re.sub(r'nonce="[^"]*"|csrf_token" value="[^"]*"', "", page)
