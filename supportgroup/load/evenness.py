"""How evenly a group's load is spread, in words and without names. Pure.

Meant for a facilitator who wonders, not for watching anyone: three steps, and none in a group too small to hide in.
"""

from collections.abc import Mapping, Sequence

LEAST_MEMBERS = 8
LEAST_TIMES = 5  # fewer are chance

SUBJECTS = {"asks": "Asks come from", "help": "Help comes from", "hosting": "Hosting rests on"}
MANY, SOME, FEW = "many of you", "some of you", "a few of you"


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
    found = [(SUBJECTS[name], step(counts)) for name, counts in spread.items()]
    return [f"{subject} {words}." for subject, words in found if words]


def rests_on_few(spread: Mapping[str, Sequence[int]], what: str) -> bool:
    return len(spread[what]) >= LEAST_MEMBERS and step(spread[what]) == FEW
