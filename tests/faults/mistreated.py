"""Two workers, two beats, the net and the web on a real broker: a worker killed, the broker emptied, then frozen."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import redis
from sqlalchemy import func, select, update

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.leases import take_back_what_the_dead_left
from supportgroup.mail.models import WAITING, Letter, LetterState
from tests.faults.scene import Account, account, owe_reminders, settings_of
from tests.faults.stories import Stage
from tests.processes import Service, service, until
from tests.relay import relay
from tests.services import Services

PAGES = ("/", "/groups", "/sign-in", "/help-now", "/healthz")
VISITS = 20  # of each page while the broker stands still


@dataclass(frozen=True)
class Mistreated:
    """What came of it after the kill, and at the end; how late the last letters were that the net took, and how many
    seconds the slowest page took meanwhile."""

    killed: Account
    end: Account
    late: timedelta
    slowest: float


@contextmanager
def broker() -> Iterator[Services]:
    """A broker of one's own, to be mistreated."""
    made = Services()
    made.url = made.start_valkey()
    try:
        yield made
    finally:
        made.started[0][0].send_signal(signal.SIGCONT)
        made.stop()


def mistreated(on: Stage, *, letters: int, hasty: bool) -> Mistreated:
    """Three times as many letters. `hasty`: the net waits three seconds for the workers, and not thirty."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    (on.var / "other").mkdir()
    with relay(late=0.02) as there, broker() as carrier:
        settings = settings_of(on.app, there.url, on.var, REDIS_URL=carrier.url, PATH=path)
        with service(settings) as running, on.senders(there.url) as net:
            owe_reminders(letters)
            running.start("beat")
            running.start("beat", SUPPORTGROUP_VAR=str(on.var / "other"))
            first, second = running.start("worker"), running.start("worker")
            until(lambda: len(there.kept) > letters / 8, on.patience)
            running.kill(first)  # each of its two processes has one letter in hand
            let_leases_run_out()
            on.wait()
            after_kill = account(there)

            redis.Redis.from_url(carrier.url).flushall()
            owe_reminders(letters)
            until(lambda: len(there.kept) > letters * 1.2, on.patience)
            end_politely(running, second)
            running.start("worker")
            on.wait()

            running.start("web")
            running.wait_for_web()
            carrier.started[0][0].send_signal(signal.SIGSTOP)
            begun = clock.now()
            owe_reminders(letters)
            net.start("net") if hasty else running.start("deliver")
            slowest = max(seconds_of(running.url + page) for _ in range(VISITS) for page in PAGES)
            on.wait()
            return Mistreated(after_kill, account(there), last_sent() - begun, slowest)


def end_politely(running: Service, worker: subprocess.Popen[bytes]) -> None:
    """As supervisors do that signal every process of a group at once."""
    os.killpg(worker.pid, signal.SIGTERM)
    worker.wait(20)
    running.running.remove(worker)


def seconds_of(address: str) -> float:
    """How long a page takes that answers 200; anything else raises."""
    begun = time.monotonic()
    urllib.request.urlopen(address, timeout=30).read()
    return time.monotonic() - begun


def last_sent() -> datetime:
    db.session.rollback()
    return db.session.scalar(select(func.max(Letter.sent_at)))


def let_leases_run_out() -> None:
    """What takes minutes of waiting: the dead worker's leases end, and what it was sending may be tried again."""
    past = clock.now()
    leased = update(Letter).where(Letter.state.in_(WAITING), Letter.lease_until.is_not(None))
    with transaction():
        db.session.execute(leased.values(lease_until=past))
        take_back_what_the_dead_left()
        db.session.execute(update(Letter).where(Letter.state == LetterState.OWED).values(next_attempt_at=past))
