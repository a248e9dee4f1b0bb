"""Delivery: due letters are claimed, said, sent and marked, each step committed by itself.

The row is the only truth. What a sender that died had in hand comes back when its lease runs out: a letter is never
lost, and doubled only where its sender died between the relay's yes and our mark.
"""

import contextlib
import random
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from supportgroup import clock
from supportgroup.db import end_reading, swift_connection, transaction
from supportgroup.events import tell
from supportgroup.mail import compose, epoch
from supportgroup.mail.kinds import GATHERABLE, KINDS, Recipient, Recipients, Says, Scopes
from supportgroup.mail.leases import (
    BATCH,
    DOUBTS,
    PRIORITIES,
    Done,
    Identity,
    Leases,
    after_doubt,
    drop_late,
    take_back_what_the_dead_left,
)
from supportgroup.mail.models import GATHERED, Letter, LetterState
from supportgroup.mail.queries import alarms, looked_after_seconds_ago
from supportgroup.mail.quiet import after_quiet
from supportgroup.mail.reaching import why_unwanted
from supportgroup.mail.stopping import asked_to_stop
from supportgroup.mail.transport import Outcome, Relay, Result

HELPERS, SLOW = 5, 0.002  # more desks in one process at most; seconds a letter from which on the relay is slow
FRESH = timedelta(seconds=1)  # what a letter says is read again when it is older than that
AHEAD = 10  # letters that are read together at least
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]
SPREAD = 0.2  # of each wait: letters that failed together do not come back together

log = structlog.get_logger()


@dataclass(frozen=True)
class AddressRefused:
    """An event: the relay says for good that there is no such address."""

    account_id: UUID


@dataclass(frozen=True)
class Ready:
    """To be sent now: to whom, and what it says."""

    recipient: Recipient
    says: Says


@dataclass(frozen=True)
class Unwanted:
    """Not sent: the reason is kept."""

    reason: str


@dataclass(frozen=True)
class Gathered:
    """Not sent by itself: counted in the letter of the day or week, which the reason names."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Not now: these are the recipient's quiet hours."""

    until: datetime


@dataclass(frozen=True)
class Broken:
    """We could not write it."""


Verdict = Result | Unwanted | Gathered | Later | Broken


@dataclass(kw_only=True)
class Desk:
    """One sender at work: its name in leases, its relay, and when it stops."""

    relay: Relay
    sender: compose.Sender
    until: datetime
    since: datetime = epoch.EVER  # what was due before a restore is left alone
    overdue_by: timedelta = timedelta(0)  # the net beside Celery takes only what Celery has left lying
    owner: UUID = field(default_factory=uuid4)
    stopping: Callable[[], bool] = lambda: False
    call_help: Callable[[], None] = lambda: (
        None
    )  # while the relay is slow and letters wait: another desk beside this one

    def closed(self) -> bool:
        return self.stopping() or clock.now() >= self.until or self.relay.rests()


@dataclass(frozen=True)
class Words:
    """To whom letters go and what they say, as it was at one instant."""

    recipients: Mapping[UUID, Recipient]
    says: Mapping[int, Says | Broken]
    resting: Set[UUID]  # groups about which nothing is sent for now
    read_at: datetime


def deliver(desk: Desk) -> int:
    """Send what is due until nothing is left or the desk closes. Returns how many letters were accepted."""
    sent = 0
    with swift_connection() as connection:
        leases = Leases(connection, desk.owner)
        while not desk.closed() and (batch := leases.claim(desk.overdue_by, desk.since)):
            sent += send_batch(desk, leases, batch)
            if len(batch) == BATCH and desk.relay.seconds_a_letter() > SLOW:
                desk.call_help()
    return sent


def send_batch(desk: Desk, leases: Leases, batch: Sequence[Letter]) -> int:
    """Send the letters of a batch one after the other; how many were accepted. What was not begun is given back."""
    hand = Hand(desk, leases)
    begun = read_at = 0
    ahead, words = len(batch), None
    try:
        for letter in batch:
            if desk.closed():
                break
            stale = words is not None and clock.now() - words.read_at > FRESH
            if words is None or stale or begun == read_at + ahead:
                hand.put_down()
                if words is not None:  # as many as go out while what they say is fresh, or more where they all did
                    ahead = max(AHEAD, begun - read_at) if stale else ahead * 2
                words, read_at = read(batch[begun : begun + ahead]), begun
            begun += 1
            hand.take(letter, words)
        hand.put_down()
    finally:
        with contextlib.suppress(DBAPIError):  # a database that is away gets them back when the lease runs out
            hand.put_down()
            if begun < len(batch):
                leases.give_back(batch[begun:])
    return hand.accepted


@dataclass
class Hand:
    """What a sender has in hand: the letter it was done with last, marked when it puts that down or takes the next."""

    desk: Desk
    leases: Leases
    done: Done | None = None
    accepted: int = 0

    def take(self, letter: Letter, words: Words) -> None:
        """Send one letter, if it is still wanted and not the wrong hour."""
        decided = decide(letter, words)
        if not isinstance(decided, Ready):
            self.put_down()
            self.done = Done(letter, mark(letter, decided))
            return
        done, self.done = self.done, None
        identity = self.leases.step(done, letter, self.desk.sender.domain)
        if identity is None:
            return
        verdict = attempt(self.desk, letter, identity, decided)
        self.done = Done(letter, mark(letter, verdict))
        if isinstance(verdict, Result):
            self.accepted += verdict.outcome is Outcome.ACCEPTED
            if verdict.outcome is Outcome.BAD_ADDRESS and letter.recipient_id and decided.says.to is None:
                self.put_down()
                with transaction():  # an address of theirs besides their own is refused without a word
                    tell(AddressRefused(letter.recipient_id))

    def put_down(self) -> None:
        """Mark what became of the last letter."""
        if self.done is not None:
            done, self.done = self.done, None
            self.leases.step(done)


def read(letters: Sequence[Letter]) -> Words:
    """Recipients and words of all these letters, in a handful of queries; no transaction stays open after it."""
    now = clock.now()
    recipients = Recipients.find({letter.recipient_id for letter in letters if letter.recipient_id})
    resting = Scopes.resting({letter.scope_id for letter in letters if letter.scope_id})
    words = Words(recipients, all_say(letters), resting, now)
    end_reading()
    return words


def all_say(letters: Sequence[Letter]) -> dict[int, Says | Broken]:
    """What the letters say now, by id. Where a kind's function breaks, the letter that broke it is found and named."""
    said: dict[int, Says | Broken] = {}
    for name, group in groupby(sorted(letters, key=lambda letter: letter.kind), key=lambda letter: letter.kind):
        alike = list(group)
        try:
            said.update(KINDS[name].says(alike))
        except Exception:
            for letter in alike:
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


def decide(letter: Letter, words: Words) -> Ready | Unwanted | Gathered | Later | Broken:
    """Whether this letter is to be sent now, and if not, why."""
    kind, now = KINDS[letter.kind], clock.now()
    says = words.says.get(letter.id)
    recipient = reader_of(letter, words)
    if letter.expires_at <= now:
        return Unwanted("late")
    if recipient is None:
        return says if isinstance(says, Broken) else Unwanted("nobody")
    if kind.preference and (reason := why_unwanted(recipient, kind.preference, letter.scope_id, now)):
        return Unwanted(reason)
    if letter.scope_id in words.resting and not kind.while_resting:
        return Unwanted("rests")
    if says is None:
        return Unwanted("not-wanted")
    if isinstance(says, Broken):
        return says
    if kind.preference in GATHERABLE and (gathered := gathered_for(recipient, letter, kind.preference)):
        return Gathered(gathered)
    if letter.priority == PRIORITIES[-1] and (later := after_quiet(now, recipient.quiet, recipient.zone)) > now:
        return Later(later)
    return Ready(recipient if says.to is None else replace(recipient, email=says.to), says)


def reader_of(letter: Letter, words: Words) -> Recipient | None:
    """Whom the letter goes to: an account, or whom the letter itself names where it is passed on."""
    if letter.recipient_id is not None:
        return words.recipients.get(letter.recipient_id)
    says = words.says.get(letter.id)
    return says.reader if isinstance(says, Says) else None


def gathered_for(recipient: Recipient, letter: Letter, preference: str) -> str | None:
    """Which letter it is only counted in, of the day or the week. What cannot wait comes by itself all the same."""
    return GATHERED.get(recipient.how(preference, letter.scope_id)) if letter.priority == PRIORITIES[-1] else None


def attempt(desk: Desk, letter: Letter, identity: Identity, ready: Ready) -> Result | Broken:
    """Write the letter and hand it to the relay. No transaction is open meanwhile."""
    kind, name, date = KINDS[letter.kind], identity.message_id, identity.date
    try:
        message = compose.compose(kind, ready.recipient, ready.says, desk.sender, message_id=name, date=date)
    except Exception as error:
        return broken(letter, error)
    return desk.relay.send(desk.sender.address.addr_spec, ready.recipient.email, message)


def mark(letter: Letter, verdict: Verdict) -> dict[str, Any]:
    """What became of a letter, as the changes of its row."""
    now = clock.now()
    match verdict:
        case Unwanted(reason):
            return {"becomes": LetterState.DROPPED, "reason": reason}
        case Gathered(reason):
            return {"becomes": LetterState.DROPPED, "reason": reason, "next_at": now}
        case Later(until) if until >= letter.expires_at:
            return {"becomes": LetterState.DROPPED, "reason": "late"}
        case Later(until):
            return {"becomes": LetterState.OWED, "next_at": until}
        case Broken():
            return {"class": "broken", **after_doubt(letter, now, again=True)}
        case Result(outcome, code):
            return {"code": code, "class": str(outcome), **after_answer(letter, outcome, now)}


def after_answer(letter: Letter, outcome: Outcome, now: datetime) -> dict[str, Any]:
    match outcome:
        case Outcome.ACCEPTED:
            return {"becomes": LetterState.SENT, "sent": now}
        case Outcome.BAD_ADDRESS | Outcome.DISTRUSTED | Outcome.REFUSED:
            log.error("letter-refused", letter=letter.id, kind=letter.kind, outcome=str(outcome))
            return {"becomes": LetterState.UNDELIVERABLE}
        case Outcome.AMBIGUOUS:
            return after_doubt(letter, now, again=KINDS[letter.kind].again, most=DOUBTS)
        case Outcome.TRANSIENT | Outcome.UNREACHABLE:
            step = BACK_OFF[min(letter.attempts, len(BACK_OFF) - 1)]
            return {"becomes": LetterState.OWED, "next_at": now + step * random.uniform(1 - SPREAD, 1 + SPREAD)}  # noqa: S311


def desk_of_app(until: datetime, **more: Any) -> Desk:
    """A desk as the app's settings say, with the connection this process has kept."""
    relay, sender = current_app.extensions["mail"]
    since = epoch.look(current_app.config["SETTINGS"].var)
    return Desk(relay=relay, sender=sender, until=until, since=since, **more)


def deliver_for(seconds: timedelta, **more: Any) -> int:
    """Send what is due, for that long at most, or until the process is asked to end: the letter in hand comes first.

    Returns how many letters were accepted.
    """
    with asked_to_stop() as stopping:
        return deliver_together(clock.now() + seconds, stopping=stopping, **more)


def deliver_together(until: datetime, **more: Any) -> int:
    """Send what is due; a relay that takes its time is spoken to over several connections at once.

    `more` is about the desks. Returns how many letters were accepted.
    """
    with ThreadPoolExecutor(HELPERS) as pool:
        helped: list[Future[int]] = []

        def call_help() -> None:
            if len(helped) < HELPERS:
                helped.append(pool.submit(help_out, app_of_now(), until, more))

        sent = deliver(desk_of_app(until, call_help=call_help, **more))
        return sent + sum(one.result() for one in helped)


def help_out(app: Flask, until: datetime, more: Mapping[str, Any]) -> int:
    """Deliver at a desk in a thread of its own, with a session and a connection of its own."""
    with app.app_context():
        desk = desk_of_app(until, **more)
        desk.relay = Relay(desk.relay.url)
        try:
            return deliver(desk)
        finally:
            desk.relay.close()


def app_of_now() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def tend() -> None:
    """Look after letters that no sender holds any more, and those that are of no use any more; raise what alarms."""
    take_back_what_the_dead_left()
    drop_late()
    epoch.put_by()
    now = clock.now()
    if looked_after_seconds_ago(now) is None:
        return  # a service that starts for the first time: nobody had anything to look after
    for sentence in alarms(now):
        log.error("mail-alarm", says=sentence)
