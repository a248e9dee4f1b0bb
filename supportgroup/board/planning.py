"""When letters about asks are due: at the hour of its reader's day when their letters come.

May run as often as anyone likes: a letter is owed once per occasion.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.letters import DAY, owe_about
from supportgroup.board.models import RUNNING, Ask, Help, HelpState
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.mail.queries import is_owed
from supportgroup.mail.service import Owed, owe

HORIZON = timedelta(hours=26)  # so far ahead reminders are planned, so that one is there before it is due
EARLIEST = timedelta(hours=50)  # the hour of letters on the day before is never longer before the end of a day


def letters_hour(day: date, at: time, zone: str) -> datetime:
    """The instant of the account's daily hour on this day of its own."""
    return datetime.combine(day, at, clock.zone(zone)).astimezone(UTC)


def local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(clock.zone(zone)).date()


def owe_help_reminders() -> None:
    """Owe the helpers' reminders: the day before it is needed. What was taken on later than that needs none."""
    now = clock.now()
    owe("help-reminder", due_reminders(helps_in_sight(now), now))


def helps_in_sight(now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every help of which a reminder may come due within the horizon and is not a letter yet."""
    wanted = (
        select(
            Ask.id,
            Ask.group_id,
            Ask.version,
            Ask.needed_by,
            Ask.changed_at,
            Help.id.label("help_id"),
            Help.round,
            Help.accepted_at,
            Account.id.label("account_id"),
            Account.zone,
            Account.letters_at,
        )
        .join(Help, Help.ask_id == Ask.id)
        .join(Membership, Membership.id == Help.helper_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Ask.state.in_(RUNNING), Ask.needed_by > now, Ask.needed_by <= now + HORIZON + EARLIEST)
        .where(Help.state == HelpState.ACCEPTED, Membership.state == MembershipState.ACTIVE)
        .where(Ask.meeting_id.is_(None))  # who took a turn as host is reminded of the meeting
        .where(~is_owed("help-reminder", Account.id, Ask.id, Help.id, Help.round, Ask.version))
    )
    return db.session.execute(wanted).all()


def due_reminders(rows: Iterable[Row[*tuple[Any, ...]]], now: datetime) -> Iterable[Owed]:
    """Of these, the reminders due from when the help was given, or the day changed, until the horizon."""
    for row in rows:
        day_before = local_date(row.needed_by, row.zone) - DAY
        due = letters_hour(day_before, row.letters_at, row.zone)
        if max(moment for moment in (row.accepted_at, row.changed_at) if moment) <= due <= now + HORIZON:
            yield Owed(
                recipient_id=row.account_id,
                about_id=row.id,
                about_version=row.version,
                occasion=f"{row.id.hex}:{row.help_id.hex}:{row.round}:{row.version}",
                due_at=due,
                expires_at=row.needed_by,
                scope_id=row.group_id,
            )


def owe_follow_ups(ask: Ask) -> None:
    """Ask the asker and those who help whether it happened: at the hour of their letters on the day after."""
    over = ask.needed_by or clock.now()
    people = {ask.asker.account_id, *(help_.helper.account_id for help_ in ask.helpers)}
    for account in db.session.scalars(select(Account).where(Account.id.in_(people))):
        due = letters_hour(local_date(over, account.zone) + DAY, account.letters_at, account.zone)
        owe_about("ask-follow-up", ask, [account.id], occasion=str(ask.version), due_at=due)
