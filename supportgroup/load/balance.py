"""What came and what went, by month and size: the sentences and the charts. Pure.

Never beside each other and never as a sum: nothing here is owed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from supportgroup.charts import Bar, Chart
from supportgroup.words import day_words, number

MONTHS = 12  # on a page


class Part(Enum):
    """What something was: help of a size, or another way of giving."""

    SMALL = "up to 15 minutes"
    MIDDLE = "up to an hour"
    LONG = "longer"
    HEARING = "being heard"
    LISTENING = "listening"
    HOSTING = "hosting"


CAME = (Part.SMALL, Part.MIDDLE, Part.LONG, Part.HEARING)
WENT = (Part.SMALL, Part.MIDDLE, Part.LONG, Part.LISTENING, Part.HOSTING)


@dataclass(frozen=True)
class Moment:
    """Something that came, or went."""

    at: datetime
    part: Part


def part_of(size_minutes: int) -> Part:
    if size_minutes <= 15:
        return Part.SMALL
    return Part.MIDDLE if size_minutes <= 60 else Part.LONG


def first_of(month: date, back: int) -> date:
    """The first day of the month so many months before this one."""
    months = month.year * 12 + month.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def came(moments: Sequence[Moment], zone: ZoneInfo) -> Chart | None:
    """What came, by month, newest first; None where nothing did."""
    if not moments:
        return None
    months = len({month_of(one, zone) for one in moments})
    small = sum(one.part in (Part.SMALL, Part.HEARING) for one in moments) * 2 > len(moments)
    most = ", most of it small" if small and len(moments) > 1 else ""
    sentence = f"Help came to you in {months_words(months)}{most}."
    return chart(moments, CAME, zone, sentence, "What came, by month and size")


def went(moments: Sequence[Moment], zone: ZoneInfo, *, looks_after: int = 0) -> Chart | None:
    """What went, by month, newest first; None where nothing did. `looks_after`: how many groups."""
    if not moments:
        return None
    ways = [
        (months_with(moments, (Part.SMALL, Part.MIDDLE, Part.LONG), zone), "took something on"),
        (months_with(moments, (Part.LISTENING,), zone), "listened"),
        (months_with(moments, (Part.HOSTING,), zone), "hosted"),
    ]
    said = [f"{verb} in {months_words(months)}" for months, verb in ways if months]
    sentence = f"You {', and '.join(said) if len(said) < 3 else f'{said[0]}, {said[1]}, and {said[2]}'}."
    return chart(
        moments, WENT, zone, f"{sentence} {looking_after(looks_after)}".strip(), "What went, by month and size"
    )


def looking_after(groups: int) -> str:
    """Facilitating is giving, too."""
    if not groups:
        return ""
    return f"And you look after {'a group' if groups == 1 else f'{number(groups)} groups'}."


def months_words(months: int) -> str:
    return "one month" if months == 1 else f"{number(months)} months"


def months_with(moments: Iterable[Moment], parts: tuple[Part, ...], zone: ZoneInfo) -> int:
    return len({month_of(one, zone) for one in moments if one.part in parts})


def month_of(moment: Moment, zone: ZoneInfo) -> date:
    return moment.at.astimezone(zone).date().replace(day=1)


def chart(moments: Sequence[Moment], parts: tuple[Part, ...], zone: ZoneInfo, sentence: str, caption: str) -> Chart:
    """One bar for each month in which there was something."""
    counted = Counter((month_of(one, zone), one.part) for one in moments)
    months = sorted({month for month, _ in counted}, reverse=True)
    return Chart(
        sentence=sentence,
        caption=caption,
        heading="Month",
        parts=tuple(part.value for part in parts),
        bars=tuple(Bar(day_words(month, "yMMMM"), tuple(counted[month, part] for part in parts)) for month in months),
    )
