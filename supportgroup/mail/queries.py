"""How the mail stands, in counts of nobody in particular; and which letters are rows already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, exists, func, literal, literal_column, select, text

from supportgroup import clock, pulse
from supportgroup.db import db
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.transport import Outcome

OVERDUE = timedelta(seconds=120)
SILENT = timedelta(seconds=120)  # nobody looked after the letters for so long: workers, beat or broker are away
SKEW = timedelta(seconds=2)  # between our clock and the database's
LETTERS = "deliver-letters"  # the tick


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Letters that wait or are stuck, and how long the oldest due one has waited. Cheap, however many were sent."""

    owed: int
    due: int
    overdue: int
    held: int
    undeliverable: int
    quarantined: int
    distrusted: int  # undeliverable for what the relay thinks of us
    oldest_due_seconds: float


def queue(now: datetime) -> Queue:
    is_due = Letter.next_attempt_at <= now
    owed, due, overdue, oldest = db.session.execute(
        select(
            func.count(),
            func.count().filter(is_due),
            func.count().filter(Letter.next_attempt_at <= now - OVERDUE),
            func.min(Letter.next_attempt_at).filter(is_due),
        ).where(Letter.state.in_(words("owed")))
    ).one()
    in_hand = select(func.count()).where(Letter.state.in_(words("claimed", "sending")))
    counted = db.session.execute(
        select(Letter.state, func.count(), func.count().filter(Letter.last_class == str(Outcome.DISTRUSTED)))
        .where(Letter.state.in_(words("held", "undeliverable", "quarantined")))
        .group_by(Letter.state)
    )
    found = {row[0]: (row[1], row[2]) for row in counted}
    return Queue(
        owed=owed + (db.session.scalar(in_hand) or 0),
        due=due,
        overdue=overdue,
        held=found.get(LetterState.HELD, (0, 0))[0],
        undeliverable=found.get(LetterState.UNDELIVERABLE, (0, 0))[0],
        quarantined=found.get(LetterState.QUARANTINED, (0, 0))[0],
        distrusted=found.get(LetterState.UNDELIVERABLE, (0, 0))[1],
        oldest_due_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    )


def ended(since: datetime) -> dict[LetterState, int]:
    """How many letters were sent, and how many dropped, of those of use at some time since then. Looks at each."""
    over = Letter.state.in_(words("sent", "dropped", "undeliverable"))
    counted = select(Letter.state, func.count()).where(over, Letter.expires_at > since)
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(Letter.state))}


def sent(since: datetime) -> int:
    """How many letters the relay took since then. Looks at each of use since."""
    out = Letter.state.in_(words("sent")), Letter.expires_at > since, Letter.sent_at > since
    return db.session.scalar(select(func.count()).where(*out)) or 0


def stuck() -> Sequence[Row[*tuple[Any, ...]]]:
    """Letters that wait for an operator, gathered by `state, kind, last_class, last_code`: `count`, and how many are
    `of_use` still."""
    alike = Letter.state, Letter.kind, Letter.last_class, Letter.last_code
    of_use = func.count().filter(Letter.expires_at > clock.now()).label("of_use")
    waiting = select(*alike, func.count().label("count"), of_use).group_by(*alike).order_by(*alike)
    return db.session.execute(waiting.where(Letter.state.in_(words("held", "undeliverable", "quarantined")))).all()


def looked_after_seconds_ago(now: datetime) -> float | None:
    """How long ago somebody looked after the letters: workers, or the net beside them. None: never."""
    seen = [at for name in (LETTERS, pulse.NET) if (at := pulse.last(name))]
    return (now - max(seen)).total_seconds() if seen else None


def skew() -> timedelta:
    """How far our clock is from the database's: leases are written with ours. None where both are one machine's."""
    if db.session.get_bind().dialect.name != "postgresql":
        return timedelta(0)
    theirs: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return abs(theirs - clock.now())


def alarms(now: datetime) -> Iterator[str]:
    """What an operator has to look at, a sentence each; nothing when all is well."""
    found, age = queue(now), looked_after_seconds_ago(now)
    if age is None or age > SILENT.total_seconds():
        yield "Nobody has looked after the letters for two minutes: start worker and beat, or `supportgroup deliver`."
    if found.oldest_due_seconds > OVERDUE.total_seconds():
        yield f"{found.overdue} letters are overdue, the oldest by {found.oldest_due_seconds / 60:.0f} minutes."
    if found.held:
        yield f"{found.held} letters are held. Look at why, then `supportgroup mail retry`."
    if found.distrusted:
        yield f"The relay refused {found.distrusted} letters for what it thinks of us: look at SPF, DKIM, DMARC, PTR."
    if found.quarantined:
        yield f"{found.quarantined} letters from before a restore wait: `supportgroup mail release`, or `mail drop`."
    if (apart := skew()) > SKEW:
        yield f"Our clock and the database's are {apart.total_seconds():.0f} seconds apart."


def words(*states: str) -> list[ColumnElement[Any]]:
    """States as words of the statement, not as its parameters: only then a database knows which partial index fits."""
    return [literal_column(f"'{state}'") for state in states]


def in_order(*conditions: ColumnElement[bool], patient: bool = False) -> Select[int]:
    """The ids of these letters, locked in one order, as by everyone who locks several: nobody waits in a circle.

    Not `patient`: leaves out those that somebody has locked.
    """
    found = select(Letter.id).where(*conditions).order_by(Letter.id)
    return found.with_for_update(skip_locked=not patient).correlate(None)


def is_owed(kind: str, recipient_id: Any, *occasion: Any) -> ColumnElement[bool]:
    """For plans that are made again and again: whether this letter is a row already, whatever became of it.

    `recipient_id` and the parts of the occasion are columns, in the order in which `owe` is given them between colons.
    """
    return exists().where(Letter.key == literal(f"{kind}:") + hexed(recipient_id) + ":" + occasion_of(*occasion))


def occasion_of(*parts: Any) -> ColumnElement[str]:
    """An occasion made of columns, in the shape that `owe` is given it: with colons between them."""
    whole = hexed(parts[0])
    for part in parts[1:]:
        whole = whole + ":" + hexed(part)
    return whole


def hexed(column: Any) -> ColumnElement[str]:
    """A UUID as the 32 digits it has in keys; a number as its digits."""
    return func.replace(cast(column, String), "-", "")
