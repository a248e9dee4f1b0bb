"""Zones change their rules, sometimes soon. Meetings keep the hour that people agreed on, and their instants move."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.meetings import answers, calendars, notices, recurrence
from supportgroup.meetings.models import Meeting, MeetingState
from supportgroup.meetings.reminders import owe_reminders
from supportgroup.meetings.series import held

CHUNK = 1000  # rows read at a time


def follow_the_clocks() -> None:
    """Give meetings to come the instant at which their wall time is now. Who comes is told once; of a series everyone,
    about its first.

    Nothing is remembered of which rules were known before: a meeting whose instant is not that of its wall time says
    enough, whatever brought the new rules.
    """
    found = astray()
    if not found:
        return
    moved = defaultdict(list)
    for meeting in held(select(Meeting).where(Meeting.id.in_(found), *to_come())):
        starts_at, was = instant_of(meeting.starts_local, meeting.zone), meeting.starts_at
        meeting.version += 1
        meeting.changes()
        meeting.begins_at(meeting.starts_local, starts_at)
        moved[meeting.series_id or meeting.id].append((meeting, was))
    db.session.flush()
    for together in moved.values():
        for meeting, _ in together:
            notices.forget_former(meeting)
        first, was = together[0]
        notices.tell_moved(first, was=was, by=None, following=len(together) > 1, clocks=True)
        calendars.invite([meeting for meeting, _ in together[1:]])
        for meeting, _ in together:
            answers.fill_places(meeting)
        owe_reminders(since=clock.now(), meetings=[meeting.id for meeting, _ in together])


def astray() -> list[UUID]:
    """The meetings to come whose instant is not that of their wall time."""
    rows = db.session.execute(
        select(Meeting.id, Meeting.starts_local, Meeting.zone, Meeting.starts_at).where(*to_come()),
        execution_options={"yield_per": CHUNK},
    )
    return [row.id for row in rows if instant_of(row.starts_local, row.zone) != row.starts_at]


def to_come() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Meeting.state == MeetingState.PLANNED, Meeting.starts_at > clock.now()


def instant_of(wall: datetime, zone: str) -> datetime:
    return recurrence.instant(wall, clock.zone(zone))
