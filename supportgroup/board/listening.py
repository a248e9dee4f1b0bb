"""Nobody who says that today was hard is left without an answer: who said that they can listen hear of it.

After eight waking hours in which nobody answered, those who can listen; four later, or at once where nobody can, the
facilitators. A waking hour is one outside the quiet hours of the group's zone. All of it ends with the ask, after two
days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, or_, select

from supportgroup import clock
from supportgroup.board import letters
from supportgroup.board.carrying import resting
from supportgroup.board.eyes import listed, seen_pairs
from supportgroup.board.models import Ask, AskKind, AskState, Heard
from supportgroup.board.service import here, locked_own
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, GroupState, Membership, Role
from supportgroup.languages import gettext as _
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.models import Letter
from supportgroup.safety.queries import hidden

AWAKE = (time(8), time(21))  # in a group's zone; the rest are its quiet hours, as they are an account's at first
LISTENERS, FACILITATORS = timedelta(hours=8), timedelta(hours=12)  # of waking hours after it was said


def waking(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """How much of [since, until) lies outside the quiet hours of this zone."""
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    total = timedelta(0)
    while day <= last:
        begins, ends = (at(day, hour, zone) for hour in AWAKE)
        total += max(timedelta(0), min(ends, until) - max(begins, since))
        day += timedelta(days=1)
    return total


def at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone).astimezone(UTC)


def find_listeners() -> None:
    """Tell who can listen, and then the facilitators, of what nobody has answered."""
    now = clock.now()
    for ask, zone in unheard(now):
        awake = waking(ask.opened_at, now, clock.zone(zone))
        if awake >= LISTENERS and ask.listeners_told_at is None:
            ask.listeners_told_at = now
            told = tell(ask, Membership.can_listen.is_(True))
            if not told:
                tell_facilitators(ask, now)
        if awake >= FACILITATORS and ask.facilitators_told_at is None:
            tell_facilitators(ask, now)
    db.session.flush()


def tell_facilitators(ask: Ask, now: datetime) -> None:
    ask.facilitators_told_at = now
    tell(ask, and_(Membership.role == Role.FACILITATOR, groups.takes_no_break()))


def unheard(now: datetime) -> Iterable[tuple[Ask, str]]:
    """What was said long enough ago and nobody has answered, locked, each with the zone of its group."""
    waits = (
        select(Ask, Group.zone)
        .join(Group, Group.id == Ask.group_id)
        .where(Ask.kind == AskKind.LISTEN, Ask.state == AskState.OPEN, Ask.ends_at > now)
        .where(Ask.opened_at <= now - LISTENERS, Group.state == GroupState.ACTIVE)
        .where(or_(Ask.listeners_told_at.is_(None), Ask.facilitators_told_at.is_(None)))
        .where(~exists().where(Heard.ask_id == Ask.id), ~hidden(Ask.id))
        .order_by(Ask.opened_at, Ask.id)
        .with_for_update(of=Ask, skip_locked=True)
    )
    rows = db.session.execute(waits, execution_options={"populate_existing": True}).all()
    return [(ask, zone) for ask, zone in rows]


def tell(ask: Ask, who: ColumnElement[bool]) -> Sequence[UUID]:
    """Owe these members a letter, if they see it and do not rest; nobody is told twice. The accounts that were told."""
    readers = (
        select(Membership.account_id)
        .join(Ask, listed())
        .where(Ask.id == ask.id, Membership.id != ask.asker_id, who, ~resting(Membership.account_id))
    )
    found = db.session.scalars(readers).all()
    letters.owe_about("listen-asked", ask, found, occasion="waits", expires_at=ask.ends_at)
    return found


def welcome_lines(*, me: Membership, ask_id: UUID, welcome: bool) -> Ask:
    """Let who answers add a line of their own, or not any more. What was said already stays."""
    ask = locked_own(here(me), ask_id)
    if not (ask.is_listen and ask.is_running):
        raise Refused(_("This one has come to rest."))
    ask.lines_welcome = welcome
    return ask


@kind("listen-asked", lateness=letters.DAY, again=False, preference="listening", samples=[{}])
def listen_asked(waiting: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody waits to be heard. Left out: somebody has answered, it rests, or the reader cannot listen any more."""
    found = list(still_waiting(waiting))
    seen = seen_pairs({scene.ask.id for scene in found}, {scene.me.id for scene in found})
    return {scene.letter.id: scene.says() for scene in found if (scene.ask.id, scene.me.id) in seen}


def still_waiting(waiting: Sequence[Letter]) -> Iterator[letters.Scene]:
    scenes = [scene for scene in letters.scenes(waiting) if scene.ask.state is AskState.OPEN and not scene.is_asker]
    ids = [scene.ask.id for scene in scenes]
    answered = set(db.session.scalars(select(Heard.ask_id).where(Heard.ask_id.in_(ids))))
    for scene in scenes:
        if scene.ask.id not in answered and (scene.me.can_listen or scene.me.is_facilitator):
            yield scene
