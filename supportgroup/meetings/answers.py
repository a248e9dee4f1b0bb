"""Answers to a meeting, its places, and who waits for one. Every change happens with the meeting's row held."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import GroupState, Membership, MembershipState
from supportgroup.groups.service import MembershipEnded
from supportgroup.languages import gettext as _
from supportgroup.mail.service import owe
from supportgroup.meetings import calendars, queries, rota
from supportgroup.meetings.models import Answer, Meeting, Rsvp
from supportgroup.meetings.owing import about, moment
from supportgroup.meetings.reminders import COMING, remind, remind_no_more

LAST_DAY = timedelta(hours=24)  # before a meeting: from then on a free place is whose who takes it first


def answer(*, me: Membership, meeting_id: UUID, answer: Answer, listening: bool = False) -> Rsvp:
    """Say whether I come. In a full meeting "going" becomes "waiting". Raises Refused once it is over or cancelled.

    Of two who press at once for the last place one gets it and one waits.
    """
    stay_member(me)
    if me.group.state is not GroupState.ACTIVE:
        raise Refused(_("The group rests for now, so there is nothing to answer."))
    meeting = queries.meeting(me, meeting_id, lock=True)
    if meeting is None or not meeting.is_planned:
        raise Refused(_("This meeting was cancelled, so there is nothing to answer."))
    if meeting.ends_at <= clock.now():
        raise Refused(_("This meeting is over, so there is nothing to answer."))
    mine = queries.rsvp(meeting.id, me.id)
    before = mine.answer if mine else None
    becomes = answer
    if answer is Answer.GOING and before is not Answer.GOING and not has_place_for(meeting, me):
        becomes = Answer.WAITING
    mine = mine or Rsvp(meeting_id=meeting.id, membership_id=me.id, answered_at=clock.now())
    if becomes is not before:
        mine.answer, mine.answered_at = becomes, clock.now()
    mine.listening = listening and becomes in (Answer.GOING, Answer.WAITING)
    db.session.add(mine)
    db.session.flush()
    if becomes is Answer.NOT_GOING and meeting.host_id == me.id and meeting.starts_at > clock.now():
        rota.pass_on(meeting, me)  # out of their calendar, too
    if becomes is not before:
        follow(meeting, me, before, becomes)
    return mine


def stay_member(me: Membership) -> None:
    """Hold the membership: it does not end while its holder answers. Raises Refused where it has ended."""
    active = select(Membership.id).where(Membership.id == me.id, Membership.state == MembershipState.ACTIVE)
    if db.session.scalar(active.with_for_update(read=True)) is None:
        raise Refused(_("You are not in this group any more."))


def has_place_for(meeting: Meeting, me: Membership) -> bool:
    """Whether this member may come: there is a place, and nobody waits for it who was there before."""
    if not meeting.has_place(queries.taken(meeting.id)):
        return False
    waiting = queries.rsvps(meeting.id, Answer.WAITING)
    return is_last_day(meeting) or not waiting or waiting[0].membership_id == me.id


def is_last_day(meeting: Meeting) -> bool:
    return is_near(meeting.starts_at)


def is_near(starts_at: datetime) -> bool:
    """Whether it is so soon that a free place is whose who takes it first."""
    return starts_at - clock.now() <= LAST_DAY


def follow(meeting: Meeting, me: Membership, before: Answer | None, becomes: Answer) -> None:
    """What follows from an answer: reminders or none, and a place for somebody else."""
    if becomes in COMING:
        remind(meeting, [me])
        if before not in COMING:
            calendars.bring_in(meeting, me)
    else:
        remind_no_more(meeting, me)
        if before in COMING:
            calendars.take_out(meeting, me)
    if before is Answer.GOING:
        fill_places(meeting)


def fill_places(meeting: Meeting) -> None:
    """Let free places move on, with the meeting held.

    Until the last day the next who waits has it, and is told. In the last day all who wait hear of it and whoever
    takes it first has it.
    """
    waiting = queries.rsvps(meeting.id, Answer.WAITING)
    if not waiting or not meeting.is_planned:
        return
    free = len(waiting) if meeting.size_limit is None else meeting.size_limit - queries.taken(meeting.id)
    told = waiting if is_last_day(meeting) else waiting[: max(0, free)]
    if free <= 0 or meeting.starts_at <= clock.now():
        return
    people = members([one.membership_id for one in told])
    if not is_last_day(meeting):
        for one in told:
            one.answer, one.answered_at = Answer.GOING, clock.now()
        db.session.flush()
        remind(meeting, people)
    owe("place-free", [about(meeting, member.account_id, moment()) for member in people])


def members(ids: Collection[UUID]) -> list[Membership]:
    found = select(Membership).where(Membership.id.in_(ids), Membership.state == MembershipState.ACTIVE)
    return list(db.session.scalars(found))


def let_go(event: MembershipEnded) -> None:
    """Whoever left holds no place in what is to come, and hosts nothing. Their letters are dropped already."""
    gone, now = event.membership, clock.now()
    given = (
        select(Meeting.id)
        .join(Rsvp, Rsvp.meeting_id == Meeting.id)
        .where(Rsvp.membership_id == gone.id, Meeting.ends_at > now)
        .order_by(Meeting.starts_at, Meeting.id)  # the one order in which everyone does who holds several
    )
    for meeting_id in db.session.scalars(given).all():
        meeting = queries.meeting(gone, meeting_id, lock=True)
        mine = queries.rsvp(meeting_id, gone.id)
        if meeting is None or mine is None:
            continue
        db.session.delete(mine)
        db.session.flush()
        if mine.answer in COMING:
            calendars.take_out(meeting, gone)
        if mine.answer is Answer.GOING:
            fill_places(meeting)
    rota.let_go(gone)
