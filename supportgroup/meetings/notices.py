"""Telling people of what changed: letters owed at once, in the transaction of the change."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, true

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import drop, owe
from supportgroup.meetings.calendars import INVITATION, REMOVAL, coming_by_calendar
from supportgroup.meetings.models import Answer, Meeting, Rsvp
from supportgroup.meetings.owing import about, moment

URGENT = timedelta(hours=14)  # what changes about a meeting this near passes quiet hours
PASSES_QUIET_HOURS = 1


class Hear(Enum):
    """Who hears of a change."""

    COMING = "who comes, may come, waits or hosts"
    NOT_DECLINED = "they, and who has not answered"
    EVERYONE = "every member: several meetings change"


class Hearer(NamedTuple):
    account_id: UUID
    answer: Answer | None
    hosts: bool


def tell_moved(
    meeting: Meeting, *, was: datetime, by: Membership | None, following: bool = False, clocks: bool = False
) -> None:
    """Tell everyone but those who do not come that the meeting has a new time.

    `clocks`: it is the same hour on its own clock, which has new rules. That was nobody's doing, so nobody is left out.

    Letters of the former time that have not gone out are dropped. Where nobody has heard of that time yet, the one
    before it is what they know.
    """
    if meeting.moved_from is None or not is_unheard(meeting):
        meeting.moved_from = was
    forget_former(meeting)
    owe_notices(
        "meeting-changed",
        meeting,
        ("clock" if clocks else "time") + ("-following" if following else ""),
        to=hearers(meeting, Hear.EVERYONE if following else Hear.NOT_DECLINED, but=by),
        begins=min(was, meeting.starts_at),
        over=max(was, meeting.ends_at),
    )


def is_unheard(meeting: Meeting) -> bool:
    """Whether letters of the meeting's former move wait to be sent still."""
    waiting = (LetterState.OWED, LetterState.CLAIMED)
    letters = select(Letter.id).where(Letter.about_id == meeting.id, Letter.state.in_(waiting))
    return db.session.scalar(letters.where(Letter.key.like("meeting-changed:%:time%")).limit(1)) is not None


def tell_changed(meeting: Meeting, *, by: Membership, following: bool = False) -> None:
    """Tell who comes, may come or waits that something else about the meeting changed, such as its place."""
    owe_notices(
        "meeting-changed",
        meeting,
        f"{'details-following' if following else 'details'}:{moment()}",
        to=hearers(meeting, Hear.EVERYONE if following else Hear.COMING, but=by),
        begins=meeting.starts_at,
        over=meeting.ends_at,
    )


def tell_cancelled(meeting: Meeting, *, by: Membership, following: bool = False, until: date | None = None) -> None:
    """Tell everyone but those who do not come that the meeting does not take place. Nothing else is said of it.

    `following`: nor do those that were to follow; `until`: nor those before that day. Then every member is told.
    """
    forget(meeting)
    many = "cancelled:following" if following else f"cancelled:until:{until:%Y%m%d}" if until else None
    owe_notices(
        "meeting-cancelled",
        meeting,
        many or "cancelled",
        to=hearers(meeting, Hear.EVERYONE if many else Hear.NOT_DECLINED, but=by),
        begins=meeting.starts_at,
        over=meeting.starts_at,
    )


def tell_again(meeting: Meeting, *, by: Membership) -> None:
    """Tell those who had heard that a meeting does not take place that it does after all."""
    heard = who_heard_otherwise(meeting, by=by)
    drop("meeting again", kinds=["meeting-cancelled"], about_id=meeting.id)
    owe_notices(
        "meeting-changed",
        meeting,
        "again-following",
        to=[one.account_id for one in heard],
        begins=meeting.starts_at,
        over=meeting.ends_at,
    )


def who_heard_otherwise(meeting: Meeting, *, by: Membership) -> list[Hearer]:
    """Of the members those whose letter that it is cancelled went out, or goes out at this moment."""
    heard = select(Letter.recipient_id).where(
        Letter.about_id == meeting.id,
        Letter.kind == "meeting-cancelled",
        Letter.state.in_((LetterState.SENDING, LetterState.SENT)),
    )
    accounts = set(db.session.scalars(heard))
    return [one for one in hearing(meeting, Hear.EVERYONE, but=by) if one.account_id in accounts]


def tell_calendars(meeting: Meeting, *, by: Membership) -> None:
    """One of many is taken away, of which everybody hears in one letter: calendars that hold it need one of its own."""
    owe_notices(
        "meeting-cancelled",
        meeting,
        "cancelled",
        to=calendars_holding(meeting, but=by),
        begins=meeting.starts_at,
        over=meeting.starts_at,
    )


def calendars_holding(meeting: Meeting, *, but: Membership) -> list[UUID]:
    """The accounts, but for one, of those who come, may come or host, and have letters bring meetings to a calendar."""
    holding = coming_by_calendar([meeting.id]).where(Membership.id != but.id)
    return [account_id for _, account_id in db.session.execute(holding)]


def forget_former(meeting: Meeting) -> None:
    """What was to be said of a former time is not."""
    former = ["meeting-reminder", "meeting-changed", INVITATION]
    drop("moved", kinds=former, about_id=meeting.id, below_version=meeting.version)


def forget(meeting: Meeting) -> None:
    """The meeting is taken away: nothing is said of it any more, but to calendars that are to lose it."""
    drop("cancelled", about_id=meeting.id, but=[REMOVAL])


def is_looked_for(meeting: Meeting) -> bool:
    """Whether somebody answered, or a letter waits that takes it out of a calendar."""
    answered = exists().where(Rsvp.meeting_id == meeting.id)
    leaving = exists().where(
        Letter.about_id == meeting.id, Letter.kind == REMOVAL, Letter.state.in_((LetterState.OWED, LetterState.CLAIMED))
    )
    return bool(db.session.scalar(select(or_(answered, leaving))))


def owe_notices(
    kind: str, meeting: Meeting, what: str, *, to: Collection[UUID], begins: datetime, over: datetime
) -> None:
    """Owe a letter to these accounts. `begins`: what they may be on their way to; `over`: when it is of no use."""
    now = clock.now()
    priority = PASSES_QUIET_HOURS if begins - now <= URGENT else None
    letters = [
        about(meeting, account_id, f"{meeting.version}:{what}", due_at=now, expires_at=over, priority=priority)
        for account_id in to
    ]
    owe(kind, letters)


def hearers(meeting: Meeting, who: Hear, *, but: Membership | None) -> list[UUID]:
    """The accounts of the active members who hear of a change, but for the one who made it."""
    return [hearer.account_id for hearer in hearing(meeting, who, but=but)]


def hearing(meeting: Meeting, who: Hear, *, but: Membership | None) -> list[Hearer]:
    """The same, with what they answered and whether they host."""
    coming = or_(Rsvp.answer != Answer.NOT_GOING, Membership.id == meeting.host_id)
    wanted = {Hear.COMING: coming, Hear.NOT_DECLINED: or_(coming, Rsvp.id.is_(None)), Hear.EVERYONE: true()}[who]
    found = (
        select(Membership.account_id, Rsvp.answer, Membership.id)
        .outerjoin(Rsvp, and_(Rsvp.membership_id == Membership.id, Rsvp.meeting_id == meeting.id))
        .where(Membership.group_id == meeting.group_id, Membership.state == MembershipState.ACTIVE)
        .where(wanted)
    )
    if but is not None:
        found = found.where(Membership.id != but.id)
    return [
        Hearer(account_id, answer, membership_id == meeting.host_id)
        for account_id, answer, membership_id in db.session.execute(found)
    ]
