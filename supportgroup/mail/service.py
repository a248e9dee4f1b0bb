"""Owing letters, and no longer owing them: always in the transaction of what happened."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, literal, select, update

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.queries import hexed, in_order, words

CHUNK = 1000  # rows made at a time
STUCK = (LetterState.HELD, LetterState.UNDELIVERABLE, LetterState.QUARANTINED)  # until an operator looks
LETTERS: Any = Letter.__table__
NOT_ON_THEIR_WAY = (LetterState.OWED, LetterState.CLAIMED, LetterState.HELD, LetterState.QUARANTINED)


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One letter to owe: to whom, about which row, on what occasion, and when.

    `occasion` names the event, so that planning it twice owes one letter: for a reminder the meeting, its version and
    the minutes before. `scope_id` is the group. A letter to nobody is written down and dropped: equal work for an
    address that is not known. What is passed on has no recipient here: its kind says whom it goes to.
    """

    recipient_id: UUID | None
    about_id: UUID
    occasion: str
    due_at: datetime
    expires_at: datetime | None = None
    about_version: int = 0
    scope_id: UUID | None = None
    priority: int | None = None


def owe(kind: str, letters: Iterable[Owed]) -> None:
    """Owe these letters; those whose occasion is known are owed already. Letters too late to be of use are not."""
    now = clock.now()
    rows = (row(kind, owed, now) for owed in letters)
    useful = (values for values in rows if values["expires_at"] > now)
    while chunk := list(islice(useful, CHUNK)):
        db.session.execute(insert_or_ignore(LETTERS), chunk)


def owe_each(kind: str, accounts: Select[UUID], like: Owed) -> int:
    """Owe every account that the query finds a letter like this one; how many that was. Its recipient stays open."""
    (recipient,) = accounts.subquery().columns
    given = {name: value for name, value in asdict(like).items() if value is not None and name != "recipient_id"}
    given |= {"expires_at": like.expires_at or like.due_at + KINDS[kind].lateness}
    same = [
        literal(value, LETTERS.c[name].type if name in LETTERS.c else None).label(name) for name, value in given.items()
    ]
    return owe_found(kind, select(recipient.label("recipient_id"), *same))


def owe_found(kind: str, wanted: Select[Any]) -> int:
    """Owe a letter for each row that the query finds; how many that was. Its columns are named as the fields of `Owed`.

    One statement, however many they are. What is owed already is left out, and so is what would be too late to be of
    use.
    """
    found, now = wanted.subquery("found").c, clock.now()
    made = {"kind": kind, "priority": KINDS[kind].priority, "state": LetterState.OWED, "created_at": now}
    made |= {"about_version": 0, "attempts": 0, "crash_count": 0}
    given: dict[str, Any] = {name: literal(value, LETTERS.c[name].type) for name, value in made.items()}
    given |= {name: column for name, column in found.items() if name != "occasion"}
    given |= {
        "next_attempt_at": found.due_at,
        "key": literal(f"{kind}:") + hexed(found.recipient_id) + ":" + found.occasion,
    }
    of_use = select(*given.values()).where(found.expires_at > now)
    statement = insert_or_ignore(LETTERS).from_select(list(given), of_use)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


def row(kind: str, owed: Owed, now: datetime) -> dict[str, Any]:
    spec = KINDS[kind]
    reachable = owed.recipient_id is not None or spec.passed_on
    return {
        "kind": kind,
        "priority": spec.priority if owed.priority is None else owed.priority,
        "key": f"{kind}:{owed.recipient_id.hex if owed.recipient_id else owed.about_id.hex}:{owed.occasion}",
        "recipient_id": owed.recipient_id,
        "about_id": owed.about_id,
        "about_version": owed.about_version,
        "scope_id": owed.scope_id,
        "due_at": owed.due_at,
        "next_attempt_at": owed.due_at,
        "expires_at": owed.expires_at or owed.due_at + spec.lateness,
        "state": LetterState.OWED if reachable else LetterState.DROPPED,
        "drop_reason": None if reachable else "nobody",
        "attempts": 0,
        "crash_count": 0,
        "created_at": now,
    }


def drop(
    reason: str,
    *,
    kinds: Sequence[str] | None = None,
    about_id: UUID | None = None,
    recipient_id: UUID | None = None,
    scope_id: UUID | None = None,
    below_version: int | None = None,
    but: Sequence[str] = (),
) -> int:
    """Drop the letters of that description which are not on their way yet, `but` those of some kinds; how many.

    A letter in a sender's batch is dropped too: the sender's fence then finds nothing to send.
    """
    if about_id is None and recipient_id is None and scope_id is None:
        raise ValueError("Dropping needs to know what the letters are about or for whom they are.")
    chosen: list[ColumnElement[bool]] = [Letter.state.in_(NOT_ON_THEIR_WAY)]
    if kinds is not None:
        chosen.append(Letter.kind.in_(kinds))
    if but:
        chosen.append(Letter.kind.not_in(but))
    if about_id is not None:
        chosen.append(Letter.about_id == about_id)
    if recipient_id is not None:
        chosen.append(Letter.recipient_id == recipient_id)
    if scope_id is not None:
        chosen.append(Letter.scope_id == scope_id)
    if below_version is not None:
        chosen.append(Letter.about_version < below_version)
    dropped = update(Letter).where(Letter.id.in_(in_order(*chosen, patient=True)))
    return changed(dropped.values(state=LetterState.DROPPED, drop_reason=reason, lease_owner=None, lease_until=None))


def owe_again(
    reason: str, *, kinds: Sequence[str], about_id: UUID, recipient_id: UUID, about_version: int | None = None
) -> None:
    """Take a dropping back: letters dropped for this reason that are not due yet are owed as they were."""
    taken_back = update(Letter).where(
        Letter.state == LetterState.DROPPED,
        Letter.drop_reason == reason,
        Letter.kind.in_(kinds),
        Letter.about_id == about_id,
        Letter.recipient_id == recipient_id,
        Letter.due_at > clock.now(),
    )
    if about_version is not None:
        taken_back = taken_back.where(Letter.about_version == about_version)
    db.session.execute(
        taken_back.values(state=LetterState.OWED, drop_reason=None, next_attempt_at=Letter.due_at),
        execution_options={"synchronize_session": False},
    )


@dataclass(frozen=True)
class Stuck:
    """Which stuck letters are meant: those in one of these states; of one kind, and with one last outcome, if given."""

    states: Collection[LetterState]
    kind: str | None = None
    last_class: str | None = None

    def updated(self) -> Update:
        chosen = update(Letter).where(Letter.state.in_(words(*STUCK)), Letter.state.in_(self.states))
        if self.kind is not None:
            chosen = chosen.where(Letter.kind == self.kind)
        return chosen if self.last_class is None else chosen.where(Letter.last_class == self.last_class)


def retry(which: Stuck) -> int:
    """Owe stuck letters anew that are of use still; how many that were."""
    again = which.updated().where(Letter.expires_at > clock.now())
    return changed(again.values(state=LetterState.OWED, next_attempt_at=clock.now(), crash_count=0, attempts=0))


def drop_stuck(which: Stuck) -> int:
    """Drop stuck letters, as an operator says; how many that were."""
    return changed(which.updated().values(state=LetterState.DROPPED, drop_reason="by-operator"))


def changed(statement: Update) -> int:
    """How many rows the update changed."""
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)
