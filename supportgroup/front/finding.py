"""Finding groups in the directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.models import Format, Group, GroupState, Membership, MembershipState, Topic, Visibility
from supportgroup.meetings.models import Meeting, MeetingState
from supportgroup.paging import Page, page

WEEKS = 5  # how far ahead a group's days are looked at: a monthly meeting is among them


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What somebody looks for; None and "" look for anything. `day` counts from Monday, 0, in `zone`."""

    zone: tzinfo
    q: str = ""
    topic: str = ""
    language: str = ""
    format: Format | None = None
    day: int | None = None


def groups(wanted: Filter, account_id: UUID | None, *, after: str | None = None, limit: int = 20) -> Page[Group]:
    """Listed groups that go on, newest first; for a signed-in reader without those that let them go."""
    chosen = select(Group).where(*listed())
    if account_id is not None:
        gone = and_(Membership.account_id == account_id, Membership.state == MembershipState.REMOVED)
        chosen = chosen.where(~exists().where(Membership.group_id == Group.id, gone))
    found = narrowed(chosen, wanted).options(selectinload(Group.topics))
    return page(found, (Group.created_at, Group.id), after=after, limit=limit)


def listed() -> tuple[ColumnElement[bool], ...]:
    return Group.visibility == Visibility.LISTED, Group.state == GroupState.ACTIVE


def narrowed(chosen: Select[Group], wanted: Filter) -> Select[Group]:
    """Only the groups that match what was looked for."""
    if wanted.q:
        said = (Group.public_title, Group.purpose, Group.area)
        chosen = chosen.where(or_(*(text.icontains(wanted.q, autoescape=True) for text in said)))
    if wanted.topic:
        chosen = chosen.where(exists().where(Topic.group_id == Group.id, Topic.word == wanted.topic))
    if wanted.language:
        chosen = chosen.where(Group.language == wanted.language)
    if wanted.format is not None:
        chosen = chosen.where(Group.format.in_({wanted.format, Format.BOTH}))
    if wanted.day is not None:
        when = [and_(Meeting.starts_at >= start, Meeting.starts_at < end) for start, end in days(wanted)]
        planned = and_(Meeting.group_id == Group.id, Meeting.state == MeetingState.PLANNED)
        chosen = chosen.where(exists().where(planned, or_(*when)))
    return chosen


def days(wanted: Filter) -> list[tuple[datetime, datetime]]:
    """The next weeks' days of the wanted name, from midnight to midnight on the reader's clock, as instants."""
    today = clock.now().astimezone(wanted.zone).date()
    first = today + timedelta(days=((wanted.day or 0) - today.weekday()) % 7)
    dates = [first + timedelta(weeks=week) for week in range(WEEKS)]
    return [(midnight(date, wanted.zone), midnight(date + timedelta(days=1), wanted.zone)) for date in dates]


def midnight(date: object, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(f"{date}T00:00").replace(tzinfo=zone)


def topics(limit: int = 60) -> Sequence[str]:
    """The words under which listed groups are found, in order of the alphabet."""
    words = select(Topic.word).join(Group, Group.id == Topic.group_id).where(*listed()).distinct()
    return db.session.scalars(words.order_by(Topic.word).limit(limit)).all()


def languages() -> Sequence[str]:
    """The languages that listed groups speak, as codes."""
    spoken = select(Group.language).where(*listed()).distinct()
    return db.session.scalars(spoken.order_by(Group.language)).all()
