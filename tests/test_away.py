"""The disk is full: who posts reads so, keeps what they typed, nothing is half written. Who reads goes on reading."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import OperationalError

from supportgroup import clock
from supportgroup.accounts import queries
from supportgroup.accounts.models import Session
from supportgroup.board.models import Ask, Help
from supportgroup.db import db, transaction
from tests.factories import make_account, make_ask, make_group, make_membership

WORDS = 'Bring back bread & milk, the "brown" one'
FULL = """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"""
WRITTEN_LAST = ("asks", "letters", "sessions")


@pytest.fixture
def group(committed_app):
    committed_app.config["WTF_CSRF_ENABLED"] = True
    with transaction():
        made = make_group()
        make_membership(made, make_account("Ada"))
    return made


@pytest.fixture
def ben(group):
    with transaction():
        made = make_membership(group, make_account("Ben"))
    return made


@contextmanager
def full_disk() -> Iterator[None]:
    """No table grows any more: on SQLite by a limit of its own, on PostgreSQL by the error that a full disk raises."""
    filled = on_sqlite() if db.engine.dialect.name == "sqlite" else on_postgresql()
    with filled:
        yield
    db.session.remove()


@contextmanager
def on_sqlite() -> Iterator[None]:
    pages = db.session.scalar(text("PRAGMA page_count"))

    def limit(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(db.engine, "connect", limit)
    db.session.remove()
    db.engine.dispose()
    yield
    event.remove(db.engine, "connect", limit)
    db.session.remove()
    db.engine.dispose()


@contextmanager
def on_postgresql() -> Iterator[None]:
    with transaction():
        db.session.execute(text(FULL))
        for table in WRITTEN_LAST:
            when = f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table}"
            db.session.execute(text(f"{when} FOR EACH ROW EXECUTE FUNCTION full_disk()"))
    yield
    with transaction():
        db.session.execute(text("DROP FUNCTION full_disk CASCADE"))


def token_in(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)


def count(table):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


def post_until_full(browser, path, fields):
    """Post other words each time until there is no room; how often there was, what was posted then, and the answer."""
    for taken in range(200):
        posted = {**fields, "title": f"{WORDS} {taken}"}
        answer = browser.post(path, data=posted)
        if answer.status_code != 303:
            return taken, posted, answer
    raise AssertionError("there was always room")


def test_what_was_typed_waits_in_the_page_and_is_sent_again_when_there_is_room(group, ben, sign_in):
    board, browser = f"/g/{group.slug}/board", sign_in(ben.account)
    path = f"{board}/asks/new"
    fields = {
        "csrf_token": token_in(browser.get(path)),
        "body": "x" * 900,
        "kind": "errand",
        "when": "week",
    }
    with full_disk():
        taken, posted, answer = post_until_full(browser, path, fields)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "What you typed is in this page still." in answer.text
        assert browser.get(board).status_code == 200
    assert count(Ask) == taken

    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    again = {name: unescape(value) for name, value in kept}
    assert again == posted
    assert browser.post(path, data=again).status_code == 303
    assert count(Ask) == taken + 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_where_the_letter_finds_no_room_there_is_no_yes_either(group, ben, sign_in):
    with transaction():
        ask = make_ask(make_membership(group, make_account("Cleo")), size_minutes=5)
    browser = sign_in(ben.account)
    token = token_in(browser.get("/me"))
    with full_disk():
        answer = browser.post(f"/g/{group.slug}/board/asks/{ask.id}/accept", data={"csrf_token": token})
    assert answer.status_code == 503
    assert count(Help) == 0


def test_a_password_is_not_said_back(group, committed_app, monkeypatch):
    browser, secret = committed_app.test_client(), "a lamp in no window"
    token = token_in(browser.get("/sign-in"))
    monkeypatch.setattr(queries, "claim", away)
    answer = browser.post("/sign-in/password", data={"csrf_token": token, "email": "b@example.org", "password": secret})
    assert answer.status_code == 503
    assert secret not in answer.text


def away(_email):
    raise OperationalError("SELECT", None, Exception())


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_day_of_last_use_that_finds_no_room_keeps_nobody_from_reading(group, ben, sign_in):
    browser = sign_in(ben.account)
    with transaction():
        db.session.execute(update(Session).values(seen_at=clock.now() - timedelta(days=2)))
    with full_disk():
        assert browser.get("/home").status_code == 200
