"""When each tick last ran, as rows: the web process learns of workers from the database alone."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from supportgroup import clock
from supportgroup.db import Base, db, insert_or_ignore

NET = "deliver"  # the pulse of the net beside the workers
BACKUP = "backup"  # and of the last backup that came to its end


class Pulse(Base):
    """The last run of one tick."""

    __tablename__ = "pulses"

    name: Mapped[str] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime]


def beat(name: str) -> None:
    """Note that the tick ran now."""
    now = clock.now()
    db.session.execute(insert_or_ignore(Pulse).values(name=name, ran_at=now))
    db.session.get_one(Pulse, name, populate_existing=True).ran_at = now


def last(name: str) -> datetime | None:
    """When the tick last ran; None for never."""
    pulse = db.session.get(Pulse, name, populate_existing=True)
    return pulse.ran_at if pulse else None


def silent(name: str, period: timedelta) -> bool:
    """Whether the tick has not run for that long."""
    seen = last(name)
    return seen is None or clock.now() - seen > period
