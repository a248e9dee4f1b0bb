"""Blocking, muting, hiding, and the log of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.events import tell
from supportgroup.safety import queries
from supportgroup.safety.models import Act, AuditEntry, Block, Hiding, Mute, Rule
from supportgroup.secrets import blind_index


@dataclass(frozen=True)
class Blocked:
    """An event: two members are to be out of each other's sight. What they had going ends, nobody is told why."""

    blocker_id: UUID
    blocked_id: UUID


@dataclass(frozen=True)
class AccountErased:
    """An event: this account goes now, for good. The rooms above empty themselves of it; its row goes last."""

    account_id: UUID
    membership_ids: tuple[UUID, ...]


def block(*, by: UUID, other: UUID) -> None:
    """Put two memberships of one group out of each other's sight, at once. Doing it twice changes nothing.

    What they had going is ended first, so that it ended before the block stands, as it would where one had left.
    """
    if queries.is_blocked(by, other):
        return
    tell(Blocked(by, other))
    db.session.execute(insert_or_ignore(Block).values(blocker_id=by, blocked_id=other, created_at=clock.now()))


def unblock(*, by: UUID, other: UUID) -> None:
    """Take a block back. What it ended stays ended; a block by the other one stands."""
    db.session.execute(delete(Block).where(Block.blocker_id == by, Block.blocked_id == other))


def mute(*, by: UUID, other: UUID) -> None:
    """Leave the other's asks out of one's own board and letters."""
    db.session.execute(insert_or_ignore(Mute).values(muter_id=by, muted_id=other, created_at=clock.now()))


def unmute(*, by: UUID, other: UUID) -> None:
    db.session.execute(delete(Mute).where(Mute.muter_id == by, Mute.muted_id == other))


def hide(*, item_id: UUID, group_id: UUID, author_id: UUID, rule: Rule) -> Hiding | None:
    """Hide an ask or a message from everyone but its author. None: it was hidden already."""
    if queries.hiding_of(item_id) is not None:
        return None
    hiding = Hiding(item_id=item_id, group_id=group_id, author_id=author_id, rule=rule, hidden_at=clock.now())
    db.session.add(hiding)
    db.session.flush()
    return hiding


def show(hiding: Hiding) -> None:
    """Let the group see it again."""
    db.session.delete(hiding)
    db.session.flush()


def note(act: Act, *, by: UUID | None = None, about: UUID | None = None, object_id: UUID | None = None) -> None:
    """Add to the log. `by` and `about` are accounts; `about` is whoever sees the entry among their own."""
    entry = AuditEntry(at=clock.now(), act=act, by=hashed(by), about=hashed(about), object_id=object_id)
    db.session.add(entry)
    db.session.flush()


def hashed(account_id: UUID | None) -> bytes | None:
    """How the log knows an account."""
    return None if account_id is None else blind_index(str(account_id))
