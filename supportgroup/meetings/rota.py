"""The rota: whose turn it is to host. Every change of a turn happens with the meeting's row held.

It goes round among those who are glad to host now and then: who hosted longest ago is next, nobody twice in a row
while others are willing. A turn that nobody on the rota can take is for the group to cover, which the board asks.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.events import tell
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.service import drop, owe
from supportgroup.meetings import calendars
from supportgroup.meetings.models import Answer, GladHost, Meeting, MeetingState, PassedTurn, Rsvp, TurnSwap
from supportgroup.meetings.owing import about, moment
from supportgroup.meetings.reminders import owe_reminders

ASKED, ENDED = "host-asked", "host-ended"  # the letters: a turn is somebody's; it is not any more
AHEAD = timedelta(days=35)  # so far ahead meetings get their hosts: the next of a monthly series, too
CHUNK = 200


@dataclass(frozen=True)
class CoverWanted:
    """An event: nobody on the rota can host the meeting, and this member asks the group. The meeting is held."""

    meeting: Meeting
    by: Membership


@dataclass(frozen=True)
class CoverSettled:
    """An event: nobody needs to be found for the meeting any more. The meeting is held.

    `host_id`: who hosts, if it takes place; `own_wish`: whether they pressed it themselves.
    """

    meeting: Meeting
    host_id: UUID | None
    own_wish: bool = False


@dataclass(frozen=True)
class HostedMeetingMoved:
    """An event: the meeting has a new time. It is held."""

    meeting: Meeting


def next_on_rota(meeting: Meeting) -> UUID | None:
    """Of those who are glad to host and can come, the membership that hosted longest ago, or never.

    Who hosts the meeting before or after has this one only where nobody else is willing. Three queries.
    """
    other = aliased(Meeting)
    last = (
        select(func.max(other.starts_at))
        .where(other.host_id == Membership.id, other.state == MeetingState.PLANNED)
        .where(other.starts_at < meeting.starts_at)
        .scalar_subquery()
    )
    passed = exists().where(PassedTurn.meeting_id == meeting.id, PassedTurn.membership_id == Membership.id)
    declined = exists().where(
        Rsvp.meeting_id == meeting.id, Rsvp.membership_id == Membership.id, Rsvp.answer == Answer.NOT_GOING
    )
    willing = (
        select(Membership.id)
        .join(GladHost, GladHost.membership_id == Membership.id)
        .where(Membership.group_id == meeting.group_id, Membership.state == MembershipState.ACTIVE)
        .where(~passed, ~declined)
        .order_by(last.asc().nulls_first(), GladHost.since, Membership.id)
    )
    found = db.session.scalars(willing).all()
    beside = hosts_beside(meeting) if len(found) > 1 else set()
    return next((one for one in found if one not in beside), found[0] if found else None)


def hosts_beside(meeting: Meeting) -> set[UUID | None]:
    """Who hosts the group's meeting just before, and the one just after."""
    others = select(Meeting.host_id).where(
        Meeting.group_id == meeting.group_id, Meeting.state == MeetingState.PLANNED, Meeting.id != meeting.id
    )
    before = others.where(Meeting.starts_at <= meeting.starts_at).order_by(Meeting.starts_at.desc(), Meeting.id)
    after = others.where(Meeting.starts_at > meeting.starts_at).order_by(Meeting.starts_at, Meeting.id)
    return {db.session.scalar(one.limit(1)) for one in (before, after)}


def find_hosts() -> None:
    """Give the next meetings that have no host one from the rota, and ask them. Passed turns of what has begun go."""
    now = clock.now()
    begun = select(Meeting.id).where(Meeting.starts_at <= now)
    db.session.execute(delete(PassedTurn).where(PassedTurn.meeting_id.in_(begun)))
    db.session.execute(delete(TurnSwap).where(TurnSwap.meeting_id.in_(begun)))
    willing = exists().where(
        GladHost.membership_id == Membership.id,
        Membership.group_id == Meeting.group_id,
        Membership.state == MembershipState.ACTIVE,
    )
    open_turns = (
        select(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.host_id.is_(None), Group.state == GroupState.ACTIVE)
        .where(Meeting.starts_at > now, Meeting.starts_at <= now + AHEAD, willing)
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(CHUNK)
        .with_for_update(of=Meeting, skip_locked=True)
    )
    for meeting in db.session.scalars(open_turns, execution_options=groups.FRESH).all():
        give_to_next(meeting)


def give_turn(meeting: Meeting, host_id: UUID | None, *, own_wish: bool = False) -> None:
    """Let this member host, or nobody yet. Whoever looked for somebody to cover hears that it is settled."""
    meeting.host_id = host_id
    settle(meeting, own_wish=own_wish)
    db.session.flush()
    if host_id is not None:
        owe_reminders(since=clock.now(), meetings=[meeting.id], members=[host_id])


def settle(meeting: Meeting, *, own_wish: bool = False) -> None:
    """Nobody needs to be found any more: somebody hosts it, or it does not take place."""
    meeting.cover_for_id, meeting.group_asked = None, False
    forget_swap(meeting)
    db.session.flush()
    tell(CoverSettled(meeting, meeting.host_id if meeting.is_planned else None, own_wish=own_wish))


def moved(meeting: Meeting) -> None:
    """The meeting has a new time: who could not host it may be able to now."""
    db.session.execute(delete(PassedTurn).where(PassedTurn.meeting_id == meeting.id))
    forget_swap(meeting)
    tell(HostedMeetingMoved(meeting))


def ask_host(meeting: Meeting, *, but: Membership | None = None) -> None:
    """Owe the host the letter that says it is their turn, unless that is who gave it to them."""
    if meeting.host_id is None or (but is not None and but.id == meeting.host_id):
        return
    host = groups.membership(meeting.group_id, meeting.host_id)
    if host is not None:
        owe(ASKED, [about(meeting, host.account_id, moment())])


def tell_turn(meeting: Meeting, *, was: UUID | None, by: Membership) -> None:
    """The turn was given anew: who has it hears of it, and so does who had it, unless either did it. A letter that
    would have said it was theirs and waits still is dropped instead: of a turn they knew nothing of they hear nothing.
    """
    if meeting.host_id == was:
        return
    ask_host(meeting, but=by)
    before = groups.membership(meeting.group_id, was) if was and was != by.id else None
    if before is not None and not drop("given on", kinds=[ASKED], about_id=meeting.id, recipient_id=before.account_id):
        owe(ENDED, [about(meeting, before.account_id, moment())])


def pass_on(meeting: Meeting, host: Membership) -> None:
    """The host can't: the next on the rota is asked; where there is none, the group is."""
    note_passed(meeting, host)
    calendars.take_out(meeting, host)
    if not give_to_next(meeting):
        tell(CoverWanted(meeting, host))
        if meeting.host_id == host.id:
            leave_open(meeting, host)


def give_to_next(meeting: Meeting) -> bool:
    """Whether somebody on the rota can take the turn: they have it then, and are asked."""
    other = next_on_rota(meeting)
    if other is not None:
        give_turn(meeting, other)
        ask_host(meeting)
    return other is not None


def note_passed(meeting: Meeting, host: Membership) -> None:
    db.session.execute(insert_or_ignore(PassedTurn).values(meeting_id=meeting.id, membership_id=host.id))


def leave_open(meeting: Meeting, host: Membership | None) -> None:
    """Nobody hosts it for now, and the group is asked who can instead of this member; of nobody, it is not asked."""
    meeting.host_id, meeting.cover_for_id = None, host.id if host else None
    meeting.group_asked = host is not None
    forget_swap(meeting)
    db.session.flush()


def forget_swap(meeting: Meeting) -> None:
    """The turn is not what it was when somebody was asked to swap it."""
    db.session.execute(delete(TurnSwap).where(or_(TurnSwap.meeting_id == meeting.id, TurnSwap.other_id == meeting.id)))


def let_go(gone: Membership) -> None:
    """Whoever left hosts nothing: the next on the rota is asked, else at once the group."""
    db.session.execute(delete(GladHost).where(GladHost.membership_id == gone.id))
    db.session.execute(delete(TurnSwap).where(TurnSwap.asked_id == gone.id))
    theirs = (
        select(Meeting)
        .where(Meeting.host_id == gone.id, Meeting.ends_at > clock.now())
        .order_by(Meeting.starts_at, Meeting.id)
        .with_for_update()
    )
    for meeting in db.session.scalars(theirs, execution_options=groups.FRESH).all():
        if meeting.is_planned and meeting.starts_at > clock.now():
            find_another(meeting)
        else:
            leave_open(meeting, None)


def find_another(meeting: Meeting) -> None:
    """Whose turn it was is not here any more. Where nobody on the rota can, who looks after the group asks it."""
    if give_to_next(meeting):
        return
    asker = next(iter(groups.on_duty(meeting.group_id) or groups.facilitators(meeting.group_id)), None)
    leave_open(meeting, asker)
    if asker is not None:
        tell(CoverWanted(meeting, asker))


def hosted_by(member: Membership) -> list[Meeting]:
    """The meetings to come that this member hosts, the next first."""
    mine = select(Meeting).where(
        Meeting.host_id == member.id, Meeting.state == MeetingState.PLANNED, Meeting.starts_at > clock.now()
    )
    return list(db.session.scalars(mine.order_by(Meeting.starts_at, Meeting.id)))
