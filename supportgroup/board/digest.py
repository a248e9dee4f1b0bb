"""The letter of the day or week: what was gathered for it, in numbers by group, and not a word of what was written.

There is one a day at most. On the day of the weekly one it tells of the week as well, where that was wished.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select
from sqlalchemy.orm import lazyload

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.carrying import has_room
from supportgroup.board.eyes import listed
from supportgroup.board.models import LONGER, Ask, AskKind, AskState
from supportgroup.board.planning import letters_hour, local_date
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.kinds import KINDS, How, Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import GATHERED, Letter
from supportgroup.mail.service import Owed, owe
from supportgroup.words import by_day

DAY, WEEK = timedelta(days=1), timedelta(days=7)
ONCE_A_DAY = timedelta(hours=22)  # after such a letter; less than a day with a change of the clock
SPANS = {How.DAILY: DAY, How.WEEKLY: WEEK}
DAILY_ONLY, WEEKLY_TOO = 0, 1  # of a letter: its about_version
KIND = "digest"
# What was gathered, by preference: so many of it, in words.
THINGS: dict[str, Callable[[int], str]] = {
    "meeting-changes": lambda many: ngettext("a change of a meeting", "%(num)d changes of meetings", many),
    "hosting": lambda many: ngettext("a turn as host", "%(num)d letters about hosting", many),
    "meeting-follow-ups": lambda many: ngettext("a meeting to look back on", "%(num)d meetings to look back on", many),
    "membership": lambda many: ngettext("news of the group", "%(num)d news of the group", many),
    "own-asks": lambda many: ngettext("news of what you asked for", "%(num)d news of what you asked for", many),
    "own-helps": lambda many: ngettext("news of what you took on", "%(num)d news of what you took on", many),
    "offers": lambda many: ngettext("an offer, or an answer to one", "%(num)d offers, or answers to them", many),
    "buddies": lambda many: ngettext("a buddy for the week", "%(num)d buddies for the week", many),
    "ask-messages": lambda many: ngettext("a message", "%(num)d messages", many),
    "ask-follow-ups": lambda many: ngettext("a question about an ask", "%(num)d questions about asks", many),
    "small-asks": lambda many: ngettext("a small ask to try", "%(num)d small asks to try", many),
}
MOST = 5  # asks of a group that are named one by one


@dataclass
class Line:
    """What is new in one group."""

    cover: str
    group: str
    asks: list[tuple[int, datetime | None]] = field(default_factory=list)  # minutes, and by when
    counted: Counter[str] = field(default_factory=Counter)  # of what else happened, by preference

    def in_words(self, now: datetime, zone: ZoneInfo) -> str:
        """What is new, in a sentence or two, in the language that is spoken now."""
        things = ", ".join(THINGS[preference](many) for preference, many in sorted(self.counted.items()))
        if not self.asks:
            return f"{things}."
        each = "; ".join(ask_in_words(minutes, needed_by, now, zone) for minutes, needed_by in self.asks[:MOST])
        if len(self.asks) > MOST:
            each = _("%(asks)s; and more", asks=each)
        said = ngettext("a new ask: %(asks)s.", "%(num)d new asks: %(asks)s.", len(self.asks), asks=each)
        return _("%(news)s Also %(things)s.", news=said, things=things) if things else said


def ask_in_words(minutes: int, needed_by: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`15 minutes, by Thursday`"""
    size = size_in_words(minutes)
    return _("%(size)s, %(day)s", size=size, day=by_day(needed_by, now, zone)) if needed_by else size


def size_in_words(minutes: int) -> str:
    if minutes == LONGER:
        return _("longer")
    return _("an hour") if minutes == 60 else ngettext("%(num)d minute", "%(num)d minutes", minutes)


THURSDAY = datetime(2027, 5, 13, 17, tzinfo=UTC)
SAMPLE = Line("Blue", "Evening circle", [(15, THURSDAY), (5, None)])
WITH_MORE = Line("Lamp", "Carers", [(60, THURSDAY)], Counter({"ask-messages": 3, "own-asks": 1}))


@kind(
    KIND,
    lateness=DAY / 2,
    again=False,
    preference=KIND,
    samples=[{"lines": [SAMPLE], "asks": 2}, {"lines": [SAMPLE, WITH_MORE], "asks": 3}],
)
def digest(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What is new in the reader's groups: asks they may see, but none to be heard, and what else they have gathered."""
    readers = {letter.recipient_id for letter in letters if letter.recipient_id}
    earliest = min(letter.due_at for letter in letters) - WEEK
    places, asks, gathered = (
        by_reader(rows)
        for rows in (
            db.session.execute(places_of(readers)),
            db.session.execute(open_asks(earliest).where(Membership.account_id.in_(readers))),
            db.session.execute(gathered_letters(earliest).where(Letter.recipient_id.in_(readers))),
        )
    )
    said = {}
    for letter in letters:
        reader = letter.recipient_id
        lines = {row.group_id: Line(row.cover_word, row.Group.name) for row in places[reader]}
        for row in asks[reader]:
            if is_new(letter, row.how, row.at):
                lines[row.group_id].asks.append((row.size_minutes, row.needed_by))
        for row in gathered[reader]:
            if row.group_id in lines and is_new(letter, row.how, row.at):
                lines[row.group_id].counted[KINDS[row.kind].preference or ""] += 1
        told = {group_id: line for group_id, line in lines.items() if line.asks or line.counted}
        if told:
            said[letter.id] = says(letter, told)
    return said


def by_reader(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[UUID | None, list[Row[*tuple[Any, ...]]]]:
    found: dict[UUID | None, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        found[row.reader_id].append(row)
    return found


def says(letter: Letter, told: Mapping[UUID, Line]) -> Says:
    lines = list(told.values())
    only, group_id = (lines[0], next(iter(told))) if len(lines) == 1 else (None, None)
    return Says(
        link=link("board", group_id) if group_id else link("boards", letter.about_id),
        cover=only.cover if only else None,
        group=only.group if only else None,
        more={"lines": lines, "asks": sum(len(line.asks) for line in lines)},
    )


def is_new(letter: Letter, how: str, at: datetime) -> bool:
    """Whether this letter tells of what happened then, where that is wanted so often."""
    tells = how == How.DAILY or letter.about_version == WEEKLY_TOO
    return tells and letter.due_at - SPANS[How(how)] < at <= letter.due_at


def places_of(accounts: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    """The accounts' groups and what letters call them, in the order in which they joined."""
    active = (Membership.state == MembershipState.ACTIVE, Membership.account_id.in_(accounts))
    columns = (Membership.account_id.label("reader_id"), Membership.group_id, Membership.cover_word, Group)
    places = select(*columns).join(Group, Group.id == Membership.group_id).where(*active)
    return places.order_by(Membership.joined_at, Membership.id).options(lazyload(Group.topics))


def open_asks(since: datetime) -> Select[*tuple[Any, ...]]:
    """Asks opened since then for each place that gathers them, as `at`: those it may see, and none to be heard."""
    return (
        select(
            Membership.account_id.label("reader_id"),
            Membership.group_id,
            Membership.asks_by_mail.label("how"),
            Ask.size_minutes,
            Ask.needed_by,
            Ask.opened_at.label("at"),
        )
        .join(Ask, listed())
        .where(*in_digests(), Ask.opened_at > since)
        .order_by(Ask.needed_by.nulls_last(), Ask.opened_at)
    )


def in_digests() -> list[ColumnElement[bool]]:
    """Which asks are gathered: conditions on a membership and the asks it sees."""
    return [
        Membership.state == MembershipState.ACTIVE,
        Membership.asks_by_mail.in_(SPANS),
        has_room(Membership.account_id),
        Ask.state == AskState.OPEN,
        Ask.kind != AskKind.LISTEN,
        Ask.asker_id != Membership.id,
    ]


def gathered_letters(since: datetime) -> Select[*tuple[Any, ...]]:
    """Letters that were put by since then, as `at`, each with how often its reader wants to hear of such."""
    reasons = Letter.drop_reason.in_([literal_column(f"'{reason}'") for reason in GATHERED.values()])
    how = func.replace(Letter.drop_reason, "gathered-", "").label("how")
    reader, group, at = (
        column.label(name)
        for column, name in (
            (Letter.recipient_id, "reader_id"),
            (Letter.scope_id, "group_id"),
            (Letter.next_attempt_at, "at"),
        )
    )
    return select(reader, group, Letter.kind, how, at).where(reasons, Letter.next_attempt_at > since)


def owe_digests() -> None:
    """Owe each account the letter of its day, if its hour has come and there is something to tell."""
    now = clock.now()
    owe(KIND, due_digests(accounts_with_news(now), now))


@dataclass
class News:
    """When something happened of which an account wants to hear daily, or weekly."""

    account: Row[*tuple[Any, ...]]
    at: dict[How, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def accounts_with_news(now: datetime) -> Iterable[News]:
    """Who gathers, had no such letter today, and for whom something was gathered lately."""
    since = now - WEEK - KINDS[KIND].lateness
    asks = open_asks(since).join(Group, Group.id == Membership.group_id).where(Group.state == GroupState.ACTIVE)
    found: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for row in db.session.execute(asks):
        found[row.reader_id].append((row.how, row.at))
    for row in db.session.execute(gathered_letters(since)):
        found[row.reader_id].append((row.how, row.at))
    had_one = select(Letter.id).where(
        Letter.kind == KIND, Letter.recipient_id == Account.id, Letter.due_at > now - ONCE_A_DAY
    )
    hours = select(Account.id, Account.zone, Account.letters_at, Account.letters_on)
    news = {}
    for account in db.session.execute(hours.where(Account.id.in_(found), ~had_one.exists())):
        news[account.id] = News(account)
        for how, at in found[account.id]:
            news[account.id].at[How(how)].append(at)
    return news.values()


def due_digests(news: Iterable[News], now: datetime) -> Iterator[Owed]:
    """Of these, the letters whose hour has come, where something happened in the span that they tell of."""
    for one in news:
        today = local_date(now, one.account.zone)
        due = letters_hour(today, one.account.letters_at, one.account.zone)
        weekly = today.weekday() == one.account.letters_on
        tells = [How.DAILY, How.WEEKLY] if weekly else [How.DAILY]
        if due <= now and any(due - SPANS[how] < at <= due for how in tells for at in one.at[how]):
            yield Owed(
                recipient_id=one.account.id,
                about_id=one.account.id,
                about_version=WEEKLY_TOO if weekly else DAILY_ONLY,
                occasion=f"{today:%Y%m%d}",
                due_at=due,
            )
