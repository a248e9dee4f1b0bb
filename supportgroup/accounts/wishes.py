"""How somebody wants their letters: which sorts, when, in which group, and not at all for a while.

Letters about signing in and safety always come. A wish that is not written down is "at once".
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.accounts.models import Account, MailWish, ReminderTime
from supportgroup.db import db, insert_or_ignore
from supportgroup.events import tell
from supportgroup.mail.kinds import EVERYWHERE, PREFERENCES, How, Scope, Scopes
from supportgroup.mail.quiet import Quiet

OTHERS = "asks-of-others"
LISTENING = "listening"
DIGEST = "digest"  # has no wish of its own: it comes where something is gathered for it
OF_OPERATORS = "all-well"
SORTS = [name for name in PREFERENCES if name not in (DIGEST, OF_OPERATORS)]
Wishes = Mapping[tuple[str, UUID], How]

MEETINGS_ONLY = {"meeting-reminders", "meeting-changes", "hosting", "membership"}
# What one press sets. Left out: at once.
PRESETS: dict[str, Mapping[str, How]] = {
    "meetings": dict.fromkeys(set(SORTS) - MEETINGS_ONLY, How.NEVER),
    "mine": {OTHERS: How.DAILY},
    "everything": {},
}


@dataclass(frozen=True)
class OthersAsksWished:
    """An event: how an account wants others' asks, in this group or in all that it is in."""

    account_id: UUID
    scope_id: UUID | None
    how: How


@dataclass(frozen=True)
class RemindersWished:
    """An event: an account wants to be reminded of meetings at other times than before."""

    account_id: UUID


def wishes(account_id: UUID) -> dict[tuple[str, UUID], How]:
    """Everything that is not simply "at once", by preference and group."""
    mine = db.session.scalars(select(MailWish).where(MailWish.account_id == account_id))
    return {(wish.preference, wish.scope_id): wish.how for wish in mine}


def everywhere(account_id: UUID) -> dict[str, How]:
    """How each sort is wanted in groups without a wish of their own; for others' asks, in groups joined from now on."""
    mine = wishes(account_id)
    return {sort: mine.get((sort, EVERYWHERE), first(sort)) for sort in SORTS}


def first(sort: str) -> How:
    """How it is before anybody has wished anything."""
    return PRESETS["mine"].get(sort, How.AT_ONCE)


def preset_of(account_id: UUID) -> str | None:
    """The preset that describes all the account's wishes; None for a mix of its own."""
    mine, groups = wishes(account_id), Scopes.of(account_id)
    if any(scope_id != EVERYWHERE for sort, scope_id in mine if sort != OTHERS):
        return None
    wanted = everywhere(account_id)
    for name, preset in PRESETS.items():
        asks = preset.get(OTHERS, How.AT_ONCE)
        alike = all(wanted[sort] is preset.get(sort, How.AT_ONCE) for sort in SORTS)
        if alike and all(group.asks is asks for group in groups):
            return name
    return None


def choose_preset(account_id: UUID, name: str) -> None:
    """Set all wishes at once, in every group."""
    preset = PRESETS[name]
    db.session.execute(delete(MailWish).where(MailWish.account_id == account_id))
    for sort in SORTS:
        wish(account_id, sort, preset.get(sort, How.AT_ONCE))


def wish(account_id: UUID, sort: str, how: How, scope_id: UUID = EVERYWHERE) -> None:
    """Say how letters of one sort are wanted: everywhere, or in one group."""
    db.session.merge(MailWish(account_id=account_id, preference=sort, scope_id=scope_id, how=how))
    db.session.flush()
    if sort == OTHERS:
        tell(OthersAsksWished(account_id, None if scope_id == EVERYWHERE else scope_id, how))


def wish_as_everywhere(account_id: UUID, sort: str, scope_id: UUID) -> None:
    """No wish of its own for this group any more."""
    gone = delete(MailWish).where(MailWish.account_id == account_id, MailWish.preference == sort)
    db.session.execute(gone.where(MailWish.scope_id == scope_id))


def stop(account_id: UUID, sort: str) -> None:
    """No more letters of this sort, in any group. Without the letter of the day nothing is gathered for it either."""
    if sort != DIGEST:
        db.session.execute(delete(MailWish).where(MailWish.account_id == account_id, MailWish.preference == sort))
        wish(account_id, sort, How.NEVER)
        return
    gathered = {name for (name, _), how in wishes(account_id).items() if how in (How.DAILY, How.WEEKLY)}
    for name in gathered | {OTHERS}:
        stop(account_id, name)


def reminder_times(account_id: UUID) -> dict[UUID, list[int]]:
    """Minutes before meetings, longest first, by group; EVERYWHERE for the groups that have no times of their own."""
    found: dict[UUID, list[int]] = {EVERYWHERE: []}
    mine = select(ReminderTime).where(ReminderTime.account_id == account_id).order_by(ReminderTime.minutes.desc())
    for one in db.session.scalars(mine):
        found.setdefault(one.scope_id, []).append(one.minutes)
    return found


def remind_at(account_id: UUID, minutes: Collection[int], scope_id: UUID = EVERYWHERE) -> None:
    """Be reminded so long before meetings. No minutes for a group: as everywhere; for none at all there is a wish."""
    if sorted(minutes) == sorted(reminder_times(account_id).get(scope_id, [])):
        return
    mine = delete(ReminderTime).where(ReminderTime.account_id == account_id, ReminderTime.scope_id == scope_id)
    db.session.execute(mine, execution_options={"synchronize_session": False})
    for before in set(minutes):
        time_ = {"account_id": account_id, "minutes": before, "scope_id": scope_id}
        db.session.execute(insert_or_ignore(ReminderTime.__table__), time_)
    tell(RemindersWished(account_id))


def set_hours(account: Account, *, quiet: Quiet, letters_at: time, letters_on: int) -> None:
    """When letters that can wait do not come, and when the one of the day or week does; 0 is Monday."""
    account.quiet_from, account.quiet_until = quiet or (None, None)
    account.letters_at, account.letters_on = letters_at, letters_on


def pause(account: Account, until: date | None) -> None:
    """No letters until that day begins where the person is, or letters as ever."""
    begins = datetime.combine(until, time(), clock.zone(account.zone)) if until else None
    account.paused_until = begins if begins and begins > clock.now() else None


def name_things(account: Account, *, full: bool) -> None:
    """Whether letters name the service, the group and its meetings, or only a cover word."""
    account.full_letters = full


def scope_of(account_id: UUID, scope_id: UUID) -> Scope | None:
    """The group, if the account has letters about it."""
    return next((scope for scope in scopes(account_id) if scope.id == scope_id), None)


def scopes(account_id: UUID) -> Sequence[Scope]:
    """The groups that the account has letters about."""
    return Scopes.of(account_id)
