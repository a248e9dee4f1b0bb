"""Pages by key, never by offset: a list does not slip while somebody reads it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from supportgroup.db import db

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor after the last of them; None when there are no more."""

    items: Sequence[Row]
    next: str | None


def page(
    rows: Select[Row],
    by: tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[UUID]],
    *,
    after: str | None = None,
    limit: int = 20,
    descending: bool = True,
) -> Page[Row]:
    """One page of `rows`, in the order of (instant, id). A cursor that is not one of ours starts at the beginning."""
    instant, key = by
    start = read_cursor(after)
    if start:
        here, there = tuple_(instant, key), tuple_(*start)
        rows = rows.where(here < there if descending else here > there)
    order = (instant.desc(), key.desc()) if descending else (instant, key)
    found: list[Any] = list(db.session.scalars(rows.order_by(*order).limit(limit + 1)).unique())
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], cursor(getattr(last, instant.key), getattr(last, key.key)) if last else None)


def cursor(instant: datetime, key: UUID) -> str:
    return base64.urlsafe_b64encode(f"{instant.isoformat()}|{key.hex}".encode()).rstrip(b"=").decode()


def read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """Instant and id of a cursor; None where there is none, or none that can be read."""
    try:
        raw = (text or "").encode("ascii")
        instant, key = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)).decode().split("|")
        moment = datetime.fromisoformat(instant)
        return (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
