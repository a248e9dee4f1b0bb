"""What an operator sees of the mail: counts, alarms, and a way on for what is stuck."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select

from supportgroup import cli, clock, pulse
from supportgroup.cli import base
from supportgroup.db import db, transaction
from supportgroup.mail import epoch, leases, queries, service
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import Owed, Stuck, owe
from tests.factories import make_account

pytestmark = pytest.mark.both_engines  # the databases' clocks differ


@pytest.fixture
def letters(frozen, app, monkeypatch):
    """Five letters that are due, and workers that look after them. The database's clock stands still with ours."""
    monkeypatch.setattr(queries, "skew", lambda: timedelta(0))
    now = clock.now()
    with transaction():
        ada = make_account("Ada").id
        owe("sign-in", [Owed(recipient_id=ada, about_id=uuid4(), occasion=f"{n}", due_at=now) for n in range(5)])
        pulse.beat("deliver-letters")
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def put(letter, **columns):
    with transaction():
        for column, value in columns.items():
            setattr(letter, column, value)


def test_all_is_well_while_letters_are_looked_after(letters):
    assert list(queries.alarms(clock.now())) == []


def test_a_letter_overdue_by_two_minutes_is_an_alarm_and_so_is_a_silent_worker(frozen, letters):
    frozen.shift(timedelta(minutes=3))

    silent, overdue = queries.alarms(clock.now())
    assert silent.startswith("Nobody has looked after the letters")
    assert overdue.startswith("5 letters are overdue, the oldest by 3 minutes")


def test_held_and_distrusted_letters_are_alarms(letters):
    put(letters[0], state=LetterState.HELD)
    put(letters[1], state=LetterState.UNDELIVERABLE, last_class="distrusted")
    put(letters[2], state=LetterState.UNDELIVERABLE, last_class="bad-address")

    held, distrusted = queries.alarms(clock.now())
    assert held.startswith("1 letters are held")
    assert distrusted.startswith("The relay refused 1 letters for what it thinks of us")


def test_clocks_that_differ_by_more_than_two_seconds_are_an_alarm(letters, monkeypatch):
    monkeypatch.setattr(queries, "skew", lambda: timedelta(seconds=3))

    assert list(queries.alarms(clock.now())) == ["Our clock and the database's are 3 seconds apart."]


def test_the_databases_clock_is_asked(app):
    assert queries.skew() < timedelta(seconds=1)


def test_stuck_letters_are_tried_again_while_they_are_of_use(frozen, letters):
    put(letters[0], state=LetterState.HELD, crash_count=3, attempts=4)
    put(letters[1], state=LetterState.UNDELIVERABLE)
    put(letters[2], state=LetterState.HELD, expires_at=clock.now())
    put(letters[3], state=LetterState.SENT)
    with transaction():
        assert service.retry(Stuck([LetterState.HELD, LetterState.UNDELIVERABLE])) == 2

    db.session.expire_all()
    assert [one.state for one in letters] == ["owed", "owed", "held", "sent", "owed"]
    assert (letters[0].crash_count, letters[0].attempts) == (0, 0)


def test_a_month_after_they_were_of_use_letters_are_forgotten_but_none_that_has_not_ended(frozen, letters):
    states = [LetterState.SENT, LetterState.DROPPED, LetterState.UNDELIVERABLE, LetterState.HELD, LetterState.OWED]
    for letter, state in zip(letters, states, strict=True):
        put(letter, state=state)
    frozen.shift(timedelta(days=30))
    with transaction():
        leases.forget_old()
    assert len(db.session.scalars(select(Letter)).all()) == 5
    frozen.shift(timedelta(days=1))
    with transaction():
        leases.forget_old()

    assert set(db.session.scalars(select(Letter.state))) == {LetterState.HELD, LetterState.OWED}


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_claim_walks_the_index_of_what_is_owed(app):
    seen = []
    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: seen.append(call[2:4]))
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    leases.Leases(connection, uuid4()).claim(timedelta(0), epoch.EVER)
    statement, values = next(call for call in seen if "due AS" in call[0])
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values)

    assert "ix_letters_owed" in "\n".join(row[0] for row in plan)


def test_mail_status_says_it_to_programs(committed_app, monkeypatch):
    with transaction():
        ada = make_account("Ada").id
        owe("sign-in", [Owed(recipient_id=ada, about_id=uuid4(), occasion="1", due_at=clock.now())])
    monkeypatch.setattr(base, "create_app", lambda: committed_app)
    said = CliRunner().invoke(cli.main, ["mail", "status", "--json"])

    assert said.exit_code == 0, said.output
    figures = json.loads(said.output)
    assert {name: figures[name] for name in ("owed", "due", "sent", "held", "last_tick_seconds")} == {
        "owed": 1,
        "due": 1,
        "sent": 0,
        "held": 0,
        "last_tick_seconds": None,
    }
    assert len(figures["alarms"]) == 1
