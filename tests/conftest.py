"""What every test can ask for. The database is real, on SQLite and on PostgreSQL, made by the real migrations."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast

import hypothesis
import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask, current_app, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.test import TestResponse

from supportgroup import config
from supportgroup.accounts import passwords
from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import start_session
from supportgroup.app import create_app
from supportgroup.db import db, transaction
from tests.databases import WHOLE, Databases, engines_for
from tests.logged import noted, refuse_telling
from tests.post import Postbox, open_postbox
from tests.services import Services

CI = os.environ.get("CI") == "true"
KEYS = {
    "SECRET_KEY": "a-signing-key-for-tests-that-is-long-enough",
    "DATA_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE=",
}
NOON = datetime(2027, 5, 12, 10, tzinfo=UTC)  # a Wednesday; twelve o'clock in Paris
SERVICES = pytest.StashKey[Services]()
# Files with tests of many seconds: they begin first, or one process would still be at them when all others are done.
LONG = ("tests/faults/", "tests/browser/", "tests/sweeps/", "tests/test_at_rest.py", "tests/test_up.py", "tests/test_w")

# A story told of what hypothesis draws is told thirty times, and a hundred times in `make test-whole`.
hypothesis.settings.register_profile("short", max_examples=30)
if not WHOLE:
    hypothesis.settings.load_profile("short")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[SERVICES] = Services()
        config.stash[SERVICES].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVICES in config.stash:
        config.stash[SERVICES].stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The engines of a test that does not name its own."""
    test = metafunc.definition
    named = any("databases" in mark.args[0] for mark in test.iter_markers("parametrize"))
    if "databases" in metafunc.fixturenames and not named:
        marks = {mark.name for mark in test.iter_markers()}
        engines = engines_for(test.nodeid, marks, metafunc.fixturenames)
        metafunc.parametrize("databases", engines, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)  # after pytest has put the tests of each engine together
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On each engine the long files come first."""
    items[:] = [
        item
        for _, together in groupby(items, engine_of)
        for item in sorted(together, key=lambda item: not item.nodeid.startswith(LONG))
    ]


def engine_of(item: pytest.Item) -> str | None:
    drawn = getattr(item, "callspec", None)
    return drawn.params.get("databases") if drawn else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is loaded stays: looking through all of it for garbage again and again was a tenth of the time of a run."""
    yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    return refuse_telling(refuse_skip((yield)))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    return refuse_skip((yield))


def refuse_skip(report: Any) -> Any:
    """On the machine that decides about a change nothing is skipped."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"With CI=true nothing is skipped. {report.longrepr[2]}"
    return report


class Client(FlaskClient):
    """A browser. Each request has an app context, and so a session, of its own, as it has when it is served.

    What the test has added is committed first, and what it holds is read again afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        in_test = has_app_context()
        if in_test:
            db.session.commit()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if in_test:
            db.session.expire_all()
        return response


def quick_app(environ: dict[str, str]) -> Flask:
    """The app of these settings. It compiles no template that another app of this test run has compiled."""
    app = create_app(config.load(environ))
    if "TEST_TEMPLATES" in os.environ:
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["TEST_TEMPLATES"])
    return app


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this process among those that run the tests."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session", autouse=True)
def _noted() -> Iterator[None]:
    """What is secret in this run, for `tests/logged.py`."""
    with noted():
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords of tests are hashed at next to no cost. `tests/accounts/test_password.py` holds what they cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "NOBODYS", passwords.HASHER.hash("nobody's"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_savepoints() -> Iterator[None]:
    """Each request of a test makes some savepoints, and SQLAlchemy would compile each of them anew."""
    words = {"": "SAVEPOINT", "rollback_to_": "ROLLBACK TO SAVEPOINT", "release_": "RELEASE SAVEPOINT"}

    def saying(what: str) -> Callable[[DefaultDialect, Connection, str], object]:
        return lambda _dialect, connection, name: connection.exec_driver_sql(f"{what} {name}")

    with pytest.MonkeyPatch.context() as patch:
        for name, what in words.items():
            patch.setattr(DefaultDialect, f"do_{name}savepoint", saying(what))
        yield


@pytest.fixture(scope="session")
def redis_url(worker: str) -> str:
    """A real broker, and in it a database for this process alone."""
    return f"{os.environ['TEST_REDIS_URL'].rsplit('/', 1)[0]}/{int(worker.removeprefix('gw')) + 1}"


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: str
) -> Iterator[Databases]:
    """Databases on the engine of this round."""
    made = Databases(request.param, tmp_path_factory.mktemp(request.param), worker)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def open_post() -> Iterator[Postbox]:
    """The SMTP server of this process."""
    controller, letters = open_postbox()
    yield letters
    controller.stop()


@pytest.fixture(scope="session")
def make_app(open_post: Postbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Flask]]:
    """Make an app on a database, whose letters arrive in the postbox; settings may be given in capitals."""
    var, apps = tmp_path_factory.mktemp("var"), list[Flask]()

    def make(database_url: str, **settings: str) -> Flask:
        environ = {"DATABASE_URL": database_url, "SUPPORTGROUP_VAR": str(var), "SMTP_URL": open_post.url, **KEYS}
        app = quick_app({**environ, **settings})
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        app.test_client_class = Client
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["mail"][0].close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def lasting_app(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[tuple[Flask, Engine]]:
    """The app that all tests of a round share, and its engine."""
    app = make_app(databases.copy())
    with app.app_context():
        engine = db.engine
    yield app, engine
    app.extensions["mail"][0].close()
    engine.dispose()


@pytest.fixture
def app(lasting_app: tuple[Flask, Engine]) -> Iterator[Flask]:
    """The app on a database that is as the migrations left it: whatever a test commits is taken back after it.

    All of it happens inside one transaction on one connection, so other threads and processes see nothing of it. Tests
    that need them take `committed_app`.
    """
    app, engine = lasting_app
    with app.app_context(), engine.connect() as connection, connection.begin() as outer:
        with bound_to(connection):
            yield app
            db.session.remove()
        outer.rollback()


@contextmanager
def bound_to(connection: Connection) -> Iterator[None]:
    """Let every session of the app work on this connection, in savepoints."""
    engines = cast(dict[str | None, Any], db.engines)
    engine, engines[None] = engines[None], connection
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
        engines[None] = engine


@pytest.fixture
def committed_app(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An app on a fresh database of its own, where a commit is one: for races, workers and other processes."""
    app = make_app(databases.copy())
    with app.app_context():
        yield app
        db.session.remove()
        app.extensions["mail"][0].close()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Client:
    """Nobody's browser."""
    return cast(Client, app.test_client())


@pytest.fixture
def sign_in() -> Callable[[Account], Client]:
    """`sign_in(ada)`: a browser in which she is signed in, on the app of the test."""

    def browser(account: Account) -> Client:
        db.session.commit()
        with transaction():
            reference = start_session(account, device="Firefox on Linux")
        client = current_app.test_client()
        client.set_cookie(cookie_name(), reference)
        return cast(Client, client)

    return browser


@pytest.fixture
def postbox(open_post: Postbox) -> Postbox:
    """Letters that arrive from now on."""
    open_post.clear()
    return open_post


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """A clock that stands still at NOON, until `frozen.shift(...)` or `frozen.move_to(...)`."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
