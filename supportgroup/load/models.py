"""The card with a small ask to try, on the home page of who gives and never asks, or is new; and buddy rounds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup.db import Base


class Why(StrEnum):
    """Why the card is there."""

    GIVES = "gives"  # and has asked for nothing lately
    NEW = "new"  # was at a first meeting


class Nudge(Base):
    """What an account was suggested, and whether it wants more of it. It stops by itself."""

    __tablename__ = "nudges"
    __table_args__ = (Index("ix_nudges_offered_at", "offered_at"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    why: Mapped[Why] = mapped_column(default=Why.GIVES)
    offered_at: Mapped[datetime | None]  # the card is there since then; NULL: it is not
    passed_over: Mapped[int] = mapped_column(default=0)  # how often in a row
    not_before: Mapped[datetime | None]  # the next one
    by_mail: Mapped[bool] = mapped_column(default=False)  # "yes, by mail"


class BuddyWish(Base):
    """A member who would like a buddy, from the next round on."""

    __tablename__ = "buddy_wishes"

    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


class BuddyRound(Base):
    """A week in which members of a group are two by two."""

    __tablename__ = "buddy_rounds"
    __table_args__ = (Index("ix_buddy_rounds_group_id_ends_at", "group_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Buddy(Base):
    """Who is with whom in a round: those of one circle."""

    __tablename__ = "buddies"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_rounds.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    circle: Mapped[int]
