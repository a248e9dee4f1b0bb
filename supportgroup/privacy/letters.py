"""Letters about one's own data: a copy is ready, the account goes, the account was not used for long."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import ENDED, Letter, LetterState
from supportgroup.mail.service import Owed, owe
from supportgroup.privacy.models import Erasure, Export, LastSeen

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SOME_DAY = datetime(2027, 5, 12, 10, tzinfo=UTC)  # for samples


def owe_ready(export: Export) -> None:
    letter = Owed(
        recipient_id=export.account_id,
        about_id=export.id,
        occasion=export.id.hex,
        due_at=clock.now(),
    )
    owe("data-ready", [letter])


def owe_goodbye(erasure: Erasure) -> None:
    """The last letter, just before the address goes."""
    letter = Owed(
        recipient_id=erasure.account_id,
        about_id=erasure.account_id,
        occasion=f"{erasure.asked_at:%Y%m%d%H%M%S%f}",
        due_at=clock.now(),
    )
    owe("account-erased", [letter])


def goodbye_is_out(account_id: UUID) -> bool:
    """Whether the last letter has gone out, or never will."""
    mine = select(Letter.state).where(Letter.kind == "account-erased", Letter.recipient_id == account_id)
    return all(state in (*ENDED, LetterState.HELD) for state in db.session.scalars(mine))


def owe_inactive(seen: LastSeen, goes_at: datetime) -> None:
    """Tell somebody that their account goes, since nobody has used it for long."""
    letter = Owed(
        recipient_id=seen.account_id,
        about_id=seen.account_id,
        about_version=seen.told,
        occasion=f"{seen.seen_on:%Y%m%d}:{seen.told}",
        due_at=clock.now(),
    )
    owe("account-inactive", [letter])


@kind("data-ready", lateness=DAY, preference=None, samples=[{"until": SOME_DAY}])
def data_ready(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The copy that was asked for is there, for a day. Left out: fetched already, or not there any more."""
    found = select(Export).where(Export.id.in_([letter.about_id for letter in letters]))
    exports = {one.id: one for one in db.session.scalars(found)}
    now = clock.now()
    return {
        letter.id: Says(link=link("data"), more={"until": one.ready_at + DAY if one.ready_at else now})
        for letter in letters
        if (one := exports.get(letter.about_id)) and one.can_be_fetched(now)
    }


@kind("account-erased", priority=0, lateness=DAY, preference=None, samples=[{}])
def account_erased(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The account goes now, as was asked. Left out: it is kept after all."""
    going = select(Erasure.account_id).where(Erasure.account_id.in_([letter.about_id for letter in letters]))
    ids = set(db.session.scalars(going))
    return {letter.id: Says(link=link("start")) for letter in letters if letter.about_id in ids}


@kind("account-inactive", lateness=WEEK, preference=None, samples=[{"goes": SOME_DAY}])
def account_inactive(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The account was not used for long, and goes on a day. Left out: it was used meanwhile."""
    rows = db.session.scalars(select(LastSeen).where(LastSeen.account_id.in_([letter.about_id for letter in letters])))
    seen = {one.account_id: one for one in rows}
    return {
        letter.id: Says(link=link("data"), more={"goes": one.goes_at})
        for letter in letters
        if (one := seen.get(letter.about_id)) and one.told == letter.about_version and one.told
    }
