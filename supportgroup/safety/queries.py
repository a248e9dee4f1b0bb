"""Who is out of whose sight, and what is hidden: as sets for pages, as conditions for queries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from supportgroup.db import db
from supportgroup.safety.models import AuditEntry, Block, Hiding, Mute
from supportgroup.secrets import blind_indexes


def blocked_with(membership_id: UUID) -> set[UUID]:
    """The memberships that this one is out of sight of, whichever of the two wanted it."""
    pairs = select(Block.blocker_id, Block.blocked_id).where(
        or_(Block.blocker_id == membership_id, Block.blocked_id == membership_id)
    )
    return {other for pair in db.session.execute(pairs) for other in pair} - {membership_id}


def blocked_by(membership_id: UUID) -> set[UUID]:
    """Whom this member has blocked."""
    return set(db.session.scalars(select(Block.blocked_id).where(Block.blocker_id == membership_id)))


def muted_by(membership_id: UUID) -> set[UUID]:
    """Whom this member has muted."""
    return set(db.session.scalars(select(Mute.muted_id).where(Mute.muter_id == membership_id)))


def is_blocked(by: UUID, other: UUID) -> bool:
    return db.session.get(Block, (by, other)) is not None


def apart(one: Any, other: Any, *, since: Any = None) -> ColumnElement[bool]:
    """Whether these two (columns, or ids) are out of each other's sight.

    With `since`, a column: whether what happened then came after the block. What came before stays to be
    seen, as a former member's; what has not ended yet (NULL) counts as after.
    """
    between = or_(
        and_(Block.blocker_id == one, Block.blocked_id == other),
        and_(Block.blocker_id == other, Block.blocked_id == one),
    )
    after = true() if since is None else or_(since.is_(None), since > Block.created_at)
    return exists().where(between, after).correlate_except(Block)


def muted(by: Any, other: Any) -> ColumnElement[bool]:
    """Whether one has muted the other."""
    return exists().where(Mute.muter_id == by, Mute.muted_id == other).correlate_except(Mute)


def hidden(item_id: Any) -> ColumnElement[bool]:
    """Whether this ask or message is hidden from the group."""
    return exists().where(Hiding.item_id == item_id).correlate_except(Hiding)


def hiding_of(item_id: UUID) -> Hiding | None:
    """Why an ask or a message is hidden, if it is."""
    return db.session.scalars(select(Hiding).where(Hiding.item_id == item_id)).first()


def entries_about(account_id: UUID) -> Sequence[AuditEntry]:
    """The part of the log that its person sees, newest first."""
    mine = select(AuditEntry).where(AuditEntry.about.in_(blind_indexes(str(account_id))))
    return db.session.scalars(mine.order_by(AuditEntry.id.desc()).limit(500)).all()
