"""Reports, and the duties that facilitators have accepted."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.db import Base
from supportgroup.groups.models import Group, Membership
from supportgroup.secrets import EncryptedText, Sealing


class Subject(StrEnum):
    """What a report is about."""

    MEMBER = "member"
    ASK = "ask"
    MESSAGE = "message"
    OFFER = "offer"
    TELLING = "telling"


class Reason(StrEnum):
    DANGER = "danger"  # somebody may be in danger
    HURTS = "hurts"
    TELLS = "tells"  # it tells what was said here, or who somebody is
    SELLS = "sells"
    OTHER = "other"


class Desk(StrEnum):
    """Who looks at a report."""

    FACILITATORS = "facilitators"
    OPERATORS = "operators"


class ReportState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What came of it, for those who looked. Whoever reported hears of it in general words."""

    SPOKEN = "spoken"
    ACTED = "acted"
    NOTHING = "nothing"


class Report(Sealing, Base):
    """Somebody saw something that should be looked at. Neither the one it is about nor anybody else hears who."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_group_id_state", "group_id", "state"),
        Index("ix_reports_state_due_at", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    reported_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    subject: Mapped[Subject]
    subject_id: Mapped[UUID]
    reason: Mapped[Reason]
    words_sealed: Mapped[bytes | None]  # what the reporter added
    copy_sealed: Mapped[bytes]  # what was reported, as it was then: JSON of label and text
    note_sealed: Mapped[bytes | None]  # what those who looked wrote down for themselves
    named: Mapped[bool] = mapped_column(default=False)  # whether those who look may know who reported
    desk: Mapped[Desk]
    state: Mapped[ReportState] = mapped_column(default=ReportState.OPEN)
    outcome: Mapped[Outcome | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # an answer is promised until then
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]  # the operators look as well
    answered_at: Mapped[datetime | None]

    words = EncryptedText()
    copy = EncryptedText()
    note = EncryptedText()

    group: Mapped[Group] = relationship(lazy="joined", innerjoin=True)
    reporter: Mapped[Membership] = relationship(foreign_keys=[reporter_id], lazy="joined", innerjoin=True)
    reported: Mapped[Membership] = relationship(foreign_keys=[reported_id], lazy="joined", innerjoin=True)

    @property
    def is_open(self) -> bool:
        return self.state is ReportState.OPEN


class DutiesAccepted(Base):
    """A facilitator has read what looking after a group asks of them, and said yes to it."""

    __tablename__ = "duties_accepted"

    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    accepted_at: Mapped[datetime]
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
