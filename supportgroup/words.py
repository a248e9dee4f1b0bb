"""Instants, spans and small numbers in words, in the language that is spoken and on somebody's clock."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_time, get_day_names, get_timezone_name
from babel.lists import format_list

from supportgroup.languages import FIRST, FORMATS, language, ngettext
from supportgroup.languages import gettext as _

REMEMBERED = 4096  # a page or a letter says the same few days and hours again and again, and weighing a pattern is slow
# How each language says a day: of what is named on the left as much, in its own order and with its own signs (the
# letters are those of Unicode TR 35). Babel's own skeletons shorten the weekday where none of theirs fits.
PATTERNS = {
    "en": {
        "weekday": "EEEE",
        "day": "EEEE d MMMM",
        "short day": "EEE d MMM",
        "date": "d MMMM y",
        "day of month": "d MMMM",
        "month": "MMMM y",
    },
    "de": {
        "weekday": "EEEE",
        "day": "EEEE, d. MMMM",
        "short day": "EEE d. MMM",
        "date": "d. MMMM y",
        "day of month": "d. MMMM",
        "month": "MMMM y",
    },
    "es": {
        "weekday": "EEEE",
        "day": "EEEE d 'de' MMMM",
        "short day": "EEE d MMM",
        "date": "d 'de' MMMM 'de' y",
        "day of month": "d 'de' MMMM",
        "month": "MMMM 'de' y",
    },
    "ar": {
        "weekday": "EEEE",
        "day": "EEEE، d MMMM",
        "short day": "EEE، d MMM",
        "date": "d MMMM y",
        "day of month": "d MMMM",
        "month": "MMMM y",
    },
}


@lru_cache(REMEMBERED)
def time_in(code: str, hour: time) -> str:
    return format_time(hour, "HH:mm", locale=FORMATS[code])


@lru_cache(REMEMBERED)
def day_in(code: str, day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=FORMATS[code])


def time_words(hour: time) -> str:
    """`19:00`"""
    return time_in(language(), hour)


def day_words(day: date, said: str) -> str:
    """A day, with as much of it as `said` names: "weekday", "day", "short day", "date", "day of month" or "month"."""
    code = language()
    return day_in(code, day, PATTERNS[code][said])


def weekday(number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """`Tuesday`, or `Tue`; 0 is Monday."""
    return str(get_day_names(width, locale=FORMATS[language()])[number])


def listed(names: Iterable[str]) -> str:
    """`Monday, Tuesday and Friday`"""
    return format_list(list(names), locale=FORMATS[language()])


def local_time(instant: datetime, zone: tzinfo) -> str:
    """`19:00`"""
    return time_words(instant.astimezone(zone).time().replace(second=0, microsecond=0))


def local_day(instant: datetime, zone: tzinfo) -> str:
    """`Tuesday 1 December`"""
    return day_words(instant.astimezone(zone).date(), "day")


def local_date(instant: datetime, zone: tzinfo) -> str:
    """`1 December 2026`"""
    return day_words(instant.astimezone(zone).date(), "date")


def day_month(instant: datetime, zone: tzinfo) -> str:
    """`1 December`"""
    return day_words(instant.astimezone(zone).date(), "day of month")


def short_day(instant: datetime, zone: tzinfo) -> str:
    """`Tue 1 Dec`"""
    return day_words(instant.astimezone(zone).date(), "short day")


def day_parts(instant: datetime, zone: tzinfo) -> tuple[str, str, str]:
    """`Tue`, `1`, `Dec`: as they stand on a leaf of a calendar."""
    weekday, day, month = (day_in(language(), instant.astimezone(zone).date(), part) for part in ("EEE", "d", "MMM"))
    return weekday, day, month


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: "40 seconds", "1 minute", "3 days"."""
    days, hours, minutes = (int(seconds // length) for length in (86400, 3600, 60))
    if days:
        return ngettext("%(num)d day", "%(num)d days", days)
    if hours:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    if minutes:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    return ngettext("%(num)d second", "%(num)d seconds", int(seconds))


@lru_cache(REMEMBERED)
def zone_in(code: str, zone: tzinfo) -> str:
    return get_timezone_name(zone, locale=FORMATS[code])


def zone_words(zone: tzinfo) -> str:
    """`Paris time`, or `UTC`"""
    return "UTC" if str(zone) == "UTC" else zone_in(language(), zone)


def when(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """How letters and cards say when: `in 40 minutes`, `tomorrow 19:00`, `Tuesday 1 December, 19:00`."""
    minutes = round((instant - now) / timedelta(minutes=1))
    days = days_until(instant, now, zone)
    clock = local_time(instant, zone)
    if 0 <= minutes < 100:
        return ngettext("in a minute", "in %(num)d minutes", minutes)
    if days in (0, 1):
        return _("tomorrow %(time)s", time=clock) if days else _("today %(time)s", time=clock)
    return _("%(day)s, %(time)s", day=local_day(instant, zone), time=clock)


def short_when(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """How subjects say when: `tomorrow 19:00`, `Thursday 19:00`, from a week on `9 January 19:00`."""
    return _("%(day)s %(time)s", day=for_day(instant, now, zone), time=local_time(instant, zone))


def for_day(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """A day that is near by its name: `today`, `tomorrow`, `Thursday`, from a week on `9 January`."""
    days = days_until(instant, now, zone)
    if days in (0, 1):
        return _("tomorrow") if days else _("today")
    return day_words(instant.astimezone(zone).date(), "weekday" if 0 <= days < 7 else "day of month")


def by_day(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """By when something is needed: `today`, `tomorrow`, `by Thursday`, `by 9 January`."""
    days = days_until(instant, now, zone)
    if days <= 1:
        return _("tomorrow") if days == 1 else _("today")
    return _("by %(day)s", day=for_day(instant, now, zone))


def by_hour(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """The same with the hour: `by Thursday, 17:00`."""
    return _("%(day)s, %(time)s", day=by_day(instant, now, zone), time=local_time(instant, zone))


def days_until(instant: datetime, now: datetime, zone: tzinfo) -> int:
    return (instant.astimezone(zone).date() - now.astimezone(zone).date()).days


NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(count: int) -> str:
    """A small number in words, a large one in figures: `two`, `12`.

    In figures in every language but English: elsewhere the word depends on what is counted.
    """
    return NUMBERS[count] if language() == FIRST and 0 <= count < len(NUMBERS) else str(count)


def times(count: int) -> str:
    """`once`, `twice`, `five times`."""
    if count == 2:
        return _("twice")
    return _("once") if count == 1 else _("%(number)s times", number=number(count))
