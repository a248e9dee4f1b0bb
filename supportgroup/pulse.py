"""When each tick last ran, as rows: the web process learns of workers from the database alone."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from supportgroup import clock
from supportgroup.db import Base, db, insert_or_ignore


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
