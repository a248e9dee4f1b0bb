"""How the letters are, for who runs the service: in figures, in sentences, and in one letter a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from supportgroup import clock, pulse
from supportgroup.accounts.models import Account
from supportgroup.board.planning import letters_hour, local_date
from supportgroup.db import db
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail import queries
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, owe

DAY, WEEK = timedelta(days=1), timedelta(days=7)
HOUR = time(9)  # on Mondays, on the operator's clock
OLD = timedelta(days=3)  # of a backup


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the letters stood at one instant."""

    queue: queries.Queue
    sent: Mapping[str, int]  # in the last hour, day and week
    looked_after: timedelta | None  # how long ago; None: never
    backup: datetime | None  # the last one


def standing(now: datetime) -> Standing:
    """Looks at each letter of the last week, so not for every minute."""
    age = queries.looked_after_seconds_ago(now)
    spans = {"hour": timedelta(hours=1), "day": DAY, "week": WEEK}
    return Standing(
        queue=queries.queue(now),
        sent={name: queries.sent(now - span) for name, span in spans.items()},
        looked_after=None if age is None else timedelta(seconds=age),
        backup=pulse.last(pulse.BACKUP),
    )


def troubles(found: Standing, now: datetime) -> list[str]:
    """What is not well, a sentence each, which says nothing of what the letters are about."""
    queue, said = found.queue, []
    if found.looked_after is None or found.looked_after > queries.SILENT:
        said.append(_("Nobody looks after the letters: the workers are not running."))
    if queue.overdue:
        said.append(overdue(queue.overdue, round(queue.oldest_due_seconds / 60)))
    if queue.held:
        said.append(held(queue.held))
    if queue.undeliverable:
        said.append(refused(queue.undeliverable))
    if queue.quarantined:
        said.append(quarantined(queue.quarantined))
    if found.backup is None:
        said.append(_("There is no backup yet."))
    elif now - found.backup > OLD:
        days = (now - found.backup).days
        said.append(ngettext("The last backup is %(num)d day old.", "The last backup is %(num)d days old.", days))
    return said


def overdue(letters: int, minutes: int) -> str:
    return ngettext(
        "One letter is overdue, the oldest by %(minutes)d minutes.",
        "%(num)d letters are overdue, the oldest by %(minutes)d minutes.",
        letters,
        minutes=minutes,
    )


def held(letters: int) -> str:
    return ngettext(
        "One letter is held: each may have been sent, or could not be written.",
        "%(num)d letters are held: each may have been sent, or could not be written.",
        letters,
    )


def refused(letters: int) -> str:
    return ngettext("One letter is refused for good.", "%(num)d letters are refused for good.", letters)


def quarantined(letters: int) -> str:
    return ngettext("One letter is waiting since a restore.", "%(num)d letters are waiting since a restore.", letters)


SAMPLE_DAY = datetime(2027, 5, 11, 10, tzinfo=UTC)


@kind(
    "all-well",
    lateness=2 * DAY,
    again=False,
    preference="all-well",
    samples=[
        {"sent": 212, "troubles": list, "backup": SAMPLE_DAY},
        {"sent": 1, "troubles": lambda: [held(3)], "backup": None},
    ],
)
def all_well(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Whether all is well, or what is not. Left out for who runs the service no more."""
    now = clock.now()
    found = standing(now)
    more = {"sent": found.sent["week"], "troubles": partial(troubles, found, now), "backup": found.backup}
    readers = [letter.recipient_id for letter in letters]
    running = set(db.session.scalars(select(Account.id).where(Account.id.in_(readers), Account.is_operator)))
    return {one.id: Says(link=link("operator-mail"), more=more) for one in letters if one.recipient_id in running}


def owe_all_well() -> None:
    """Each Monday, to each who runs the service."""
    now = clock.now()
    running = select(Account.id, Account.zone).where(Account.is_operator, Account.confirmed_at.is_not(None))
    due = []
    for account in db.session.execute(running):
        today = local_date(now, account.zone)
        monday = today - timedelta(days=today.weekday())
        at = letters_hour(monday, HOUR, account.zone)
        if at <= now:
            due.append(Owed(recipient_id=account.id, about_id=account.id, occasion=f"{monday:%Y%m%d}", due_at=at))
    owe("all-well", due)
