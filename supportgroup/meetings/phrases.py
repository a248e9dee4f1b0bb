"""What pages say about how a meeting goes: the parts of its agenda, and what is fine there."""

from collections.abc import Mapping, Sequence

from supportgroup.meetings.models import Custom, Part

PARTS: dict[Part, str] = {
    Part.WELCOME: "Welcome",
    Part.CHECK_IN: "Check-in round",
    Part.SMALL_ASKS: "A round of small asks and offers",
    Part.THEMES: "What is on our minds",
    Part.CLOSING: "Closing",
}
HOW: dict[Part, str] = {  # for whoever hosts
    Part.WELCOME: "Say hello, who is new, and how the hour goes.",
    Part.CHECK_IN: "A word each is enough. Passing is fine.",
    Part.SMALL_ASKS: "Five minutes are enough. What would make the week lighter, and what could somebody carry?",
    Part.THEMES: "Listening first. Advice only where it was asked for.",
    Part.CLOSING: "A word each, and who hosts next.",
}
# How it is called where it is fine, and what is said where it is not.
CUSTOMS: dict[Custom, tuple[str, str]] = {
    Custom.CAMERA_OFF: ("camera off", "Cameras are on here."),
    Custom.PASSING: ("not speaking", "Everyone says a word in each round."),
    Custom.SILENCE: ("silence", "We keep silences short."),
    Custom.LEAVING_EARLY: ("leaving early", "We ask everyone to stay to the end."),
}
FINE: dict[Custom, str] = {
    Custom.CAMERA_OFF: "Camera off is fine",
    Custom.PASSING: "Not speaking is fine",
    Custom.SILENCE: "Silence is fine",
    Custom.LEAVING_EARLY: "Leaving early is fine",
}


def agenda(parts: Mapping[str, int | None] | None) -> list[tuple[str, str, int | None]]:
    """The parts in their order: name, a hint for whoever hosts, and minutes where somebody said how many."""
    return [(PARTS[one], HOW[one], parts[one]) for one in Part if parts and one in parts]


def customs(fine: Sequence[str] | None) -> list[str]:
    """What is fine in one sentence, and what is not in one each; nothing where nobody said."""
    if fine is None:
        return []
    names = [name for one, (name, _) in CUSTOMS.items() if one in fine]
    said = [f"{listed(names)} {'are all' if len(names) > 2 else 'are' if len(names) == 2 else 'is'} fine."]
    return (said if names else []) + [other for one, (_, other) in CUSTOMS.items() if one not in fine]


def listed(names: Sequence[str]) -> str:
    """`Camera off, silence and leaving early`"""
    words = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return words[:1].upper() + words[1:]
