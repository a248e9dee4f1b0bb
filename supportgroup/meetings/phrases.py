"""What pages say about how a meeting goes: the parts of its agenda, and what is fine there."""

from collections.abc import Mapping, Sequence

from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings.models import Custom, Part
from supportgroup.words import listed

PARTS: dict[Part, str] = {
    Part.WELCOME: _l("Welcome"),
    Part.CHECK_IN: _l("Check-in round"),
    Part.SMALL_ASKS: _l("A round of small asks and offers"),
    Part.THEMES: _l("What is on our minds"),
    Part.CLOSING: _l("Closing"),
}
HOW: dict[Part, str] = {  # for whoever hosts
    Part.WELCOME: _l("Say hello, who is new, and how the hour goes."),
    Part.CHECK_IN: _l("A word each is enough. Passing is fine."),
    Part.SMALL_ASKS: _l("Five minutes are enough. What would make the week lighter, and what could somebody carry?"),
    Part.THEMES: _l("Listening first. Advice only where it was asked for."),
    Part.CLOSING: _l("A word each, and who hosts next."),
}
# How it is called where it is fine, and what is said where it is not.
CUSTOMS: dict[Custom, tuple[str, str]] = {
    Custom.CAMERA_OFF: (_l("camera off"), _l("Cameras are on here.")),
    Custom.PASSING: (_l("not speaking"), _l("Everyone says a word in each round.")),
    Custom.SILENCE: (_l("silence"), _l("We keep silences short.")),
    Custom.LEAVING_EARLY: (_l("leaving early"), _l("We ask everyone to stay to the end.")),
}
FINE: dict[Custom, str] = {
    Custom.CAMERA_OFF: _l("Camera off is fine"),
    Custom.PASSING: _l("Not speaking is fine"),
    Custom.SILENCE: _l("Silence is fine"),
    Custom.LEAVING_EARLY: _l("Leaving early is fine"),
}


def agenda(parts: Mapping[str, int | None] | None) -> list[tuple[str, str, int | None]]:
    """The parts in their order: name, a hint for whoever hosts, and minutes where somebody said how many."""
    return [(PARTS[one], HOW[one], parts[one]) for one in Part if parts and one in parts]


def customs(fine: Sequence[str] | None) -> list[str]:
    """What is fine in one sentence, and what is not in one each; nothing where nobody said."""
    if fine is None:
        return []
    names = [str(name) for one, (name, _) in CUSTOMS.items() if one in fine]
    return ([said(names)] if names else []) + [other for one, (_, other) in CUSTOMS.items() if one not in fine]


def said(names: Sequence[str]) -> str:
    """`Camera off, silence and leaving early are all fine.`"""
    words = listed(names)
    words = words[:1].upper() + words[1:]
    if len(names) > 2:
        return _("%(names)s are all fine.", names=words)
    return _("%(names)s are fine.", names=words) if len(names) == 2 else _("%(names)s is fine.", names=words)
