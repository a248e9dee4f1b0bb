"""What there is to decide about a meeting: few come, or nobody hosts."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.meetings.models import Answer, Meeting, Rsvp

FEW, HOSTLESS = "few", "hostless"
FEW_BEFORE = timedelta(hours=24)
HOSTLESS_BEFORE = timedelta(hours=3)


def question(meeting: Meeting) -> str | None:
    """What there is to decide about this meeting now, few before hostless; None where nothing is."""
    now = clock.now()
    left = meeting.starts_at - now
    if not meeting.is_planned or left <= timedelta(0):
        return None
    if left <= HOSTLESS_BEFORE and is_hostless(meeting):
        return HOSTLESS
    if left <= FEW_BEFORE and is_few(meeting):
        return FEW
    return None


def is_hostless(meeting: Meeting) -> bool:
    """Whether somebody was to host it and can't, nobody else does, and it is not decided yet."""
    return meeting.host_id is None and meeting.cover_for_id is not None and not meeting.meets_hostless


def is_few(meeting: Meeting) -> bool:
    """Whether fewer come than there should be, the host among them, and it is not decided yet."""
    return meeting.least is not None and not meeting.meets_with_few and len(coming(meeting)) < meeting.least


def coming(meeting: Meeting) -> set[UUID]:
    """The memberships of who comes: those who said so, and the host."""
    going = select(Rsvp.membership_id).where(Rsvp.meeting_id == meeting.id, Rsvp.answer == Answer.GOING)
    return set(db.session.scalars(going)) | ({meeting.host_id} if meeting.host_id else set())
