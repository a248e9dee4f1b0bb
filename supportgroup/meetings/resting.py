"""What a rest of the group means for its meetings; and asking about series that nobody seems to need."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select, update

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, GroupState
from supportgroup.groups.resting import GroupWoke
from supportgroup.mail.service import Owed, owe
from supportgroup.meetings import queries
from supportgroup.meetings.models import Meeting, MeetingState, Presence, Rsvp, Series
from supportgroup.meetings.series import fill

QUIET_FOR = timedelta(days=91)  # so long nobody looked, answered or came
ASKED_AGAIN = timedelta(days=182)
KIND = "series-quiet"


def go_on(event: GroupWoke) -> None:
    """Answer the event: what would have been held meanwhile did not take place; what is to come is in the list again.

    Nobody is told of the former: the letter that says the group goes on says enough.
    """
    missed = update(Meeting).where(
        Meeting.group_id == event.group.id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at >= (event.rested_at or clock.now()),
        Meeting.starts_at <= clock.now(),
    )
    db.session.execute(missed.values(state=MeetingState.CANCELLED), execution_options={"synchronize_session": False})
    for series in queries.running_series(event.group.id):
        fill(series)


def ask_about_quiet_series() -> None:
    """Ask the facilitators of series that met for three months whether to go on: nobody looked, answered or came."""
    now = clock.now()
    since = now - QUIET_FOR
    of_series = Meeting.series_id == Series.id
    met = exists().where(of_series, Meeting.state == MeetingState.PLANNED, Meeting.ends_at.between(since, now))
    answered = exists().where(of_series, Rsvp.meeting_id == Meeting.id, Rsvp.answered_at > since)
    came = exists().where(of_series, Presence.meeting_id == Meeting.id, Meeting.ends_at > since)
    quiet = (
        select(Series)
        .join(Group, Group.id == Series.group_id)
        .where(Group.state == GroupState.ACTIVE, Series.ended_at.is_(None), Series.created_at <= since)
        .where(or_(Series.asked_at.is_(None), Series.asked_at <= now - ASKED_AGAIN))
        .where(or_(Series.last_opened_on.is_(None), Series.last_opened_on < since.date()))
        .where(met, ~answered, ~came)
        .with_for_update(of=Series, skip_locked=True)
    )
    for series in db.session.scalars(quiet).all():
        series.asked_at = now
        owe(KIND, [asking(series, one.account_id) for one in groups.on_duty(series.group_id)])
    db.session.flush()


def note_opened(meeting: Meeting) -> None:
    """Somebody looks at a meeting of a series: the day is kept, once a day, and not who."""
    today = clock.now().date()
    unseen = or_(Series.last_opened_on.is_(None), Series.last_opened_on < today)
    if meeting.series_id and db.session.scalar(select(Series.id).where(Series.id == meeting.series_id, unseen)):
        db.session.execute(update(Series).where(Series.id == meeting.series_id, unseen).values(last_opened_on=today))


def asking(series: Series, account_id: UUID) -> Owed:
    now = clock.now()
    return Owed(
        recipient_id=account_id,
        about_id=series.id,
        occasion=f"{series.id.hex}:{now:%Y%m%d}",
        due_at=now,
        scope_id=series.group_id,
    )
