"""Reflections and notes. What somebody thinks and feels is sealed; what the service knows anyway is plain."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar, overload
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from supportgroup.db import Base
from supportgroup.secrets import EncryptedText, Sealing

Option = TypeVar("Option", bound=StrEnum)


class Guess(StrEnum):
    """Will someone say yes?"""

    HARDLY = "hardly"
    MAYBE = "maybe"
    LIKELY = "likely"


class Unease(StrEnum):
    """How uneasy it is to ask, or was."""

    NOT = "not"
    A_BIT = "a_bit"
    QUITE = "quite"
    VERY = "very"


class Thought(StrEnum):
    """Which thought comes up."""

    BOTHER = "bother"
    THEIR_OWN = "their_own"
    LET_DOWN = "let_down"
    ELSE = "else"


class Reply(StrEnum):
    """Whether anybody said yes. Whether it then happened is another question."""

    YES = "yes"
    NO = "no"


class Came(StrEnum):
    """What came of the yes."""

    HAPPENED = "happened"
    PARTLY = "partly"
    NOT = "not"


class Prompt(StrEnum):
    """What a note answers."""

    NEED = "need"  # What do I need now?
    PAST = "past"  # What happened to me? By choice only.


class SealedChoice(Generic[Option]):
    """A choice that the database sees as bytes only, beside `guess_sealed` as `guess`.

    Sealed is its place among the options: their words differ in length, and the length of what is sealed shows. New
    options go to the end.
    """

    def __init__(self, options: type[Option]) -> None:
        self.options = list(options)
        self.text = EncryptedText()

    def __set_name__(self, owner: type, name: str) -> None:
        self.text.__set_name__(owner, name)

    @overload
    def __get__(self, row: None, owner: type) -> "SealedChoice[Option]": ...
    @overload
    def __get__(self, row: object, owner: type) -> Option | None: ...
    def __get__(self, row: object, owner: type) -> "SealedChoice[Option] | Option | None":
        if row is None:
            return self
        place = self.text.__get__(row, owner)
        return self.options[int(place)] if place else None

    def __set__(self, row: object, choice: Option | None) -> None:
        self.text.__set__(row, None if choice is None else str(self.options.index(choice)))


class Reflection(Sealing, Base):
    """The private note around an ask, on a board or elsewhere: the guess before, what happened, what I make of it."""

    __tablename__ = "reflections"
    __table_args__ = (Index("ix_reflections_account_id_created_at", "account_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    ask_id: Mapped[UUID | None] = mapped_column(ForeignKey("asks.id", ondelete="SET NULL"), index=True)
    elsewhere: Mapped[bool] = mapped_column(default=False)  # asked of a colleague, a friend, a partner
    about_sealed: Mapped[bytes | None]  # what was asked; of an ask its title, so that it outlives the ask
    guess_sealed: Mapped[bytes | None]
    uneasy_before_sealed: Mapped[bytes | None]
    thought_sealed: Mapped[bytes | None]
    own_thought_sealed: Mapped[bytes | None]
    reply: Mapped[Reply | None]
    came: Mapped[Came | None]
    uneasy_after_sealed: Mapped[bytes | None]
    note_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # its owner has looked at it again afterwards

    about = EncryptedText()
    guess = SealedChoice(Guess)
    uneasy_before = SealedChoice(Unease)
    thought = SealedChoice(Thought)
    own_thought = EncryptedText()
    uneasy_after = SealedChoice(Unease)
    note = EncryptedText()


class Note(Sealing, Base):
    """What somebody wrote to one of the questions, for themselves."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_account_id_created_at", "account_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    prompt: Mapped[Prompt]
    text_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    text = EncryptedText()
