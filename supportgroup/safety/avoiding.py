"""Whom somebody would rather not meet in any group. Nobody is shown who is on whose list, or that they are on one."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.safety.models import Avoided
from supportgroup.secrets import blind_indexes

MOST = 20


def same_form(text: str) -> str:
    """The form in which two spellings of one address or name are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def avoided(account_id: UUID) -> Sequence[Avoided]:
    """The account's own list, as it was written down."""
    mine = select(Avoided).where(Avoided.account_id == account_id).order_by(Avoided.created_at, Avoided.id)
    return db.session.scalars(mine).all()


def avoid(account_id: UUID, text: str) -> None:
    """Put an address or a name on the list. Twice is once. Raises Refused for a list that is full."""
    there, form = avoided(account_id), same_form(text)
    if any(one.text == form for one in there):
        return
    if len(there) >= MOST:
        raise Refused(_("There is room for %(number)s. Take one off first.", number=MOST))
    db.session.add(Avoided(account_id=account_id, text=form, created_at=clock.now()))
    db.session.flush()


def avoid_no_more(account_id: UUID, avoided_id: UUID) -> bool:
    """Take one off the list. Whether it was there."""
    gone = delete(Avoided).where(Avoided.id == avoided_id, Avoided.account_id == account_id).returning(Avoided.id)
    return db.session.scalar(gone) is not None


def on_a_list(people: Mapping[UUID, Iterable[str]], lists_of: Select[Any]) -> set[UUID]:
    """Who of these people, each given with what they are called and written to, is on one of these accounts' lists."""
    known = {
        index: person
        for person, texts in people.items()
        for text in texts
        for index in blind_indexes(f"{Avoided.__tablename__}|{same_form(text)}")
    }
    if not known:
        return set()
    found = select(Avoided.text_index).where(Avoided.text_index.in_(known), Avoided.account_id.in_(lists_of))
    return {known[index] for index in db.session.scalars(found)}
