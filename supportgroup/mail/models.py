"""Letters: one row for one mail to one account. The table is the queue."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup.db import Base, BigId


class LetterState(StrEnum):
    """Where a letter is. Due and overdue are not states: they follow from the clock."""

    OWED = "owed"
    CLAIMED = "claimed"  # a sender has it in its batch
    SENDING = "sending"  # a sender is speaking with the relay about it
    SENT = "sent"
    DROPPED = "dropped"  # not wanted any more, or too late; the reason says which
    HELD = "held"  # stopped until an operator looks: it may have been sent, or it breaks its sender
    UNDELIVERABLE = "undeliverable"  # the relay refused it for good
    QUARANTINED = "quarantined"  # owed before a restore


ENDED = (LetterState.SENT, LetterState.DROPPED, LetterState.UNDELIVERABLE)
WAITING = (LetterState.OWED, LetterState.CLAIMED, LetterState.SENDING)
GATHERED = {
    "daily": "gathered-daily",
    "weekly": "gathered-weekly",
}  # why a letter was dropped: it is counted in another


def only(condition: str) -> dict[str, Any]:
    """The rows that a partial index holds, on either database."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


class Letter(Base):
    """One mail that is owed, or was. No subject and no text: it says what is true when it is sent."""

    __tablename__ = "letters"
    __table_args__ = (
        # Each of these holds only the rows somebody looks for by it, so that it stays small whatever was sent before.
        Index("ix_letters_owed", "priority", "next_attempt_at", "id", **only("state = 'owed'")),
        Index("ix_letters_leased", "lease_until", **only("state IN ('claimed', 'sending')")),
        Index("ix_letters_stuck", "state", "kind", **only("state IN ('held', 'undeliverable', 'quarantined')")),
        Index("ix_letters_ended", "expires_at", **only("state IN ('sent', 'dropped', 'undeliverable')")),
        Index("ix_letters_gathered", "next_attempt_at", **only("drop_reason IN ('gathered-daily', 'gathered-weekly')")),
        Index("ix_letters_about_id", "about_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger)  # see PRIORITIES in leases.py
    key: Mapped[str] = mapped_column(unique=True)  # the occasion: the same event planned twice owes one letter
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    about_id: Mapped[UUID]
    about_version: Mapped[int] = mapped_column(default=0)
    scope_id: Mapped[UUID | None]  # the group it belongs to
    due_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]  # of one that was gathered: when
    expires_at: Mapped[datetime]
    state: Mapped[LetterState] = mapped_column(default=LetterState.OWED)
    attempts: Mapped[int] = mapped_column(default=0)
    crash_count: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    message_id: Mapped[str | None]  # with header_date frozen at the first try, so that a copy is known as one
    header_date: Mapped[datetime | None]
    last_code: Mapped[int | None]  # SMTP reply code; never the server's words, which echo addresses
    last_class: Mapped[str | None]  # see Outcome in transport.py; "broken" where we could not write it
    drop_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class StoppedAddress(Base):
    """An address whose owner wants no letter that somebody asks us to pass on, whether it has an account or not."""

    __tablename__ = "stopped_addresses"

    address_index: Mapped[bytes] = mapped_column(primary_key=True)  # a keyed hash: it tells no address
    stopped_at: Mapped[datetime]


class Epoch(Base):
    """One row: how far this database has come, so that it is noticed when it was put back to an earlier day."""

    __tablename__ = "epochs"

    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # always 1
    name: Mapped[UUID]  # of the database's life; a new one after each restore
    turns: Mapped[int]
    turned_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
