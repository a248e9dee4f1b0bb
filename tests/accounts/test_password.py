"""A password for those who want one: good ones only, hashed slowly, guessed at slowly, and never the only way in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from supportgroup.accounts import passwords
from supportgroup.accounts.models import Password
from supportgroup.accounts.passwords import problem, unit, weight
from supportgroup.db import db, transaction
from supportgroup.limits import Allowance, Guesses
from tests.accounts.conftest import (
    PASSWORD,
    another_browser,
    code_now,
    give_codes,
    give_password,
    is_in,
    new_letters,
    page_of,
    reload,
    sign_in_page_of,
)
from tests.databases import WHOLE
from tests.factories import make_account


def try_password(browser, email, password, **more):
    return browser.post("/sign-in/password", data={"email": email, "password": password, **more})


def test_ada_sets_a_password_and_signs_in_with_it(ada, sign_in, client, postbox):
    browser, elsewhere = sign_in(ada), sign_in(ada)
    assert browser.post("/me/ways/password", data={"password": PASSWORD}).status_code == 303
    assert (is_in(browser), is_in(elsewhere)) == (True, False)
    assert "A password was set" in new_letters(postbox)[0].get_body(("plain",)).get_content()

    assert try_password(client, ada.email.upper(), PASSWORD, next="/me").location == "/me"
    assert is_in(client)


OURS, OUR_NOBODYS = passwords.HASHER, passwords.NOBODYS  # the rest of the tests hash at next to no cost


def test_the_hash_is_argon2id_with_our_cost_and_sealed(ada, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", OURS)
    give_password(ada)
    row = db.session.scalars(select(Password)).one()

    assert row.hash.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert b"argon2" not in row.hash_sealed
    assert OUR_NOBODYS.startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(ada, client, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", OURS)
    with transaction():
        cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        passwords.set_password(ada, hash=cheap, is_short=False)
    try_password(client, ada.email, PASSWORD)

    assert is_in(client)
    assert "m=47104,t=2,p=1" in db.session.scalars(select(Password)).one().hash


def test_the_same_letters_in_another_form_are_the_same_password(ada, client):
    give_password(ada, "cafe\u0301 on the corner")
    assert try_password(client, ada.email, "caf\u00e9 on the corner").status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "  four spaces  around ",
        "пятнадцать букв!",
        "短いけれど十五文字は必要なので長くします",
        "x" * 10 + "yzab🌲🌲🌲 pine",
    ],
)
def test_any_letters_will_do(ada, sign_in, client, password):
    assert sign_in(ada).post("/me/ways/password", data={"password": password}).status_code == 303
    assert try_password(client, ada.email, password).status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "",
        "fourteen chars",
        "x" * 257,
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "123456789012345678",
        "passwordpassword1",
        "Supportgroup2027!!",
        "qwertyuiopqwertyuiop",
    ],
)
def test_what_is_easy_to_guess_is_said_beside_the_field(ada, sign_in, password):
    answer = sign_in(ada).post("/me/ways/password", data={"password": password})
    assert answer.status_code == 422
    assert db.session.scalars(select(Password)).all() == []


def test_own_name_and_address_are_easy_to_guess(app):
    with transaction():
        account = make_account("Gwendolyn", email="gwendolyn.harrington@pinewood.example")
    for password in ("gwendolyn harrington", "Pinewood-Harrington-1"):
        assert "easy to guess" in problem(password, account=account, codes=False, words=[])
    assert problem("a lamp in every window", account=account, codes=False, words=[]) is None


@pytest.mark.parametrize(("text", "part"), [("abab", "ab"), ("aaa", "a"), ("abc", "abc"), ("", ""), ("abcab", "abcab")])
def test_a_text_that_repeats_itself_is_its_part(text, part):
    assert unit(text) == part
    assert weight("abcdefgh", []) == 1


def test_with_codes_eight_letters_are_enough(ada, sign_in, frozen):
    give_codes(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now()})
    assert browser.post("/me/ways/password", data={"password": "pine ke"}).status_code == 422
    assert browser.post("/me/ways/password", data={"password": "pine kettle"}).status_code == 303


def test_a_password_alone_signs_nobody_in_who_has_codes(ada, client, frozen):
    give_codes(ada)
    give_password(ada)
    wrong = try_password(client, ada.email, PASSWORD)
    assert wrong.status_code == 422
    assert not is_in(client)

    assert try_password(client, ada.email, PASSWORD, code=code_now()).status_code == 303
    assert client.get("/me/email").status_code == 200


def test_whatever_did_not_match_the_answer_is_the_same(ada, client, frozen):
    with transaction():
        ben = make_account("Ben")
        cleo = make_account("Cleo")
    give_password(ada)
    give_password(cleo)
    give_codes(cleo)
    answers = [
        try_password(client, ada.email, "another one altogether"),
        try_password(client, ben.email, PASSWORD),  # has no password
        try_password(client, "nobody@example.org", PASSWORD),
        try_password(client, cleo.email, PASSWORD),  # right, without the code
    ]

    pages = {re.sub(r'(nonce|value)="[^"]*"', "", answer.text) for answer in answers}
    assert len(pages) == 1
    assert {answer.status_code for answer in answers} == {422}


def test_after_five_tries_each_next_one_waits_longer_known_address_or_not(ada, client, frozen):
    give_password(ada)
    for email in (ada.email, "nobody@example.org"):
        assert [try_password(client, email, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    assert try_password(client, ada.email, PASSWORD).status_code == 429

    frozen.shift(timedelta(seconds=31))
    assert try_password(client, ada.email, "wrong").status_code == 422
    frozen.shift(timedelta(seconds=31))
    assert try_password(client, ada.email, PASSWORD).status_code == 429
    frozen.shift(timedelta(seconds=30))
    assert try_password(client, ada.email, PASSWORD).status_code == 303


def test_where_ada_has_signed_in_before_nobody_keeps_her_waiting(ada, client, frozen):
    give_password(ada)
    try_password(client, ada.email, PASSWORD)
    client.post("/sign-out")
    thief = another_browser()
    for _ in range(8):
        try_password(thief, ada.email, "wrong")

    assert try_password(thief, ada.email, PASSWORD).status_code == 429
    assert try_password(client, ada.email, PASSWORD).status_code == 303


def test_a_known_browser_is_known_for_its_own_account_only_and_cannot_guess_for_ever(ada, client, frozen):
    with transaction():
        ben = make_account("Ben")
    give_password(ada)
    give_password(ben)
    try_password(client, ben.email, PASSWORD)
    client.post("/sign-out")
    assert [try_password(client, ada.email, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    assert [try_password(client, ben.email, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]


def test_on_a_shared_device_nothing_is_left_behind(ada, client):
    give_password(ada)
    try_password(client, ada.email, PASSWORD, shared="y")
    assert client.get_cookie("known") is None


def test_a_day_of_guessing_gets_a_hundred_tries_and_ada_comes_in_by_link(ada, client, frozen, postbox, monkeypatch):
    give_password(ada)
    new_letters(postbox)
    monkeypatch.setattr(passwords, "matches", lambda _known, password: checked.append(password) or password == PASSWORD)
    monkeypatch.setattr(passwords, "WRONG_FROM_NETWORK", passwords.Allowance("wide", 10**6, timedelta(hours=1)))
    checked = []
    try_password(client, ada.email, "wrong")
    with transaction():
        db.session.scalars(
            select(Guesses)
        ).one().tries = 96  # an evening later; how they wait is in `test_throttles.py`
    for _ in range(8):
        frozen.shift(timedelta(minutes=16))
        try_password(client, ada.email, "wrong")
    assert len(checked) == 1 + 4
    assert try_password(client, ada.email, PASSWORD).status_code == 429
    assert "hundred times" in new_letters(postbox)[0].get_body(("plain",)).get_content()

    client.post(sign_in_page_of(ada))
    assert client.post("/me/ways/password", data={"password": "a kettle in every kitchen"}).status_code == 303
    monkeypatch.undo()
    assert try_password(another_browser(), ada.email, "a kettle in every kitchen").status_code == 303


@pytest.mark.timeout(600)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_of_a_days_guesses_from_everywhere_a_hundred_are_checked(ada, client, frozen, monkeypatch):
    """Ten thousand in `make test-whole`; each from another network, so that the account's own count has to hold."""
    give_password(ada)
    try_password(client, ada.email, PASSWORD)
    client.post("/sign-out")
    checked, number = [], 10_000 if WHOLE else 400
    monkeypatch.setattr(passwords, "matches", lambda _known, password: checked.append(password) or password == PASSWORD)
    guesser = another_browser()
    for at in range(number):
        frozen.shift(timedelta(days=1) / number)
        guess = {"email": ada.email, "password": f"guess number {at}"}
        network = {"REMOTE_ADDR": f"10.{at // 250}.{at % 250}.1"}
        guesser.post("/sign-in/password", data=guess, environ_base=network)

    assert 80 <= len(checked) <= 100
    assert try_password(guesser, ada.email, PASSWORD).status_code == 429
    assert try_password(client, ada.email, PASSWORD).status_code == 303


@pytest.fixture
def three_an_hour(monkeypatch):
    """Every password is wrong, and a network has three tries an hour instead of twenty."""
    ours = passwords.WRONG_FROM_NETWORK
    assert (ours.most, ours.period) == (20, timedelta(hours=1))
    monkeypatch.setattr(passwords, "WRONG_FROM_NETWORK", Allowance("passwords-from-network", 3, timedelta(hours=1)))
    monkeypatch.setattr(passwords, "matches", lambda _known, _password: False)


def test_one_network_gets_so_many_wrong_ones_an_hour_over_all_addresses(client, app, frozen, three_an_hour):
    answers = [try_password(client, f"someone{n}@example.org", "wrong").status_code for n in range(5)]
    assert answers == [422] * 3 + [429] * 2
    assert (
        client.post(
            "/sign-in/password",
            data={"email": "other@example.org", "password": "wrong"},
            environ_base={"REMOTE_ADDR": "192.0.2.77"},
        ).status_code
        == 422
    )


def test_forged_forwarding_headers_widen_nothing(client, app, frozen, three_an_hour):
    answers = [
        client.post(
            "/sign-in/password",
            data={"email": f"someone{n}@example.org", "password": "wrong"},
            headers={
                "X-Forwarded-For": f"198.51.{n}.7",
                "Forwarded": f"for=198.51.{n}.7",
                "X-Real-IP": f"198.51.{n}.7",
            },
        ).status_code
        for n in range(100)
    ]
    assert answers.count(422) == 3


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nor_do_forged_ones_behind_a_proxy(databases, make_app, three_an_hour):
    """The proxy adds the true address at the right; whatever a guesser wrote before it counts for nothing."""
    app = make_app(databases.copy(), PROXY_HOPS="1")
    answers = [
        app.test_client()
        .post(
            "/sign-in/password",
            data={"email": f"someone{n}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.{n}.7, 203.0.{n}.9, 192.0.2.44"},
        )
        .status_code
        for n in range(100)
    ]
    assert answers.count(422) == 3


def test_removing_it_leaves_the_link(ada, sign_in, client, postbox):
    give_password(ada)
    new_letters(postbox)
    assert sign_in(ada).post("/me/ways/password/remove").status_code == 303
    assert try_password(client, ada.email, PASSWORD).status_code == 422
    assert "removed" in new_letters(postbox)[0].get_body(("plain",)).get_content()

    client.post("/sign-in", data={"email": ada.email})
    assert client.post(page_of(client, new_letters(postbox)[0])).status_code == 303


def test_fifteen_guesses_at_once_are_no_more_than_five(committed_app, monkeypatch):
    with transaction():
        ada = make_account("Ada")
    give_password(ada)
    monkeypatch.setattr(passwords, "matches", lambda _known, _password: checked.append(1) is not None)
    monkeypatch.setattr(passwords, "IN_LINE", BoundedSemaphore(15))  # or some would only be told to come back
    checked = []
    email = ada.email
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post_from_thread(committed_app, email), range(15)))
    assert len(checked) == 5
    assert sorted(answers) == [422] * 5 + [429] * 10


def post_from_thread(app, email):
    with app.test_client() as browser:
        return try_password(browser, email, "wrong").status_code


def test_a_new_password_keeps_nobody_who_came_in_before(ada, sign_in):
    give_password(ada)
    hers, thief = sign_in(ada), another_browser()
    thief.set_cookie("sid", hers.get_cookie("sid").value)
    hers.post("/me/ways/password", data={"password": "a kettle in every kitchen"})

    assert (is_in(hers), is_in(thief)) == (True, False)
    assert reload(ada).email == ada.email
