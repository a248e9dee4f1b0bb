"""The kinds of letters: each room registers its own, with a function that says what a batch of them says now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from supportgroup.mail.models import Letter


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whom a letter goes to, and how they want it."""

    id: UUID
    email: str
    name: str
    zone: ZoneInfo
    language: str
    full: bool = False  # full letters name the service, group and meeting title; discreet ones a cover word
    quiet: tuple[time, time] | None = None  # from, until, on the recipient's clock
    stopped: frozenset[str] = frozenset()  # preferences switched off


@dataclass(frozen=True, kw_only=True)
class Says:
    """What one letter says at this moment.

    `link` is a path of this service, `/l/…`. `cover` is the recipient's cover word for the group and `group` the
    group's name, both None in letters that are about no group. `more` goes to the templates as it is. `calendar` is
    an iCalendar object for those who want meetings in their calendar. `to` is another address of the recipient, for the
    few letters that are not for their own.
    """

    link: str
    to: str | None = None
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
    `preference`: what a member switches off to get none of it; None for signing in and safety.
    `samples`: contexts as they might be, for looking at the letter.
    """

    name: str
    says: Speak
    priority: int
    lateness: timedelta
    again: bool
    preference: str | None
    samples: Sequence[Mapping[str, Any]]


PREFERENCES: dict[str, str] = {
    "meeting-reminders": "Reminders before meetings",
    "meeting-changes": "Meetings that move, change or are cancelled, and places that become free",
    "meeting-follow-ups": "A question after a meeting: how was it",
    "membership": "Applications, answers to them, and welcomes",
    "asks-of-others": "Asks that others have posted",
    "own-asks": "What happens with my asks",
    "own-helps": "What I have taken on",
    "ask-messages": "Messages around an ask",
    "ask-follow-ups": "A question after an ask: did it happen",
    "small-asks": "A small ask to try, where I have said yes to that",
}

KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    priority: int = 2,
    lateness: timedelta,
    again: bool = True,
    preference: str | None,
    samples: Sequence[Mapping[str, Any]],
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
        )
        return says

    return register


class Recipients:
    """Where the rooms above say how a recipient is found: ids to those who can be written to now."""

    find: Callable[[set[UUID]], dict[UUID, Recipient]]


def quiet_until(instant: datetime, recipient: Recipient) -> datetime:
    """The first instant from `instant` on that is not in the recipient's quiet hours."""
    if recipient.quiet is None:
        return instant
    begins, ends = recipient.quiet
    wall = instant.astimezone(recipient.zone)
    now = wall.time()
    inside = begins <= now < ends if begins <= ends else now >= begins or now < ends
    if not inside:
        return instant
    day = wall.date() if now < ends else wall.date() + timedelta(days=1)
    return datetime.combine(day, ends, recipient.zone).astimezone(instant.tzinfo)
