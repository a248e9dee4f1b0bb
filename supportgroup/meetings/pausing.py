"""Pauses of a series: not meeting until a day. The dates in between are not made, or taken away where they were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from supportgroup import clock
from supportgroup import words as said
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.meetings import answers, calendars, notices, recurrence
from supportgroup.meetings.models import Meeting, MeetingState, Pause, Series
from supportgroup.meetings.reminders import owe_reminders
from supportgroup.meetings.series import fill, held, meetings_ahead, remove, running
from supportgroup.meetings.service import call_off

LONGEST = timedelta(days=366)
SHOWN_AHEAD = timedelta(days=42)  # pauses that begin later are not spoken of yet
ONE_DAY = timedelta(days=1)


def pause(*, by: Membership, series_id: UUID, from_on: date, until_on: date) -> Pause:
    """Let the series not meet from this day on until, but not on, that one. Every member is told once, where a meeting
    was planned meanwhile. Raises Refused.
    """
    series = running(by, series_id)
    refuse_odd(from_on, until_on, today_of(series))
    made = Pause(from_on=from_on, until_on=until_on)
    series.pauses.append(made)
    db.session.flush()
    inside = held_in(made, meetings_ahead(series))
    for meeting in inside[1:]:
        remove(meeting, by=by, pause=made)
    if inside:
        inside[0].pause_id = made.id
        call_off(inside[0])
        notices.tell_cancelled(inside[0], by=by, until=until_on)
    return made


def today_of(series: Series) -> date:
    """The day it is on the series' clock."""
    return clock.now().astimezone(clock.zone(series.zone)).date()


def refuse_odd(from_on: date, until_on: date, today: date) -> None:
    """Raises Refused for days that are no pause to come."""
    if until_on <= from_on:
        raise Refused(_("The pause would end before it begins. Choose a later day to meet again."))
    if until_on <= today:
        raise Refused(_("That pause is over already. Choose days to come."))
    if until_on - from_on > LONGEST:
        raise Refused(_("A pause takes a year at most. For longer, stop the series, or let the group rest."))


def held_in(pause: Pause, meetings: Iterable[Meeting]) -> list[Meeting]:
    """Of these, the meetings that would be held meanwhile, wherever they were moved from."""
    return [one for one in meetings if pause.holds(one.starts_local.date())]


def meet_again(*, by: Membership, pause_id: UUID) -> None:
    """Take a pause back: its dates to come are there again, with the answers that were given. Who had heard that they
    are not is told once. Raises Refused.
    """
    known = db.session.get(Pause, pause_id)
    if known is None:
        raise Refused(_("This pause was taken back already."))
    series = running(by, known.series_id)
    cancelled = held(taken_away_by(known))
    series.pauses = [one for one in series.pauses if one.id != pause_id]
    for meeting in cancelled:
        bring_back(meeting)
    series.filled_until = clock.now()
    fill(series)
    if cancelled:
        notices.tell_again(cancelled[0], by=by)
        calendars.invite(cancelled)
    owe_reminders(since=clock.now(), meetings=[one.id for one in meetings_ahead(series)])


def taken_away_by(pause: Pause) -> Select[Meeting]:
    """The meetings to come that a pause cancelled; what a change of all that follow left behind stays so."""
    return select(Meeting).where(
        Meeting.series_id == pause.series_id,
        Meeting.pause_id == pause.id,
        Meeting.state == MeetingState.CANCELLED,
        Meeting.starts_at > clock.now(),
    )


def bring_back(meeting: Meeting) -> None:
    meeting.state, meeting.pause_id = MeetingState.PLANNED, None
    meeting.version += 1
    meeting.changes()
    db.session.flush()
    answers.fill_places(meeting)


def of_group(group_id: UUID, pause_id: UUID) -> Pause | None:
    """A pause of one of the group's series."""
    found = select(Pause).join(Series, Series.id == Pause.series_id)
    return db.session.scalars(found.where(Pause.id == pause_id, Series.group_id == group_id)).first()


@dataclass(frozen=True)
class Shown:
    """A pause as pages say it. `rule`: of which of several series, in words; None where there is one only."""

    words: str
    rule: str | None


def shown(group_id: UUID, zone: str) -> list[Shown]:
    """The pauses of the group's series that are, or come soon, for everyone to read. One query."""
    today = clock.now().astimezone(clock.zone(zone)).date()
    found = (
        select(Series.id, Series.rule, Series.first_local, Pause.from_on, Pause.until_on)
        .outerjoin(Pause, Pause.series_id == Series.id)
        .where(Series.group_id == group_id, Series.ended_at.is_(None))
        .order_by(Pause.from_on, Series.id)
    )
    rows = db.session.execute(found).all()
    several = len({row.id for row in rows}) > 1
    return [
        Shown(words(row.from_on, row.until_on, today), recurrence.words(row.rule, row.first_local) if several else None)
        for row in rows
        if row.from_on and is_near(row.from_on, row.until_on, today)
    ]


def is_near(from_on: date, until_on: date, today: date) -> bool:
    return until_on > today and from_on <= today + SHOWN_AHEAD


def to_come(series: Series) -> Sequence[tuple[Pause, str]]:
    """The pauses of the series that are not over, in order, each with its words."""
    today = today_of(series)
    ahead = sorted((one for one in series.pauses if one.until_on > today), key=lambda one: one.from_on)
    return [(one, words(one.from_on, one.until_on, today)) for one in ahead]


def words(from_on: date, until_on: date, today: date) -> str:
    """A pause as people say it: "Not meeting until 7 January"."""
    if until_on - from_on == ONE_DAY:
        return _("Not meeting on %(day)s", day=day_words(from_on, today))
    until = day_words(until_on, today)
    if from_on > today:
        return _("Not meeting from %(first)s until %(until)s", first=day_words(from_on, today), until=until)
    return _("Not meeting until %(until)s", until=until)


def day_words(day: date, today: date) -> str:
    """`7 January`; with its year where that is not near."""
    return said.day_words(day, "day of month" if abs(day - today) < timedelta(days=300) else "date")
