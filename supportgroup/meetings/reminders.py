"""Planning reminders: who is to be told how long before which meeting.

One function, for the tick that plans what comes into sight and for requests that change a meeting inside it. It may
run as often as anyone likes: a reminder is one letter per meeting, version, person and minutes before.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, Subquery, Time, Uuid, and_, func, literal, or_, select

from supportgroup import clock
from supportgroup.accounts.models import Account, ReminderTime
from supportgroup.accounts.wishes import RemindersWished, reminder_times
from supportgroup.db import UTCDateTime, as_table, db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.kinds import EVERYWHERE
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.queries import is_owed, occasion_of
from supportgroup.mail.service import drop, owe_again, owe_found
from supportgroup.meetings.models import Answer, Meeting, MeetingState, Rsvp
from supportgroup.meetings.quiet import remind_at

KIND = "meeting-reminder"
COMING = (Answer.GOING, Answer.MAYBE)
UNANSWERED = 24 * 60  # the one reminder, in minutes before, for members who have not answered
# Quiet hours may move a reminder forward by almost a day; this far ahead it is still planned before it is due.
HORIZON = timedelta(hours=26)
GRACE = timedelta(minutes=5)  # before the last run of the tick, for what was being committed meanwhile
BANDS = ((-1, 60), (60, 24 * 60), (24 * 60, 14 * 24 * 60))  # minutes before; each looks at a stretch of meetings
LATE = timedelta(minutes=10)  # how late a reminder "when it starts" is still one
# What those have in common whose reminders are due at one moment; and that moment, and how long they are of use.
ALIKE = {
    "starts_at": UTCDateTime(),
    "minutes": Integer(),
    "zone": String(),
    "quiet_from": Time(),  # the same as quiet_until where there are no quiet hours
    "quiet_until": Time(),
}
MOMENT = {**ALIKE, "due_at": UTCDateTime(), "expires_at": UTCDateTime()}
OTHER_TIMES = "other-times"


def owe_reminders(
    *, since: datetime | None, meetings: Collection[UUID] | None = None, members: Collection[UUID] | None = None
) -> None:
    """Owe the reminders that come due within the horizon, of all meetings or of these, for all members or for these.

    What was due before `since` is not planned: the tick gives its last run, a request gives now, and None means as far
    back as anyone was coming. So nobody is reminded late of what they have just answered, and after an outage everyone
    still is of what nobody planned.
    """
    now = clock.now()
    wanted = reminders_in_sight(now)
    if meetings is not None:
        wanted = wanted.where(Meeting.id.in_(meetings))
    if members is not None:
        wanted = wanted.where(Membership.id.in_(members))
    if moments := moments_of(wanted, now, since):
        owe_found(KIND, due_reminders(wanted, moments))


def moments_of(wanted: Select[Any], now: datetime, since: datetime | None) -> list[tuple[Any, ...]]:
    """When what these want is due, once for all who want it alike, in the shape of MOMENT.

    Quiet hours on somebody's own clock, across changes of the clock, are reckoned here; whom that is for, and what is a
    letter already, is the database's work.
    """
    alike = wanted.subquery().c
    found = []
    for starts_at, minutes, zone, *quiet in db.session.execute(select(*(alike[name] for name in ALIKE)).distinct()):
        due = remind_at(starts_at, minutes, (quiet[0], quiet[1]), clock.zone(zone))
        if (since or due) <= due <= now + HORIZON:
            found.append((starts_at, minutes, zone, *quiet, due, useful_until(starts_at, due)))
    return found


def due_reminders(wanted: Select[Any], moments: list[tuple[Any, ...]]) -> Select[Any]:
    """The letters that are due at these moments: from when somebody was to be reminded of this."""
    found = wanted.cte("wanted").prefix_with("MATERIALIZED").c  # first of all, whatever a database thinks of moments
    moment = as_table("moments", MOMENT, moments).c
    since = (found.created_at, found.changed_at, found.joined_at, found.answered_at)
    return select(
        found.recipient_id,
        found.about_id,
        found.about_version,
        found.scope_id,
        found.occasion,
        moment.due_at,
        moment.expires_at,
    ).where(
        *(found[name] == moment[name] for name in ALIKE),
        *(or_(one.is_(None), one <= moment.due_at) for one in since),
    )


def catch_up(last_run: datetime | None) -> None:
    """Plan what came into sight since the last run, and what fell due while nobody planned."""
    owe_reminders(since=min(last_run, clock.now()) - GRACE if last_run else None)


def reminders_in_sight(now: datetime) -> Select[*tuple[Any, ...]]:
    """Every (meeting, member, minutes before) that may come due within the horizon and is not a letter yet.

    Members who come or may come, and the host, at each of the times they have chosen; members who have not answered a
    day before only.
    """
    looked_at = [
        and_(
            ReminderTime.minutes > above,
            ReminderTime.minutes <= most,
            Meeting.starts_at <= now + timedelta(minutes=most) + HORIZON,
        )
        for above, most in BANDS
    ]
    unanswered = and_(Rsvp.id.is_(None), ReminderTime.minutes == UNANSWERED)
    occasion = (Meeting.id, Meeting.version, ReminderTime.minutes)
    own = groups_with_times_of_their_own()
    scope = func.coalesce(own.c.scope_id, literal(EVERYWHERE, Uuid()))
    return (
        select(
            Membership.account_id.label("recipient_id"),
            Meeting.id.label("about_id"),
            Meeting.version.label("about_version"),
            Meeting.group_id.label("scope_id"),
            occasion_of(*occasion).label("occasion"),
            Meeting.starts_at,
            ReminderTime.minutes,
            Account.zone,
            func.coalesce(Account.quiet_from, Account.quiet_until, time(0)).label("quiet_from"),
            func.coalesce(Account.quiet_until, Account.quiet_from, time(0)).label("quiet_until"),
            Meeting.created_at,
            Meeting.changed_at,
            Membership.joined_at,
            Rsvp.answered_at,
        )
        .join(Group, Group.id == Meeting.group_id)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(own, and_(own.c.account_id == Membership.account_id, own.c.scope_id == Meeting.group_id))
        .join(ReminderTime, and_(ReminderTime.account_id == Membership.account_id, ReminderTime.scope_id == scope))
        .outerjoin(Rsvp, and_(Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id))
        .where(Meeting.state == MeetingState.PLANNED, Meeting.starts_at > now, or_(*looked_at))
        .where(Group.state == GroupState.ACTIVE, Membership.state == MembershipState.ACTIVE)
        .where(or_(Rsvp.answer.in_(COMING), Meeting.host_id == Membership.id, unanswered))
        .where(~is_owed(KIND, Membership.account_id, *occasion))
    )


def groups_with_times_of_their_own() -> Subquery:
    """The groups for which an account has chosen times; in all others those for all groups hold."""
    own = select(ReminderTime.account_id, ReminderTime.scope_id).where(ReminderTime.scope_id != EVERYWHERE)
    return own.distinct().subquery("own")


def replan(wished: RemindersWished) -> None:
    """Answer the event: reminders that wait come at the account's new times, and at no others."""
    waiting = select(Letter).where(
        Letter.kind == KIND,
        Letter.recipient_id == wished.account_id,
        Letter.due_at > clock.now(),
        or_(Letter.state.in_([LetterState.OWED, LetterState.CLAIMED]), Letter.drop_reason == OTHER_TIMES),
    )
    mine = reminder_times(wished.account_id)
    for letter in db.session.scalars(waiting.with_for_update(), execution_options={"populate_existing": True}):
        times = mine.get(letter.scope_id or EVERYWHERE, mine[EVERYWHERE])
        wanted = minutes_before(letter.key) in times
        if wanted is (letter.state is LetterState.DROPPED):
            letter.state = LetterState.OWED if wanted else LetterState.DROPPED
            letter.drop_reason, letter.lease_owner, letter.lease_until = None if wanted else OTHER_TIMES, None, None
    db.session.flush()
    members = select(Membership.id).where(Membership.account_id == wished.account_id)
    owe_reminders(since=clock.now(), members=db.session.scalars(members).all())


def useful_until(starts_at: datetime, due: datetime) -> datetime:
    """A reminder is of use until the meeting starts."""
    return max(starts_at, due + LATE)


def minutes_before(key: str) -> int:
    """How long before its meeting a reminder was wanted: its key ends with it."""
    return int(key.rsplit(":", 1)[1])


def remind(meeting: Meeting, members: Collection[Membership]) -> None:
    """These members come, or may come, from now on: reminders they were not to get any more are owed again."""
    for member in members:
        for reason in ("not-coming", "left"):
            owe_again(
                reason,
                kinds=[KIND],
                about_id=meeting.id,
                recipient_id=member.account_id,
                about_version=meeting.version,
            )
    owe_reminders(since=clock.now(), meetings=[meeting.id], members=[member.id for member in members])


def remind_no_more(meeting: Meeting, member: Membership) -> None:
    """This member does not come: reminders that wait are dropped."""
    drop("not-coming", kinds=[KIND], about_id=meeting.id, recipient_id=member.account_id)
