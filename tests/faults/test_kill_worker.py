"""Reminders outlive their senders: real workers, a real broker, a real relay, and kill -9."""

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.leases import take_back_what_the_dead_left
from supportgroup.mail.models import WAITING, Letter, LetterState
from supportgroup.meetings import reminders
from tests.conftest import KEYS
from tests.factories import make_account, make_group, make_meeting, make_membership, make_rsvp
from tests.processes import service, until

LETTERS = 500
pytestmark = pytest.mark.timeout(170)


@pytest.fixture
def due(committed_app):
    """As many reminders, all due now."""
    with transaction():
        group, since = make_group(size_limit=LETTERS), clock.now() - timedelta(minutes=30)
        meeting = make_meeting(group, clock.now() + timedelta(minutes=59), created_at=since)
        for number in range(LETTERS):
            make_rsvp(meeting, make_membership(group, make_account(f"Ben{number}")), answered_at=since)
    with transaction():
        reminders.owe_reminders(since=None)
    assert waiting() == LETTERS


@pytest.fixture
def settings(committed_app, open_post, redis_url, tmp_path):
    return {
        "DATABASE_URL": committed_app.config["SQLALCHEMY_DATABASE_URI"],
        "REDIS_URL": redis_url,
        "SMTP_URL": open_post.url,
        "SUPPORTGROUP_VAR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        **KEYS,
    }


def test_killed_in_the_middle_and_started_again_every_reminder_arrives_and_none_more_than_twice(due, settings, postbox):
    with service(settings) as running:
        running.start("beat")
        worker = running.start("worker")
        until(lambda: len(postbox) >= LETTERS // 4)
        running.kill(worker)
        assert len(postbox) < LETTERS
        let_leases_run_out()
        running.start("worker")
        until(lambda: waiting() == 0, 90)

    copies = Counter(letter["To"] for letter in postbox)
    assert len(copies) == LETTERS
    assert max(copies.values()) <= 2
    assert len({(letter["Message-ID"], letter["Date"]) for letter in postbox}) == LETTERS


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_two_beats_and_two_workers_send_nothing_twice(due, settings, postbox, tmp_path):
    with service(settings) as running:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            running.start("beat", SUPPORTGROUP_VAR=str(tmp_path / name))
            running.start("worker")
        until(lambda: waiting() == 0, 90)

    assert len(postbox) == LETTERS
    assert len({letter["To"] for letter in postbox}) == LETTERS


def waiting():
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Letter.state.in_(WAITING)))


def let_leases_run_out():
    """What takes minutes of waiting: the dead worker's leases end, and what it was sending may be tried again."""
    past = clock.now() - timedelta(seconds=1)
    leased = update(Letter).where(Letter.state.in_(WAITING), Letter.lease_until.is_not(None))
    with transaction():
        db.session.execute(leased.values(lease_until=past))
        take_back_what_the_dead_left()
        db.session.execute(update(Letter).where(Letter.state == LetterState.OWED).values(next_attempt_at=past))
