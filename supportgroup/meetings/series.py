"""Series: meetings that repeat. Their rule makes rows a horizon ahead; each row then lives its own life."""

from collections.abc import Collection, Container
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, inspect, select

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.errors import Refused
from supportgroup.groups.models import Group, GroupState, Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings import answers, calendars, notices, queries, recurrence, rota
from supportgroup.meetings.models import Meeting, MeetingState, Pause, Series
from supportgroup.meetings.recurrence import EARLIEST, BadRule, Occurrence
from supportgroup.meetings.reminders import owe_reminders
from supportgroup.meetings.service import Plan, apply, call_off, changeable, host_of, instant, refuse_resting, texts

AHEAD = timedelta(days=120)  # how far ahead meetings are rows
STEP = timedelta(days=1)  # a series is filled when it falls behind by that much
CHUNK = 200  # series filled in one run
NONE_TO_COME = _l("There is no meeting of this series to come.")


def create_series(
    *, group: Group, plan: Plan, rule: str, skip: Collection[date] = (), by: Membership | None = None
) -> Series:
    """Begin a series at the plan's day and time, in the group's zone. `rule` is an RFC 5545 RRULE; it does not meet on
    the days of `skip`.

    Raises Refused for a rule that no meeting needs, or a first day that has passed. The plan's host hosts the first,
    and hears of it, unless they plan it.
    """
    refuse_resting(group)
    instant(plan.wall, group.zone)
    skipped = [Pause(from_on=day, until_on=day + timedelta(days=1)) for day in sorted(skip)]
    series = new_series(group_id=group.id, zone=group.zone, plan=plan, rule=rule, pauses=skipped)
    host_id = host_of(group.id, plan.host_id)
    fill(series)
    ahead = meetings_ahead(series)
    if ahead:
        ahead[0].host_id = host_id
        db.session.flush()
        owe_reminders(since=clock.now(), meetings=[meeting.id for meeting in ahead])
        if by is not None:
            rota.ask_host(ahead[0], but=by)
    return series


def new_series(*, group_id: UUID, zone: str, plan: Plan, rule: str, pauses: Collection[Pause] = ()) -> Series:
    """The row of a series, with no meetings yet."""
    try:
        kept = recurrence.checked(rule, plan.wall, clock.zone(zone))
    except BadRule as reason:
        raise Refused(str(reason)) from None
    now = clock.now()
    series = Series(
        group_id=group_id,
        rule=kept,
        first_local=plan.wall,
        zone=zone,
        duration_minutes=plan.duration_minutes,
        filled_until=now,
        created_at=now,
        pauses=list(pauses),
        **texts(plan),
    )
    db.session.add(series)
    db.session.flush()
    return series


def fill_series() -> None:
    """Make the rows of every running series up to the horizon. Those of groups that rest wait until they wake."""
    behind = (
        select(Series)
        .join(Group, Group.id == Series.group_id)
        .where(Series.ended_at.is_(None), Group.state == GroupState.ACTIVE)
        .where(Series.filled_until < clock.now() + AHEAD - STEP)
        .order_by(Series.filled_until, Series.id)
        .limit(CHUNK)
        .with_for_update(of=Series, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for series in db.session.scalars(behind).all():
        fill(series)


def fill(series: Series) -> None:
    """Make the rows that are missing between what was filled and the horizon.

    A date that has a row keeps it, wherever it was moved and even when it was cancelled: (series, original date) is
    its key.
    """
    now = clock.now()
    after, until = max(series.filled_until, now), now + AHEAD
    rows = [columns(from_rule(series, one, now)) for one in occurrences(series, after, until)]
    if rows:
        db.session.execute(insert_or_ignore(Meeting).values(rows))
    series.filled_until = until
    db.session.flush()


def occurrences(series: Series, after: datetime, before: datetime) -> list[Occurrence]:
    """The series' meetings by its rule, in [after, before)."""
    first, skip = series.first_local, Skipped(series.pauses)
    return list(recurrence.starts(series.rule, first, clock.zone(series.zone), after=after, before=before, skip=skip))


class Skipped(Container[date]):
    """The days that lie in one of these pauses."""

    def __init__(self, pauses: Collection[Pause]) -> None:
        self.pauses = pauses

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and any(pause.holds(day) for pause in self.pauses)


def from_rule(series: Series, one: Occurrence, now: datetime) -> Meeting:
    """One meeting of a series as the series says; not added."""
    return Meeting(
        group_id=series.group_id,
        series_id=series.id,
        original_on=one.original_on,
        starts_at=one.starts_at,
        ends_at=one.starts_at + timedelta(minutes=series.duration_minutes),
        starts_local=datetime.combine(one.original_on, series.first_local.time()),
        zone=series.zone,
        duration_minutes=series.duration_minutes,
        title=series.title,
        about=series.about,
        agenda=series.agenda,
        customs=series.customs,
        place=series.place,
        video_url=series.video_url,
        size_limit=series.size_limit,
        least=series.least,
        group_asked=False,
        meets_with_few=False,
        meets_hostless=False,
        state=MeetingState.PLANNED,
        version=1,
        sequence=0,
        created_at=now,
    )


def columns(meeting: Meeting) -> dict[str, object]:
    return {column.key: getattr(meeting, column.key) for column in inspect(Meeting).column_attrs}


def stop_series(*, by: Membership, series_id: UUID) -> None:
    """No more meetings of this series. Everyone but those who do not come is told once, about the next of them."""
    series = running(by, series_id)
    series.ended_at = clock.now()
    ahead = meetings_ahead(series)
    if not ahead:
        return
    for meeting in ahead[1:]:
        remove(meeting, by=by)
    call_off(ahead[0])
    notices.tell_cancelled(ahead[0], by=by, following=True)


def running(by: Membership, series_id: UUID) -> Series:
    """The series, locked, while it goes on. Raises Refused."""
    series = queries.series(by, series_id, lock=True)
    if series is None or series.ended_at is not None:
        raise Refused(_("This series was stopped already."))
    return series


def meetings_ahead(series: Series) -> list[Meeting]:
    """The series' planned meetings that have not begun, locked."""
    return held(queries.to_come_of(series.id))


def rows_after(series: Series, day: date) -> list[Meeting]:
    """All rows of the series whose day by its rule is later than this one, cancelled and moved ones too, locked."""
    return held(select(Meeting).where(Meeting.series_id == series.id, Meeting.original_on > day))


def held(meetings: Select[Meeting]) -> list[Meeting]:
    """These meetings, locked in the one order in which everyone does who holds several."""
    locked = meetings.order_by(Meeting.starts_at, Meeting.id).with_for_update()
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def remove(meeting: Meeting, *, by: Membership, pause: Pause | None = None) -> None:
    """Take away one of many: gone where nobody answered, cancelled where somebody did and will look for it.

    One that was moved stays as well, cancelled: its row is what keeps the date it was moved from away. So does one
    that somebody hosts, or that a calendar is about to lose.
    """
    notices.forget(meeting)
    meeting.pause_id = pause.id if pause else None
    is_known = meeting.host_id is not None or meeting.original_on != meeting.starts_local.date()
    if is_known or notices.is_looked_for(meeting):
        call_off(meeting)
        notices.tell_calendars(meeting, by=by)
    else:
        db.session.execute(delete(Meeting).where(Meeting.id == meeting.id))
        db.session.expunge(meeting)


def change_following(*, by: Membership, meeting_id: UUID, plan: Plan, rule: str) -> Series:
    """Change this meeting of a series and all that follow: the series ends before it, and a new one begins with it.

    Meetings whose day stays keep their answers; those whose day goes are taken away. Everyone but those who do not
    come is told once, about this meeting. Raises Refused.
    """
    known = queries.meeting(by, meeting_id)
    if known is None or known.series_id is None or known.original_on is None:
        raise Refused(_("This meeting stands alone, so nothing follows it."))
    old = running(by, known.series_id)
    meeting = changeable(by, meeting_id)
    following = rows_after(old, known.original_on)
    first = first_day(plan, rule, meeting.zone, skip=Skipped(old.pauses))
    plan = replace(plan, wall=datetime.combine(first, plan.wall.time()))
    pauses = {one.id: Pause(from_on=one.from_on, until_on=one.until_on) for one in old.pauses if one.until_on > first}
    new = new_series(group_id=old.group_id, zone=old.zone, plan=plan, rule=rule, pauses=pauses.values())
    for one in following:
        if one.pause_id in pauses:
            one.pause_id = pauses[one.pause_id].id
    old.ended_at = clock.now()
    hosted = meeting.host_id
    changed = apply(meeting, plan)
    rota.tell_turn(meeting, was=hosted, by=by)
    keep(meeting, new, first)
    carry_over(following, new, plan, first, by=by)
    fill(new)
    ahead = meetings_ahead(new)
    if changed.was is not None:
        notices.tell_moved(meeting, was=changed.was, by=by, following=True)
    else:
        notices.tell_changed(meeting, by=by, following=True)
    for one in ahead:
        answers.fill_places(one)
    owe_reminders(since=clock.now(), meetings=[one.id for one in ahead])
    return new


def change_all(*, by: Membership, meeting_id: UUID, plan: Plan, rule: str) -> Series:
    """Change every meeting of the series that is to come, as this one is to be changed. Raises Refused."""
    known = queries.meeting(by, meeting_id)
    if known is None:
        raise Refused(NONE_TO_COME)
    first, plan, rule = as_of_first(known, plan, rule, by=by)
    return change_following(by=by, meeting_id=first.id, plan=plan, rule=rule)


def as_of_first(known: Meeting, plan: Plan, rule: str, *, by: Membership) -> tuple[Meeting, Plan, str]:
    """What is said of this meeting of a series, said of its next one to come: that one, the plan, the rule. Raises
    Refused.
    """
    first = first_to_come(known)
    if first is None or known.series_id is None or known.original_on is None or first.original_on is None:
        raise Refused(NONE_TO_COME)
    day = max(plan.wall.date() - (known.original_on - first.original_on), clock.now().date())
    rule = counted_from(first, known, running(by, known.series_id), rule)
    return first, replace(plan, wall=datetime.combine(day, plan.wall.time())), rule


def first_to_come(meeting: Meeting) -> Meeting | None:
    """The next planned meeting of this one's series."""
    ahead = queries.to_come_of(meeting.series_id).order_by(Meeting.starts_at, Meeting.id)
    return db.session.scalars(ahead.limit(1)).first()


def counted_from(first: Meeting, known: Meeting, series: Series, rule: str) -> str:
    """The rule, which counts from `known`, as it counts from the earlier `first`."""
    pattern = recurrence.Pattern.read(rule, known.starts_local)
    earlier = (remaining(series, first) or 0) - (remaining(series, known) or 0)
    return replace(pattern, count=pattern.count + earlier).rule() if pattern.count else rule


def first_day(plan: Plan, rule: str, zone: str, *, skip: Container[date]) -> date:
    """The first day of a series by its rule."""
    try:
        begins = recurrence.instant(plan.wall, clock.zone(zone))
        found = recurrence.next_dates(rule, plan.wall, clock.zone(zone), after=begins, count=1, skip=skip)
    except BadRule as reason:
        raise Refused(str(reason)) from None
    if not found:
        raise Refused(_("This series would end before its first meeting. Choose a later last day."))
    return found[0].original_on


def staying(meeting: Meeting, plan: Plan, rule: str) -> list[tuple[Meeting, datetime]]:
    """The meetings that stay, answers and all, when this one and those after it change so, and when each would begin.
    Raises Refused as changing does.
    """
    whole = db.session.get(Series, meeting.series_id)
    if whole is None or meeting.original_on is None:
        return []
    zone, skip = clock.zone(whole.zone), Skipped(whole.pauses)
    first = datetime.combine(first_day(plan, rule, whole.zone, skip=skip), plan.wall.time())
    until = clock.now() + AHEAD
    found = recurrence.starts(rule, first, zone, after=clock.now(), before=until, skip=skip)
    begins = {one.original_on: one.starts_at for one in found if one.original_on != first.date()}
    after = queries.to_come_of(whole.id).where(Meeting.original_on > meeting.original_on)
    following = [(one, begins[one.original_on]) for one in db.session.scalars(after) if one.original_on in begins]
    return [(meeting, recurrence.instant(first, zone)), *following]


def keep(meeting: Meeting, series: Series, day: date) -> None:
    """Let a meeting be this day's of the series."""
    meeting.series_id, meeting.original_on = series.id, day
    db.session.flush()


def carry_over(following: list[Meeting], series: Series, plan: Plan, first: date, *, by: Membership) -> None:
    """Let rows whose day is one of the new series go over to it, answers and all; take the others away.

    A cancelled one goes over cancelled: its date does not come back.
    """
    days = {one.original_on for one in occurrences(series, clock.now(), clock.now() + AHEAD)} - {first}
    for meeting in following:
        day, to_come = meeting.original_on, meeting.is_planned and meeting.starts_at > clock.now()
        if day is None or day not in days:
            if to_come:
                remove(meeting, by=by)
            continue
        keep(meeting, series, day)
        if to_come:
            before = meeting.sequence
            apply(meeting, replace(plan, wall=datetime.combine(day, plan.wall.time()), host_id=meeting.host_id))
            notices.forget_former(meeting)
            if meeting.sequence != before:
                calendars.invite([meeting])


def remaining(series: Series, meeting: Meeting) -> int | None:
    """How many times a counted series goes on from this meeting; None where it is not counted."""
    pattern = recurrence.Pattern.read(series.rule, series.first_local)
    if pattern.count is None or meeting.original_on is None:
        return None
    return sum(day >= meeting.original_on for day in pattern.dates(series.first_local.date(), near=EARLIEST))
