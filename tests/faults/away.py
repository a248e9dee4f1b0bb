"""Web processes that are killed, a PostgreSQL that starts anew, a disk that is full: while people press and letters go
out.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from supportgroup import config
from supportgroup.app import create_app
from supportgroup.db import db
from supportgroup.mail.models import Letter
from supportgroup.valkey import free_port
from tests.conftest import KEYS
from tests.databases import Databases
from tests.faults.posting import YES, Browser, Press, Written, make_presses, written
from tests.faults.scene import settings_of
from tests.faults.stories import LATE, Stage
from tests.processes import service, until
from tests.relay import FaultyRelay, relay
from tests.services import Services

PACE = 0.03  # seconds between two presses
AWAY = 503
# What a server of one's own is told besides: nothing may be lost that was committed, however it ends.
SAFE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_wal_size=32MB", "shared_buffers=16MB")
Web = tuple[str, Callable[[], None], Callable[[], None]]  # its address, how it is killed, how it is started


@dataclass(frozen=True)
class Away:
    """What came of the presses and of the letters about them."""

    answers: Counter[int | None]  # how often each status; None where there was no answer
    written: Written
    unsent: int  # letters that the relay never took
    copies: int  # beyond the first of each

    @property
    def wrong(self) -> int:
        """Answers that are neither a yes nor the page which says that we are away."""
        return sum(number for status, number in self.answers.items() if status not in (YES, AWAY, None))


class Pressing:
    """Somebody presses one thing after the other, each until the answer is a yes."""

    def __init__(self, url: str, presses: Sequence[Press]) -> None:
        self.browser, self.presses = Browser(url), presses
        self.answered: list[Press] = []
        self.answers: Counter[int | None] = Counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.press)
        self.thread.start()

    def press(self) -> None:
        for one in self.presses:
            while not self.over.is_set():
                time.sleep(PACE)
                status = self.browser.press(one)
                self.answers[status] += 1
                if status == YES:
                    self.answered.append(one)
                    break

    def go_on(self, times: int = 2) -> None:
        """Wait until as many more were answered with a yes."""
        before = len(self.answered)
        until(lambda: len(self.answered) >= min(before + times, len(self.presses)), 120)

    def end(self) -> None:
        self.over.set()
        self.thread.join()


def told(on: Stage, there: FaultyRelay, pressing: Pressing) -> Away:
    """What came of it, once all letters are out."""
    pressing.end()
    on.wait()
    found, copies = written(pressing.answered), Counter(letter["Message-ID"] for letter in there.letters)
    rows = len(db.session.scalars(select(Letter.id)).all())
    return Away(pressing.answers, found, rows - len(copies), copies.total() - len(copies))


def web_killed(on: Stage, *, times: int, presses: int, seed: int, hasty: bool) -> Away:
    """The web server is killed again and again while it is pressed at."""
    dice = random.Random(seed)
    with relay() as there, on.senders(there.url) as senders, web(on, there, hasty=hasty) as (url, kill, start):
        senders.start()
        pressing = Pressing(url, make_presses(presses))
        for _ in range(times):
            pressing.go_on()
            time.sleep(dice.uniform(0, PACE * 3))
            kill()
            start()
        pressing.go_on()
        return told(on, there, pressing)


def restarted(on: Stage, server: Services, *, times: int, presses: int, hasty: bool) -> Away:
    """PostgreSQL is stopped and started again and again, each second time without letting anything end."""
    with (
        relay(late=LATE) as there,
        on.senders(there.url, LEASE="3") as senders,
        web(on, there, hasty=hasty) as (url, *_),
    ):
        pressing = Pressing(url, make_presses(presses))
        senders.start()
        senders.start()
        for turn in range(times):
            pressing.go_on()
            server.end_postgresql(signal.SIGQUIT if turn % 2 else signal.SIGINT)
            time.sleep(0.5)
            server.serve_postgresql()
        pressing.go_on()
        reconnect()
        return told(on, there, pressing)


def full(on: Stage, disk: Path, server: Services | None, *, presses: int) -> Away:
    """The disk that the database lies on is filled, and after a while there is room again."""
    with relay() as there, on.senders(there.url) as senders, web(on, there, hasty=False) as (url, *_):
        pressing = Pressing(url, make_presses(presses))
        senders.start()
        pressing.go_on(10)
        ballast = fill(disk)
        until(lambda: pressing.answers[AWAY] >= 20, 120)
        ballast.unlink()
        if server is not None and server.postgresql.poll() is not None:  # it gave up, and its operator starts it
            server.serve_postgresql()
        pressing.go_on(10)
        reconnect()
        return told(on, there, pressing)


def reconnect() -> None:
    """Let go of connections that are none any more."""
    db.session.remove()
    db.engine.dispose()
    until(reachable, 60)


def reachable() -> bool:
    try:
        db.session.execute(select(1))
    except DBAPIError:
        db.session.remove()
        return False
    return True


def web(on: Stage, there: FaultyRelay, *, hasty: bool) -> AbstractContextManager[Web]:
    return forked(on, there) if hasty else started(on, there)


@contextmanager
def forked(on: Stage, there: FaultyRelay) -> Iterator[Web]:
    port = str(free_port())
    with on.senders(there.url, PORT=port) as webs:
        webs.start("web")
        url = f"http://127.0.0.1:{port}"
        yield url, lambda: webs.end(webs.started[0], signal.SIGKILL), lambda: webs.start("web") and None


@contextmanager
def started(on: Stage, there: FaultyRelay) -> Iterator[Web]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with service(settings_of(on.app, there.url, on.var, PATH=path)) as running:
        running.start("web")
        running.wait_for_web()
        yield running.url, lambda: running.kill(running.running[0]), lambda: running.start("web") and None


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of that size, which root can have."""
    folder = Path(tempfile.mkdtemp(prefix="sg-disk-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Leave no room on this disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


@contextmanager
def own_postgresql(on: Stage, disk: Path | None = None) -> Iterator[tuple[Stage, Services]]:
    """The same stage on a server of its own, which loses nothing that was committed."""
    server, before = Services(disk), os.environ["TEST_DATABASE_URL"]
    os.environ["TEST_DATABASE_URL"] = server.start_postgresql(*SAFE)
    try:
        with on_database(on, Databases("postgresql", server.folder, "own")) as there:
            yield there, server
    finally:
        os.environ["TEST_DATABASE_URL"] = before
        server.stop()


@contextmanager
def on_small_disk(on: Stage) -> Iterator[tuple[Stage, Path, Services | None]]:
    """The same stage with a database of the same kind on a disk that can be filled."""
    with small_disk(192) as disk:
        if db.engine.dialect.name == "sqlite":
            with on_database(on, Databases("sqlite", disk, "own")) as there:
                yield there, disk, None
        else:
            with own_postgresql(on, disk) as (there, server):
                yield there, disk, server


@contextmanager
def on_database(on: Stage, databases: Databases) -> Iterator[Stage]:
    app = create_app(config.load({"DATABASE_URL": databases.copy(), "SUPPORTGROUP_VAR": str(on.var), **KEYS}))
    with app.app_context():
        try:
            yield replace(on, app=app)
        finally:
            db.session.remove()
            db.engine.dispose()
