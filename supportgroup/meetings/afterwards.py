"""After a meeting: who was there, how it was. Absence is not stored."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.errors import Refused
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.mail.queries import is_owed
from supportgroup.mail.service import Owed, owe
from supportgroup.meetings import queries
from supportgroup.meetings.models import Answer, CheckIn, Feeling, Meeting, MeetingState, Presence, Rsvp

KIND = "meeting-follow-up"
UNMARKED_FOR = timedelta(hours=24)  # after its end; then those who said they come are asked
USEFUL_FOR = timedelta(hours=72)  # after its end
FIRST_TIMES = 3  # so many meetings a member is asked about by letter; later the home page asks


def mark_present(
    *,
    by: Membership,
    meeting_id: UUID,
    members: Collection[UUID],
    among: Collection[UUID] | None = None,
    everyone: bool = False,
) -> Meeting:
    """Note who was there: these memberships, or everyone who said they come. What was noted before is replaced.

    `by` hosts or facilitates; `among` are those who were to choose from, where not all were: of others nothing changes.
    Raises Refused before it begins, or when it was cancelled.
    """
    meeting = begun(by, meeting_id)
    chosen = Membership.id.in_(members)
    if everyone:
        chosen = Membership.id.in_(
            select(Rsvp.membership_id).where(Rsvp.meeting_id == meeting.id, Rsvp.answer == Answer.GOING)
        )
    there = people_there(meeting, chosen)
    gone = delete(Presence).where(Presence.meeting_id == meeting.id, Presence.membership_id.not_in(there))
    db.session.execute(gone if among is None else gone.where(Presence.membership_id.in_(among)))
    if there:
        rows = [{"meeting_id": meeting.id, "membership_id": membership_id} for membership_id in there]
        db.session.execute(insert_or_ignore(Presence).values(rows))
    meeting.closed_at = clock.now()
    db.session.flush()
    ask_how_it_was(meeting, there)
    return meeting


def begun(by: Membership, meeting_id: UUID) -> Meeting:
    """The meeting, held, once it has begun. Raises Refused."""
    meeting = queries.meeting(by, meeting_id, lock=True)
    if meeting is None or not meeting.is_planned:
        raise Refused(_("This meeting was cancelled, so nobody was there."))
    if meeting.starts_at > clock.now():
        raise Refused(_("This meeting has not begun yet."))
    return meeting


def mark_one(*, by: Membership, meeting_id: UUID, member_id: UUID, there: bool) -> None:
    """Note that this member is there, or take that back. `by` hosts or facilitates. Raises Refused before it begins."""
    meeting = begun(by, meeting_id)
    if not there:
        gone = delete(Presence).where(Presence.meeting_id == meeting.id, Presence.membership_id == member_id)
        db.session.execute(gone)
        return
    people = people_there(meeting, Membership.id == member_id)
    for one in people:
        db.session.execute(insert_or_ignore(Presence).values(meeting_id=meeting.id, membership_id=one))
    ask_how_it_was(meeting, people)


def mark_everyone(*, by: Membership, meeting_id: UUID) -> None:
    """Note that all who said they come are there, beside those who are marked already."""
    meeting = begun(by, meeting_id)
    said_so = select(Rsvp.membership_id).where(Rsvp.meeting_id == meeting.id, Rsvp.answer == Answer.GOING)
    people = people_there(meeting, Membership.id.in_(said_so))
    for one in people:
        db.session.execute(insert_or_ignore(Presence).values(meeting_id=meeting.id, membership_id=one))
    ask_how_it_was(meeting, people)


def people_there(meeting: Meeting, chosen: ColumnElement[bool]) -> dict[UUID, UUID]:
    """Of the group's members the chosen ones: membership to account."""
    active = select(Membership.id, Membership.account_id).where(
        Membership.group_id == meeting.group_id, Membership.state == MembershipState.ACTIVE, chosen
    )
    return dict(db.session.execute(active).all())


def ask_how_it_was(meeting: Meeting, there: dict[UUID, UUID]) -> None:
    """Owe the letter to those for whom this is one of their first meetings."""
    times = (
        select(Presence.membership_id)
        .where(Presence.membership_id.in_(there))
        .group_by(Presence.membership_id)
        .having(func.count() <= FIRST_TIMES)
    )
    due = max(meeting.ends_at, clock.now())
    owe(KIND, [follow_up(meeting, there[one], due) for one in db.session.scalars(times)])


def follow_up(meeting: Meeting, account_id: UUID, due: datetime) -> Owed:
    return Owed(
        recipient_id=account_id,
        about_id=meeting.id,
        occasion=meeting.id.hex,
        due_at=due,
        expires_at=meeting.ends_at + USEFUL_FOR,
        scope_id=meeting.group_id,
    )


def owe_follow_ups() -> None:
    """Where nobody was marked within a day: ask those who said they come, at their first meetings."""
    now = clock.now()
    earlier, other = aliased(Meeting), aliased(Rsvp)
    times = (
        select(func.count())
        .select_from(other)
        .join(earlier, earlier.id == other.meeting_id)
        .where(other.membership_id == Membership.id, other.answer == Answer.GOING)
        .where(earlier.state == MeetingState.PLANNED, earlier.ends_at <= now)
        .scalar_subquery()
    )
    unasked = (
        select(Meeting, Membership.account_id)
        .join(Group, Group.id == Meeting.group_id)
        .join(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.answer == Answer.GOING))
        .join(Membership, Membership.id == Rsvp.membership_id)
        .where(Meeting.state == MeetingState.PLANNED, Group.state == GroupState.ACTIVE)
        .where(Meeting.ends_at <= now - UNMARKED_FOR, Meeting.ends_at > now - USEFUL_FOR)
        .where(Membership.state == MembershipState.ACTIVE, times <= FIRST_TIMES)
        .where(~exists().where(Presence.meeting_id == Meeting.id))
        .where(~is_owed(KIND, Membership.account_id, Meeting.id))
    )
    rows = db.session.execute(unasked)
    owe(KIND, [follow_up(meeting, account_id, meeting.ends_at + UNMARKED_FOR) for meeting, account_id in rows])


def check_in(*, me: Membership, meeting_id: UUID, feeling: Feeling, line: str) -> CheckIn:
    """Keep a member's own note on how a meeting was; a second one takes the place of the first, unshared.

    Raises Refused where the member was not there, or it has not begun.
    """
    meeting = attended(me, meeting_id)
    mine = queries.check_in(meeting.id, me.id)
    mine = mine or CheckIn(meeting_id=meeting.id, membership_id=me.id, created_at=clock.now())
    mine.feeling, mine.line, mine.shared_at = feeling, line, None
    db.session.add(mine)
    db.session.flush()
    return mine


def attended(me: Membership, meeting_id: UUID) -> Meeting:
    """The meeting, held, of one who was at it. Raises Refused where they were not, or it has not begun."""
    meeting = queries.meeting(me, meeting_id, lock=True)
    if meeting is None or not may_check_in(meeting, me):
        raise Refused(_("A note like this goes with a meeting you were at."))
    return meeting


def share_check_in(*, me: Membership, meeting_id: UUID) -> None:
    """Let those who were there see the member's note, until it is taken back. Twice changes nothing. Raises Refused."""
    mine = queries.check_in(attended(me, meeting_id).id, me.id)
    if mine is None:
        raise Refused(_("There is no note of yours here yet. Keep one first."))
    mine.shared_at = mine.shared_at or clock.now()
    db.session.flush()


def share_check_in_no_more(*, me: Membership, meeting_id: UUID) -> None:
    """The note is for its writer alone again, whatever else has changed meanwhile."""
    mine = queries.check_in(meeting_id, me.id)
    if mine is not None:
        mine.shared_at = None
        db.session.flush()


def may_check_in(meeting: Meeting, me: Membership) -> bool:
    """Whether the member is asked how it was: it has begun, and they were there."""
    return meeting.is_planned and meeting.starts_at <= clock.now() and me.id in queries.people_there(meeting)
