"""Models and migrations agree, up and down, on both databases."""

import pytest
from sqlalchemy import create_engine, inspect

from supportgroup import schema

pytestmark = pytest.mark.both_engines


@pytest.fixture
def engine(databases, app):
    """An empty database. The app is there so that every model is."""
    made = create_engine(databases.new())
    yield made
    made.dispose()


def test_migrations_build_what_the_models_say(engine):
    schema.upgrade(engine)

    schema.check(engine)


def test_migrations_go_down_to_nothing_and_up_again(engine):
    schema.upgrade(engine)
    schema.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]

    schema.upgrade(engine)
    schema.check(engine)
