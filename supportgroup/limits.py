"""How often something may be tried: token buckets in the database, so that they hold when Redis is away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup import clock
from supportgroup.db import Base, db, insert_or_ignore, transaction
from supportgroup.secrets import keyed_hash


class Bucket(Base):
    """What is left of an allowance. The key is a hash: whose it is cannot be read from it."""

    __tablename__ = "buckets"

    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Allowance:
    """`most` tries at once, refilled evenly over `period`."""

    name: str
    most: int
    period: timedelta

    def take(self, whose: str) -> bool:
        """Use one try of `whose` allowance, in a transaction of its own. False: none is left."""
        key, now = keyed_hash(f"{self.name}:{whose}"), clock.now()
        with transaction():
            db.session.execute(insert_or_ignore(Bucket).values(key=key, tokens=float(self.most), updated_at=now))
            bucket = db.session.scalars(
                select(Bucket).where(Bucket.key == key).with_for_update(), execution_options={"populate_existing": True}
            ).one()
            gained = (now - bucket.updated_at) / self.period * self.most
            tokens = min(float(self.most), bucket.tokens + max(0.0, gained))
            bucket.tokens, bucket.updated_at = max(0.0, tokens - 1), now
        return tokens >= 1
