"""The letters of this room: that something small is suggested, to who said "yes, by mail"; and that somebody is with
the reader this week.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.letters import readers_of
from supportgroup.groups.models import Membership
from supportgroup.load.models import Buddy, BuddyRound, Nudge
from supportgroup.load.queries import has_asked
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, owe


def owe_nudges(account_ids: Sequence[UUID], now: datetime) -> None:
    """Owe these accounts a letter about the card that was put on their home page now."""
    owe("nudge", [Owed(recipient_id=one, about_id=one, occasion=f"{now:%Y%m%d}", due_at=now) for one in account_ids])


@kind("nudge", lateness=timedelta(days=3), again=False, preference="small-asks", samples=[{}])
def nudge(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Something small is suggested. Left out where the card is gone, or letters are not wanted any more."""
    there = select(Nudge.account_id).where(Nudge.offered_at.is_not(None), Nudge.by_mail)
    there = there.where(Nudge.account_id.in_({letter.about_id for letter in letters}))
    found = set(db.session.scalars(there.where(~has_asked(Nudge.account_id, Nudge.offered_at))))
    return {letter.id: Says(link=link("small-ask")) for letter in letters if letter.about_id in found}


def owe_introductions(round_: BuddyRound, member_ids: Iterable[UUID]) -> None:
    """Tell those who are with somebody this week. Who it is stands on the page."""
    accounts = db.session.scalars(select(Membership.account_id).where(Membership.id.in_(list(member_ids)))).all()
    letters = [
        Owed(
            recipient_id=account_id,
            about_id=round_.id,
            occasion=round_.id.hex,
            due_at=round_.begins_at,
            scope_id=round_.group_id,
        )
        for account_id in accounts
    ]
    owe("buddy-introduced", letters)


@kind("buddy-introduced", lateness=timedelta(days=3), again=False, preference="buddies", samples=[{}])
def buddy_introduced(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody is with the reader this week. Left out: it is over, or one of them stepped out."""
    readers = readers_of(letters)
    running = select(Buddy.round_id, Buddy.membership_id).join(BuddyRound, BuddyRound.id == Buddy.round_id)
    rows = running.where(Buddy.round_id.in_({letter.about_id for letter in letters}), BuddyRound.ends_at > clock.now())
    together = {(round_id, member_id) for round_id, member_id in db.session.execute(rows)}
    return {
        letter.id: Says(link=link("buddy", me.group_id), cover=me.cover_word, group=me.group.name)
        for letter in letters
        if (me := readers.get(letter.id)) and (letter.about_id, me.id) in together
    }
