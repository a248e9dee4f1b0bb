"""Who wants nothing to do with whom, what is hidden from a group, and the log of what was done."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from supportgroup.db import Base, BigId
from supportgroup.secrets import EncryptedText, Sealing


class Block(Base):
    """One member is out of another's sight, and the other out of theirs. Nobody is told.

    It stands between two places in one group, so it survives another name, and leaving and coming back.
    """

    __tablename__ = "blocks"
    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="two_people"),)

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]  # what was said before stays, as a former member's; what came after is not there


class Mute(Base):
    """One member's asks are left out of another's board and letters. Nothing else changes, for nobody else."""

    __tablename__ = "mutes"
    __table_args__ = (CheckConstraint("muter_id <> muted_id", name="two_people"),)

    muter_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    muted_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class Avoided(Sealing, Base):
    """Somebody whom an account would rather not meet in any group: an address or a name, sealed.

    Found by a hash that no other table holds, so that the database does not tell who avoids whom.
    """

    __tablename__ = "avoided"
    __table_args__ = (UniqueConstraint("account_id", "text_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    text_sealed: Mapped[bytes]
    text_index: Mapped[bytes] = mapped_column(index=True)
    created_at: Mapped[datetime]

    text = EncryptedText(index="text_index", apart=True)


class Rule(StrEnum):
    """Why something is hidden from the group, as its author hears it."""

    ABOUT_OTHERS = "about_others"
    HURTS = "hurts"
    DANGER = "danger"
    MONEY = "money"
    MEDICAL = "medical"
    ELSEWHERE = "elsewhere"
    UNSEEN = "unseen"  # nothing is wrong with it: a facilitator looks first, as this group wants it


class Hiding(Base):
    """An ask or a message that only its author sees for now. The author was told, kindly, and may change it."""

    __tablename__ = "hidings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    item_id: Mapped[UUID] = mapped_column(unique=True)  # an ask's or a message's
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    rule: Mapped[Rule]
    hidden_at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]  # the author asked that somebody else looks
    kept_at: Mapped[datetime | None]  # somebody else looked, and it stays hidden


class Act(StrEnum):
    """What the log knows of."""

    ITEM_HIDDEN = "item_hidden"
    ITEM_SHOWN = "item_shown"
    ITEM_KEPT_HIDDEN = "item_kept_hidden"
    HIDDEN_READ = "hidden_read"
    MEMBER_REMOVED = "member_removed"
    REPORT_READ = "report_read"
    REPORT_HANDED_OVER = "report_handed_over"
    REPORT_ANSWERED = "report_answered"
    DUTIES_ACCEPTED = "duties_accepted"
    DATA_ASKED = "data_asked"
    DATA_FETCHED = "data_fetched"
    DATA_BY_OPERATOR = "data_by_operator"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_UNDONE = "erasure_undone"
    ERASED_IN_GROUP = "erased_in_group"
    ERASURE_BY_OPERATOR = "erasure_by_operator"


class AuditEntry(Base):
    """One thing that somebody with a power did, or that somebody did with their own data: never what was written.

    People stand in it as keyed hashes of their accounts, which lead nowhere once an account is erased.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_about", "about", "id"), Index("ix_audit_entries_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    act: Mapped[Act]
    by: Mapped[bytes | None]  # who did it; None for the clock and the command line
    about: Mapped[bytes | None]  # who sees this entry among their own
    object_id: Mapped[UUID | None]


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def refuse_change(_mapper: Mapper[AuditEntry], _connection: Connection, entry: AuditEntry) -> None:
    """The log is only ever added to. What is older than its time goes by retention alone."""
    raise RuntimeError(f"The log is not changed (entry {entry.id}).")
