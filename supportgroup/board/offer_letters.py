"""Letters about offers: that there is one, that it was taken up, or not this time. Never what, nor by whom."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from supportgroup import clock
from supportgroup.board import offer_queries
from supportgroup.board.letters import SAMPLES, owe_about, scenes
from supportgroup.board.models import Ask
from supportgroup.board.offer_models import Offer
from supportgroup.groups.letters import readers_of
from supportgroup.groups.models import Membership
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, owe

THREE_DAYS = timedelta(days=3)
NOT_NOW = -1  # of an answer: its about_version, where it is about the offer and not about what came of it


def owe_made(offer: Offer, reader: Membership) -> None:
    """Tell who it is said to."""
    owe_one("offer-made", offer, reader, version=0)


def owe_not_now(offer: Offer) -> None:
    """Tell who made it that it is not this time."""
    owe_one("offer-answered", offer, offer.by, version=NOT_NOW)


def owe_one(name: str, offer: Offer, reader: Membership, *, version: int) -> None:
    owed = Owed(
        recipient_id=reader.account_id,
        about_id=offer.id,
        about_version=version,
        occasion=offer.id.hex,
        due_at=clock.now(),
        expires_at=offer.ends_at if name == "offer-made" else None,
        scope_id=offer.group_id,
    )
    owe(name, [owed])


def owe_yes(ask: Ask, giver: Membership) -> None:
    """Tell who made it that it would help: at once, through quiet hours too, as every yes."""
    owe_about("offer-answered", ask, [giver.account_id], occasion="yes", priority=1)


@kind("offer-made", lateness=THREE_DAYS, preference="offers", samples=[{}])
def offer_made(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody offers something. Left out: answered, taken back, at rest, or from somebody the reader has muted."""
    readers, waiting = readers_of(letters), offer_queries.waiting({letter.about_id for letter in letters})
    return {
        letter.id: Says(link=link("offer", letter.about_id), cover=me.cover_word, group=me.group.name)
        for letter in letters
        if (me := readers.get(letter.id)) and letter.about_id in waiting
    }


@kind(
    "offer-answered",
    lateness=THREE_DAYS,
    preference="offers",
    samples=[*({"yes": True, **sample} for sample in SAMPLES), {"yes": False, "needed_by": None, "timed": False}],
)
def offer_answered(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """It would help, or not this time. Left out: handed back since, or not needed any more."""
    about_asks = [letter for letter in letters if letter.about_version != NOT_NOW]
    found = {scene.letter.id: scene.says(yes=True) for scene in scenes(about_asks) if scene.helps}
    readers = readers_of(letters)
    for letter in letters:
        me = readers.get(letter.id)
        if me and letter.about_version == NOT_NOW:
            more = {"yes": False, "needed_by": None, "timed": False}
            where = link("offer", letter.about_id)
            found[letter.id] = Says(link=where, cover=me.cover_word, group=me.group.name, more=more)
    return found
