"""One world for all sweeps of a file: what each of them does to it is taken back."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from zlib import crc32

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection

from supportgroup import clock
from supportgroup.db import db
from tests.conftest import bound_to
from tests.databases import WHOLE, Databases
from tests.sweeps.world import World, make_world

SHARE = 64
ANSWERED = "answered"  # what a test's report carries: how many answers had which status


def some(things: Sequence[Any], at: str, share: int = SHARE) -> Sequence[Any]:
    """One in so many of the things, others at another place; all of them in `make test-whole`."""
    return things if WHOLE or not things else things[crc32(at.encode()) % min(share, len(things)) :: share]


class Counting:
    """The service, and how many of its answers had which status since somebody cleared the count."""

    def __init__(self, inside: WSGIApplication) -> None:
        self.inside = inside
        self.answered: Counter[int] = Counter()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def counted(status: str, *more: Any) -> Any:
            self.answered[int(status[:3])] += 1
            return start(status, *more)

        return self.inside(environ, counted)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says of each file how many requests it sent and what was answered: the figures of `docs/reliability.md`."""
    figures: dict[str, Counter[int]] = defaultdict(Counter)
    for report in [one for reports in terminalreporter.stats.values() for one in reports]:
        answered = dict(getattr(report, "user_properties", ())).get(ANSWERED)
        if answered and report.when == "teardown":
            figures[report.fspath].update(answered)
    for path, answered in sorted(figures.items()):
        terminalreporter.line(f"{path}: {in_words(answered)}")


def in_words(answered: Counter[int]) -> str:
    """How many requests were answered, and how."""
    by_status = ", ".join(f"{status}: {number:,}" for status, number in sorted(answered.items()))
    broken = sum(number for status, number in answered.items() if status >= 500)
    return f"{answered.total():,} requests, 5xx: {broken:,} ({by_status})"


@pytest.fixture(scope="module")
def standing(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[tuple[Flask, Connection, World]]:
    """An app on a database of its own, the one connection that it works on, and the world in it.

    Its clock stands still, so nothing grows old on a slow machine.
    """
    app = make_app(databases.copy())
    app.wsgi_app = Counting(app.wsgi_app)
    with time_machine.travel(clock.now(), tick=False), app.app_context():
        engine = db.engine
        with engine.connect() as connection, connection.begin() as outer:
            with bound_to(connection):
                world = make_world()
                db.session.remove()
            yield app, connection, world
            outer.rollback()
        app.extensions["mail"][0].close()
        engine.dispose()


@pytest.fixture
def app(standing: tuple[Flask, Connection, World], request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app in which the world stands."""
    app, connection, _ = standing
    answered: Counter[int] = app.wsgi_app.answered
    answered.clear()
    with app.app_context(), bound_to(connection):
        point = connection.begin_nested()
        yield app
        request.node.user_properties.append((ANSWERED, dict(answered)))
        db.session.remove()
        point.rollback()


@pytest.fixture
def world(app: Flask, standing: tuple[Flask, Connection, World]) -> World:
    """Two groups with everything in them, and everyone who might look."""
    _, _, world = standing
    db.session.add_all(world.rows())
    db.session.expire_all()
    return world
