"""What the host does while a meeting goes on, and leaves behind when it closes."""

import secrets
from uuid import UUID

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.models import Membership
from supportgroup.meetings import queries
from supportgroup.meetings.afterwards import begun
from supportgroup.meetings.models import Answer, HandoverNote, HostLine, Meeting, MeetingState


def looks_after(me: Membership, meeting: Meeting) -> bool:
    """Who has the host's page: whoever hosts, and the facilitators."""
    return me.is_facilitator or me.id == meeting.host_id


def make_order(*, by: Membership, meeting_id: UUID) -> None:
    """Put who is there in an order to speak in, by chance; where nobody is marked yet, who said they come."""
    meeting = begun(by, meeting_id)
    there = queries.present(meeting.id)
    going = {one.membership_id for one in queries.rsvps(meeting.id, Answer.GOING)}
    people = sorted(there or going, key=str)
    secrets.SystemRandom().shuffle(people)
    meeting.talking_order = [str(one) for one in people] or None


def speak_on(*, by: Membership, meeting_id: UUID, passed: bool) -> None:
    """Whose turn it is has spoken, or passes: then it comes to them once more at the end."""
    meeting = begun(by, meeting_id)
    first, *rest = meeting.talking_order or [""]
    meeting.talking_order = [*rest, *([first] if passed and first else [])] or None


def end_order(*, by: Membership, meeting_id: UUID) -> None:
    begun(by, meeting_id).talking_order = None


def close(*, by: Membership, meeting_id: UUID, note: str, guests: int | None, line: str) -> Meeting:
    """Close the meeting: the note for the next host, how many guests, a line for oneself. Each may be empty.

    Closing again changes what was said. Raises Refused before it has begun.
    """
    meeting = begun(by, meeting_id)
    meeting.closed_at, meeting.guests, meeting.talking_order = clock.now(), guests, None
    keep_note(meeting, by, note)
    keep_line(meeting, by, line)
    db.session.flush()
    return meeting


def keep_note(meeting: Meeting, by: Membership, text: str) -> None:
    kept = note_of(meeting.id)
    if not text:
        db.session.execute(delete(HandoverNote).where(HandoverNote.meeting_id == meeting.id))
    elif kept is None:
        new = HandoverNote(meeting_id=meeting.id, author_id=by.id, created_at=clock.now(), text=text)
        db.session.add(new)
    elif kept.text != text:
        kept.text, kept.author_id = text, by.id


def keep_line(meeting: Meeting, by: Membership, text: str) -> None:
    kept = line_of(meeting.id, by.id)
    if not text:
        own = HostLine.meeting_id == meeting.id, HostLine.membership_id == by.id
        db.session.execute(delete(HostLine).where(*own))
    elif kept is None:
        db.session.add(HostLine(meeting_id=meeting.id, membership_id=by.id, created_at=clock.now(), line=text))
    else:
        kept.line = text


def note_of(meeting_id: UUID) -> HandoverNote | None:
    return db.session.scalars(select(HandoverNote).where(HandoverNote.meeting_id == meeting_id)).first()


def line_of(meeting_id: UUID, membership_id: UUID) -> HostLine | None:
    """A host's own line on a meeting."""
    own = select(HostLine).where(HostLine.meeting_id == meeting_id, HostLine.membership_id == membership_id)
    return db.session.scalars(own).first()


def note_from_last(meeting: Meeting) -> HandoverNote | None:
    """What the host of the meeting just before this one left; of a series, of the one before in it."""
    before = select(Meeting.id).where(
        Meeting.group_id == meeting.group_id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at < meeting.starts_at,
    )
    if meeting.series_id is not None:
        before = before.where(Meeting.series_id == meeting.series_id)
    last = db.session.scalar(before.order_by(Meeting.starts_at.desc(), Meeting.id).limit(1))
    return note_of(last) if last is not None else None
