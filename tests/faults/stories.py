"""What happens to senders and relays, at any length: short in the tests, long in `make test-faults`.

Each story is told to an app whose reminders are due, and returns what came of them.
"""

import os
import random
import signal
import time
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import service as meetings
from supportgroup.meetings.models import Meeting
from supportgroup.meetings.service import Plan
from tests.faults.scene import Account, Nursery, Senders, account, owe_reminders_of_many, senders, settings_of, waiting
from tests.processes import until
from tests.relay import DROP, SWALLOW, relay, seeded

LATE = 0.03  # seconds before each of the relay's answers; at once, and the letters were gone before the first kill
BREATH = 3  # seconds that senders have at most to send a letter between two ends
LATER = "451 4.3.0 Later"


@dataclass(frozen=True)
class Stage:
    """Where a story is told: on whose database, with whose files, and for how many seconds at most."""

    nursery: Nursery
    app: Flask
    var: Path
    patience: float = 45

    def senders(self, url: str, **more: str) -> AbstractContextManager[Senders]:
        return senders(self.nursery, settings_of(self.app, url, self.var, **more))

    def wait(self) -> None:
        until(lambda: waiting() == 0, self.patience)


def ended(on: Stage, how: signal.Signals, *, times: int, seed: int, lease: float = 3) -> Account:
    """Two senders are ended, one after the other, again and again, and others start in their place."""
    dice = random.Random(seed)
    with relay(late=LATE) as there, on.senders(there.url, LEASE=str(lease)) as processes:
        working = [processes.start(), processes.start()]
        until(lambda: len(there.kept) > 5)
        for turn in range(times):
            sent, end = len(there.kept), time.monotonic() + BREATH
            while len(there.kept) == sent and time.monotonic() < end:  # on a busy machine nobody would be at work yet
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.2))
            processes.end(working[turn % 2], how)
            working[turn % 2] = processes.start()
        on.wait()
        return account(there)


def refused(on: Stage, *, seed: int) -> tuple[Account, Counter[str]]:
    """Of the recipients 30 % are refused for now, and 5 % of the connections break while the text is handed over."""
    faults = seeded(seed, ("rcpt", LATER, 0.3), ("text", DROP, 0.05))
    with relay(faults) as there, on.senders(there.url) as processes:
        processes.start()
        processes.start()
        on.wait()
        return account(there), there.happened


def swallowed(on: Stage, *, share: float, seed: int) -> tuple[Account, int]:
    """The relay takes a share of the letters and hangs up without a word: what came of it, and how many those were."""
    with relay(seeded(seed, ("text", SWALLOW, share))) as there, on.senders(there.url) as processes:
        processes.start()
        on.wait()
        return account(there), there.happened["text swallow"]


def frozen(on: Stage, *, times: int, lease: float = 2) -> Account:
    """One of two senders stands still for longer than its lease, again and again."""
    with relay(late=LATE) as there, on.senders(there.url, LEASE=str(lease)) as processes:
        first, _ = processes.start(), processes.start()
        until(lambda: len(there.kept) > 5)
        for _ in range(times):
            os.kill(first, signal.SIGSTOP)
            time.sleep(lease * 1.5)
            os.kill(first, signal.SIGCONT)
            time.sleep(0.2)
        on.wait()
        return account(there)


def cut_off(on: Stage, *, times: int, seed: int) -> Account:
    """PostgreSQL ends all connections of two senders, again and again."""
    dice = random.Random(seed)
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    with relay(late=LATE) as there, on.senders(there.url, LEASE="3") as processes:
        processes.start()
        processes.start()
        until(lambda: len(there.kept) > 5)
        for _ in range(times):
            time.sleep(dice.uniform(0.05, 0.3))
            db.session.execute(cut)
            db.session.commit()
        on.wait()
        return account(there)


@dataclass(frozen=True)
class Moved:
    """What reminders did while their meetings were moved and cancelled."""

    sent: int  # of the former time
    stale: int  # of those, later than a second after the change
    wrong: int  # meetings whose owed reminders are not those they ought to have: one where moved, none where cancelled


def moved(on: Stage, *, number: int, seed: int) -> Moved:
    """As many meetings, whose reminders are due, are moved or called off, one after the other, while those go out."""
    to, known = owe_reminders_of_many(number), {}
    with relay(late=0.05) as there, on.senders(there.url) as processes:
        processes.start()
        until(lambda: len(there.kept) > 3)
        for at, recipient in enumerate(random.Random(seed).sample(sorted(to), number)):
            change(*to[recipient], cancel=bool(at % 2))
            known[recipient] = clock.now()
        on.wait()
        reminded = [
            (recipient, at)
            for (recipient, _), at, letter in zip(there.kept, there.kept_at, there.letters, strict=True)
            if "minutes" in letter["Subject"]
        ]
    stale = sum(at > known[recipient] + timedelta(seconds=1) for recipient, at in reminded)
    return Moved(len(reminded), stale, sum(owed_for(one) != ([2] if one.is_planned else []) for _, one in to.values()))


def owed_for(meeting: Meeting) -> list[int]:
    """The versions of the meeting that its owed reminders are about."""
    owed = select(Letter.about_version).where(Letter.about_id == meeting.id, Letter.state == LetterState.OWED)
    return list(db.session.scalars(owed.where(Letter.kind == "meeting-reminder")))


def change(ada: Membership, meeting: Meeting, *, cancel: bool) -> None:
    """Move the meeting by three hours, or call it off."""
    with transaction():
        if cancel:
            meetings.cancel_meeting(by=ada, meeting_id=meeting.id)
        else:
            wall = meeting.starts_local + timedelta(hours=3)
            meetings.change_meeting(by=ada, meeting_id=meeting.id, plan=Plan(title=meeting.title, wall=wall))
