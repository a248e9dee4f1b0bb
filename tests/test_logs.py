"""What people write, their addresses and their links are in no line of any log (T15).

Here it is planted. `tests/logged.py` holds what every other test says as well.
"""

import io
import logging
import re
import subprocess
import sys

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import create_environ

from supportgroup import logs, pages
from supportgroup.board import queries as board
from supportgroup.db import db, transaction
from supportgroup.mail.links import token
from supportgroup.ticks import Tick
from supportgroup.up import procfile
from tests.accounts.conftest import give_password
from tests.factories import make_account, make_ask, make_group, make_membership
from tests.logged import told
from tests.post import deliver_due, text_of
from workers import tasks

CANARIES = {
    "address": "canary-address@example.org",
    "name": "Canaryname",
    "password": "canary password in the window",
    "title": "Canary title: carry a wardrobe",
    "body": "Canary body: it is heavy",
    "next": "/canary-next",
}
PEOPLE = [(CANARIES["name"], CANARIES["address"]), ("Ben", "ben@example.org")]


@pytest.fixture
def log():
    """Everything that is logged while the test runs, as it is written in production at the chattiest level."""
    lines = io.StringIO()
    root = logging.getLogger()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.Lines())
    root.handlers.insert(0, handler)  # before pytest's own, which would put errors in words for it
    kept = structlog.get_config()
    logs.configure("debug", json=True)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
    yield lines
    structlog.configure(**kept)
    root.removeHandler(handler)


def found(log):
    """Which canaries stand in the log, and any link or cookie."""
    text = log.getvalue()
    secret = re.findall(r"/l/[\w-]{40,}|/sign-in/[\w-]{40,}|/i/[\w-]{20,}|sid=[\w-]+|csrf_token=\S+", text)
    return [name for name, canary in CANARIES.items() if canary.casefold() in text.casefold()] + secret


def test_signing_up_and_in_and_guessing(app, client, postbox, log):
    data = {
        "email": CANARIES["address"],
        "name": CANARIES["name"],
        "zone": "UTC",
        "adult": "y",
        "next": CANARIES["next"],
    }
    client.post("/sign-up", data=data)
    deliver_due()
    path = re.search(r"(/l/\S+)", text_of(postbox[0])).group(1)
    page = client.get(path, follow_redirects=True).request.path
    client.post(page)
    client.post("/sign-in/password", data={"email": CANARIES["address"], "password": CANARIES["password"]})
    client.get(f"/sign-in?next={CANARIES['next']}")
    client.get("/i/not-a-link-but-it-looks-like-one")
    assert found(log) == []


def test_a_letter_that_the_relay_refuses(app, client, postbox, log):
    postbox.answer_next(f"550 5.1.1 No such user {CANARIES['address']}", to="RCPT")
    client.post("/sign-up", data={"email": CANARIES["address"], "name": CANARIES["name"], "zone": "UTC", "adult": "y"})
    assert deliver_due() == 0
    assert "letter-refused" in log.getvalue()
    assert found(log) == []


def test_a_page_that_breaks_over_what_somebody_wrote(app, sign_in, log, monkeypatch):
    with transaction():
        ada = make_membership(make_group(), make_account(CANARIES["name"], email=CANARIES["address"]))
        ask = make_ask(ada, title=CANARIES["title"], body=CANARIES["body"])
    browser = sign_in(ada.account)

    def broken(*_args, **_more):
        held = ask.body
        db.session.execute(text("SELECT * FROM nowhere WHERE body = :body"), {"body": held})

    monkeypatch.setattr(board, "board", broken)
    answer = browser.get(f"/g/{ada.group.slug}/board?after={CANARIES['password']}")
    assert answer.status_code == 500
    assert "page-broken" in log.getvalue()
    assert re.search("OperationalError|ProgrammingError", log.getvalue())
    assert found(log) == []
    assert not any(canary in answer.text for canary in (CANARIES["body"], CANARIES["address"]))


def test_an_error_of_the_database_does_not_say_what_was_to_be_written(app):
    with pytest.raises(DBAPIError) as error:
        db.session.execute(text("SELECT * FROM nowhere WHERE body = :body"), {"body": CANARIES["body"]})
    assert CANARIES["body"] not in str(error.value)


def test_what_breaks_past_the_page_that_would_say_so_names_no_address(app, client, log, monkeypatch):
    def broken(*_args, **_more):
        raise ValueError(CANARIES["body"])

    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.after_request_funcs, None, [broken])
    assert client.get(f"/sign-in?next={CANARIES['next']}").status_code == 500
    monkeypatch.setattr(pages, "page", broken)
    begun = []
    environ = create_environ(f"/sign-in?next={CANARIES['next']}", "http://localhost")
    body = app(environ, lambda status, _headers, _error: begun.append(status))
    assert (begun, list(body)) == (
        ["500 Internal Server Error"],
        [b"Something broke on our side. Try again in a minute.\n"],
    )
    for said in ("page-broken", "answer-broken", "ValueError"):
        assert said in log.getvalue()
    assert found(log) == []


def test_a_tick_that_breaks_is_logged_by_its_class(app, log):
    def broken():
        raise ValueError(CANARIES["body"])

    tasks.in_context(app, Tick(name="break", every=1, run=broken))()
    assert "work-broken" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert found(log) == []


def test_writing_on_the_board_and_refusals(app, sign_in, postbox, log):
    with transaction():
        group = make_group()
        ada, ben = (make_membership(group, make_account(name, email=email)) for name, email in PEOPLE)
        ask = make_ask(ben, title="Water the plants")
    give_password(ada.account, CANARIES["password"])
    browser = sign_in(ada.account)
    board_path = f"/g/{group.slug}/board/asks"
    browser.post(f"{board_path}/new", data={"title": CANARIES["title"], "body": CANARIES["body"], "kind": "errand"})
    browser.post(f"{board_path}/{ask.id}/accept")
    browser.post(f"{board_path}/{ask.id}/messages", data={"text": CANARIES["body"]})
    browser.post(f"{board_path}/{ask.id}/edit", data={"title": CANARIES["title"]})
    browser.post("/me/email", data={"email": CANARIES["address"]})
    deliver_due()
    db.session.rollback()
    assert found(log) == []


def test_libraries_warn_at_the_most_whatever_the_level():
    """One says at others which headers it signs, another which statement it sends."""
    for level, theirs in (("debug", "WARNING"), ("info", "WARNING"), ("error", "ERROR")):
        configure = f"from supportgroup import logs; logs.configure('{level}', json=True)"
        command = [sys.executable, "-c", f"{configure}; import logging; print(logging.root.level)"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert int(said) == getattr(logging, theirs)


def test_the_servers_own_log_of_requests_is_off():
    """Gunicorn writes one only where it is told to. Paths hold links, and say who asks for which page."""
    assert "access" not in dict(procfile())["web"]


def test_whatever_a_test_says_is_held_against_what_the_code_sealed_in_it(app):
    with transaction():
        ask = make_ask(make_membership(make_group(), make_account("Ben")), title=CANARIES["title"])
    give_password(ask.asker.account, CANARIES["password"])
    link = token("sign-in", ask.id)
    for secret in (ask.title, ask.asker.account.email, CANARIES["password"], link, ask.asker.name):
        assert told(f"something-broke about={secret!r}"), secret
    assert told(f"something-broke ask={ask.id} kind=errand") == []
