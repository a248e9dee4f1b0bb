"""The kinds of letters: each room registers its own, with a function that says what a batch of them says now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.models import Letter
from supportgroup.mail.quiet import Quiet

EVERYWHERE = UUID(int=0)  # a wish for all groups, and for what is about none


class How(StrEnum):
    """How somebody wants letters of one sort."""

    AT_ONCE = "at_once"
    DAILY = "daily"  # gathered in the one letter of a day
    WEEKLY = "weekly"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whom a letter goes to, and how they want it."""

    id: UUID
    email: str
    name: str
    zone: ZoneInfo
    language: str
    full: bool = False  # full letters name the service, group and meeting title; discreet ones a cover word
    quiet: Quiet = None  # on the recipient's clock
    wishes: Mapping[tuple[str, UUID], How] = field(default_factory=dict)  # by preference and group, or EVERYWHERE
    paused_until: datetime | None = None  # nothing until then but signing in and safety
    refused: bool = False  # the relay said there is no such address

    def how(self, preference: str, scope_id: UUID | None) -> How:
        """How letters of this preference are wanted: in this group, else everywhere, else at once."""
        everywhere = self.wishes.get((preference, EVERYWHERE), How.AT_ONCE)
        return self.wishes.get((preference, scope_id or EVERYWHERE), everywhere)


@dataclass(frozen=True, kw_only=True)
class Says:
    """What one letter says at this moment.

    `link` is a path of this service, `/l/…`. `cover` is the recipient's cover word for the group and `group` the
    group's name, both None in letters that are about no group. `more` goes to the templates as it is. `calendar` is
    an iCalendar object for those who want meetings in their calendar. `to` is another address of the recipient, for the
    few letters that are not for their own. `reader` is whom it goes to, in kinds for people without an account.
    """

    link: str
    to: str | None = None
    reader: Recipient | None = None
    cover: str | None = None
    group: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    calendar: bytes | None = None
    calendar_method: str = "REQUEST"


Speak = Callable[[Sequence[Letter]], Mapping[int, Says]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of letter.

    `lateness`: how long after it is due it is still worth sending. `again`: whether it is sent once more where nobody
    knows if the relay took it (a missing one strands a person), or held (a second one feels like pressure).
    `preference`: what a member says how they want it; None for signing in and safety.
    `samples`: contexts as they might be, for looking at the letter.
    `while_resting`: whether it is sent though its group rests; signing in and safety are.
    `passed_on`: whether it goes to an address that somebody typed, of nobody with an account perhaps. Its owner stops
    all of these at once.
    """

    name: str
    says: Speak
    priority: int
    lateness: timedelta
    again: bool
    preference: str | None
    samples: Sequence[Mapping[str, Any]]
    while_resting: bool
    passed_on: bool


PREFERENCES: dict[str, str] = {
    "meeting-reminders": _l("Reminders before meetings"),
    "meeting-changes": _l("Meetings that move, change or are cancelled, and places that become free"),
    "hosting": _l("Hosting: when a turn is mine, and whether to meet at all"),
    "meeting-follow-ups": _l("A question after a meeting: how was it"),
    "membership": _l("Applications, answers to them, and welcomes"),
    "asks-of-others": _l("Asks that others have posted"),
    "own-asks": _l("What happens with my asks"),
    "own-helps": _l("What I have taken on"),
    "offers": _l("What somebody offers me, and answers to what I offered"),
    "buddies": _l("Who is with me this week, where I have said that I would like a buddy"),
    "listening": _l("When somebody waits to be heard, and I have said that I can listen"),
    "ask-messages": _l("Messages around an ask"),
    "ask-follow-ups": _l("A question after an ask: did it happen"),
    "small-asks": _l("A small ask to try, where I have said yes to that"),
    "digest": _l("The letter of the day or week"),
    "all-well": _l("Once a week, for who runs the service: is all well"),
}
# Those that can wait to be gathered in one letter a day or week. Letters of them that cannot wait come at once.
# Others' asks are gathered before they are letters: each group's members say how they want those.
GATHERABLE = frozenset(PREFERENCES) - {"meeting-reminders", "asks-of-others", "listening", "digest", "all-well"}

KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    priority: int = 2,
    lateness: timedelta,
    again: bool = True,
    preference: str | None,
    samples: Sequence[Mapping[str, Any]],
    while_resting: bool = False,
    passed_on: bool = False,
) -> Callable[[Speak], Speak]:
    """Register the function as what letters of this kind say. Letters it leaves out are dropped as not wanted."""
    if preference is not None and preference not in PREFERENCES:
        raise ValueError(f"No such preference: {preference}")

    def register(says: Speak) -> Speak:
        KINDS[name] = Kind(
            name=name,
            says=says,
            priority=priority,
            lateness=lateness,
            again=again,
            preference=preference,
            samples=samples,
            while_resting=while_resting or (preference is None and not passed_on),
            passed_on=passed_on,
        )
        return says

    return register


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A group as the mail room knows it: what its letters to somebody call it, and how they want others' asks."""

    id: UUID
    cover: str
    name: str
    asks: How


class Scopes:
    """Where the rooms above say which groups an account has letters about, in the order in which it joined, and which
    of some groups rest.
    """

    of: Callable[[UUID], Sequence[Scope]]
    resting: Callable[[set[UUID]], set[UUID]]


class Recipients:
    """Where the rooms above say how a recipient is found: ids to those who can be written to now."""

    find: Callable[[set[UUID]], dict[UUID, Recipient]]
