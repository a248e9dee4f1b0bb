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
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.languages import ngettext
from supportgroup.words import day_words, number

MONTHS = 12  # on a page


class Part(Enum):
    """What something was: help of a size, or another way of giving."""

    SMALL = "small"
    MIDDLE = "middle"
    LONG = "long"
    HEARING = "hearing"
    LISTENING = "listening"
    HOSTING = "hosting"


PARTS = {
    Part.SMALL: _l("up to 15 minutes"),
    Part.MIDDLE: _l("up to an hour"),
    Part.LONG: _l("longer"),
    Part.HEARING: _l("being heard"),
    Part.LISTENING: _l("listening"),
    Part.HOSTING: _l("hosting"),
}
CAME = (Part.SMALL, Part.MIDDLE, Part.LONG, Part.HEARING)
TAKEN = (Part.SMALL, Part.MIDDLE, Part.LONG)
WENT = (*TAKEN, Part.LISTENING, Part.HOSTING)
# By whether somebody took something on, listened, hosted.
GAVE = {
    (True, False, False): _l("You took something on in %(took)s."),
    (False, True, False): _l("You listened in %(listened)s."),
    (False, False, True): _l("You hosted in %(hosted)s."),
    (True, True, False): _l("You took something on in %(took)s, and listened in %(listened)s."),
    (True, False, True): _l("You took something on in %(took)s, and hosted in %(hosted)s."),
    (False, True, True): _l("You listened in %(listened)s, and hosted in %(hosted)s."),
    (True, True, True): _l("You took something on in %(took)s, listened in %(listened)s, and hosted in %(hosted)s."),
}


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
    if small and len(moments) > 1:
        sentence = _("Help came to you in %(months)s, most of it small.", months=months_words(months))
    else:
        sentence = _("Help came to you in %(months)s.", months=months_words(months))
    return chart(moments, CAME, zone, sentence, _("What came, by month and size"))


def went(moments: Sequence[Moment], zone: ZoneInfo, *, looks_after: int = 0) -> Chart | None:
    """What went, by month, newest first; None where nothing did. `looks_after`: how many groups.

    Who looks after a group and did nothing else gets the sentence alone, and no bars.
    """
    if not moments:
        alone = looking_after_alone(looks_after)
        return chart((), WENT, zone, alone, _("What went, by month and size")) if alone else None
    took, listened, hosted = (
        months_with(moments, parts, zone) for parts in (TAKEN, (Part.LISTENING,), (Part.HOSTING,))
    )
    ways = {"took": months_words(took), "listened": months_words(listened), "hosted": months_words(hosted)}
    sentence = str(GAVE[bool(took), bool(listened), bool(hosted)]) % ways
    return chart(
        moments, WENT, zone, f"{sentence} {looking_after(looks_after)}".strip(), _("What went, by month and size")
    )


def looking_after(groups: int) -> str:
    """Facilitating is giving, too."""
    if not groups:
        return ""
    return ngettext(
        "And you look after a group.", "And you look after %(number)s groups.", groups, number=number(groups)
    )


def looking_after_alone(groups: int) -> str:
    """The same, where it is all that is said."""
    if not groups:
        return ""
    return ngettext("You look after a group.", "You look after %(number)s groups.", groups, number=number(groups))


def months_words(months: int) -> str:
    return ngettext("one month", "%(number)s months", months, number=number(months))


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
        heading=_("Month"),
        parts=tuple(str(PARTS[part]) for part in parts),
        bars=tuple(Bar(day_words(month, "month"), tuple(counted[month, part] for part in parts)) for month in months),
    )
