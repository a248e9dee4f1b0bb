"""How evenly a group's load is spread, in words and without names. Pure.

Meant for a facilitator who wonders, not for watching anyone: three steps, and none in a group too small to hide in.
"""

from collections.abc import Mapping, Sequence

from supportgroup.languages import lazy_gettext as _l

LEAST_MEMBERS = 8
LEAST_TIMES = 5  # fewer are chance

MANY, SOME, FEW = "many", "some", "few"
SENTENCES = {
    ("asks", MANY): _l("Asks come from many of you."),
    ("asks", SOME): _l("Asks come from some of you."),
    ("asks", FEW): _l("Asks come from a few of you."),
    ("help", MANY): _l("Help comes from many of you."),
    ("help", SOME): _l("Help comes from some of you."),
    ("help", FEW): _l("Help comes from a few of you."),
    ("hosting", MANY): _l("Hosting rests on many of you."),
    ("hosting", SOME): _l("Hosting rests on some of you."),
    ("hosting", FEW): _l("Hosting rests on a few of you."),
}


def hands(counts: Sequence[int]) -> float:
    """On how many people it rests, were each of them to carry as much: from 1 to all (the inverse Simpson index)."""
    return sum(counts) ** 2 / sum(count * count for count in counts)


def step(counts: Sequence[int]) -> str | None:
    """Many, some or a few of the members; None where it happened too seldom to tell."""
    if sum(counts) < LEAST_TIMES:
        return None
    share = hands(counts) / len(counts)
    if share >= 0.5:
        return MANY
    return SOME if share >= 0.25 else FEW


def sentences(spread: Mapping[str, Sequence[int]]) -> list[str]:
    """What can be said: `Asks come from many of you.` Nothing in a group of fewer than eight."""
    if min(len(counts) for counts in spread.values()) < LEAST_MEMBERS:
        return []
    found = [(name, step(counts)) for name, counts in spread.items()]
    return [str(SENTENCES[name, how]) for name, how in found if how]


def rests_on_few(spread: Mapping[str, Sequence[int]], what: str) -> bool:
    return len(spread[what]) >= LEAST_MEMBERS and step(spread[what]) == FEW
