"""What fault tests share: reminders that are due, senders to kill, and the account of what arrived."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, or_, select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership, Role
from supportgroup.mail.models import WAITING, Letter, LetterState
from supportgroup.meetings import reminders
from supportgroup.meetings.models import Meeting
from supportgroup.supervisor import end_with_parent
from tests.conftest import KEYS
from tests.factories import make_account, make_group, make_meeting, make_membership, make_rsvp
from tests.relay import FaultyRelay

GROUP = 400  # members


def owe_reminders(number: int) -> None:
    """As many reminders, all due now, each to somebody else."""
    make_due(number)
    with transaction():
        reminders.owe_reminders(since=None)


def make_due(number: int) -> None:
    """Meetings in an hour, to which as many come in all, each of them somebody else."""
    soon, since = clock.now() + timedelta(minutes=59), clock.now() - timedelta(minutes=30)
    for first in range(0, number, GROUP):
        with transaction():
            group = make_group(size_limit=500)
            meeting = make_meeting(group, soon, created_at=since)
            for one in range(first, min(first + GROUP, number)):
                make_rsvp(meeting, make_membership(group, make_account(f"Ben{one}")), answered_at=since)


def owe_reminders_of_many(number: int) -> dict[str, tuple[Membership, Meeting]]:
    """As many reminders, all due now, of meetings in as many groups; by recipient, each with who can move it."""
    soon, since, to = clock.now() + timedelta(minutes=59), clock.now() - timedelta(minutes=30), {}
    with transaction():
        ada = make_account("Ada")
        for at in range(number):
            group, ben = make_group(), make_account(f"Ben{at}")
            meeting = make_meeting(group, soon, created_at=since)
            make_rsvp(meeting, make_membership(group, ben), answered_at=since)
            to[ben.email] = (make_membership(group, ada, role=Role.FACILITATOR), meeting)
    with transaction():
        reminders.owe_reminders(since=None)
    return to


def waiting() -> int:
    """How many letters are due, or on their way, or were tried and come again."""
    db.session.rollback()
    due = or_(Letter.due_at <= clock.now(), Letter.attempts > 0)
    return db.session.scalar(select(func.count()).where(Letter.state.in_(WAITING), due)) or 0


def settings_of(app: Flask, url: str, var: object, **more: str) -> dict[str, str]:
    """The environment of processes that work on the app's database and send to this relay."""
    return {
        "DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]),
        "SMTP_URL": url,
        "SUPPORTGROUP_VAR": str(var),
        "LOG_LEVEL": "error",
        **KEYS,
        **more,
    }


class Nursery:
    """The process that others are forked from."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def start(self, job: str, settings: Mapping[str, str]) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([job, settings]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


class Senders:
    """Processes that send, all with the same settings."""

    def __init__(self, nursery: Nursery, settings: Mapping[str, str]) -> None:
        self.nursery, self.settings = nursery, settings
        self.started: list[int] = []

    def start(self, job: str = "send") -> int:
        self.started.append(self.nursery.start(job, self.settings))
        return self.started[-1]

    def end(self, sender: int, how: signal.Signals) -> None:
        """Send the signal, and wait until the process is gone."""
        os.kill(sender, how)
        while alive(sender):
            time.sleep(0.005)
        self.started.remove(sender)


def alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


@contextmanager
def senders(nursery: Nursery, settings: Mapping[str, str]) -> Iterator[Senders]:
    """Senders that are gone when the block ends."""
    made = Senders(nursery, settings)
    try:
        yield made
    finally:
        for sender in list(made.started):
            with suppress(ProcessLookupError):
                made.end(sender, signal.SIGKILL)


@dataclass(frozen=True)
class Account:
    """What came of the letters, by the relay's ledger and by the rows."""

    lost: int  # people who got nothing, whatever the row says
    extra: int  # copies beyond the first
    most: int  # copies of one letter
    identities: int  # people whose copies do not all carry one Message-ID and Date
    held: int


def account(there: FaultyRelay) -> Account:
    """Hold the relay's ledger against the rows."""
    copies = Counter(recipient for recipient, _ in there.kept)
    named: dict[str, set[str]] = {}
    for (recipient, _), name in zip(there.kept, there.identities(), strict=True):
        named.setdefault(recipient, set()).add(name)
    db.session.rollback()
    owed = db.session.scalar(select(func.count()).select_from(Letter)) or 0
    return Account(
        lost=owed - len(copies),
        extra=sum(copies.values()) - len(copies),
        most=max(copies.values(), default=0),
        identities=sum(len(names) > 1 for names in named.values()),
        held=db.session.scalar(select(func.count()).where(Letter.state == LetterState.HELD)) or 0,
    )
