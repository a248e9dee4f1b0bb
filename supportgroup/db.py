"""The database: one session, one base, one way to commit."""

import enum
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    FromClause,
    Insert,
    Integer,
    MetaData,
    String,
    cast,
    column,
    event,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# A counted key, 64 bits on PostgreSQL; SQLite counts up by itself only for a plain INTEGER, which has 64 bits there.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses what has no zone, gives back UTC; SQLite would otherwise forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def values(choices: type[enum.Enum]) -> list[str]:
    return [str(choice.value) for choice in choices]


class Base(DeclarativeBase):
    """Every table's base. Instants are aware, choices are stored as their words."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class
        datetime: UTCDateTime(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=20, values_callable=values, create_constraint=False),
    }


# Rows stay loaded after a commit: the redirect that follows would otherwise read them all again.
db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block did, or nothing of it.

    The read transaction of the request ends first. On SQLite the new one holds the write lock from its first
    statement: a read that turned into a write would fail at once there if another writer came between.
    """
    session = db.session
    if session.dirty or session.new or session.deleted:
        raise RuntimeError("Something was changed outside a transaction.")
    session.commit()
    try:
        session.connection(execution_options={"begin_immediate": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def forget() -> None:
    """Let go of what was changed and not committed, and of what was read."""
    db.session.rollback()


def gave_up(error: Exception) -> bool:
    """Whether the database could not do it just now: away, full, too busy or too slow. Nothing of it is written.

    SQLite says the same of a statement that is wrong, but for its code.
    """
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorname", None) != "SQLITE_ERROR"
    return isinstance(error, TimeoutError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def end_reading() -> None:
    """End the transaction that reads have begun: none stays open while somebody waits for the network."""
    db.session.commit()


# Commits that do not wait for the disk, and back to those that do.
SWIFT = {
    "postgresql": ("SET synchronous_commit TO off", "SET synchronous_commit TO DEFAULT"),
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
}


@contextmanager
def swift_connection() -> Iterator[Connection]:
    """A connection on which each statement commits by itself and at once, but does not wait for the disk.

    For what a sender notes about its letters. A process that dies loses nothing by it; a machine that does may lose
    the last fraction of a second, which can cost second copies and never a letter. Where the session is bound to one
    connection, as in a test that takes everything back, it is that one.
    """
    bind = db.session.get_bind()
    if isinstance(bind, Connection):
        yield bind
        return
    swift, durable = SWIFT[bind.dialect.name]
    with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(swift)
        try:
            yield connection
        finally:
            with suppress(DBAPIError):
                connection.exec_driver_sql(durable)


class Prepared:
    """A statement made once and handed to the driver as it is, for where one runs thousands of times a second.

    Values go through their columns' types, as everywhere; rows come back as the driver gives them.
    """

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        sort: Any = type(dialect)
        named = sort(paramstyle="pyformat" if dialect.name == "postgresql" else "named")
        compiled: Any = statement.compile(dialect=named)
        self.words = str(compiled)
        self.processors = {
            name: bind.type.dialect_impl(named).bind_processor(named) or unchanged
            for name, bind in compiled.binds.items()
        }
        self.constants = {name: self.processed(name, value) for name, value in compiled.params.items()}

    def processed(self, name: str, value: Any) -> Any:
        return self.processors[name](value)

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Run it with these values; of what it returns, every row. Raises DBAPIError like any other statement."""
        given = {name: self.processed(name, value) for name, value in values.items()}
        driver: Any = connection.connection.driver_connection
        try:
            rows: list[Any] = driver.execute(self.words, self.constants | given).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError(self.words, None, error) from error
        return rows


def unchanged(value: Any) -> Any:
    return value


def insert_or_ignore(table: Any) -> Insert:
    """An INSERT that leaves rows out whose unique key is there already, on either database."""
    name = db.session.get_bind().dialect.name
    statement: Any = (postgresql if name == "postgresql" else sqlite).insert(table)
    return statement.on_conflict_do_nothing()  # type: ignore[no-any-return]


def as_table(name: str, columns: Mapping[str, Any], rows: Iterable[Sequence[Any]]) -> FromClause:
    """Rows made in Python as a table that a statement can join, on either database. `columns`: their types by name.

    They travel as one parameter, so that the statement is the same however many they are. None of them may be None.
    """
    dialect = db.session.get_bind().dialect
    typed = {key: sort.dialect_impl(dialect).bind_processor(dialect) or unchanged for key, sort in columns.items()}
    made = [{key: process(value) for (key, process), value in zip(typed.items(), row, strict=True)} for row in rows]
    text = literal(json.dumps(made, default=str), String)
    if dialect.name == "postgresql":
        records = func.jsonb_to_recordset(cast(text, postgresql.JSONB))
        shape = [column(key, sort) for key, sort in columns.items()]
        return records.table_valued(*shape).render_derived(name=name, with_types=True)
    each = func.json_each(text).table_valued("value")
    parts = [type_coerce(func.json_extract(each.c.value, f"$.{key}"), sort).label(key) for key, sort in columns.items()]
    return select(*parts).cte(name).prefix_with("MATERIALIZED")  # so that SQLite makes an index of it


@event.listens_for(Engine, "connect")
def prepare_connection(connection: Any, _record: object) -> None:
    """SQLite: patience first, then readers beside one writer, durable commits, and transactions begun by us alone.

    Going over to the write-ahead log may have to wait too, for who cleans up after a sender that was killed.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def begin(connection: Connection) -> None:
    """SQLite: begin as a writer where `transaction()` said so."""
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and options.get("isolation_level") != "AUTOCOMMIT":
        immediate = options.get("begin_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
