"""The net beneath the workers: what nobody else has done in time is done here, without a broker."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from supportgroup import clock, pulse
from supportgroup.db import db, transaction
from supportgroup.mail import queries
from supportgroup.mail.delivery import deliver_together
from supportgroup.ticks import TICKS

NET = timedelta(seconds=30)  # what is left to the workers before it is done here

log = structlog.get_logger()


def run_what_others_left() -> None:
    """Run each tick that has not run for its period and 30 seconds more."""
    for tick in TICKS:
        with survived(tick.name):
            if tick.name != queries.LETTERS and pulse.silent(tick.name, timedelta(seconds=tick.every) + NET):
                tick.run()


def send_what_others_left(stop: "Stop", *, everything: bool) -> None:
    """Send for a few seconds; everything that is due where nobody else does, else what is overdue."""
    overdue_by = timedelta(0) if everything or pulse.silent(queries.LETTERS, NET) else NET
    until = clock.now() + timedelta(seconds=600 if everything else 5)
    deliver_together(until, overdue_by=overdue_by, stopping=stop.asked)
    with transaction():
        pulse.beat(pulse.NET)


@contextmanager
def survived(work: str) -> Iterator[None]:
    """Outlive what breaks: a tick of ours, or a database that is away for a moment. Logged by its class only."""
    try:
        yield
    except Exception as error:
        log.error("work-broken", work=work, error=type(error).__name__)
        db.session.remove()


class Stop:
    """Whether somebody asked this process to end; the letter in hand is finished first."""

    def __init__(self) -> None:
        self.stopping = False
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.ask)

    def ask(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def asked(self) -> bool:
        return self.stopping

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake when asked to stop; says whether that was so."""
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)
        return self.stopping
