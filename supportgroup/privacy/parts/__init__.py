"""What belongs in somebody's copy of their data: part by part, in plain records, with nobody else's name in it.

Labels are the same in every language, for programs; whoever reads the page reads them in their own.
"""

from collections.abc import Sequence

from supportgroup.languages import lazy_gettext as _l
from supportgroup.privacy.parts.account import (
    groups,
    invited,
    letters,
    log,
    out_of_sight,
    profile,
    reports,
    signing_in,
    wishes,
)
from supportgroup.privacy.parts.board import asks, buddies, drafts, heard, helps, messages, offers, spoken, tellings
from supportgroup.privacy.parts.meetings import check_ins, meetings
from supportgroup.privacy.parts.record import Part
from supportgroup.privacy.parts.thoughts import notes, reflections

PRIVATE = ("reflections", "notes")  # what only its owner takes along, and never an operator for them

# Title, name in the JSON, and where it comes from; in the order in which somebody would look for it.
PARTS: Sequence[tuple[str, str, Part]] = (
    (_l("You"), "profile", profile),
    (_l("Which letters you want"), "wishes", wishes),
    (_l("Your groups, and what you agreed to"), "groups", groups),
    (_l("What you asked for"), "asks", asks),
    (_l("What you began to ask"), "drafts", drafts),
    (_l("What you took on"), "helps", helps),
    (_l("What you told of asks"), "tellings", tellings),
    (_l("What was offered"), "offers", offers),
    (_l("What you said in a round"), "spoken", spoken),
    (_l("Weeks with a buddy"), "buddies", buddies),
    (_l("What was written around asks"), "messages", messages),
    (_l("What you heard"), "heard", heard),
    (_l("Meetings"), "meetings", meetings),
    (_l("How meetings were for you"), "check_ins", check_ins),
    (_l("Your reflections"), "reflections", reflections),
    (_l("Your notes"), "notes", notes),
    (_l("What you reported"), "reports", reports),
    (_l("Out of sight"), "out_of_sight", out_of_sight),
    (_l("Letters to you"), "letters", letters),
    (_l("Invitations that wait for you"), "invited", invited),
    (_l("Signing in"), "signing_in", signing_in),
    (_l("What was done with what is yours"), "log", log),
)


def owned_parts() -> list[tuple[str, str, Part]]:
    """The parts that an operator hands out for somebody: all but what only its owner takes along."""
    return [(title, name, part) for title, name, part in PARTS if name not in PRIVATE]
