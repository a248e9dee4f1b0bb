"""What people write, their addresses and their links are in no line of any log (T15)."""

import io
import logging
import re

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from supportgroup import logs
from supportgroup.board import queries as board
from supportgroup.db import db, transaction
from supportgroup.up import procfile
from tests.accounts.conftest import give_password
from tests.factories import make_account, make_ask, make_group, make_membership
from tests.post import deliver_due, text_of

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
    """Everything that is logged while the test runs, at the chattiest level, as it would be written in production."""
    lines = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().level
    handler = logging.StreamHandler(lines)
    handler.addFilter(lambda record: not record.name.startswith("mail."))  # the tests' own SMTP server
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    kept = structlog.get_config()
    logs.configure("debug", json=True)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
    yield lines
    structlog.configure(**kept)
    root.removeHandler(handler)
    root.setLevel(before)


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
        raise OperationalError(f"SELECT {CANARIES['title']}", {"body": ask.body}, Exception(CANARIES["address"]))

    monkeypatch.setattr(board, "board", broken)
    answer = browser.get(f"/g/{ada.group.slug}/board?after={CANARIES['password']}")
    assert answer.status_code == 500
    assert "page-broken" in log.getvalue()
    assert "OperationalError" in log.getvalue()
    assert found(log) == []
    assert not any(canary in answer.text for canary in (CANARIES["body"], CANARIES["address"]))


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


def test_the_servers_own_log_of_requests_is_off():
    """Gunicorn writes one only where it is told to. Paths hold links, and say who asks for which page."""
    assert "access" not in dict(procfile())["web"]
