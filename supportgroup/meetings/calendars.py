"""Meetings in a member's own calendar: the feed's address, and what is in it."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, exists, or_, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.wishes import reminder_times
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.kinds import EVERYWHERE
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import Owed, drop, owe
from supportgroup.meetings.calendar import Entry
from supportgroup.meetings.models import Answer, CalendarWish, Meeting, MeetingState, Rsvp
from supportgroup.meetings.owing import about, moment
from supportgroup.meetings.reminders import COMING, UNANSWERED
from supportgroup.secrets import BadToken, row_of, token_of

PURPOSE = "calendar"
BEHIND = timedelta(days=30)  # meetings that are over stay in the feed for so long
INVITATION, REMOVAL = "meeting-invitation", "meeting-removal"  # letters that bring one into a calendar, and out again


def wish_of(account_id: UUID) -> CalendarWish:
    """What the account wishes; where it never said, nothing. Not added to the session."""
    return db.session.get(CalendarWish, account_id) or CalendarWish(
        account_id=account_id, feed_id=None, full_titles=False, by_letter=False
    )


def wish(account_id: UUID, *, full_titles: bool, by_letter: bool) -> None:
    """Say how meetings are called in calendars, and whether letters carry invitations for one."""
    mine = wish_of(account_id)
    mine.full_titles, mine.by_letter = full_titles, by_letter
    db.session.add(mine)
    db.session.flush()


def open_feed(account_id: UUID) -> None:
    """Give the account a feed, at an address that was never used before: the former one is not there any more."""
    mine = wish_of(account_id)
    mine.feed_id = uuid4()
    db.session.add(mine)
    db.session.flush()


def close_feed(account_id: UUID) -> None:
    """The feed is not there any more, for whoever has its address."""
    mine = wish_of(account_id)
    mine.feed_id = None
    db.session.add(mine)
    db.session.flush()


def token(mine: CalendarWish) -> str | None:
    """The secret part of the feed's address; None where there is no feed."""
    return token_of(PURPOSE, mine.feed_id) if mine.feed_id else None


def wish_behind(token: str) -> CalendarWish | None:
    """Whose feed this is; None for what is no feed, or not any more."""
    try:
        feed_id = row_of(PURPOSE, token)
    except BadToken:
        return None
    return db.session.scalars(select(CalendarWish).where(CalendarWish.feed_id == feed_id)).first()


def entries(mine: CalendarWish, base_url: str) -> list[Entry]:
    """What is in the account's feed, in order of time: what it comes to, may come to, hosts, or has not answered.

    Cancelled meetings are not in it, and nothing of groups that rest. Two queries.
    """
    times = reminder_times(mine.account_id)
    found = (
        select(Meeting, Membership, Rsvp.answer)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(Membership.group)
        .outerjoin(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id))
        .where(Membership.account_id == mine.account_id, Membership.state == MembershipState.ACTIVE)
        .where(Group.state == GroupState.ACTIVE, Meeting.state == MeetingState.PLANNED)
        .where(Meeting.ends_at > clock.now() - BEHIND)
        .where(or_(Rsvp.id.is_(None), Rsvp.answer.in_(COMING), Meeting.host_id == Membership.id))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [
        entry(meeting, me, answer, times.get(me.group_id, times[EVERYWHERE]), mine, base_url)
        for meeting, me, answer in db.session.execute(found)
    ]


def entry(
    meeting: Meeting, me: Membership, answer: Answer | None, times: list[int], mine: CalendarWish, base_url: str
) -> Entry:
    """One meeting in this member's calendar, ringing when reminders would come by letter."""
    hosts = meeting.host_id == me.id
    rings = times if hosts or answer in COMING else [minutes for minutes in times if minutes == UNANSWERED]
    return Entry(
        meeting=meeting,
        title=title(meeting, group=me.group.name, cover=me.cover_word, full=mine.full_titles),
        url=base_url + link("meeting", meeting.id),
        sure=hosts or answer is Answer.GOING,
        minutes_before=rings,
    )


def title(meeting: Meeting, *, group: str, cover: str, full: bool) -> str:
    """What a calendar calls the meeting: the cover word alone, unless its owner wished otherwise."""
    return f"{group}: {meeting.title}" if full else cover


def wishing(account_ids: Collection[UUID | None]) -> dict[UUID, tuple[Account, CalendarWish]]:
    """Of these accounts, those whose letters carry invitations, with what they wish. One query."""
    wanted = (
        select(Account, CalendarWish)
        .join(CalendarWish, CalendarWish.account_id == Account.id)
        .where(CalendarWish.by_letter, Account.id.in_({one for one in account_ids if one}))
    )
    return {account.id: (account, mine) for account, mine in db.session.execute(wanted)}


def invite(meetings: Collection[Meeting], *, members: Collection[UUID] | None = None) -> None:
    """Owe an invitation to who comes, may come or hosts, and wants meetings in a calendar: once for each time of it.

    Of all members, or of these.
    """
    by_id = {meeting.id: meeting for meeting in meetings}
    wanted = coming_by_calendar(by_id)
    if members is not None:
        wanted = wanted.where(Membership.id.in_(members))
    owe(
        INVITATION,
        [for_calendar(by_id[meeting_id], account_id) for meeting_id, account_id in db.session.execute(wanted)],
    )


def coming_by_calendar(meeting_ids: Iterable[UUID]) -> Select[UUID, UUID]:
    """Meeting and account of everyone who comes, may come or hosts, and has letters bring meetings to a calendar."""
    return (
        select(Meeting.id, Membership.account_id)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(CalendarWish, CalendarWish.account_id == Membership.account_id)
        .outerjoin(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id))
        .where(Meeting.id.in_(meeting_ids), CalendarWish.by_letter, Membership.state == MembershipState.ACTIVE)
        .where(or_(Rsvp.answer.in_(COMING), Meeting.host_id == Membership.id))
    )


def bring_in(meeting: Meeting, me: Membership) -> None:
    """This member comes, or may come, from now on: what their calendar is told, where they want that."""
    drop("comes again", kinds=[REMOVAL], about_id=meeting.id, recipient_id=me.account_id)
    if wish_of(me.account_id).by_letter:
        owe(INVITATION, [for_calendar(meeting, me.account_id, f":{moment()}")])


def take_out(meeting: Meeting, me: Membership) -> None:
    """This member does not come, or host, any more: a letter takes the meeting out of the calendar that one brought it
    into. Where none was sent yet none is.
    """
    drop("not coming", kinds=[INVITATION, REMOVAL], about_id=meeting.id, recipient_id=me.account_id)
    brought = exists().where(
        Letter.about_id == meeting.id,
        Letter.recipient_id == me.account_id,
        Letter.state.in_((LetterState.SENDING, LetterState.SENT)),
    )
    if wish_of(me.account_id).by_letter and db.session.scalar(select(brought)):
        owe(REMOVAL, [for_calendar(meeting, me.account_id, f":{moment()}")])


def for_calendar(meeting: Meeting, account_id: UUID, at: str = "") -> Owed:
    """A letter for a calendar: once for each time the meeting is held, or for the moment in which somebody answers."""
    return about(meeting, account_id, f"{meeting.sequence}{at}")
