"""Meetings: making one, moving it, changing it, cancelling it, and who hosts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import (
    Group,
    GroupState,
    Membership,
    MembershipState,
)
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings import (
    answers,
    notices,
    queries,
    recurrence,
    rota,
)
from supportgroup.meetings.models import Meeting, MeetingState
from supportgroup.meetings.reminders import owe_reminders

PASSED = _l("That day and time have passed. Choose a later one.")
LIKE_WHAT_WAS = _l("This meeting has begun or is over, so it stays as it was.")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a meeting, or each of a series, is to be. `wall` is naive: day and time on the group's clock."""

    title: str
    wall: datetime
    duration_minutes: int = 90
    about: str = ""
    agenda: Mapping[str, int | None] = field(default_factory=dict)  # parts to minutes, where somebody said how many
    customs: Sequence[str] | None = None  # what is fine; None where nobody said
    place: str = ""
    video_url: str = ""
    size_limit: int | None = None
    least: int | None = None  # people; with fewer the host is asked a day before whether to meet
    host_id: UUID | None = None  # a membership


def instant(wall: datetime, zone: str) -> datetime:
    """The instant of a wall time that is still to come. Raises Refused."""
    try:
        found = recurrence.instant(wall, clock.zone(zone))
    except recurrence.BadRule as reason:
        raise Refused(str(reason)) from None
    if found <= clock.now():
        raise Refused(PASSED)
    return found


def create_meeting(*, group: Group, plan: Plan, by: Membership | None = None) -> Meeting:
    """Plan a single meeting. Its host hears of it, unless they plan it.

    Raises Refused for a time that has passed, or while the group rests.
    """
    refuse_resting(group)
    meeting = Meeting(
        group_id=group.id,
        starts_at=instant(plan.wall, group.zone),
        starts_local=plan.wall,
        zone=group.zone,
        duration_minutes=plan.duration_minutes,
        host_id=host_of(group.id, plan.host_id),
        created_at=clock.now(),
        **texts(plan),
    )
    db.session.add(meeting)
    db.session.flush()
    owe_reminders(since=clock.now(), meetings=[meeting.id])
    if by is not None:
        rota.ask_host(meeting, but=by)
    return meeting


def refuse_resting(group: Group) -> None:
    if group.state is not GroupState.ACTIVE:
        raise Refused(_("The group rests for now. Wake it up first, then plan."))


def texts(plan: Plan) -> dict[str, object]:
    """What is said about the meeting, and for how many."""
    return {
        "title": plan.title,
        "about": plan.about,
        "agenda": dict(plan.agenda),
        "customs": None if plan.customs is None else list(plan.customs),
        "place": plan.place,
        "video_url": plan.video_url,
        "size_limit": plan.size_limit,
        "least": plan.least,
    }


def host_of(group_id: UUID, membership_id: UUID | None) -> UUID | None:
    """The host, if that is somebody of the group. Raises Refused."""
    if membership_id is None:
        return None
    active = select(Membership.id).where(
        Membership.id == membership_id,
        Membership.group_id == group_id,
        Membership.state == MembershipState.ACTIVE,
    )
    if db.session.scalar(active) is None:
        raise Refused(_("The host is somebody of this group. Choose again."))
    return membership_id


def change_meeting(*, by: Membership, meeting_id: UUID, plan: Plan) -> Meeting:
    """Move or change this one meeting, and tell those who come. Raises Refused once it has begun."""
    meeting = changeable(by, meeting_id)
    hosted = meeting.host_id
    changed = apply(meeting, plan)
    rota.tell_turn(meeting, was=hosted, by=by)
    if changed.was is not None:
        notices.tell_moved(meeting, was=changed.was, by=by)
    elif changed.matters:
        notices.tell_changed(meeting, by=by)
    answers.fill_places(meeting)
    owe_reminders(since=clock.now(), meetings=[meeting.id])
    return meeting


@dataclass(frozen=True)
class Changed:
    """What a change of a meeting was: from which time it was moved, and whether who comes wants to know."""

    was: datetime | None
    matters: bool


def apply(meeting: Meeting, plan: Plan) -> Changed:
    """Make the meeting what the plan says. Time, length, place and link matter to who comes."""
    starts_at, was, before = instant(plan.wall, meeting.zone), meeting.starts_at, matters_of(meeting)
    if starts_at != was:
        meeting.version += 1
    if starts_at != was or plan.duration_minutes != meeting.duration_minutes:
        meeting.changes()
    meeting.begins_at(plan.wall, starts_at)
    meeting.lasts(plan.duration_minutes)
    for name, value in texts(plan).items():
        setattr(meeting, name, value)
    host_id = host_of(meeting.group_id, plan.host_id)
    if host_id != meeting.host_id:
        rota.give_turn(meeting, host_id)
    db.session.flush()
    if starts_at != was:
        rota.moved(meeting)
    return Changed(was if starts_at != was else None, matters=before != matters_of(meeting))


def matters_of(what: Meeting | Plan) -> tuple[int, str, str]:
    """What who comes wants to know of besides the time: length, place and link."""
    return what.duration_minutes, what.place, what.video_url


def cancel_meeting(*, by: Membership, meeting_id: UUID) -> Meeting:
    """Cancel this one meeting, and tell everyone but those who do not come. Raises Refused once it has begun."""
    meeting = changeable(by, meeting_id)
    call_off(meeting)
    notices.tell_cancelled(meeting, by=by)
    return meeting


def call_off(meeting: Meeting) -> None:
    meeting.state = MeetingState.CANCELLED
    meeting.version += 1
    meeting.changes()
    rota.settle(meeting)
    db.session.flush()


def changeable(by: Membership, meeting_id: UUID) -> Meeting:
    """The meeting, locked, as long as it is still to come. Raises Refused."""
    meeting = queries.meeting(by, meeting_id, lock=True)
    if meeting is None:
        raise Refused(_("This meeting is not there any more."))
    refuse_past(meeting)
    return meeting


def refuse_past(meeting: Meeting) -> None:
    """Raises Refused for a meeting that can be changed no more."""
    if not meeting.is_planned:
        raise Refused(_("This meeting was cancelled already."))
    if meeting.starts_at <= clock.now():
        raise Refused(LIKE_WHAT_WAS)


def set_host(*, by: Membership, meeting_id: UUID, host_id: UUID | None) -> Meeting:
    """Say who hosts, or that nobody does yet. The host hears of it, and is reminded like those who come; who hosted
    before hears of it too. Saying what holds already changes nothing.
    """
    meeting = changeable(by, meeting_id)
    hosted = meeting.host_id
    if host_id != hosted:
        rota.give_turn(meeting, host_of(meeting.group_id, host_id))
        rota.tell_turn(meeting, was=hosted, by=by)
    return meeting
