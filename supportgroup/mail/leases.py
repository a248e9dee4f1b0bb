"""The statements of a sender: claim a batch, step from letter to letter, give back what was not begun.

A lease is a name and a time on the row. Before a letter goes out its sender writes that it is being sent (the fence);
that fails if somebody dropped it, or the lease ran out and it is another's. The same statement marks what became of
the letter before, so each letter costs one commit. Each statement is made once and commits by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Connection, Dialect, and_, bindparam, case, delete, literal, null, or_, select, update

from supportgroup import clock
from supportgroup.db import Prepared, db
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import ENDED, Letter, LetterState
from supportgroup.mail.queries import in_order, words
from supportgroup.secrets import keyed_hash

LEASE = timedelta(seconds=180)
BATCH = 100
PRIORITIES = (0, 1, 2)  # signing in and safety; what may not wait; what waits for quiet hours to end
CRASHES = 3  # of its senders, then a letter is held
DOUBTS = 5  # a relay that hangs up after the text may do so for any letter: this one is held later
DOUBT = timedelta(seconds=60)  # after the first time that nobody knows; twice as long after the next
KEPT, CHUNK = timedelta(days=30), 5000  # how long letters are kept that ended; how many go at a time

LETTERS: Any = Letter.__table__
FREE = {"lease_owner": None, "lease_until": None}

log = structlog.get_logger()


def claiming(*, alone: bool, most: int) -> Any:
    """Lease the next due letters of one priority. `alone`: also those that a sender did not survive, one at a time."""
    due = (
        select(LETTERS.c.id)
        .where(
            LETTERS.c.state.in_(words("owed")),
            LETTERS.c.priority == bindparam("rank"),
            LETTERS.c.next_attempt_at > bindparam("since"),
            LETTERS.c.next_attempt_at <= bindparam("due_by"),
            LETTERS.c.expires_at > bindparam("this_instant"),
            LETTERS.c.kind.in_(bindparam("known", expanding=True)),  # a newer version's kinds are left to it
            *([] if alone else [LETTERS.c.crash_count == 0]),
        )
        .order_by(LETTERS.c.next_attempt_at, LETTERS.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(LETTERS)
        .where(LETTERS.c.id.in_(select(due.c.id)))
        .values(state=LetterState.CLAIMED, lease_owner=bindparam("owner"), lease_until=bindparam("until"))
        .returning(LETTERS)
    )


CLAIM, CLAIM_ALONE = claiming(alone=False, most=BATCH), claiming(alone=True, most=1)
NEXT, DONE = bindparam("next", type_=LETTERS.c.id.type), bindparam("done", type_=LETTERS.c.id.type)
FENCED: dict[str, Any] = {
    "state": literal(LetterState.SENDING, LETTERS.c.state.type),
    "lease_owner": LETTERS.c.lease_owner,
    "lease_until": bindparam("until", type_=LETTERS.c.lease_until.type),
    "attempts": LETTERS.c.attempts + 1,
    "header_date": bindparam("date", type_=LETTERS.c.header_date.type),
    "message_id": bindparam("name", type_=LETTERS.c.message_id.type),
}
MARKED: dict[str, Any] = {
    **{name: null() for name in FREE},
    **{
        column: bindparam(name, type_=LETTERS.c[column].type)
        for column, name in {
            "state": "becomes",
            "drop_reason": "reason",
            "last_code": "code",
            "last_class": "class",
            "sent_at": "sent",
            "next_attempt_at": "next_at",
            "crash_count": "crashes",
        }.items()
    },
}
NOTHING = {"done": None, "becomes": LetterState.OWED, "next_at": None, "crashes": 0}
NOTHING |= {"reason": None, "code": None, "class": None, "sent": None}


def stepping(*, patient: bool) -> Any:
    """Mark the letter that is done and fence the next, in one commit. Returns the ids of both, where they are ours.

    A fence finds only what is still claimed, a mark only what is still ours. Not `patient`: leaves out rows that
    somebody has locked. Who held one row and waited for the other would stand in the way of whoever drops both.
    """
    in_hand = and_(LETTERS.c.id == DONE, LETTERS.c.state.in_(words("claimed", "sending")))
    leased = LETTERS.c.lease_until > bindparam("this_instant", type_=LETTERS.c.lease_until.type)
    claimed = and_(LETTERS.c.id == NEXT, LETTERS.c.state == LetterState.CLAIMED, leased)
    ours = (
        select(LETTERS.c.id)
        .where(
            or_(LETTERS.c.id == DONE, LETTERS.c.id == NEXT),
            LETTERS.c.lease_owner == bindparam("owner"),
            or_(in_hand, claimed),
        )
        .with_for_update(skip_locked=not patient)
        .cte("ours")
    )
    becomes = {
        name: case((LETTERS.c.id == NEXT, FENCED.get(name, LETTERS.c[name])), else_=MARKED.get(name, LETTERS.c[name]))
        for name in FENCED | MARKED
    }
    return update(LETTERS).where(LETTERS.c.id.in_(select(ours.c.id))).values(becomes).returning(LETTERS.c.id)


STEP, STEP_PATIENTLY = stepping(patient=False), stepping(patient=True)
OURS = in_order(
    LETTERS.c.id.in_(bindparam("letters", expanding=True)),
    LETTERS.c.lease_owner == bindparam("owner"),
    LETTERS.c.state == LetterState.CLAIMED,
    patient=True,
)
GIVE_BACK = update(LETTERS).where(LETTERS.c.id.in_(OURS)).values(state=LetterState.OWED, **FREE)


@dataclass(frozen=True)
class Identity:
    """What is the same on every try, so that a second copy is known as one."""

    message_id: str
    date: datetime


def name_of(letter: Letter | None, domain: str) -> str:
    """The Message-ID: made of the letter's occasion, so that it is the same even where a database that died forgot the
    first try.
    """
    return (letter and letter.message_id) or f"<{keyed_hash(f'letter:{letter and letter.key}')}@{domain}>"


@dataclass(frozen=True)
class Done:
    """A letter, and what became of it: what changes of its row."""

    letter: Letter
    changes: Mapping[str, Any]

    def values(self) -> dict[str, Any]:
        letter = self.letter
        kept = {"done": letter.id, "next_at": letter.next_attempt_at, "crashes": letter.crash_count}
        return {**NOTHING, **kept, "code": letter.last_code, "class": letter.last_class, **self.changes}


@lru_cache(4)
def prepared(dialect: Dialect) -> tuple[Prepared, Prepared]:
    return Prepared(STEP, dialect), Prepared(STEP_PATIENTLY, dialect)


@dataclass(frozen=True)
class Leases:
    """One sender's hold on letters, over a connection on which each statement commits by itself."""

    connection: Connection
    owner: UUID

    def claim(self, overdue_by: timedelta, since: datetime) -> Sequence[Letter]:
        """The next due letters, the most urgent priority first. One that broke a sender before comes alone.

        What comes is a note in the sender's hand, in the shape of a Letter: changing it changes nothing.
        """
        now = clock.now()
        lease = {
            "owner": self.owner,
            "until": now + LEASE,
            "this_instant": now,
            "due_by": now - overdue_by,
            "since": since,
        }
        for rank in PRIORITIES:
            for statement in (CLAIM, CLAIM_ALONE):
                claimed = self.connection.execute(statement, {**lease, "rank": rank, "known": list(KINDS)}).all()
                if claimed:
                    in_order = sorted(claimed, key=lambda row: (row.next_attempt_at, row.id))
                    return cast(Sequence[Letter], in_order)
        return []

    def step(self, done: Done | None, letter: Letter | None = None, domain: str = "") -> Identity | None:
        """Write down what became of the letter that is done, unless it is another sender's by now, and that the next
        is being sent. None: there is no next, or it was dropped, or is another sender's.
        """
        now = clock.now()
        identity = Identity(name_of(letter, domain), (letter and letter.header_date) or now)
        values = {
            **(NOTHING if done is None else done.values()),
            "owner": self.owner,
            "next": letter and letter.id,
            "this_instant": now,
            "until": now + LEASE,
            "name": identity.message_id,
            "date": identity.date,
        }
        quickly, patiently = prepared(self.connection.dialect)
        ours = {row[0] for row in quickly.rows(self.connection, values)}
        for which, other in (("done", "next"), ("next", "done")):  # locked by somebody, or not ours: one at a time
            if values[which] is not None and values[which] not in ours:
                ours |= {row[0] for row in patiently.rows(self.connection, {**values, other: None})}
        return identity if letter and letter.id in ours else None

    def give_back(self, letters: Sequence[Letter]) -> None:
        """Return what was claimed and not begun, as if it had not been claimed."""
        self.connection.execute(GIVE_BACK, {"letters": [letter.id for letter in letters], "owner": self.owner})


def after_doubt(letter: Letter, now: datetime, *, again: bool, most: int = CRASHES) -> dict[str, Any]:
    """Nobody knows whether it went out, or it breaks its sender: longer waits, then held for an operator.

    Not `again`: held at once, for a second copy would be worse than none.
    """
    crashes = letter.crash_count + 1
    held = crashes >= most or not again
    if held:
        log.error("letter-held", letter=letter.id, kind=letter.kind)
    return {
        "becomes": LetterState.HELD if held else LetterState.OWED,
        "crashes": crashes,
        "next_at": now + DOUBT * 2**crashes,
    }


def take_back_what_the_dead_left() -> None:
    """Letters whose lease ran out. Unsent ones are owed again at once; of one that was being sent nobody knows."""
    now = clock.now()
    expired = Letter.lease_until < now
    claimed = in_order(Letter.state.in_(words("claimed")), expired)
    owed_again = update(Letter).where(Letter.id.in_(claimed)).values(state=LetterState.OWED, **FREE)
    db.session.execute(owed_again, execution_options={"synchronize_session": False})
    sending = select(Letter).where(Letter.state.in_(words("sending")), expired)
    sending = sending.order_by(Letter.id).with_for_update(skip_locked=True)
    for letter in db.session.scalars(sending, execution_options={"populate_existing": True}):
        after = after_doubt(letter, now, again=letter.kind not in KINDS or KINDS[letter.kind].again)
        letter.state, letter.crash_count, letter.next_attempt_at = after["becomes"], after["crashes"], after["next_at"]
        letter.lease_owner = letter.lease_until = None


def drop_late() -> None:
    """What is of no use any more is dropped, and says so."""
    now = clock.now()
    due = (Letter.state.in_(words("owed")), Letter.priority.in_(PRIORITIES), Letter.next_attempt_at <= now)
    late = in_order(*due, Letter.expires_at <= now)
    dropped = update(Letter).where(Letter.id.in_(late)).values(state=LetterState.DROPPED, drop_reason="late")
    db.session.execute(dropped, execution_options={"synchronize_session": False})


def forget_old() -> None:
    """Letters that ended are kept for a month after they were of use; nothing is ever deleted that has not ended."""
    over = Letter.state.in_(words(*ENDED))
    oldest = (
        select(Letter.id).where(over, Letter.expires_at < clock.now() - KEPT).order_by(Letter.expires_at).limit(CHUNK)
    )
    forgotten = delete(Letter).where(Letter.id.in_(oldest))
    db.session.execute(forgotten, execution_options={"synchronize_session": False})
