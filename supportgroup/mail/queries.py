"""How the mail stands, in counts of nobody in particular; and which letters are rows already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, select

from supportgroup.db import db
from supportgroup.mail.models import WAITING, Letter, LetterState

OVERDUE = timedelta(seconds=120)


@dataclass(frozen=True, kw_only=True)
class MailStatus:
    """Numbers of letters by where they are, and how long the oldest due one has waited."""

    owed: int
    due: int
    overdue: int
    sent: int
    dropped: int
    held: int
    undeliverable: int
    oldest_due_seconds: float


def status(now: datetime) -> MailStatus:
    states = dict(db.session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
    waiting = (Letter.state.in_(WAITING), Letter.next_attempt_at <= now)
    due, oldest = db.session.execute(select(func.count(), func.min(Letter.next_attempt_at)).where(*waiting)).one()
    overdue = select(func.count()).where(*waiting, Letter.next_attempt_at <= now - OVERDUE)
    return MailStatus(
        owed=sum(states.get(state, 0) for state in WAITING),
        due=due,
        overdue=db.session.scalar(overdue) or 0,
        sent=states.get(LetterState.SENT, 0),
        dropped=states.get(LetterState.DROPPED, 0),
        held=states.get(LetterState.HELD, 0),
        undeliverable=states.get(LetterState.UNDELIVERABLE, 0),
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else 0.0,
    )


def is_owed(kind: str, recipient_id: Any, *occasion: Any) -> ColumnElement[bool]:
    """For plans that are made again and again: whether this letter is a row already, whatever became of it.

    `recipient_id` and the parts of the occasion are columns, in the order in which `owe` is given them between colons.
    """
    key = literal(f"{kind}:") + hexed(recipient_id)
    for part in occasion:
        key = key + ":" + hexed(part)
    return exists().where(Letter.key == key)


def hexed(column: Any) -> ColumnElement[str]:
    """A UUID as the 32 digits it has in keys; a number as its digits."""
    return func.replace(cast(column, String), "-", "")
