"""Where one is signed in: seen, ended one by one or all at once, and over by themselves."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Session
from supportgroup.db import db, transaction
from tests.accounts.conftest import another_browser, is_in, sign_in_page_of
from tests.factories import make_account


def sessions_of(account):
    return db.session.scalars(select(Session).where(Session.account_id == account.id)).all()


def test_ada_sees_her_browsers_and_ends_one(ada, sign_in):
    here, there = sign_in(ada), sign_in(ada)
    page = here.get("/me/sessions").text
    assert page.count("Firefox on Linux") == 2
    assert page.count("(this one)") == 1

    other = re.search(r"/me/sessions/([0-9a-f-]{36})/end", page).group(1)
    assert here.post(f"/me/sessions/{other}/end").status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_nobody_ends_a_session_that_is_not_theirs(ada, sign_in):
    hers = sign_in(ada)
    with transaction():
        ben = make_account("Ben")
    session_id = sessions_of(ada)[0].id

    assert sign_in(ben).post(f"/me/sessions/{session_id}/end").status_code == 303
    assert is_in(hers)


@pytest.mark.parametrize(("way", "still_here"), [("end-others", True), ("end-all", False)])
def test_signing_out_everywhere_else_or_everywhere(ada, sign_in, way, still_here):
    here, there = sign_in(ada), sign_in(ada)
    assert here.post(f"/me/sessions/{way}").status_code == 303

    assert (is_in(here), is_in(there)) == (still_here, False)
    assert len(sessions_of(ada)) == still_here


def test_a_session_is_over_after_a_week_unused_and_after_thirty_days_in_any_case(ada, sign_in, frozen):
    idle, busy = sign_in(ada), sign_in(ada)
    for _ in range(9):
        frozen.shift(timedelta(days=3))
        assert is_in(busy)
    assert not is_in(idle)

    frozen.shift(timedelta(days=3))
    assert not is_in(busy)


def test_on_a_shared_device_it_is_over_after_twelve_hours_and_the_cookie_ends_with_the_browser(ada, client, frozen):
    path = sign_in_page_of(ada)
    answer = client.post(path, data={"shared": "y"})
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("sid="))
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))

    frozen.shift(timedelta(hours=11))
    assert is_in(client)
    frozen.shift(timedelta(hours=2))
    assert not is_in(client)


def test_looking_around_is_noted_once_a_day_and_nothing_else(ada, sign_in, frozen):
    browser = sign_in(ada)
    first = sessions_of(ada)[0].seen_at
    frozen.shift(timedelta(hours=20))
    is_in(browser)
    assert sessions_of(ada)[0].seen_at == first

    frozen.shift(timedelta(hours=5))
    is_in(browser)
    assert sessions_of(ada)[0].seen_at == clock.now()


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(ada, client):
    client.set_cookie("sid", "planted-by-somebody")
    client.post(sign_in_page_of(ada))
    assert is_in(client)

    thief = another_browser()
    thief.set_cookie("sid", "planted-by-somebody")
    assert not is_in(thief)


def test_signing_in_again_ends_the_session_before(ada, client):
    client.post(sign_in_page_of(ada))
    before = client.get_cookie("sid").value
    client.post(sign_in_page_of(ada))

    thief = another_browser()
    thief.set_cookie("sid", before)
    assert not is_in(thief)
    assert is_in(client)


def test_a_copied_cookie_is_dead_once_its_owner_has_signed_out(ada, sign_in):
    browser, thief = sign_in(ada), another_browser()
    thief.set_cookie("sid", browser.get_cookie("sid").value)
    assert is_in(thief)

    answer = browser.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert browser.get_cookie("sid") is None
    assert not is_in(thief)


def test_the_database_holds_no_cookie(ada, sign_in):
    cookie = sign_in(ada).get_cookie("sid").value
    row = sessions_of(ada)[0]

    assert cookie.encode() not in row.reference_hash
    assert len(row.reference_hash) == 32
