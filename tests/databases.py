"""Databases for the tests: made by the real migrations once, and copied for whoever needs one alone."""

import os
import shutil
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from supportgroup import config, schema

ENGINES = ("sqlite", "postgresql")


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
