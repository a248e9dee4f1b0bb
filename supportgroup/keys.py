"""Changing keys: what is sealed under an older one is sealed anew under the first, while the service goes on."""

import time
from collections.abc import Generator, Iterator
from inspect import getattr_static
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import lazyload

from supportgroup.db import Base, db, transaction
from supportgroup.secrets import BadSeal, EncryptedText, Holder

SEALED = "_sealed"  # how columns are called that hold a sealed text
AT_ONCE = 100  # rows in one transaction: short enough that nobody waits for it
PAUSE = 0.1  # seconds between two: SQLite has one writer at a time, and those who wait look again as often as that
FRESH = {"populate_existing": True}


def sealed() -> dict[Any, list[EncryptedText]]:
    """Every model that has sealed columns, and how each is opened; found, not listed: a new one is never forgotten."""
    mappers = sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table))
    found = {
        mapper.class_: [text_of(mapper.class_, name) for name, _ in mapper.columns.items() if name.endswith(SEALED)]
        for mapper in mappers
    }
    return {model: texts for model, texts in found.items() if texts}


def text_of(model: Any, column: str) -> EncryptedText:
    """What seals and opens this column: the attribute beside it, or what that attribute does it by."""
    beside = getattr_static(model, column.removesuffix(SEALED))
    return beside if isinstance(beside, EncryptedText) else cast(EncryptedText, beside.text)


def is_old(model: Any, texts: list[EncryptedText]) -> ColumnElement[bool]:
    """What tells rows with a text under an older key; an absent text is under none."""
    newest = Holder.keyring.newest_prefix()
    return or_(*(func.substr(getattr(model, text.column), 1, len(newest)) != newest for text in texts))


def left(model: Any, texts: list[EncryptedText]) -> int:
    """How many rows are still to do."""
    return db.session.scalar(select(func.count()).select_from(model).where(is_old(model, texts))) or 0


def reseal_all() -> Iterator[tuple[int, int]]:
    """Seal anew until nothing is left; gives how many rows were sealed and how many no key of ours opens, at times.

    Each step is a transaction of its own. Rows that somebody is at work on are left for the next round, so that nobody
    ever waits for us and we for nobody. Stopped anywhere, it is begun again and finds only what is left.
    """
    waiting = sealed()
    while waiting:
        for model, texts in list(waiting.items()):
            shut = yield from reseal_table(model, texts)
            with transaction():
                rest = left(model, texts)
            if rest <= shut:
                del waiting[model]
                yield 0, shut
            else:
                time.sleep(PAUSE)


def reseal_table(model: Any, texts: list[EncryptedText]) -> Generator[tuple[int, int], None, int]:
    """One round over a table; gives how many rows were sealed at a time, and in the end how many do not open."""
    after, shut = None, 0
    while True:
        with transaction():
            after, done, unopened = reseal(model, texts, after)
        if after is None:
            return shut
        shut += unopened
        yield done, 0
        time.sleep(PAUSE)


def reseal(model: Any, texts: list[EncryptedText], after: UUID | None) -> tuple[UUID | None, int, int]:
    """Seal the next rows anew, in the caller's transaction: the last row's id, how many were sealed, how many not.

    Those not are ones that no key of ours opens. The id is None when there were no rows.
    """
    rest = select(model).where(is_old(model, texts)).order_by(model.id).limit(AT_ONCE).options(lazyload("*"))
    rest = rest if after is None else rest.where(model.id > after)
    rows = db.session.scalars(rest.with_for_update(skip_locked=True), execution_options=FRESH).all()
    last = rows[-1].id if rows else None
    shut = sum(not reseal_row(row, texts) for row in rows)
    db.session.flush()
    db.session.expunge_all()  # all of it may be more than memory holds
    return last, len(rows) - shut, shut


def reseal_row(row: Any, texts: list[EncryptedText]) -> bool:
    """Seal the texts of one row anew, with their blind indexes. Whether they opened."""
    try:
        opened = [text.__get__(row, type(row)) for text in texts]
    except BadSeal:
        return False
    for text, content in zip(texts, opened, strict=True):
        text.__set__(row, content)
    return True
