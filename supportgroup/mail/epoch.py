"""Whether the database has been put back to an earlier day: what it forgot by that has perhaps been sent.

A row of the database counts up while anyone looks after letters, and a file under `var/` remembers how far it had come.
A database that knows less than the file was restored, by whatever means. Then what was due is put in quarantine until
an operator releases or drops it, and what the planners owe anew for the days before joins it. Letters due from now on,
signing in among them, go out as ever.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import or_, select, update

from supportgroup import clock
from supportgroup.db import db, end_reading, insert_or_ignore, transaction
from supportgroup.events import tell
from supportgroup.mail.leases import FREE
from supportgroup.mail.models import WAITING, Epoch, Letter, LetterState
from supportgroup.mail.queries import words

FILE = "epoch"  # under `var/`
ASLEEP = timedelta(minutes=10)  # on a machine that remembers nothing, a database that stood still so long is a copy
EVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


@dataclass(frozen=True)
class Restored:
    """An event, told after the quarantine is committed: the database was put back to an earlier day."""

    var: Path


def look(var: Path) -> datetime:
    """From when on letters may be sent: since ever, or since the database was restored. Notices that it was."""
    remembered = recall(var)
    if db.session.get(Epoch, 1) is None:
        with transaction():
            begin()
    epoch = db.session.get_one(Epoch, 1, populate_existing=True)
    if is_older(epoch, remembered):
        begin_anew(var)
    if remembered != (epoch.name, epoch.turns):
        remember(var, epoch)
    restored_at = epoch.restored_at
    end_reading()
    return restored_at or EVER


def begin() -> None:
    """A database's first hour."""
    row = {"number": 1, "name": uuid4(), "turns": 0, "turned_at": clock.now()}
    db.session.execute(insert_or_ignore(Epoch.__table__), row)


def is_older(epoch: Epoch, remembered: tuple[UUID, int] | None) -> bool:
    """Whether the database knows less of its own life than this machine does."""
    if remembered and remembered[0] == epoch.name:
        return epoch.turns < remembered[1]
    return clock.now() - epoch.turned_at > ASLEEP


def begin_anew(var: Path) -> int:
    """After a restore: what was due waits for an operator, what is over is dropped. How many letters wait."""
    now = clock.now()
    with transaction():
        begin()
        epoch = db.session.get_one(Epoch, 1, populate_existing=True, with_for_update=True)
        epoch.name, epoch.turned_at, epoch.restored_at = uuid4(), now, now
        waiting = Letter.state.in_(words(*WAITING))
        change(update(Letter).where(waiting, Letter.expires_at <= now), LetterState.DROPPED, drop_reason="late")
        in_hand = Letter.state.in_(words("claimed", "sending"))
        due = update(Letter).where(waiting, or_(in_hand, Letter.next_attempt_at <= now))
        count = change(due, LetterState.QUARANTINED)
    remember(var, epoch)
    log.error("database-restored", quarantined=count)
    tell(Restored(var))
    return count


def put_by() -> None:
    """What is owed for the days before the restore joins the quarantine: it was planned anew, and perhaps sent."""
    restored_at = db.session.scalar(select(Epoch.restored_at))
    if restored_at is not None:
        owed = Letter.state.in_(words("owed"))
        change(update(Letter).where(owed, Letter.next_attempt_at <= restored_at), LetterState.QUARANTINED)


def turn(var: Path) -> None:
    """Count one further, in the database and then in the file. A database that was restored is left as it is."""
    remembered = recall(var)
    with transaction():
        epoch = db.session.get(Epoch, 1, populate_existing=True, with_for_update=True)
        if epoch is None or is_older(epoch, remembered):
            return
        epoch.turns, epoch.turned_at = epoch.turns + 1, clock.now()
    remember(var, epoch)


def change(chosen: Any, state: LetterState, **columns: Any) -> int:
    """Give the chosen letters this state, whoever has them in hand; how many they were."""
    values = chosen.values(state=state, **FREE, **columns)
    result: Any = db.session.execute(values, execution_options={"synchronize_session": False})
    return int(result.rowcount)


def remember(var: Path, epoch: Epoch) -> None:
    fresh = var / f"{FILE}.{uuid4().hex}"
    fresh.write_text(f"{epoch.name} {epoch.turns}\n")
    fresh.replace(var / FILE)


def recall(var: Path) -> tuple[UUID, int] | None:
    """Which database this machine knew last, and how far it had come."""
    try:
        name, turns = (var / FILE).read_text().split()
        return UUID(name), int(turns)
    except (FileNotFoundError, ValueError):
        return None
