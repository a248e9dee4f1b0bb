"""Who hears of an ask by letter, and when: a few at first, a few more while nobody has said yes, then all who want to.

So that an ask lands where there is room, not in everybody's evening, and not on the same people each time.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from supportgroup import clock
from supportgroup.board.carrying import has_room
from supportgroup.board.eyes import listed
from supportgroup.board.letters import owe_again
from supportgroup.board.models import Ask, AskKind, AskState, Heard, Help
from supportgroup.db import db
from supportgroup.groups.models import AsksByMail, Group, GroupState, Membership
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.queries import is_owed
from supportgroup.mail.service import Owed, owe_each
from supportgroup.safety.queries import hidden

KIND = "ask-posted"
SIZES = (5, 10, None)  # people in each round; None for everyone who is left
CHUNK = 100  # asks at a time


def next_at(gone: int, opened_at: datetime, ends_at: datetime) -> datetime | None:
    """When the round after so many is due: at once, after a third of the time, after two; None after the last."""
    return opened_at + (ends_at - opened_at) * gone / len(SIZES) if gone < len(SIZES) else None


def tell_of_asks() -> None:
    """Let every round go whose time has come: one statement each, however large the group is."""
    while due := asks_with_a_round(clock.now()):
        for ask in due:
            go(ask)
        db.session.flush()


def asks_with_a_round(now: datetime) -> Sequence[Ask]:
    """Open asks whose next round is due, locked. What waits for a facilitator, or in a group that rests, waits here."""
    goes_on = exists().where(Group.id == Ask.group_id, Group.state == GroupState.ACTIVE)
    heard = exists().where(Heard.ask_id == Ask.id)
    due = (
        select(Ask)
        .where(Ask.state == AskState.OPEN, Ask.next_round_at <= now, Ask.ends_at > now, goes_on, ~hidden(Ask.id))
        .where((Ask.kind != AskKind.LISTEN) | ~heard)
        .order_by(Ask.next_round_at, Ask.id)
        .limit(CHUNK)
        .with_for_update(of=Ask, skip_locked=True)
    )
    return db.session.scalars(due, execution_options={"populate_existing": True}).all()


def go(ask: Ask) -> None:
    """One round: the next few of those with room who want a letter for each ask. The ask is locked."""
    tell(ask, next_few(ask, SIZES[ask.rounds]))
    ask.rounds += 1
    ask.next_round_at = next_at(ask.rounds, ask.opened_at, ask.ends_at)


def tell_everyone(ask: Ask) -> int:
    """It cannot wait: everyone who may see it and wants any letters of asks hears; how many. No rounds follow."""
    ask.rounds, ask.next_round_at = len(SIZES), None
    found = db.session.scalars(readers(ask, Membership.asks_by_mail != AsksByMail.NEVER)).all()
    owe_again(KIND, ask, found, occasion=opening(ask), expires_at=ask.ends_at)
    return len(found)


def tell(ask: Ask, accounts: Select[UUID]) -> int:
    like = Owed(
        recipient_id=None,
        about_id=ask.id,
        about_version=ask.version,
        occasion=f"{ask.id.hex}:{opening(ask)}",
        due_at=clock.now(),
        expires_at=ask.ends_at,
        scope_id=ask.group_id,
    )
    return owe_each(KIND, accounts, like)


def opening(ask: Ask) -> str:
    """Each time it is put at the top of the board is an occasion of its own."""
    return f"{ask.opened_at:%Y%m%d%H%M%S%f}"


def readers(ask: Ask, *wanted: ColumnElement[bool]) -> Select[UUID]:
    """The accounts that may see the ask, have room, and have no part in it: neither asked it nor took it on before."""
    part = exists().where(Help.ask_id == Ask.id, Help.helper_id == Membership.id)
    found = select(Membership.account_id).join(Ask, listed()).where(Ask.id == ask.id, *wanted)
    return found.where(Membership.id != Ask.asker_id, ~part, has_room(Membership.account_id))


def next_few(ask: Ask, most: int | None) -> Select[UUID]:
    """Of those who want a letter for each ask and have none about this yet, the least recently asked, in any group."""
    asked_at = (
        select(func.max(Letter.created_at))
        .where(Letter.recipient_id == Membership.account_id, Letter.kind == KIND, Letter.state != LetterState.DROPPED)
        .scalar_subquery()
    )
    known = is_owed(KIND, Membership.account_id, ask.id.hex, opening(ask))
    few = readers(ask, Membership.asks_by_mail == AsksByMail.AT_ONCE, ~known)
    return few.order_by(asked_at.asc().nulls_first(), Membership.id).limit(most)
