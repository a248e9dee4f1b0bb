"""Asks, helps, and what is said around them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.db import Base
from supportgroup.groups.models import Membership
from supportgroup.secrets import EncryptedText, Sealing


class AskKind(StrEnum):
    ERRAND = "errand"
    TASK = "task"  # take a part of something
    COMPANY = "company"
    LISTEN = "listen"  # be heard, not fixed
    CHECK_ON_ME = "check_on_me"
    HOST_COVER = "host_cover"  # take my turn as host


class AskState(StrEnum):
    OPEN = "open"
    COVERED = "covered"  # enough helpers
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Eyes(StrEnum):
    """Who may see an ask."""

    GROUP = "group"
    MET = "met"
    FACILITATORS = "facilitators"


class HelpState(StrEnum):
    ACCEPTED = "accepted"
    HANDED_BACK = "handed_back"
    DONE = "done"
    NOT_DONE = "not_done"


class Happened(StrEnum):
    """What asker and helper each say afterwards."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


LONGER = 120  # minutes; the size "longer" is stored as this


class Ask(Sealing, Base):
    """A help request on the board."""

    __tablename__ = "asks"
    __table_args__ = (
        CheckConstraint("size_minutes IN (5, 15, 30, 60, 120)", name="size"),
        CheckConstraint("helpers_wanted BETWEEN 1 AND 20", name="helpers_wanted"),
        Index("ix_asks_group_id_state_opened_at", "group_id", "state", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AskKind]
    size_minutes: Mapped[int] = mapped_column(default=15)
    helpers_wanted: Mapped[int] = mapped_column(default=1)
    title_sealed: Mapped[bytes | None]  # what would help; "today was hard" may go without words
    body_sealed: Mapped[bytes | None]
    area_sealed: Mapped[bytes | None]  # a rough place, on the card
    place_sealed: Mapped[bytes | None]  # the exact one, for accepted helpers
    eyes: Mapped[Eyes] = mapped_column(default=Eyes.GROUP)
    needed_by: Mapped[datetime | None]
    state: Mapped[AskState] = mapped_column(default=AskState.OPEN)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime]  # a help handed back puts the ask at the top again
    ends_at: Mapped[datetime] = mapped_column(index=True)  # when an open ask expires, or a covered one is closed
    closed_at: Mapped[datetime | None]
    asker_says: Mapped[Happened | None]

    title = EncryptedText()
    body = EncryptedText()
    area = EncryptedText()
    place = EncryptedText()

    asker: Mapped[Membership] = relationship(lazy="joined", innerjoin=True)
    helps: Mapped[list["Help"]] = relationship(back_populates="ask", lazy="selectin", order_by="Help.accepted_at")


class Help(Sealing, Base):
    """One member's acceptance of an ask."""

    __tablename__ = "helps"
    __table_args__ = (UniqueConstraint("ask_id", "helper_id"),)  # a helper holds an ask once

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"))
    helper_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    state: Mapped[HelpState] = mapped_column(default=HelpState.ACCEPTED)
    round: Mapped[int] = mapped_column(default=1)  # accepting again after handing back reuses the row
    accepted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    helper_says: Mapped[Happened | None]
    thanks_sealed: Mapped[bytes | None]  # private, optional, never counted

    thanks = EncryptedText()

    ask: Mapped[Ask] = relationship(back_populates="helps", lazy="raise")
    helper: Mapped[Membership] = relationship(lazy="joined", innerjoin=True)


class Message(Sealing, Base):
    """A line in the thread between asker and helpers."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ask_id_created_at", "ask_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    text_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    text = EncryptedText()


class Heard(Base):
    """A member's "I hear you" to an ask to be heard."""

    __tablename__ = "heards"

    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]
