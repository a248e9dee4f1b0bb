"""Databases for the tests: made by the real migrations once, and copied for whoever needs one alone.

Nearly every rule is the same on both engines, so in `make test` each story is told on one of them: which one is drawn
from its name, so that each engine tells half of every file, the same half every time. Told on both is what hangs on the
engine: whatever takes `committed_app` (races, workers, other processes), and what is marked `both_engines`. A test that
says `parametrize("databases", ["sqlite"], indirect=True)` needs that one. In `make test-whole` both tell everything.
"""

import os
import shutil
from collections.abc import Collection
from itertools import count
from pathlib import Path
from zlib import crc32

from sqlalchemy import create_engine, make_url, text

from supportgroup import config, schema

ENGINES = ("sqlite", "postgresql")
WHOLE = os.environ.get("TESTS") == "whole"


def engines_for(name: str, marks: Collection[str], fixtures: Collection[str]) -> tuple[str, ...]:
    """The engines that a test of this name is run on, with these marks and fixtures."""
    if WHOLE or "both_engines" in marks or "committed_app" in fixtures:
        return ENGINES
    return (ENGINES[crc32(name.encode()) % len(ENGINES)],)


class Databases:
    """The databases of one process of the test run, on one of the two engines."""

    def __init__(self, engine: str, folder: Path, worker: str) -> None:
        self.engine, self.folder, self.worker = engine, folder, worker
        self.numbers = count()
        self.made: list[str] = []
        self.template = self.new()
        made = create_engine(self.template)
        schema.upgrade(made)
        made.dispose()

    def new(self, template: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of `template`, to which nobody may be connected."""
        name = f"sg_test_{self.worker}_{next(self.numbers)}"
        if self.engine == "sqlite":
            path = self.folder / f"{name}.sqlite3"
            if template:
                shutil.copyfile(str(make_url(template).database), path)
            return f"sqlite:///{path}"
        server = config.database_address(os.environ["TEST_DATABASE_URL"])
        like = f" TEMPLATE {make_url(template).database}" if template else ""
        administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}{like}")
        self.made.append(name)
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    def copy(self) -> str:
        """The URL of a fresh copy of what the migrations built."""
        return self.new(self.template)

    def drop(self) -> None:
        """Leave a server that is not ours as it was."""
        server = config.database_address(os.environ["TEST_DATABASE_URL"])
        if self.made:
            administer(server, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self.made))


def administer(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
