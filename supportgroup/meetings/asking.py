"""Whether to meet at all, where few come or nobody hosts: asked in time, answered in one press."""

from uuid import UUID

from sqlalchemy import and_, func, or_, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, GroupState, Membership
from supportgroup.languages import gettext as _
from supportgroup.mail.service import owe
from supportgroup.meetings.doubts import FEW, FEW_BEFORE, HOSTLESS, HOSTLESS_BEFORE, question
from supportgroup.meetings.models import Answer, Meeting, MeetingState, Rsvp
from supportgroup.meetings.owing import about
from supportgroup.meetings.service import cancel_meeting, changeable

CHUNK = 200


def deciders(meeting: Meeting, asked: str) -> list[Membership]:
    """Who is asked: of few the host, where there is one; else the facilitators, and whose turn it was."""
    hosts = groups.membership(meeting.group_id, meeting.host_id) if meeting.host_id else None
    if asked == FEW and hosts is not None:
        return [hosts]
    was = groups.membership(meeting.group_id, meeting.cover_for_id) if meeting.cover_for_id else None
    return [*groups.on_duty(meeting.group_id), *([was] if was and not was.is_facilitator else [])]


def may_decide(me: Membership, meeting: Meeting) -> bool:
    """Facilitators may always; whoever hosts, or was to host, once they are asked."""
    return me.is_facilitator or (me.id in (meeting.host_id, meeting.cover_for_id) and question(meeting) is not None)


def ask_whether() -> None:
    """Owe the question to those who decide. It may run as often as anyone likes: each is asked once of each."""
    now = clock.now()
    going = (
        select(func.count())
        .where(Rsvp.meeting_id == Meeting.id, Rsvp.answer == Answer.GOING)
        .correlate(Meeting)
        .scalar_subquery()
    )
    few = and_(~Meeting.meets_with_few, Meeting.least.is_not(None), going < Meeting.least)
    hostless = and_(~Meeting.meets_hostless, Meeting.host_id.is_(None), Meeting.cover_for_id.is_not(None))
    due = (
        select(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .where(Meeting.state == MeetingState.PLANNED, Group.state == GroupState.ACTIVE, Meeting.starts_at > now)
        .where(
            or_(
                and_(few, Meeting.starts_at <= now + FEW_BEFORE),
                and_(hostless, Meeting.starts_at <= now + HOSTLESS_BEFORE),
            )
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(CHUNK)
    )
    for meeting in db.session.scalars(due).all():
        asked = question(meeting)
        if asked is not None:
            occasion = f"{meeting.version}:{asked}"
            owe("meeting-whether", [about(meeting, one.account_id, occasion) for one in deciders(meeting, asked)])


def meet_anyway(*, by: Membership, meeting_id: UUID) -> Meeting:
    """We meet, however few, or without a host. Raises Refused where there is nothing to decide any more."""
    meeting = undecided(by, meeting_id)
    if question(meeting) == HOSTLESS:
        meeting.meets_hostless = True
    else:
        meeting.meets_with_few = True
    db.session.flush()
    return meeting


def call_off(*, by: Membership, meeting_id: UUID) -> Meeting:
    """We don't meet this time: everybody but those who do not come is told."""
    undecided(by, meeting_id)
    return cancel_meeting(by=by, meeting_id=meeting_id)


def undecided(by: Membership, meeting_id: UUID) -> Meeting:
    """The meeting, held, as long as there is something to decide. Raises Refused."""
    meeting = changeable(by, meeting_id)
    if question(meeting) is None or not may_decide(by, meeting):
        raise Refused(_("There is nothing to decide any more: the meeting takes place."))
    return meeting
