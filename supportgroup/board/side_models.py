"""What stands around asks: drafts, examples, what was said in a round, what came of asks, limits and base rates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup.board.models import AskKind
from supportgroup.db import Base
from supportgroup.secrets import EncryptedText, Sealing

MOST_PER_WEEK = 20  # asks that somebody may set themselves to carry


class Draft(Sealing, Base):
    """An ask that was begun and is not posted: one in each group, for its writer's eyes alone."""

    __tablename__ = "drafts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), unique=True)
    fields_sealed: Mapped[bytes | None]  # what stood in the form, as JSON: lists of texts by field
    saved_at: Mapped[datetime] = mapped_column(index=True)

    fields = EncryptedText()


class GroupExample(Sealing, Base):
    """Something to start from that a group's facilitators wrote for it."""

    __tablename__ = "group_examples"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AskKind]
    size_minutes: Mapped[int]
    title_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    title = EncryptedText()


class SpokenAsk(Sealing, Base):
    """What a member said in a round, written down by the host: theirs alone until they put it on the board."""

    __tablename__ = "spoken_asks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    for_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    title_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    title = EncryptedText()


class Telling(Sealing, Base):
    """What an asker told the group of what came of an ask."""

    __tablename__ = "tellings"
    __table_args__ = (Index("ix_tellings_group_id_told_at", "group_id", "told_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    ask_id: Mapped[UUID | None] = mapped_column(ForeignKey("asks.id", ondelete="SET NULL"), unique=True)
    unnamed: Mapped[bool] = mapped_column(default=False)
    text_sealed: Mapped[bytes]
    told_at: Mapped[datetime]

    text = EncryptedText()


class LoadWish(Base):
    """What an account has set itself to carry. A wish, not a wall: see carrying.py."""

    __tablename__ = "load_wishes"
    __table_args__ = (CheckConstraint(f"per_week BETWEEN 0 AND {MOST_PER_WEEK}", name="per_week"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    per_week: Mapped[int] = mapped_column(default=2)
    resting_until: Mapped[datetime | None]

    def rests(self, now: datetime) -> bool:
        return self.resting_until is not None and self.resting_until > now


class BaseRate(Base):
    """How often an ask gets a yes in a group, and how soon. A group with too few asks has no row."""

    __tablename__ = "base_rates"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    yes_of_ten: Mapped[int]  # rounded down
    minutes: Mapped[int]  # within which half of those that got a yes had it
    counted_at: Mapped[datetime]
