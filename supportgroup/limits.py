"""How often something may be tried. Kept in the database, so that it holds when Redis is away; closed when in doubt.

A try is paid for before it is made, in a transaction of its own: of any number that come at once, no more than allowed
get through.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup import clock
from supportgroup.db import Base, db, insert_or_ignore, transaction
from supportgroup.secrets import keyed_hash

KEPT = timedelta(days=30)  # how long it is remembered that somebody tried something

FRESH = {"populate_existing": True}


class Bucket(Base):
    """What is left of an allowance. The key is a hash: whose it is cannot be read from it."""

    __tablename__ = "buckets"

    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Guesses(Base):
    """How often something was guessed wrong in a row. The key is a hash, as above."""

    __tablename__ = "guesses"

    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    wait_until: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Allowance:
    """`most` tries at once, refilled evenly over `period`."""

    name: str
    most: int
    period: timedelta

    def take(self, whose: str) -> bool:
        """Use one try of `whose` allowance, in a transaction of its own. False: none is left."""
        with transaction():
            bucket, now = self.bucket(whose), clock.now()
            gained = (now - bucket.updated_at) / self.period * self.most
            tokens = min(float(self.most), bucket.tokens + max(0.0, gained))
            bucket.tokens, bucket.updated_at = tokens - 1 if tokens >= 1 else tokens, now
        return tokens >= 1

    def give_back(self, whose: str) -> None:
        """Return a try that turned out to be none to count, in a transaction of its own."""
        with transaction():
            bucket = self.bucket(whose)
            bucket.tokens = min(float(self.most), bucket.tokens + 1)

    def bucket(self, whose: str) -> Bucket:
        """The bucket, full where it is new, and locked."""
        key = keyed_hash(f"{self.name}:{whose}")
        full = insert_or_ignore(Bucket).values(key=key, tokens=float(self.most), updated_at=clock.now())
        db.session.execute(full)
        locked = select(Bucket).where(Bucket.key == key).with_for_update()
        return db.session.scalars(locked, execution_options=FRESH).one()


@dataclass(frozen=True)
class Patience:
    """For guessing at a secret: `free` tries, then a pause that doubles from `first` to `longest`.

    After `most` tries in a row that were all wrong there are no more, until `forget`.
    """

    name: str
    free: int = 5
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)
    most: int = 100

    def take(self, whose: str) -> bool:
        """Use one try, in a transaction of its own. False: not now, or not at all any more."""
        key, now = self.key(whose), clock.now()
        with transaction():
            fresh = insert_or_ignore(Guesses).values(key=key, tries=0, wait_until=now, updated_at=now)
            db.session.execute(fresh)
            locked = select(Guesses).where(Guesses.key == key).with_for_update()
            guesses = db.session.scalars(locked, execution_options=FRESH).one()
            allowed = guesses.tries < self.most and now >= guesses.wait_until
            if allowed:
                guesses.tries += 1
                guesses.wait_until, guesses.updated_at = now + self.pause(guesses.tries), now
        return allowed

    def pause(self, tries: int) -> timedelta:
        """How long to wait after so many tries."""
        if tries < self.free:
            return timedelta(0)
        doubled: timedelta = self.first * 2 ** min(tries - self.free, 16)
        return min(self.longest, doubled)

    def is_used_up(self, whose: str) -> bool:
        """Whether there are no more tries, however long one waits."""
        guesses = db.session.get(Guesses, self.key(whose), populate_existing=True)
        return guesses is not None and guesses.tries >= self.most

    def forget(self, whose: str) -> None:
        """One was right, or the secret is another one now: begin anew. In the caller's transaction."""
        db.session.execute(delete(Guesses).where(Guesses.key == self.key(whose)))

    def key(self, whose: str) -> str:
        return keyed_hash(f"{self.name}:{whose}")


def remove_old() -> None:
    """Forget what was tried more than thirty days ago."""
    long_ago = clock.now() - KEPT
    for table in (Bucket, Guesses):
        db.session.execute(delete(table).where(table.updated_at < long_ago))
