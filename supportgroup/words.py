"""Instants in words, on somebody's clock."""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date, format_time, get_timezone_name

LOCALE = "en_GB"
REMEMBERED = 4096  # a page or a letter says the same few days and hours again and again, and weighing a pattern is slow


@lru_cache(REMEMBERED)
def time_words(hour: time) -> str:
    return format_time(hour, "HH:mm", locale=LOCALE)


@lru_cache(REMEMBERED)
def day_words(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=LOCALE)


def local_time(instant: datetime, zone: tzinfo) -> str:
    """`19:00`"""
    return time_words(instant.astimezone(zone).time().replace(second=0, microsecond=0))


def local_day(instant: datetime, zone: tzinfo) -> str:
    """`Tuesday 1 December`"""
    return day_words(instant.astimezone(zone).date(), "EEEE d MMMM")


def local_date(instant: datetime, zone: tzinfo) -> str:
    """`1 December 2026`"""
    return day_words(instant.astimezone(zone).date(), "d MMMM y")


def day_month(instant: datetime, zone: tzinfo) -> str:
    """`1 December`"""
    return day_words(instant.astimezone(zone).date(), "d MMMM")


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: "40 seconds", "1 minute", "3 days"."""
    for length, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= length or length == 1:
            number = int(seconds // length)
            return f"{number} {word}{'' if number == 1 else 's'}"
    raise AssertionError


def short_day(instant: datetime, zone: tzinfo) -> str:
    """`Tue 1 Dec`"""
    return day_words(instant.astimezone(zone).date(), "EEE d MMM")


def zone_words(zone: tzinfo) -> str:
    """`Paris time`, or `UTC`"""
    return "UTC" if str(zone) == "UTC" else get_timezone_name(zone, locale=LOCALE)


def when(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """How letters and cards say when: `in 40 minutes`, `tomorrow 19:00`, `Tuesday 1 December, 19:00`."""
    minutes = round((instant - now) / timedelta(minutes=1))
    days = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
    clock = local_time(instant, zone)
    if 0 <= minutes < 100:
        return f"in {minutes} minutes" if minutes != 1 else "in a minute"
    if days in (0, 1):
        return f"{'today' if days == 0 else 'tomorrow'} {clock}"
    return f"{local_day(instant, zone)}, {clock}"


def short_when(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """How subjects say when: `tomorrow 19:00`, `Thursday 19:00`, from a week on `9 January 19:00`."""
    days = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
    named = {0: "today", 1: "tomorrow"}.get(days)
    pattern = "EEEE" if 0 <= days < 7 else "d MMMM"
    day = named or day_words(instant.astimezone(zone).date(), pattern)
    return f"{day} {local_time(instant, zone)}"


def by_day(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """By when something is needed: `today`, `tomorrow`, `by Thursday`, `by 9 January`."""
    days = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days <= 1:
        return "tomorrow" if days == 1 else "today"
    pattern = "EEEE" if days < 7 else "d MMMM"
    return f"by {day_words(instant.astimezone(zone).date(), pattern)}"


NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(count: int) -> str:
    """A small number in words, a large one in figures: `two`, `12`."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def times(count: int) -> str:
    """`once`, `twice`, `five times`."""
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")
