"""Who will be told what, before anything is saved: the letters that a change would send, counted and not sent."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.reaching import reached
from supportgroup.meetings import calendars, pausing, queries, series, service
from supportgroup.meetings.answers import is_near, members
from supportgroup.meetings.models import Answer, Meeting, Pause, Series
from supportgroup.meetings.notices import Hear, Hearer, hearing, who_heard_otherwise
from supportgroup.meetings.service import Plan
from supportgroup.words import number

CHANGES, HOSTING = "meeting-changes", "hosting"  # the sorts of letters that these are


@dataclass(frozen=True)
class Telling:
    """One letter that a change sends, in words, and to how many of whom."""

    what: str
    people: int
    whom: Sequence[str]  # such as "two who come"
    letters: int = 0  # in all, where that is more than one for each


def of_change(meeting: Meeting, plan: Plan, *, by: Membership) -> list[Telling]:
    """What changing this one meeting sends. Raises Refused for what it would refuse."""
    service.refuse_past(meeting)
    starts_at = service.instant(plan.wall, meeting.zone)
    told = []
    if starts_at != meeting.starts_at:
        told.append(counted(_("It has a new time"), heard(meeting, Hear.NOT_DECLINED, by)))
    elif service.matters_of(plan) != service.matters_of(meeting):
        told.append(counted(_("Something about it changed"), heard(meeting, Hear.COMING, by)))
    told += of_turn(meeting, plan.host_id, by=by)
    told += of_places(places_freed(meeting, plan.size_limit, starts_at), meeting.group_id)
    return [one for one in told if one.people]


def of_places(people: Collection[UUID], group_id: UUID) -> list[Telling]:
    """What these accounts hear, who have a place now, or can take one."""
    freed = len(reached(people, CHANGES, group_id))
    waits = ngettext("%(number)s who waits", "%(number)s who wait", freed, number=number(freed))
    return [Telling(_("A place is free"), freed, [waits])] if freed else []


def places_freed(meeting: Meeting, size_limit: int | None, starts_at: datetime) -> set[UUID]:
    """The accounts of those who wait and would hear of a place, were it for so many and began then."""
    waiting = queries.rsvps(meeting.id, Answer.WAITING)
    free = len(waiting) if size_limit is None else max(0, size_limit - queries.taken(meeting.id)) if waiting else 0
    told = waiting if free and is_near(starts_at) else waiting[:free]
    return {one.account_id for one in members([one.membership_id for one in told])}


def of_turn(meeting: Meeting | None, host_id: UUID | None, *, by: Membership) -> list[Telling]:
    """What giving a turn as host sends: that it is theirs, that it is theirs no more; nothing about one's own. Of a
    meeting that is not there yet nobody had it.
    """
    was = meeting.host_id if meeting else None
    if host_id == was:
        return []
    told = []
    if hears(host_id, by=by):
        told.append(Telling(_("It is your turn to host"), 1, [_("one who hosts")]))
    if hears(was, by=by):
        told.append(Telling(_("It is not your turn any more"), 1, [_("one who was to host")]))
    return told


def of_host(meeting: Meeting, host_id: UUID | None, *, by: Membership) -> list[Telling]:
    """What saying who hosts sends. Raises Refused for what it would refuse."""
    service.refuse_past(meeting)
    service.host_of(meeting.group_id, host_id)
    return of_turn(meeting, host_id, by=by)


def hears(host_id: UUID | None, *, by: Membership) -> bool:
    host = groups.membership(by.group_id, host_id) if host_id and host_id != by.id else None
    return host is not None and bool(reached([host.account_id], HOSTING, by.group_id))


def of_following(meeting: Meeting, plan: Plan, rule: str, *, by: Membership) -> list[Telling]:
    """What changing this one and those after it sends: every member hears of it, once; a new host of the first, and
    who hosted it; and who waits, where there is a place now. Raises Refused for what it would refuse.
    """
    service.refuse_past(meeting)
    told = [counted(_("These meetings change"), heard(meeting, Hear.EVERYONE, by))]
    told += of_turn(meeting, plan.host_id, by=by)
    staying = series.staying(meeting, plan, rule)
    places = [places_freed(one, plan.size_limit, begins) for one, begins in staying]
    told += of_places(set().union(*places), meeting.group_id)
    told += of_calendars(*later_ones(meeting, plan, dict(staying)), by=by)
    return [one for one in told if one.people]


def later_ones(meeting: Meeting, plan: Plan, begins: Mapping[Meeting, datetime]) -> tuple[list[Meeting], list[Meeting]]:
    """Of the meetings after this one those whose time or length changes, and those taken away."""
    ahead = queries.to_come_of(meeting.series_id).where(Meeting.original_on > meeting.original_on)
    after = db.session.scalars(ahead).all()
    held = [one for one in after if one in begins]
    changed = [one for one in held if (begins[one], plan.duration_minutes) != (one.starts_at, one.duration_minutes)]
    return changed, [one for one in after if one not in begins]


def of_calendars(held: Sequence[Meeting], gone: Sequence[Meeting], *, by: Membership) -> list[Telling]:
    """What later meetings send to those who have letters bring meetings to a calendar: one for each that it holds,
    since a calendar is told of one meeting at a time.
    """
    stay = calendars.coming_by_calendar([one.id for one in held])
    go = calendars.coming_by_calendar([one.id for one in gone]).where(Membership.id != by.id)
    wanted = [account_id for rows in (stay, go) for _, account_id in db.session.execute(rows)]
    get = reached(wanted, CHANGES, by.group_id)
    if not get:
        return []
    people, letters = len(get), sum(account_id in get for account_id in wanted)
    whose = ngettext(
        "%(number)s whose calendar holds them", "%(number)s whose calendars hold them", people, number=number(people)
    )
    return [Telling(_("Each later meeting, for the calendar"), people, [whose], letters)]


def of_meeting_again(pause: Pause, *, by: Membership) -> list[Telling]:
    """What taking a pause back sends: who had heard of it hears that the first meeting takes place after all."""
    first = db.session.scalars(pausing.taken_away_by(pause).order_by(Meeting.starts_at, Meeting.id).limit(1)).first()
    if first is None:
        return []
    again = counted(_("It takes place after all"), among_reached(who_heard_otherwise(first, by=by), first))
    held = db.session.scalars(pausing.taken_away_by(pause)).all()
    return [one for one in (again, *of_calendars(held, [], by=by)) if one.people]


def of_cancelling(meeting: Meeting, *, by: Membership) -> list[Telling]:
    return [counted(_("It is cancelled"), heard(meeting, Hear.NOT_DECLINED, by))]


def of_stopping(whole: Series, *, by: Membership) -> list[Telling]:
    ahead = to_come(whole)
    if not ahead:
        return []
    over = counted(_("There are no more of these meetings"), heard(ahead[0], Hear.EVERYONE, by))
    return [over, *of_calendars([], ahead[1:], by=by)]


def to_come(whole: Series) -> Sequence[Meeting]:
    return db.session.scalars(queries.to_come_of(whole.id).order_by(Meeting.starts_at, Meeting.id)).all()


def of_pause(whole: Series, from_on: date, until_on: date, *, by: Membership) -> list[Telling]:
    """What a pause sends. Raises Refused for what it would refuse."""
    pausing.refuse_odd(from_on, until_on, pausing.today_of(whole))
    inside = pausing.held_in(Pause(from_on=from_on, until_on=until_on), to_come(whole))
    if not inside:
        return []
    until = pausing.day_words(until_on, pausing.today_of(whole))
    none = counted(_("No meetings until %(day)s", day=until), heard(inside[0], Hear.EVERYONE, by))
    return [none, *of_calendars([], inside[1:], by=by)]


def heard(meeting: Meeting, who: Hear, by: Membership) -> list[Hearer]:
    """Who gets a letter of it: who has stopped such letters gets none."""
    return among_reached(hearing(meeting, who, but=by), meeting)


def among_reached(hearers: Sequence[Hearer], meeting: Meeting) -> list[Hearer]:
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
