"""Everything twice: two beats, two workers, two nets and two web hosts, at which people press at the same time."""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter, LetterState
from supportgroup.valkey import free_port
from tests.factories import make_account, make_group, make_meeting, make_membership, make_rsvp
from tests.faults.mistreated import broker
from tests.faults.posting import YES, Browser, Press, count, make_presses, written
from tests.faults.scene import settings_of, waiting
from tests.faults.stories import Stage
from tests.processes import service, until
from tests.relay import FaultyRelay, relay

COMING = 5  # to each meeting


@dataclass(frozen=True)
class Doubled:
    """What came of it, by the relay's ledger and by the rows."""

    presses: int  # at each of the two hosts
    refused: int  # presses that were not answered with a yes
    owed: int  # rows, each with a key of its own
    missing: int  # letters that should be owed and are not, or were not sent
    copies: int  # beyond the first of each letter


def doubled(on: Stage, *, seconds: float, presses: int, meetings: int, hasty: bool) -> Doubled:
    """As many presses and meetings, spread over that time. `hasty`: processes are forked, and ticks do not wait."""
    with relay() as there, (forked if hasty else started)(on, there) as hosts:
        begun = time.monotonic()
        made = make_presses(presses)
        make_meetings(meetings, seconds)
        answers = press_at_both(hosts, made, begun + seconds)
        until(lambda: count("meeting-reminder") >= meetings * COMING, on.patience)
        on.wait()
    yes = [press for press, status in answers if status == YES]
    found = written(yes)
    db.session.rollback()
    states = Counter(db.session.scalars(select(Letter.state)))
    copies = there.copies()
    missing = presses - found.letters + found.lost + found.orphans + states[LetterState.SENT] - len(copies)
    missing += meetings * COMING - count("meeting-reminder") + states[LetterState.HELD] + waiting()
    refused = len(answers) - len(yes)
    return Doubled(presses, refused, states.total(), missing, sum(copies.values()) - len(copies))


def make_meetings(number: int, seconds: float) -> None:
    """Meetings whose hour-before reminders fall due one after the other over that time."""
    now = clock.now()
    with transaction():
        group = make_group(size_limit=500)
        people = [make_membership(group, make_account(f"Cleo{one}")) for one in range(COMING)]
        for at in range(number):
            starts = now + timedelta(minutes=60, seconds=seconds * at / number)
            meeting = make_meeting(group, starts, created_at=now - timedelta(minutes=30))
            for one in people:
                make_rsvp(meeting, one, answered_at=now - timedelta(minutes=30))


def press_at_both(hosts: list[str], made: list[Press], end: float) -> list[tuple[Press, int | None]]:
    """Each press at both hosts at the same time, one after the other until then; what was answered."""
    answers: list[tuple[Press, int | None]] = []
    begun = time.monotonic()

    def press(browser: Browser) -> None:
        for at, one in enumerate(made):
            time.sleep(max(0.0, begun + (end - begun) * at / len(made) - time.monotonic()))
            answers.append((one, browser.press(one)))

    threads = [threading.Thread(target=press, args=[Browser(host)]) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextmanager
def forked(on: Stage, there: FaultyRelay) -> Iterator[list[str]]:
    """The house as forks of one process: two that do by the clock what two beats and two workers do, two nets, two web
    hosts; the addresses of those.
    """
    with ExitStack() as house:
        hosts = []
        for _ in range(2):
            port = str(free_port())
            one = house.enter_context(on.senders(there.url, PORT=port))
            for job in ("web", "ticks", "net"):
                one.start(job)
            hosts.append(f"http://127.0.0.1:{port}")
        yield hosts


@contextmanager
def started(on: Stage, there: FaultyRelay) -> Iterator[list[str]]:
    """The house as the Procfile has it, all of it twice."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with broker() as carrier, ExitStack() as house:
        hosts = []
        settings = settings_of(on.app, there.url, on.var, REDIS_URL=carrier.url, PATH=path)
        for name in ("one", "other"):
            (schedule := on.var / name).mkdir()
            one = house.enter_context(service(settings))
            for line in ("web", "worker", "deliver"):
                one.start(line)
            one.start("beat", SUPPORTGROUP_VAR=str(schedule))
            hosts.append(one.url)
            one.wait_for_web()
        yield hosts
