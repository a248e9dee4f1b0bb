"""Who will be told what, before anything is saved: the letters that a change would send, counted and not sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.reaching import reached
from supportgroup.meetings import pausing, queries, service
from supportgroup.meetings.answers import is_last_day, members
from supportgroup.meetings.models import Answer, Meeting, Pause, Series
from supportgroup.meetings.notices import Hear, Hearer, hearing
from supportgroup.meetings.service import Plan
from supportgroup.words import number

CHANGES, HOSTING = "meeting-changes", "hosting"  # the sorts of letters that these are


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
        told.append(counted(_("It has a new time"), heard(meeting, Hear.NOT_DECLINED, by)))
    elif service.matters_of(plan) != service.matters_of(meeting):
        told.append(counted(_("Something about it changed"), heard(meeting, Hear.COMING, by)))
    if plan.host_id != meeting.host_id:
        told += of_turn(plan.host_id, by=by)
    freed = places_freed(meeting, plan)
    if freed:
        told.append(
            Telling(
                _("A place is free"),
                freed,
                [ngettext("%(number)s who waits", "%(number)s who wait", freed, number=number(freed))],
            )
        )
    return [one for one in told if one.people]


def places_freed(meeting: Meeting, plan: Plan) -> int:
    """How many of those who wait would hear of a place."""
    waiting = queries.rsvps(meeting.id, Answer.WAITING)
    free = len(waiting) if plan.size_limit is None else max(0, plan.size_limit - queries.taken(meeting.id))
    told = waiting if free and is_last_day(meeting) else waiting[:free]
    accounts = [one.account_id for one in members([one.membership_id for one in told])]
    return len(reached(accounts, CHANGES, meeting.group_id))


def of_turn(host_id: UUID | None, *, by: Membership) -> list[Telling]:
    """What giving a turn as host to somebody sends: that it is theirs, unless it is one's own."""
    host = groups.membership(by.group_id, host_id) if host_id and host_id != by.id else None
    hears = host is not None and reached([host.account_id], HOSTING, by.group_id)
    return [Telling(_("It is your turn to host"), 1, [_("one who hosts")])] if hears else []


def of_following(meeting: Meeting, plan: Plan, *, by: Membership) -> list[Telling]:
    """What changing this one and those after it sends: every member hears of it, once, and a new host of the first."""
    service.refuse_past(meeting)
    turn = of_turn(plan.host_id, by=by) if plan.host_id != meeting.host_id else []
    return [counted(_("These meetings change"), heard(meeting, Hear.EVERYONE, by)), *turn]


def of_cancelling(meeting: Meeting, *, by: Membership) -> list[Telling]:
    return [counted(_("It is cancelled"), heard(meeting, Hear.NOT_DECLINED, by))]


def of_stopping(series: Series, *, by: Membership) -> list[Telling]:
    ahead = to_come(series)
    return [counted(_("There are no more of these meetings"), heard(ahead[0], Hear.EVERYONE, by))] if ahead else []


def to_come(series: Series) -> Sequence[Meeting]:
    return db.session.scalars(queries.to_come_of(series.id).order_by(Meeting.starts_at, Meeting.id)).all()


def of_pause(series: Series, from_on: date, until_on: date, *, by: Membership) -> list[Telling]:
    """What a pause sends. Raises Refused for what it would refuse."""
    pausing.refuse_odd(from_on, until_on, pausing.today_of(series))
    inside = pausing.held_in(Pause(from_on=from_on, until_on=until_on), to_come(series))
    if not inside:
        return []
    until = pausing.day_words(until_on, pausing.today_of(series))
    return [counted(_("No meetings until %(day)s", day=until), heard(inside[0], Hear.EVERYONE, by))]


def heard(meeting: Meeting, who: Hear, by: Membership) -> list[Hearer]:
    """Who gets a letter of it: who has stopped such letters gets none."""
    hearers = hearing(meeting, who, but=by)
    get = reached([one.account_id for one in hearers], CHANGES, meeting.group_id)
    return [one for one in hearers if one.account_id in get]


def counted(what: str, hearers: Sequence[Hearer]) -> Telling:
    """These people, by what they answered."""
    sorts = Counter(Answer.GOING if one.hosts else one.answer for one in hearers)
    order = (Answer.GOING, Answer.MAYBE, Answer.WAITING, None, Answer.NOT_GOING)
    return Telling(what, len(hearers), [in_words(sort, sorts[sort]) for sort in order if sorts[sort]])


def in_words(sort: Answer | None, people: int) -> str:
    """So many people who answered so, or have not: `two who come`."""
    said = {"number": number(people)}
    match sort:
        case Answer.GOING:
            return ngettext("%(number)s who comes", "%(number)s who come", people, **said)
        case Answer.MAYBE:
            return ngettext("%(number)s who said maybe", "%(number)s who said maybe", people, **said)
        case Answer.WAITING:
            return ngettext("%(number)s who waits for a place", "%(number)s who wait for a place", people, **said)
        case Answer.NOT_GOING:
            return ngettext("%(number)s who does not come", "%(number)s who do not come", people, **said)
    return ngettext("%(number)s who has not answered", "%(number)s who have not answered", people, **said)
