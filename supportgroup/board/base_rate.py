"""How often an ask gets a yes in a group, and how soon: counted now and then, told where it helps.

Of asks for everyone's eyes alone, from enough of them by enough people that nobody can be read from it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, or_, select

from supportgroup import clock
from supportgroup.board.models import HELPING, Ask, AskKind, AskState, Eyes, Help
from supportgroup.board.side_models import BaseRate
from supportgroup.db import db
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext

ASKS, ASKERS = 10, 5  # at least so many asks, by at least so many people
WORTH_TELLING = 6  # of ten
LOOKED_AT = timedelta(days=365)


@dataclass(frozen=True)
class Answered:
    """One ask that is told: whose it was, and after how long somebody said yes; None for nobody."""

    group_id: UUID
    asker_id: UUID
    after: timedelta | None


def count_base_rates() -> None:
    """Count anew, for all groups. One pass over the asks of a year."""
    now = clock.now()
    counted = list(rates(answered(now), now))
    db.session.execute(delete(BaseRate))
    if counted:
        db.session.execute(insert(BaseRate), counted)


def answered(now: datetime) -> Iterator[Answered]:
    """The asks of the last year that came to an end, with a yes or because nobody had room, group by group."""
    first = (
        select(Help.ask_id, func.min(Help.accepted_at).label("yes_at"))
        .where(Help.state.in_(HELPING))
        .group_by(Help.ask_id)
        .subquery()
    )
    nobody_came = and_(Ask.state == AskState.EXPIRED, ~Ask.was_answered)
    told = (
        select(Ask.group_id, Ask.asker_id, Ask.created_at, first.c.yes_at)
        .outerjoin(first, first.c.ask_id == Ask.id)
        .where(Ask.created_at > now - LOOKED_AT, Ask.eyes == Eyes.GROUP, Ask.kind != AskKind.LISTEN)
        .where(or_(and_(Ask.state == AskState.DONE, first.c.yes_at.is_not(None)), nobody_came))
        .order_by(Ask.group_id)
    )
    for group_id, asker_id, created_at, yes_at in db.session.execute(told).yield_per(1000):
        yield Answered(group_id, asker_id, yes_at - created_at if yes_at else None)


def rates(asks: Iterable[Answered], now: datetime) -> Iterator[dict[str, object]]:
    """The rows, for the groups with enough asks by enough people. `asks` come group by group."""
    for group_id, each in groupby(asks, key=lambda ask: ask.group_id):
        told = list(each)
        waits = [ask.after for ask in told if ask.after is not None]
        if len(told) >= ASKS and len({ask.asker_id for ask in told}) >= ASKERS and waits:
            minutes = median(wait / timedelta(minutes=1) for wait in waits)
            yield {
                "group_id": group_id,
                "yes_of_ten": 10 * len(waits) // len(told),
                "minutes": round(minutes),
                "counted_at": now,
            }


def sentence(group_id: UUID) -> str | None:
    """`9 of 10 asks here get a yes, most within 3 hours.` None where there are too few, or it would not help."""
    rate = db.session.get(BaseRate, group_id)
    if rate is None or rate.yes_of_ten < WORTH_TELLING:
        return None
    return _(
        "%(number)s of 10 asks here get a yes, most within %(span)s.",
        number=rate.yes_of_ten,
        span=span(rate.minutes),
    )


def span(minutes: int) -> str:
    """So long in round words, never shorter than it is: `an hour`, `3 hours`, `a day`, `2 days`."""
    hours = max(1, -(-minutes // 60))
    if hours < 24:
        return ngettext("an hour", "%(num)d hours", hours)
    days = -(-hours // 24)
    return ngettext("a day", "%(num)d days", days)
