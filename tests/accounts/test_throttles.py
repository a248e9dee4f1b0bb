"""Bursts get no more than is allowed, whatever the engine and however many press at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock, limits
from supportgroup.accounts import codes, passwords, views
from supportgroup.accounts.access import address_prefix
from supportgroup.accounts.models import Account, SignInLink
from supportgroup.db import db, transaction
from supportgroup.limits import Allowance, Bucket, Guesses, Patience
from supportgroup.mail.models import Letter, LetterState
from tests.accounts.conftest import PASSWORD, code_now, give_codes, give_password, is_in, sign_in_page_of
from tests.factories import make_account


def at_once(app, number, work):
    """What `work` gives in that many threads, each with a browser of its own."""

    def run(_):
        with app.app_context():
            try:
                return work(app.test_client())
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(run, range(number)))


def test_a_burst_of_fifty_takes_no_more_than_the_bucket_holds(committed_app):
    allowance = Allowance("burst", 5, timedelta(hours=1))
    assert sum(at_once(committed_app, 50, lambda _browser: allowance.take("ada"))) == 5


def test_nor_more_guesses_than_the_free_ones(committed_app):
    patience = Patience("burst")
    assert sum(at_once(committed_app, 50, lambda _browser: patience.take("ada"))) == 5


def test_fifteen_requests_at_once_owe_five_letters(committed_app):
    with transaction():
        email = make_account("Ada").email
    answers = at_once(committed_app, 15, lambda browser: browser.post("/sign-in", data={"email": email}).status_code)

    assert set(answers) == {200}
    owed = select(func.count()).select_from(Letter).where(Letter.state == LetterState.OWED)
    assert db.session.scalar(owed) == 5


def test_signing_up_ten_times_at_once_makes_one_account(committed_app, monkeypatch):
    monkeypatch.setattr(views, "LINKS_TO_ONE_ADDRESS", Allowance("wide", 1000, timedelta(hours=1)))
    form = {"email": "dan@example.org", "name": "Dan", "zone": "UTC", "adult": "y"}
    answers = at_once(committed_app, 10, lambda browser: browser.post("/sign-up", data=form).status_code)

    assert set(answers) == {200}
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert db.session.scalar(select(func.count()).select_from(SignInLink)) == 10


def test_of_ten_who_press_on_one_link_one_is_in(committed_app):
    with transaction():
        ada = make_account("Ada")
    path = sign_in_page_of(ada)
    answers = at_once(committed_app, 10, lambda browser: (browser.post(path).status_code, is_in(browser)))

    assert sorted(answers) == [(303, True)] + [(410, False)] * 9


def test_a_code_that_comes_ten_times_at_once_is_taken_once(committed_app, monkeypatch):
    monkeypatch.setattr(codes, "TRIES", Allowance("wide", 1000, timedelta(minutes=15)))
    with transaction():
        ada = make_account("Ada")
    give_codes(ada)
    paths, code = [sign_in_page_of(ada) for _ in range(10)], code_now()
    answers = at_once(committed_app, 10, lambda browser: browser.post(paths.pop(), data={"code": code}).status_code)

    assert sorted(answers) == [303] + [422] * 9


def test_no_more_than_two_hashes_are_made_at_once(committed_app, monkeypatch):
    at_work, most, lock = [0], [0], threading.Lock()

    def slow(_known, _password):
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.05)
        with lock:
            at_work[0] -= 1
        return True

    monkeypatch.setattr(passwords, "HASHER", type("Hasher", (), {"verify": staticmethod(slow)}))
    assert not any(at_once(committed_app, 12, lambda _browser: passwords.matches(None, "a lamp")))
    assert most == [2]


def test_where_too_many_wait_one_is_told_to_come_back_and_no_try_is_paid(app, client, ada):
    give_password(ada)
    data = {"email": ada.email, "password": PASSWORD}
    with ExitStack() as six:
        for _ in range(6):
            six.enter_context(passwords.in_line())
        answer = client.post("/sign-in/password", data=data)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert client.get("/sign-in").status_code == 200
    assert db.session.scalars(select(Guesses)).all() == []
    assert client.post("/sign-in/password", data=data).status_code == 303


def test_what_was_taken_comes_back_evenly(app, frozen):
    allowance = Allowance("even", 4, timedelta(hours=1))
    assert [allowance.take("ada") for _ in range(6)] == [True] * 4 + [False] * 2
    frozen.shift(timedelta(minutes=14))
    assert not allowance.take("ada")
    frozen.shift(timedelta(minutes=1))
    assert allowance.take("ada")
    allowance.give_back("ada")
    assert allowance.take("ada")


def test_pauses_double_up_to_a_quarter_of_an_hour_and_end_at_a_hundred(app, frozen):
    patience = Patience("slow")
    pauses = [patience.pause(tries) for tries in range(1, 12)]
    assert [pause.total_seconds() for pause in pauses] == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]

    for _ in range(100):
        assert patience.take("ada")
        frozen.shift(timedelta(minutes=15))
    frozen.shift(timedelta(days=20))
    assert not patience.take("ada")
    assert patience.is_used_up("ada")
    with transaction():
        patience.forget("ada")
    assert patience.take("ada")


def test_nobodys_name_stands_in_the_tables_and_what_is_old_goes(app, frozen):
    Allowance("links", 5, timedelta(hours=1)).take("ada@example.org")
    Patience("password").take("ada@example.org")
    keys = [*db.session.scalars(select(Bucket.key)), *db.session.scalars(select(Guesses.key))]
    assert len(keys) == 2
    assert not any("ada" in key for key in keys)

    frozen.shift(timedelta(days=31))
    with transaction():
        limits.remove_old()
    assert db.session.scalar(select(func.count()).select_from(Bucket)) == 0
    assert db.session.scalar(select(func.count()).select_from(Guesses)) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:aa:bb01::1", "2001:db8:aa:bb00::/56"),
        ("2001:db8:aa:bbff:1:2:3:4", "2001:db8:aa:bb00::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "none"),
        ("unix:", "none"),
    ],
)
def test_networks_are_counted_by_their_prefix(app, address, network):
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert address_prefix() == network


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("hops", "counted"), [("0", "203.0.113"), ("1", "198.51.3"), ("2", "198.51.2")])
def test_forwarding_headers_count_by_the_number_of_proxies_from_the_right(databases, make_app, hops, counted):
    app = make_app(databases.copy(), PROXY_HOPS=hops)
    seen = []
    app.add_url_rule("/who", view_func=lambda: seen.append(address_prefix()) or "")
    headers = {"X-Forwarded-For": "198.51.1.1, 198.51.2.1, 198.51.3.1", "X-Forwarded-Host": "evil.example"}
    app.test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert seen == [f"{counted}.0/24"]


def test_a_clock_that_goes_back_gives_nothing(app, frozen):
    allowance = Allowance("back", 2, timedelta(hours=1))
    assert [allowance.take("ada") for _ in range(2)] == [True, True]
    frozen.move_to(clock.now() - timedelta(hours=5))
    assert not allowance.take("ada")
