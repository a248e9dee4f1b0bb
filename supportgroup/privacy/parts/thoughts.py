"""What its owner alone takes along: reflections and notes."""

from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.privacy.parts.record import Record, coded
from supportgroup.reflections.models import Note, Reflection
from supportgroup.reflections.phrases import CAME, GUESSES, PROMPTS, REPLIES, THOUGHTS, UNEASE


def reflections(account: Account) -> list[Record]:
    found = select(Reflection).where(Reflection.account_id == account.id).order_by(Reflection.created_at)
    return [
        {
            "written": one.created_at,
            "about": one.about or None,
            "asked elsewhere": one.elsewhere,
            "will someone say yes": coded(GUESSES, one.guess),
            "how uneasy before": coded(UNEASE, one.uneasy_before),
            "the thought": one.own_thought or coded(THOUGHTS, one.thought),
            "did anybody say yes": coded(REPLIES, one.reply),
            "what came of it": coded(CAME, one.came),
            "how uneasy after": coded(UNEASE, one.uneasy_after),
            "what I make of it": one.note or None,
        }
        for one in db.session.scalars(found)
    ]


def notes(account: Account) -> list[Record]:
    found = select(Note).where(Note.account_id == account.id).order_by(Note.created_at)
    return [
        {"written": one.created_at, "question": coded(PROMPTS, one.prompt), "text": one.text}
        for one in db.session.scalars(found)
    ]
