"""Finding meetings, the answers to them, and who was there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.meetings.models import Answer, CheckIn, Meeting, MeetingState, Presence, Rsvp, Series
from supportgroup.paging import Page, page
from supportgroup.safety.queries import apart, muted

ASK_FOR = timedelta(days=3)  # how long after a meeting a member is asked how it was


@dataclass(frozen=True)
class Answers:
    """How a meeting was answered: the reader's own answer, and how many come, may come, and wait."""

    mine: Answer | None = None
    listening: bool = False
    going: int = 0
    maybe: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Upcoming:
    """One of an account's next meetings, in whichever of its groups, with its own answer."""

    meeting: Meeting
    membership: Membership
    answer: Answer | None
    listening: bool


def meeting(me: Membership, meeting_id: UUID, *, lock: bool = False) -> Meeting | None:
    """A meeting of the reader's group. `lock`: read again and held until the transaction ends."""
    found = select(Meeting).where(Meeting.id == meeting_id, Meeting.group_id == me.group_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).first()


def series(me: Membership, series_id: UUID, *, lock: bool = False) -> Series | None:
    """A series of the reader's group."""
    found = select(Series).where(Series.id == series_id, Series.group_id == me.group_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).first()


def running_series(group_id: UUID) -> Sequence[Series]:
    """The group's series that go on, oldest first."""
    running = select(Series).where(Series.group_id == group_id, Series.ended_at.is_(None))
    return db.session.scalars(running.order_by(Series.created_at, Series.id)).all()


def to_come_of(series_id: UUID | None) -> Select[Meeting]:
    """The planned meetings of a series that have not begun."""
    return select(Meeting).where(
        Meeting.series_id == series_id, Meeting.state == MeetingState.PLANNED, Meeting.starts_at > clock.now()
    )


def upcoming(group_id: UUID, *, after: str | None = None, limit: int = 20) -> Page[Meeting]:
    """The group's meetings that are not over, the next first; cancelled ones among them."""
    ahead = of_group(group_id).where(Meeting.ends_at > clock.now())
    return page(ahead, (Meeting.starts_at, Meeting.id), after=after, limit=limit, descending=False)


def past(group_id: UUID, *, after: str | None = None, limit: int = 20) -> Page[Meeting]:
    """The group's meetings that took place, the last first."""
    behind = of_group(group_id).where(Meeting.ends_at <= clock.now(), Meeting.state == MeetingState.PLANNED)
    return page(behind, (Meeting.starts_at, Meeting.id), after=after, limit=limit)


def planned_within(group_id: UUID, ahead: timedelta) -> list[Meeting]:
    """The group's meetings that take place and begin within that time, the next first."""
    now = clock.now()
    near = of_group(group_id).where(Meeting.state == MeetingState.PLANNED, Meeting.starts_at > now)
    return list(
        db.session.scalars(near.where(Meeting.starts_at <= now + ahead).order_by(Meeting.starts_at, Meeting.id))
    )


def of_group(group_id: UUID) -> Select[Meeting]:
    return select(Meeting).where(Meeting.group_id == group_id)


def answers(me: Membership, meeting_ids: Collection[UUID]) -> dict[UUID, Answers]:
    """How these meetings were answered, by meeting; one query. Every meeting asked for is in it."""
    own = Rsvp.membership_id == me.id
    counted = (
        select(
            Rsvp.meeting_id,
            Rsvp.answer,
            func.count().label("people"),
            func.max(case((own, 1), else_=0)).label("mine"),
            func.max(case((and_(own, Rsvp.listening), 1), else_=0)).label("listening"),
        )
        .where(Rsvp.meeting_id.in_(meeting_ids))
        .group_by(Rsvp.meeting_id, Rsvp.answer)
    )
    found: dict[UUID, dict[str, Any]] = {meeting_id: {} for meeting_id in meeting_ids}
    for row in db.session.execute(counted) if meeting_ids else ():
        said = found[row.meeting_id]
        if row.answer is not Answer.NOT_GOING:
            said[row.answer.value] = row.people
        if row.mine:
            said["mine"], said["listening"] = row.answer, bool(row.listening)
    return {meeting_id: Answers(**said) for meeting_id, said in found.items()}


def rsvps(meeting_id: UUID, *answers: Answer) -> list[Rsvp]:
    """The answers to a meeting, or those of them that say so, in the order they were given."""
    given = select(Rsvp).where(Rsvp.meeting_id == meeting_id).order_by(Rsvp.answered_at, Rsvp.id)
    if answers:
        given = given.where(Rsvp.answer.in_(answers))
    return list(db.session.scalars(given.execution_options(populate_existing=True)))


def rsvp(meeting_id: UUID, membership_id: UUID) -> Rsvp | None:
    """One member's answer, read again."""
    given = select(Rsvp).where(Rsvp.meeting_id == meeting_id, Rsvp.membership_id == membership_id)
    return db.session.scalars(given.execution_options(populate_existing=True)).first()


def taken(meeting_id: UUID) -> int:
    """How many places are taken. A maybe holds none."""
    coming = select(func.count()).where(Rsvp.meeting_id == meeting_id, Rsvp.answer == Answer.GOING)
    return db.session.scalar(coming) or 0


def present(meeting_id: UUID) -> set[UUID]:
    """The memberships marked as present."""
    return set(db.session.scalars(select(Presence.membership_id).where(Presence.meeting_id == meeting_id)))


def was_there(meeting_id: Any, membership_id: Any) -> ColumnElement[bool]:
    """Whether this member was at this meeting (columns, or ids), as far as anybody knows: where somebody was marked
    present, only who was; where nobody was, who said they come.
    """
    there, anyone, given = aliased(Presence), aliased(Presence), aliased(Rsvp)
    present = exists().where(there.meeting_id == meeting_id, there.membership_id == membership_id)
    marked = exists().where(anyone.meeting_id == meeting_id)
    said_so = exists().where(
        given.meeting_id == meeting_id, given.membership_id == membership_id, given.answer == Answer.GOING
    )
    return or_(present.correlate_except(there), and_(~marked.correlate_except(anyone), said_so.correlate_except(given)))


def people_there(meeting: Meeting) -> set[UUID]:
    """The memberships that were at a meeting, by that rule."""
    there = select(Membership.id).where(Membership.group_id == meeting.group_id, was_there(meeting.id, Membership.id))
    return set(db.session.scalars(there))


def shared(me: Membership, meeting_id: UUID) -> Sequence[CheckIn]:
    """How it was for others who were there and share it, for one who was there too; not of whoever left, or is out of
    the reader's sight.
    """
    theirs = (
        select(CheckIn)
        .join(Membership, Membership.id == CheckIn.membership_id)
        .where(CheckIn.meeting_id == meeting_id, CheckIn.shared_at.is_not(None), CheckIn.membership_id != me.id)
        .where(was_there(meeting_id, CheckIn.membership_id), was_there(meeting_id, me.id))
        .where(Membership.state == MembershipState.ACTIVE)
        .where(~apart(CheckIn.membership_id, me.id), ~muted(me.id, CheckIn.membership_id))
    )
    return db.session.scalars(theirs.order_by(CheckIn.shared_at, CheckIn.id)).all()


def check_in(meeting_id: UUID, membership_id: UUID) -> CheckIn | None:
    """A member's own note on how a meeting was."""
    own = select(CheckIn).where(CheckIn.meeting_id == meeting_id, CheckIn.membership_id == membership_id)
    return db.session.scalars(own).first()


def next_meetings(group_ids: Collection[UUID]) -> dict[UUID, Meeting]:
    """The next meeting of each of these groups that has one; one query."""
    ahead = (
        select(
            Meeting.id,
            func.row_number()
            .over(partition_by=Meeting.group_id, order_by=(Meeting.starts_at, Meeting.id))
            .label("place"),
        )
        .where(Meeting.group_id.in_(group_ids), Meeting.state == MeetingState.PLANNED)
        .where(Meeting.starts_at > clock.now())
        .subquery()
    )
    first = select(Meeting).join(ahead, ahead.c.id == Meeting.id).where(ahead.c.place == 1)
    return {found.group_id: found for found in db.session.scalars(first)} if group_ids else {}


def upcoming_for(account_id: UUID, limit: int = 3) -> list[Upcoming]:
    """The account's next meetings in all its groups, with its answers. Two queries."""
    ahead = (
        select(Meeting, Membership, Rsvp)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(Membership.group)
        .outerjoin(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id))
        .where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.ends_at > clock.now())
        .where(Group.state == GroupState.ACTIVE)
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(limit)
    )
    return [
        Upcoming(found, membership, given.answer if given else None, given.listening if given else False)
        for found, membership, given in db.session.execute(ahead)
    ]


def how_was_it(account_id: UUID) -> tuple[Meeting, Membership] | None:
    """The last meeting, of those of the past three days, that the account was at and has no check-in for."""
    now = clock.now()
    asked = exists().where(CheckIn.meeting_id == Meeting.id, CheckIn.membership_id == Membership.id)
    behind = (
        select(Meeting, Membership)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(Membership.group)
        .where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
        .where(Group.state == GroupState.ACTIVE)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.ends_at <= now, Meeting.ends_at > now - ASK_FOR)
        .where(was_there(Meeting.id, Membership.id), ~asked)
        .order_by(Meeting.starts_at.desc(), Meeting.id)
        .limit(1)
    )
    return db.session.execute(behind).first()


def member(membership_id: UUID) -> Membership | None:
    """An active membership, for whoever holds a letter of theirs."""
    found = select(Membership).where(Membership.id == membership_id, Membership.state == MembershipState.ACTIVE)
    return db.session.scalars(found).first()


def slug_of(meeting_id: UUID) -> str | None:
    """The address of the group that meets."""
    found = select(Group.slug).join(Meeting, Meeting.group_id == Group.id).where(Meeting.id == meeting_id)
    return db.session.scalar(found)


def slug_of_group(group_id: UUID) -> str | None:
    return db.session.scalar(select(Group.slug).where(Group.id == group_id))


class ByLetter(NamedTuple):
    """A meeting as a member sees it who comes by their own link: their place, their zone, their answer."""

    meeting: Meeting
    me: Membership
    zone: str
    mine: Rsvp | None


def by_letter(meeting_id: UUID, membership_id: UUID) -> ByLetter | None:
    """The meeting, for an active member of its group; None for anybody else."""
    found = (
        select(Meeting, Membership, Account.zone, Rsvp)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id))
        .where(Meeting.id == meeting_id, Membership.id == membership_id)
        .where(Membership.state == MembershipState.ACTIVE)
    )
    row = db.session.execute(found).first()
    return ByLetter(*row) if row else None


@dataclass(frozen=True)
class WayIn:
    """A meeting as somebody sees it who comes by the link in their reminder: whether it shows them place and link."""

    meeting: Meeting
    zone: str
    shows: bool


def way_in(meeting_id: UUID, membership_id: UUID) -> WayIn | None:
    """The meeting, for an active member of its group; None for anybody else."""
    row = by_letter(meeting_id, membership_id)
    if row is None:
        return None
    here, _, zone, mine = row
    answer = mine.answer if mine else None
    return WayIn(here, zone, here.shows_way_to(membership_id, answer, taken(here.id)))
