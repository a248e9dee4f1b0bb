"""One world for all sweeps of a file: what each of them does to it is taken back."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from sqlalchemy import Connection

from supportgroup import pulse
from supportgroup.db import db, transaction
from tests.conftest import bound_to
from tests.databases import Databases
from tests.sweeps.world import World, make_world

WHOLE = os.environ.get("SWEEP") == "whole"
SHARE = 16


def some(things: Sequence[Any], at: str) -> Sequence[Any]:
    """Every sixteenth of the things, others at another place; all of them with SWEEP=whole."""
    return things if WHOLE or not things else things[crc32(at.encode()) % min(SHARE, len(things)) :: SHARE]


@pytest.fixture(scope="module")
def standing(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[tuple[Flask, Connection, World]]:
    """An app on a database of its own, the one connection that it works on, and the world in it."""
    app = make_app(databases.copy())
    with app.app_context():
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
def app(standing: tuple[Flask, Connection, World]) -> Iterator[Flask]:
    """The app in which the world stands."""
    app, connection, _ = standing
    with app.app_context(), bound_to(connection):
        point = connection.begin_nested()
        yield app
        db.session.remove()
        point.rollback()


@pytest.fixture
def world(app: Flask, standing: tuple[Flask, Connection, World]) -> World:
    """Two groups with everything in them, and everyone who might look."""
    _, _, world = standing
    db.session.add_all(world.rows())
    db.session.expire_all()
    with transaction():
        pulse.beat("deliver-letters")  # however long the tests before took
    return world
