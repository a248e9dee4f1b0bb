"""Noting, looking again, taking along, erasing. All of it is one account's, for itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, update

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.reflections import queries
from supportgroup.reflections.models import Came, Guess, Note, Prompt, Reflection, Reply, Thought, Unease


@dataclass(frozen=True, kw_only=True)
class Before:
    """What somebody thought before they asked."""

    guess: Guess | None = None
    uneasy_before: Unease | None = None
    thought: Thought | None = None
    own_thought: str = ""

    def __bool__(self) -> bool:
        return bool(self.guess or self.uneasy_before or self.thought or self.own_thought)


@dataclass(frozen=True, kw_only=True)
class After:
    """What came of it, as they saw it."""

    reply: Reply | None = None
    came: Came | None = None
    uneasy_after: Unease | None = None
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.reply or self.came or self.uneasy_after or self.note)


def note_before(*, account_id: UUID, ask_id: UUID, about: str, before: Before) -> Reflection | None:
    """Keep what an ask's asker thought before, if they said anything. Posting it twice keeps the first."""
    return begin(account_id=account_id, ask_id=ask_id, about=about, before=before) if before else None


def begin(*, account_id: UUID, ask_id: UUID, about: str, before: Before | None = None) -> Reflection:
    """The reflection around an ask of this account: the one that is there, or a new one.

    Whether the ask is theirs the caller knows; `about` is its title.
    """
    found = queries.of_ask(account_id, ask_id)
    return found or add(account_id=account_id, ask_id=ask_id, about=about, before=before or Before(), after=After())


def note_elsewhere(*, account_id: UUID, about: str, before: Before, after: After) -> Reflection:
    """Keep a reflection about something that was asked of somebody outside the service."""
    return add(account_id=account_id, elsewhere=True, about=about, before=before, after=after)


def add(*, before: Before, after: After, **columns: Any) -> Reflection:
    reflection = Reflection(created_at=clock.now(), **columns)
    say(reflection, before=before, after=after)
    db.session.add(reflection)
    db.session.flush()
    return reflection


def change(*, account_id: UUID, reflection_id: UUID, about: str, before: Before, after: After) -> None:
    """Write it anew. What an ask on the board was about stays. Raises Refused where it was erased meanwhile."""
    reflection = queries.reflection(account_id, reflection_id, lock=True)
    if reflection is None:
        raise Refused(_("This one was erased meanwhile."))
    if reflection.elsewhere:
        reflection.about = about
    say(reflection, before=before, after=after)


def say(reflection: Reflection, *, before: Before, after: After) -> None:
    for column, value in (vars(before) | vars(after)).items():
        setattr(reflection, column, value)
    if after and reflection.closed_at is None:
        reflection.closed_at = clock.now()


def note_replies(reply: Reply, asks: Select[UUID]) -> None:
    """Fill in, for these asks, whether somebody said yes. What is there already stays: its owner may have said it."""
    fill_in("reply", reply, asks)


def note_outcomes(came: Came, asks: Select[UUID]) -> None:
    """Fill in, for these asks, what came of the yes."""
    fill_in("came", came, asks)


def fill_in(column: str, value: Reply | Came, asks: Select[UUID]) -> None:
    """One statement, whatever the number."""
    unknown = update(Reflection).where(getattr(Reflection, column).is_(None), Reflection.ask_id.in_(asks))
    db.session.execute(unknown.values({column: value}), execution_options={"synchronize_session": False})


def write_note(*, account_id: UUID, prompt: Prompt, text: str) -> Note:
    """Keep what somebody wrote to a question."""
    note = Note(account_id=account_id, prompt=prompt, text=text, created_at=clock.now())
    db.session.add(note)
    return note


def erase(*, account_id: UUID, reflection_id: UUID) -> None:
    """Erase one reflection. Doing it twice changes nothing."""
    db.session.execute(delete(Reflection).where(Reflection.id == reflection_id, Reflection.account_id == account_id))


def erase_note(*, account_id: UUID, note_id: UUID) -> None:
    """Erase one note."""
    db.session.execute(delete(Note).where(Note.id == note_id, Note.account_id == account_id))


def erase_all(account_id: UUID) -> None:
    """Erase every reflection and every note of this account."""
    db.session.execute(delete(Reflection).where(Reflection.account_id == account_id))
    db.session.execute(delete(Note).where(Note.account_id == account_id))


def export(account_id: UUID) -> dict[str, Any]:
    """All of it as plain values, to take along: choices as their words, instants as RFC 3339 in UTC."""
    reflections, notes = queries.everything(account_id)
    return {
        "reflections": [
            {
                "about": one.about,
                "asked": "elsewhere" if one.elsewhere else "on the board",
                "written_at": instant(one.created_at),
                "before": {
                    "will_someone_say_yes": one.guess,
                    "how_uneasy": one.uneasy_before,
                    "thought": one.thought,
                    "own_thought": one.own_thought,
                },
                "after": {
                    "reply": one.reply,
                    "what_came_of_it": one.came,
                    "how_uneasy": one.uneasy_after,
                    "note": one.note,
                },
            }
            for one in reflections
        ],
        "notes": [{"to": one.prompt, "text": one.text, "written_at": instant(one.created_at)} for one in notes],
    }


def instant(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")
