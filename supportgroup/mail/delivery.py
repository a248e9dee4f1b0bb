"""Delivery: due letters are claimed, said, sent and marked, each in short transactions of its own.

The row is the only truth. What a sender that died had in hand comes back when its lease runs out: a letter is never
lost, and doubled only where its sender died between the relay's yes and our mark. The steps are those of a lease with
a fence: claim a batch, and before each letter write down that it is being sent, which fails if anyone dropped it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import current_app
from sqlalchemy import bindparam, func, select, text, update

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.events import tell
from supportgroup.mail import compose
from supportgroup.mail.kinds import KINDS, Recipient, Recipients, Says, quiet_until
from supportgroup.mail.models import WAITING, Letter, LetterState
from supportgroup.mail.transport import Outcome, Relay, Result

LEASE = timedelta(seconds=180)
BATCH = 100
UNREACHABLE_IN_A_ROW = 5  # then the relay is left alone until the next run
CRASHES = 3  # then a letter is held
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]
PRIORITIES = (0, 1, 2)  # signing in and safety; what may not wait; what waits for quiet hours to end

LETTERS: Any = Letter.__table__

# The two statements of every letter, made once: building them anew would cost more than running them.
FENCE = (
    update(LETTERS)
    .where(
        LETTERS.c.id == bindparam("letter"),
        LETTERS.c.lease_owner == bindparam("owner"),
        LETTERS.c.state == LetterState.CLAIMED,
        LETTERS.c.lease_until > bindparam("now"),
    )
    .values(
        state=LetterState.SENDING,
        lease_until=bindparam("until"),
        header_date=func.coalesce(LETTERS.c.header_date, bindparam("now")),
        message_id=func.coalesce(LETTERS.c.message_id, bindparam("name")),
    )
    .returning(LETTERS.c.message_id, LETTERS.c.header_date)
)
MARK = (
    update(LETTERS)
    .where(
        LETTERS.c.id == bindparam("letter"),
        LETTERS.c.lease_owner == bindparam("owner"),
        LETTERS.c.state == LetterState.SENDING,
    )
    .values(
        state=bindparam("state"),
        drop_reason=bindparam("reason"),
        last_code=bindparam("code"),
        last_class=bindparam("class"),
        sent_at=bindparam("sent"),
        next_attempt_at=bindparam("next"),
        crash_count=bindparam("crashes"),
        lease_owner=None,
        lease_until=None,
    )
)
NOTHING = {"reason": None, "code": None, "class": None, "sent": None}

log = structlog.get_logger()


@dataclass(frozen=True)
class AddressRefused:
    """An event: the relay says for good that there is no such address."""

    account_id: UUID


@dataclass(frozen=True)
class Identity:
    """What is the same on every try, so that a second copy is known as one."""

    message_id: str
    date: datetime


@dataclass(frozen=True)
class Unwanted:
    """Not sent: the reason is kept."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Not now: these are the recipient's quiet hours."""

    until: datetime


@dataclass(frozen=True)
class Broken:
    """We could not write it."""


Verdict = Result | Unwanted | Later | Broken


@dataclass(kw_only=True)
class Desk:
    """One sender at work: its name in leases, its relay, and when it stops."""

    relay: Relay
    sender: compose.Sender
    until: datetime
    overdue_by: timedelta = timedelta(0)  # the net beside Celery takes only what Celery has left lying
    owner: UUID = field(default_factory=uuid4)
    stopping: Callable[[], bool] = lambda: False
    unreachable: int = 0

    def closed(self) -> bool:
        return self.stopping() or clock.now() >= self.until or self.unreachable >= UNREACHABLE_IN_A_ROW


def deliver(desk: Desk) -> int:
    """Send what is due until nothing is left or the desk closes. Returns how many letters were accepted."""
    with transaction():
        take_back_what_the_dead_left(clock.now())
        drop_late(clock.now())
    sent = 0
    while not desk.closed() and (batch := claim(desk)):
        sent += send_batch(desk, batch)
    return sent


def take_back_what_the_dead_left(now: datetime) -> None:
    """Letters whose lease ran out. Unsent ones are owed again at once; of one that was being sent nobody knows."""
    expired = (Letter.lease_until < now, Letter.state.in_(WAITING))
    owed = {"state": LetterState.OWED, "lease_owner": None, "lease_until": None}
    db.session.execute(update(Letter).where(*expired, Letter.state == LetterState.CLAIMED).values(owed))
    sending = select(Letter).where(*expired, Letter.state == LetterState.SENDING).with_for_update(skip_locked=True)
    for letter in db.session.scalars(sending, execution_options={"populate_existing": True}):
        after = unsure(letter, now, again=KINDS[letter.kind].again)
        letter.state, letter.crash_count, letter.next_attempt_at = after["state"], after["crashes"], after["next"]
        letter.lease_owner = letter.lease_until = None


def drop_late(now: datetime) -> None:
    """What is of no use any more is dropped, and says so."""
    late = (Letter.state == LetterState.OWED, Letter.next_attempt_at <= now, Letter.expires_at <= now)
    db.session.execute(update(Letter).where(*late).values(state=LetterState.DROPPED, drop_reason="late"))


def claim(desk: Desk) -> Sequence[Letter]:
    """Lease the next due letters, the most urgent kind first. A letter that broke a sender before comes alone."""
    now = clock.now()
    with transaction():
        for priority in PRIORITIES:
            due = (
                select(Letter.id)
                .where(Letter.state == LetterState.OWED, Letter.priority == priority)
                .where(Letter.next_attempt_at <= now - desk.overdue_by)
                .order_by(Letter.next_attempt_at, Letter.id)
                .with_for_update(skip_locked=True)
            )
            ids = db.session.scalars(due.where(Letter.crash_count == 0).limit(BATCH)).all()
            ids = ids or db.session.scalars(due.limit(1)).all()
            if ids:
                return take(ids, desk, now)
    return []


def take(ids: Sequence[int], desk: Desk, now: datetime) -> Sequence[Letter]:
    taken = (
        update(Letter)
        .where(Letter.id.in_(ids))
        .values(
            state=LetterState.CLAIMED,
            lease_owner=desk.owner,
            lease_until=now + LEASE,
            attempts=Letter.attempts + 1,
        )
        .returning(Letter)
    )
    found = db.session.scalars(taken, execution_options={"populate_existing": True}).all()
    for letter in found:
        db.session.expunge(letter)  # from here on a note in the sender's hand; only fence and mark touch the row
    return sorted(found, key=lambda letter: (letter.next_attempt_at, letter.id))


def send_batch(desk: Desk, batch: Sequence[Letter]) -> int:
    """Send the letters of a batch one after the other; how many were accepted.

    One commit a letter: it holds the mark of the one before and the fence of this one. What a letter says is read once
    for the whole batch; whoever makes one unwanted in the meantime drops it, and then its fence fails.
    """
    recipients = Recipients.find({letter.recipient_id for letter in batch if letter.recipient_id})
    says = all_say(batch)
    accepted, last = 0, None
    for at, letter in enumerate(batch):
        if desk.closed():
            give_back(desk, batch[at:])
            break
        with transaction():
            settle(desk, last)
            identity = fence(desk, letter)
        last = None
        if identity:
            recipient = recipients.get(letter.recipient_id) if letter.recipient_id else None
            last = letter, attempt(desk, letter, identity, recipient, says.get(letter.id))
            accepted += is_accepted(last[1])
    with transaction():
        settle(desk, last)
    return accepted


def all_say(batch: Sequence[Letter]) -> dict[int, Says | Broken]:
    """What the letters say now, by id. Where a kind's function breaks, the letter that broke it is found and named."""
    said: dict[int, Says | Broken] = {}
    for name, group in groupby(sorted(batch, key=lambda letter: letter.kind), key=lambda letter: letter.kind):
        letters = list(group)
        try:
            said.update(KINDS[name].says(letters))
        except Exception:
            for letter in letters:
                said.update(say_alone(letter))
    return said


def say_alone(letter: Letter) -> Mapping[int, Says | Broken]:
    try:
        return KINDS[letter.kind].says([letter])
    except Exception as error:
        return {letter.id: broken(letter, error)}


def broken(letter: Letter, error: Exception) -> Broken:
    """Our own fault: logged by its class, for its words could hold what somebody wrote."""
    log.error("letter-broken", letter=letter.id, kind=letter.kind, error=type(error).__name__)
    return Broken()


def fence(desk: Desk, letter: Letter) -> Identity | None:
    """Write down that this letter is being sent. None: it was dropped, or its lease ran out and it is another's."""
    now = clock.now()
    found = db.session.execute(
        FENCE,
        {
            "letter": letter.id,
            "owner": desk.owner,
            "now": now,
            "until": now + LEASE,
            "name": f"<{uuid4().hex}@{desk.sender.domain}>",
        },
    ).one_or_none()
    return None if found is None else Identity(found.message_id, found.header_date)


def attempt(
    desk: Desk, letter: Letter, identity: Identity, recipient: Recipient | None, says: Says | Broken | None
) -> Verdict:
    """Send one letter, if it is still wanted and not the wrong hour. No transaction is open meanwhile."""
    kind, now = KINDS[letter.kind], clock.now()
    if recipient is None:
        return Unwanted("nobody")
    if kind.preference in recipient.stopped:
        return Unwanted("stopped")
    if says is None:
        return Unwanted("not-wanted")
    if isinstance(says, Broken):
        return says
    if letter.priority == PRIORITIES[-1] and (later := quiet_until(now, recipient)) > now:
        return Later(later)
    try:
        message = compose.compose(
            kind, recipient, says, desk.sender, message_id=identity.message_id, date=identity.date
        )
    except Exception as error:
        return broken(letter, error)
    result = desk.relay.send(desk.sender.address.addr_spec, recipient.email, message)
    desk.unreachable = desk.unreachable + 1 if result.outcome is Outcome.UNREACHABLE else 0
    return result


def is_accepted(verdict: Verdict) -> bool:
    return isinstance(verdict, Result) and verdict.outcome is Outcome.ACCEPTED


def settle(desk: Desk, last: tuple[Letter, Verdict] | None) -> None:
    """Mark what became of a letter, unless its lease ran out and somebody else has it."""
    if last is None:
        return
    letter, verdict = last
    if db.session.get_bind().dialect.name == "postgresql":
        # A crashed database may lose the last fraction of a second of marks: that costs copies, never a letter.
        db.session.execute(text("SET LOCAL synchronous_commit = off"))
    unchanged = {"next": letter.next_attempt_at, "crashes": letter.crash_count, **NOTHING}
    db.session.execute(MARK, {"letter": letter.id, "owner": desk.owner, **unchanged, **mark(letter, verdict)})
    if isinstance(verdict, Result) and verdict.outcome is Outcome.BAD_ADDRESS and letter.recipient_id:
        tell(AddressRefused(letter.recipient_id))


def mark(letter: Letter, verdict: Verdict) -> dict[str, Any]:
    """What became of a letter, as the values of MARK."""
    now = clock.now()
    match verdict:
        case Unwanted(reason):
            return {"state": LetterState.DROPPED, "reason": reason}
        case Later(until):
            late = {"state": LetterState.DROPPED, "reason": "late"}
            return late if until >= letter.expires_at else {"state": LetterState.OWED, "next": until}
        case Broken():
            return unsure(letter, now, again=True)
        case Result(outcome, code):
            return {"code": code, "class": str(outcome), **mark_result(letter, outcome, now)}


def mark_result(letter: Letter, outcome: Outcome, now: datetime) -> dict[str, Any]:
    match outcome:
        case Outcome.ACCEPTED:
            return {"state": LetterState.SENT, "sent": now}
        case Outcome.BAD_ADDRESS | Outcome.REFUSED:
            log.error("letter-refused", letter=letter.id, kind=letter.kind, outcome=str(outcome))
            return {"state": LetterState.UNDELIVERABLE}
        case Outcome.AMBIGUOUS:
            return unsure(letter, now, again=KINDS[letter.kind].again)
        case Outcome.TRANSIENT | Outcome.UNREACHABLE:
            step = BACK_OFF[min(letter.attempts, len(BACK_OFF)) - 1]
            return {"state": LetterState.OWED, "next": now + step * random.uniform(0.8, 1.2)}  # noqa: S311


def unsure(letter: Letter, now: datetime, *, again: bool) -> dict[str, Any]:
    """Nobody knows whether it went out, or it breaks its sender: longer waits, then held for an operator.

    Not `again`: held at once, for a second copy would be worse than none.
    """
    crashes = letter.crash_count + 1
    held = crashes >= CRASHES or not again
    if held:
        log.error("letter-held", letter=letter.id, kind=letter.kind)
    return {
        "state": LetterState.HELD if held else LetterState.OWED,
        "crashes": crashes,
        "next": now + timedelta(seconds=60) * 2**crashes,
    }


def give_back(desk: Desk, letters: Sequence[Letter]) -> None:
    """Return what was claimed and not begun, as if it had not been claimed."""
    mine = (Letter.id.in_([letter.id for letter in letters]), Letter.lease_owner == desk.owner)
    back = {"state": LetterState.OWED, "attempts": Letter.attempts - 1, "lease_owner": None, "lease_until": None}
    with transaction():
        db.session.execute(
            update(Letter).where(*mine, Letter.state == LetterState.CLAIMED).values(back),
            execution_options={"synchronize_session": False},
        )


def desk_of_app(until: datetime, **more: Any) -> Desk:
    """A desk as the app's settings say, with the connection this process has kept."""
    relay, sender = current_app.extensions["mail"]
    return Desk(relay=relay, sender=sender, until=until, **more)


def deliver_for(seconds: timedelta, **more: Any) -> int:
    """Send what is due, for that long at most. Returns how many letters were accepted."""
    return deliver(desk_of_app(clock.now() + seconds, **more))
