"""Who will be told what, before anything is saved: the letters that a change would send, counted and not sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from supportgroup.db import db
from supportgroup.groups.models import Membership
from supportgroup.meetings import pausing, queries, service
from supportgroup.meetings.answers import is_last_day
from supportgroup.meetings.models import Answer, Meeting, Pause, Series
from supportgroup.meetings.notices import Hear, Hearer, hearing
from supportgroup.meetings.service import Plan
from supportgroup.words import number


@dataclass(frozen=True)
class Telling:
    """One letter that a change sends, in words, and to how many of whom."""

    what: str
    people: int
    whom: Sequence[str]  # such as "two who come"


def of_change(meeting: Meeting, plan: Plan, *, by: Membership) -> list[Telling]:
    """What changing this one meeting sends. Raises Refused for what it would refuse."""
    service.refuse_past(meeting)
    starts_at = service.instant(plan.wall, meeting.zone)
    told = []
    if starts_at != meeting.starts_at:
        told.append(counted("It has a new time", hearing(meeting, Hear.NOT_DECLINED, but=by)))
    elif service.matters_of(plan) != service.matters_of(meeting):
        told.append(counted("Something about it changed", hearing(meeting, Hear.COMING, but=by)))
    freed = places_freed(meeting, plan)
    if freed:
        told.append(Telling("A place is free", freed, [f"{number(freed)} who {'wait' if freed > 1 else 'waits'}"]))
    return [one for one in told if one.people]


def places_freed(meeting: Meeting, plan: Plan) -> int:
    """How many of those who wait would hear of a place."""
    waiting = len(queries.rsvps(meeting.id, Answer.WAITING))
    free = waiting if plan.size_limit is None else max(0, plan.size_limit - queries.taken(meeting.id))
    return waiting if free and is_last_day(meeting) else min(waiting, free)


def of_following(meeting: Meeting, *, by: Membership) -> list[Telling]:
    """What changing this one and those after it sends: every member hears of it, once."""
    service.refuse_past(meeting)
    return [counted("These meetings change", hearing(meeting, Hear.EVERYONE, but=by))]


def of_cancelling(meeting: Meeting, *, by: Membership) -> list[Telling]:
    return [counted("It is cancelled", hearing(meeting, Hear.NOT_DECLINED, but=by))]


def of_stopping(series: Series, *, by: Membership) -> list[Telling]:
    ahead = to_come(series)
    return [counted("There are no more of these meetings", hearing(ahead[0], Hear.EVERYONE, but=by))] if ahead else []


def to_come(series: Series) -> Sequence[Meeting]:
    return db.session.scalars(queries.to_come_of(series.id).order_by(Meeting.starts_at, Meeting.id)).all()


def of_pause(series: Series, from_on: date, until_on: date, *, by: Membership) -> list[Telling]:
    """What a pause sends. Raises Refused for what it would refuse."""
    pausing.refuse_odd(from_on, until_on, pausing.today_of(series))
    inside = pausing.held_in(Pause(from_on=from_on, until_on=until_on), to_come(series))
    if not inside:
        return []
    until = pausing.day_words(until_on, pausing.today_of(series))
    return [counted(f"No meetings until {until}", hearing(inside[0], Hear.EVERYONE, but=by))]


def counted(what: str, hearers: Sequence[Hearer]) -> Telling:
    """These people, by what they answered."""
    sorts = Counter(Answer.GOING if one.hosts else one.answer for one in hearers)
    words = [
        (Answer.GOING, "comes", "come"),
        (Answer.MAYBE, "said maybe", "said maybe"),
        (Answer.WAITING, "waits for a place", "wait for a place"),
        (None, "has not answered", "have not answered"),
        (Answer.NOT_GOING, "does not come", "do not come"),
    ]
    whom = [f"{number(n)} who {one if n == 1 else many}" for sort, one, many in words if (n := sorts[sort])]
    return Telling(what, len(hearers), whom)
