"""Finding reflections and notes, each by its owner alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import load_only

from supportgroup.db import db
from supportgroup.paging import Page, page
from supportgroup.reflections.looking_back import Look
from supportgroup.reflections.models import Note, Reflection

SHOWN = 10  # on a page


class SaidYes:
    """Where the rooms above say who said yes: of an account's own asks, each with the names that it sees."""

    names: Callable[[UUID, Collection[UUID]], Mapping[UUID, str]]


def reflection(account_id: UUID, reflection_id: UUID, *, lock: bool = False) -> Reflection | None:
    """One reflection of this account. `lock`: read again and held until the transaction ends."""
    mine = select(Reflection).where(Reflection.id == reflection_id, Reflection.account_id == account_id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(mine).first()


def of_ask(account_id: UUID, ask_id: UUID) -> Reflection | None:
    """What this account noted around this ask."""
    mine = select(Reflection).where(Reflection.ask_id == ask_id, Reflection.account_id == account_id)
    return db.session.scalars(mine.order_by(Reflection.created_at).limit(1)).first()


def reflections(account_id: UUID, *, after: str | None = None) -> Page[Reflection]:
    """The account's reflections, newest first."""
    mine = select(Reflection).where(Reflection.account_id == account_id)
    return page(mine, (Reflection.created_at, Reflection.id), after=after, limit=SHOWN)


def looks(account_id: UUID) -> list[Look]:
    """All of the account's reflections as the charts see them. One query, without the long texts."""
    seen = load_only(
        Reflection.guess_sealed,
        Reflection.uneasy_before_sealed,
        Reflection.uneasy_after_sealed,
        Reflection.reply,
        Reflection.came,
    )
    mine = select(Reflection).where(Reflection.account_id == account_id).options(seen)
    return [
        Look(guess=one.guess, before=one.uneasy_before, after=one.uneasy_after, reply=one.reply, came=one.came)
        for one in db.session.scalars(mine)
    ]


def notes(account_id: UUID, *, after: str | None = None) -> Page[Note]:
    """The account's notes, newest first."""
    mine = select(Note).where(Note.account_id == account_id)
    return page(mine, (Note.created_at, Note.id), after=after, limit=SHOWN)


def everything(account_id: UUID) -> tuple[Sequence[Reflection], Sequence[Note]]:
    """All of it, oldest first, to take along."""
    mine = select(Reflection).where(Reflection.account_id == account_id)
    written = select(Note).where(Note.account_id == account_id)
    return (
        db.session.scalars(mine.order_by(Reflection.created_at, Reflection.id)).all(),
        db.session.scalars(written.order_by(Note.created_at, Note.id)).all(),
    )
