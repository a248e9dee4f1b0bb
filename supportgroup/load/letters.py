"""The one letter of this room: that something small is suggested. Only to who said "yes, by mail"."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup.db import db
from supportgroup.load.models import Nudge
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
