"""Offers: what members are glad to do. Taken up, one becomes an ask."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.board.models import AskKind, Eyes
from supportgroup.db import Base
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.secrets import EncryptedText, Sealing


class OfferState(StrEnum):
    OPEN = "open"
    YES_PLEASE = "yes_please"
    NOT_NOW = "not_now"


class Offer(Sealing, Base):
    """What a member is glad to do: for whoever it would help, or said to one member. Taken up, it becomes an ask."""

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("size_minutes IN (5, 15, 30, 60, 120)", name="size"),
        CheckConstraint("days BETWEEN 0 AND 127", name="days"),
        CheckConstraint("by_id <> to_id", name="two_people"),
        Index("ix_offers_group_id_created_at", "group_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AskKind]
    size_minutes: Mapped[int] = mapped_column(default=15)
    text_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes | None]
    area_sealed: Mapped[bytes | None]
    times_sealed: Mapped[bytes | None]  # in words: "in the morning, back by noon"
    days: Mapped[int] = mapped_column(default=0)  # of a standing one: a bit for each weekday, Monday first; 0: any
    eyes: Mapped[Eyes] = mapped_column(default=Eyes.GROUP)
    needed_by: Mapped[datetime | None]  # of one to a member: the end of the day it is for
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN)
    paused_until: Mapped[datetime | None]  # of a standing one: it comes back by itself
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # of one to a member: it rests then, whether or not it was answered

    text = EncryptedText()
    body = EncryptedText()
    area = EncryptedText()
    times = EncryptedText()

    by: Mapped[Membership] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])

    @property
    def weekdays(self) -> list[int]:
        """The days on which it stands, 0 for Monday; none: any day."""
        return [day for day in range(7) if self.days >> day & 1]

    @property
    def said(self) -> str:
        """What it says, as its reader sees it."""
        return self.text if self.to_id is None else _("Would it help if I %(what)s?", what=self.text.rstrip(" ?.…"))

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def is_open(self, now: datetime) -> bool:
        """Whether it waits to be taken up, or answered."""
        is_over = self.ends_at is not None and self.ends_at <= now
        return self.state is OfferState.OPEN and not is_over and not self.is_paused(now)
