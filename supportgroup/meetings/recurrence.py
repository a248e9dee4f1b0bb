"""When a series meets: from a rule, a wall time and a zone to instants. Pure: no database, no clock.

A rule is the text of an RFC 5545 RRULE, of which we read what a meeting needs and nothing else:

    FREQ=DAILY                     every day
    FREQ=WEEKLY;BYDAY=MO,TH        without BYDAY: the weekday of the first meeting
    FREQ=MONTHLY;BYDAY=1TU,-1TU    the first to fourth of a weekday, or its last
    INTERVAL                       so that a series meets at least once a year
    UNTIL=20270107 or COUNT=10     UNTIL is the last local day, that day included

Why so few: each of these names days, so nothing meets twice a day; each finds a day in every period it meets in, so
looking for the next never searches through empty years (as a 31st or a fifth Monday would); and each can be said in
plain words. Weeks begin on Monday, as RFC 5545 has it where a rule doesn't say.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import islice
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from dateutil import rrule

from supportgroup.languages import FIRST, language, ngettext
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.words import day_words, listed, weekday

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
MAX_RULE_LENGTH = 200
MAX_COUNT = 1000
LAST = -1

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
_UTC = ZoneInfo("UTC")
# No local day between EARLIEST and LATEST lies outside these, whatever the zone.
_FIRST_INSTANT = datetime.combine(EARLIEST - timedelta(days=2), time(), UTC)
_LAST_INSTANT = datetime.combine(LATEST + timedelta(days=3), time(), UTC)


class BadRule(ValueError):
    """A rule or a day that no meeting can have. The message is a sentence for the person who gave it."""


class Occurrence(NamedTuple):
    """One meeting of a series: the local date the rule gives it, which stays its key, and the instant, aware, UTC."""

    original_on: date
    starts_at: datetime


class Every(Enum):
    """The periods a series can repeat by, named as RFC 5545 does; the longest interval of each is about a year."""

    DAILY = 366
    WEEKLY = 52
    MONTHLY = 12

    @property
    def longest(self) -> int:
        """The longest interval."""
        return self.value


class Day(NamedTuple):
    """A weekday, 0 for Monday; `nth` says which of a month's (1 to 4, or LAST), or 0 for each of them."""

    weekday: int
    nth: int = 0

    @property
    def code(self) -> str:
        """As in BYDAY: TU, 3WE, -1FR."""
        return f"{self.nth or ''}{_CODES[self.weekday]}"

    @property
    def name(self) -> str:
        """The weekday's name."""
        return weekday(self.weekday)

    def words(self) -> str:
        """The day of a month: `third Wednesday`."""
        match self.nth:
            case 1:
                return _("first %(weekday)s", weekday=self.name)
            case 2:
                return _("second %(weekday)s", weekday=self.name)
            case 3:
                return _("third %(weekday)s", weekday=self.name)
            case 4:
                return _("fourth %(weekday)s", weekday=self.name)
        return _("last %(weekday)s", weekday=self.name)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What a rule says. Raises BadRule, with a sentence, when made with what no meeting needs."""

    every: Every
    interval: int = 1
    days: frozenset[Day] = frozenset()
    until: date | None = None
    count: int | None = None

    @classmethod
    def weekly(cls, weekday: int, *, weeks: int = 1, until: date | None = None, count: int | None = None) -> Self:
        """Every `weeks` weeks on a weekday, 0 for Monday."""
        return cls(every=Every.WEEKLY, interval=weeks, days=frozenset({Day(weekday)}), until=until, count=count)

    @classmethod
    def monthly(cls, nth: int, weekday: int, *, until: date | None = None, count: int | None = None) -> Self:
        """The `nth` (1 to 4 or LAST) of a weekday in each month."""
        return cls(every=Every.MONTHLY, days=frozenset({Day(weekday, nth)}), until=until, count=count)

    @classmethod
    def read(cls, rule: str, first: datetime, zone: ZoneInfo = _UTC) -> Self:
        """What `rule` says of a series that first meets at the wall time `first`. `zone` matters to an UNTIL in UTC."""
        _check_wall(first)
        parts = _parts(rule)
        every = Every[parts["FREQ"]]
        codes = parts.get("BYDAY") or (_CODES[first.weekday()] if every is Every.WEEKLY else "")
        return cls(
            every=every,
            interval=int(parts.get("INTERVAL", 1)),
            days=frozenset(_day(code) for code in codes.split(",") if code),
            until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
        )

    def __post_init__(self) -> None:
        if not 1 <= self.interval <= self.every.longest:
            raise BadRule(_which_interval(self.every))
        if not all(0 <= day.weekday < len(_CODES) for day in self.days):
            raise BadRule(_("Choose a day of the week."))
        if self.every is Every.DAILY and self.days:
            raise BadRule(_("A series that repeats by days names no weekdays. To name some, repeat by weeks."))
        if self.every is Every.WEEKLY and {day.nth for day in self.days} != {0}:
            raise BadRule(_("A series that repeats by weeks names its weekdays, such as Tuesday."))
        if self.every is Every.MONTHLY and not (self.days and {day.nth for day in self.days} <= _NTH.keys()):
            raise BadRule(_("A series that repeats by months says which weekday: its first to fourth, or its last."))
        if self.until is not None and self.count is not None:
            raise BadRule(_("A series ends on a day or after a number of times. Choose one of the two."))
        if self.until is not None and not EARLIEST <= self.until <= LATEST:
            raise BadRule(_("Choose a last day between %(first)d and %(last)d.", first=EARLIEST.year, last=LATEST.year))
        if self.count is not None and not 1 <= self.count <= MAX_COUNT:
            raise BadRule(_("Choose a number of times from 1 to %(most)d, or leave the end open.", most=MAX_COUNT))

    def rule(self) -> str:
        """The rule as text: one form for what means the same."""
        parts = [f"FREQ={self.every.name}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append("BYDAY=" + ",".join(day.code for day in self._sorted_days()))
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    def words(self) -> str:
        """The rule as people say it: "every second Tuesday, until 7 January 2027"."""
        match self.every:
            case Every.DAILY:
                words = self._days_in_words()
            case Every.WEEKLY:
                words = self._weeks_in_words()
            case Every.MONTHLY:
                words = self._months_in_words()
        if self.until is not None:
            return _("%(rule)s, until %(day)s", rule=words, day=day_words(self.until, "date"))
        if self.count is not None:
            return ngettext("%(rule)s, once", "%(rule)s, %(num)d times", self.count, rule=words)
        return words

    def dates(self, first: date, *, near: date) -> Iterator[date]:
        """Days of the series, ascending: all from `near` on, maybe some before it. `first` says where it begins."""
        days = rrule.rrule(
            getattr(rrule, self.every.name),
            dtstart=datetime.combine(self._step(first, near), time()),
            interval=self.interval,
            wkst=rrule.MO,
            count=self.count,
            byweekday=[rrule.weekday(day.weekday, day.nth or None) for day in self.days] or None,
        )
        end = min(self.until or LATEST, LATEST)
        for day in days:
            if day.date() > end:
                return
            yield day.date()

    def _step(self, first: date, near: date) -> date:
        """The beginning of a period not after `near` that keeps step with `first`, so that far windows cost no more."""
        if self.count is not None or near <= first:
            return first
        if self.every is Every.MONTHLY:
            months = (near.year - first.year) * 12 + near.month - first.month
            year, month = divmod(first.year * 12 + first.month - 1 + months - months % self.interval, 12)
            return max(first, date(year, month + 1, 1))
        period = self.interval * (7 if self.every is Every.WEEKLY else 1)
        days = (near - first).days
        return first + timedelta(days=days - days % period)

    def _sorted_days(self) -> list[Day]:
        """Monday to Sunday; in a month all firsts before the seconds, the lasts at the end."""
        return sorted(self.days, key=lambda day: (day.nth == LAST, day.nth, day.weekday))

    def _days_in_words(self) -> str:
        if self.interval <= 2:
            return _("every day") if self.interval == 1 else _("every second day")
        return ngettext("every %(num)d day", "every %(num)d days", self.interval)

    def _weeks_in_words(self) -> str:
        days = listed(day.name for day in self._sorted_days())
        if self.interval == 1:
            return _("every %(days)s", days=days)
        if self.interval == 2:
            one = len(self.days) == 1
            return _("every second %(day)s", day=days) if one else _("every second week on %(days)s", days=days)
        return ngettext("every %(num)d week on %(days)s", "every %(num)d weeks on %(days)s", self.interval, days=days)

    def _months_in_words(self) -> str:
        days = self._sorted_days()
        if language() == FIRST and len({day.weekday for day in days}) == 1:
            which = f"{listed(_NTH[day.nth] for day in days)} {days[0].name}"
        else:
            which = listed(day.words() for day in days)
        if self.interval <= 2:
            one = self.interval == 1
            return (
                _("%(which)s of each month", which=which) if one else _("%(which)s of every second month", which=which)
            )
        return ngettext("%(which)s, every %(num)d month", "%(which)s, every %(num)d months", self.interval, which=which)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant, aware, UTC, of a naive wall time in `zone`.

    A time that a clock change skips moves forward by the gap; of one that comes twice the first is meant (fold=0
    means both, PEP 495). Raises BadRule for a day outside EARLIEST to LATEST.
    """
    _check_wall(wall)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def starts(
    rule: str,
    first: datetime,
    zone: ZoneInfo,
    *,
    after: datetime,
    before: datetime,
    skip: Container[date] = (),
) -> Iterator[Occurrence]:
    """The meetings whose instants lie in [after, before), both aware, ascending; no instant and no date twice.

    `rule` is an RFC 5545 RRULE, `first` the naive wall time in `zone` from which the series runs; where the rule
    doesn't meet on that day, it begins on the next that fits. Days in `skip` are not met, but count for COUNT. Raises
    BadRule, at once, for a rule outside the allow-list above.
    """
    return _walk(Pattern.read(rule, first, zone), first, zone, after, before, skip)


def next_dates(
    rule: str,
    first: datetime,
    zone: ZoneInfo,
    *,
    after: datetime,
    count: int = 6,
    skip: Container[date] = (),
) -> list[Occurrence]:
    """The next `count` meetings from the instant `after` on, that instant included; fewer where the series ends."""
    return list(islice(starts(rule, first, zone, after=after, before=_LAST_INSTANT, skip=skip), count))


def checked(rule: str, first: datetime, zone: ZoneInfo) -> str:
    """The rule in the one form we keep, its UNTIL a local day. Raises BadRule, also where it holds no day at all."""
    pattern = Pattern.read(rule, first, zone)
    if next(pattern.dates(first.date(), near=first.date()), None) is None:
        raise BadRule(_("This series would end before its first meeting. Choose a later last day."))
    return pattern.rule()


def words(rule: str, first: datetime, zone: ZoneInfo = _UTC) -> str:
    """The rule as people say it. `zone` matters only to a rule, not yet `checked`, whose UNTIL is in UTC."""
    return Pattern.read(rule, first, zone).words()


def _walk(
    pattern: Pattern, first: datetime, zone: ZoneInfo, after: datetime, before: datetime, skip: Container[date]
) -> Iterator[Occurrence]:
    # A local day is at most one off from the UTC day, and a gap moves a meeting by one more at most.
    near = min(max(after, _FIRST_INSTANT), _LAST_INSTANT).astimezone(UTC).date() - timedelta(days=2)
    previous = _FIRST_INSTANT
    for day in pattern.dates(first.date(), near=near):
        if day in skip:
            continue
        starts_at = instant(datetime.combine(day, first.time()), zone)
        if starts_at >= before:
            return
        # Where a zone leaves out a whole day (Samoa, 30 December 2011), that day's meeting lands on the next day's.
        if starts_at > previous and starts_at >= after:
            yield Occurrence(day, starts_at)
        previous = starts_at


_WEEKDAY = rf"([+-]?[1-9])?({'|'.join(_CODES)})"
_PARTS = {
    "FREQ": (
        "|".join(every.name for every in Every),
        _l("A series repeats by days, weeks or months: DAILY, WEEKLY or MONTHLY."),
    ),
    "INTERVAL": ("[0-9]+", _l("INTERVAL is a whole number, such as INTERVAL=2.")),
    "BYDAY": (f"{_WEEKDAY}(,{_WEEKDAY})*", _l("BYDAY names weekdays, such as TU, 3WE or -1FR.")),
    "UNTIL": ("[0-9]{8}(T[0-9]{6}Z)?", _l("UNTIL is a day, such as UNTIL=20270107.")),
    "COUNT": ("[0-9]+", _l("COUNT is a whole number, such as COUNT=10.")),
}


def _parts(rule: str) -> dict[str, str]:
    """The rule's parts by name, each once and of its shape, FREQ among them."""
    if len(rule) > MAX_RULE_LENGTH:
        raise BadRule(_("A rule has at most %(most)d characters.", most=MAX_RULE_LENGTH))
    if not rule.isascii():  # before upper(), which turns some other letters into ASCII ones
        raise BadRule(_("A rule is written in plain letters, such as FREQ=WEEKLY;BYDAY=TU."))
    parts: dict[str, str] = {}
    for part in rule.upper().split(";"):
        name, _equals, value = part.partition("=")
        if name not in _PARTS or name in parts:
            raise BadRule(
                _("A rule is made of FREQ, INTERVAL, BYDAY, and UNTIL or COUNT, each once; leave out the rest.")
            )
        shape, sentence = _PARTS[name]
        if not re.fullmatch(shape, value):
            raise BadRule(sentence)
        parts[name] = value
    if "FREQ" not in parts:
        raise BadRule(_PARTS["FREQ"][1])
    return parts


def _which_interval(every: Every) -> str:
    """Between what and what an interval lies, in words."""
    match every:
        case Every.DAILY:
            return _("Choose a number of days from 1 to %(most)d.", most=every.longest)
        case Every.WEEKLY:
            return _("Choose a number of weeks from 1 to %(most)d.", most=every.longest)
        case Every.MONTHLY:
            return _("Choose a number of months from 1 to %(most)d.", most=every.longest)


def _day(code: str) -> Day:
    return Day(_CODES.index(code[-2:]), int(code[:-2] or 0))


def _until(text: str, zone: ZoneInfo) -> date:
    """The last local day, that day included; of an UNTIL in UTC, the day it is then in `zone`."""
    try:
        if len(text) == len("YYYYMMDD"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).astimezone(zone).date()
    except (ValueError, OverflowError) as error:
        raise BadRule(_("The last day is not in the calendar. Choose another.")) from error


def _check_wall(wall: datetime) -> None:
    if wall.tzinfo is not None:
        raise ValueError("A wall time is naive; its zone is given beside it.")
    if not EARLIEST <= wall.date() <= LATEST:
        raise BadRule(_("Choose a day between %(first)d and %(last)d.", first=EARLIEST.year, last=LATEST.year))
