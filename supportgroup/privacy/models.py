"""Copies that were asked for, erasures under way, and what is kept of those that are done."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup.db import Base
from supportgroup.secrets import EncryptedText, Sealing

FETCHABLE = timedelta(hours=24)  # how long a copy waits to be fetched, once
UNDO = timedelta(days=7)  # how long an account can be kept after all
UNUSED_TOLD = (timedelta(days=547), timedelta(days=700))  # after 18 and 23 months somebody is told that it goes
UNUSED_GOES = timedelta(days=730)  # after 24 it does
BETWEEN = timedelta(days=28)  # at least, from one letter about it to the next, and to the end


class ExportState(StrEnum):
    ASKED = "asked"
    READY = "ready"
    OVER = "over"  # fetched, or not fetched in time


class Export(Sealing, Base):
    """A copy of everything an account has here. It is made by a worker, waits sealed, and can be fetched once."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_state_asked_at", "state", "asked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    state: Mapped[ExportState] = mapped_column(default=ExportState.ASKED)
    parts_done: Mapped[int] = mapped_column(default=0)
    parts_wanted: Mapped[int]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]  # a worker has it in hand since
    ready_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    content_sealed: Mapped[bytes | None]  # the archive, in base64

    content = EncryptedText()

    def can_be_fetched(self, now: datetime) -> bool:
        return self.state is ExportState.READY and self.ready_at is not None and now < self.ready_at + FETCHABLE


class Erasure(Base):
    """An account that is to go. It is hidden from the day this is asked; until `due_at` it can be kept after all."""

    __tablename__ = "erasures"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    goodbye_at: Mapped[datetime | None]  # the last letter is owed; then the address goes


class Erased(Base):
    """What is kept of an erased account, for three years: a keyed hash, and when it had agreed to what.

    It leads to nobody. After a backup is restored, it tells which accounts in it are to go again.
    """

    __tablename__ = "erased"

    account_hash: Mapped[bytes] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(index=True)
    consents: Mapped[list[Any]] = mapped_column(JSON)


class LastSeen(Base):
    """The day on which an account was last used, and how often it was told that it is about to go."""

    __tablename__ = "last_seen"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    seen_on: Mapped[date] = mapped_column(index=True)
    told: Mapped[int] = mapped_column(default=0)
    told_on: Mapped[date | None]

    @property
    def goes_at(self) -> datetime:
        """When the account goes unless it is used again."""
        return datetime.combine(self.seen_on, time(), UTC) + UNUSED_GOES
