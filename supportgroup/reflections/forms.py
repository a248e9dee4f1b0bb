"""Forms of reflections: shape only. Every answer may be left open."""

from enum import StrEnum
from typing import Any

from wtforms import RadioField
from wtforms.validators import DataRequired, Length

from supportgroup.fields import Form, Line, Paragraphs, among, choices
from supportgroup.languages import lazy_gettext as _l
from supportgroup.reflections.models import Came, Guess, Reply, Thought, Unease
from supportgroup.reflections.phrases import CAME, GUESSES, REPLIES, THOUGHTS, UNEASE
from supportgroup.reflections.service import After, Before

ABOUT, OWN_THOUGHT, NOTE = 120, 300, 4000  # letters


class OpenField(RadioField):
    """A choice that may be left open."""

    def __init__(self, label: str, options: type[StrEnum], words: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(label, choices=choices(words), coerce=among(options), **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)


class BeforeForm(Form):
    """What is asked before somebody asks."""

    guess = OpenField(_l("Will someone say yes?"), Guess, GUESSES)
    uneasy_before = OpenField(_l("How uneasy is it to ask?"), Unease, UNEASE)
    thought = OpenField(_l("Which thought comes up?"), Thought, THOUGHTS)
    own_thought = Line(_l("In your own words"), [Length(max=OWN_THOUGHT, message=_l("Up to 300 letters."))])

    def before(self) -> Before:
        """The answers."""
        return Before(
            guess=self.guess.data,
            uneasy_before=self.uneasy_before.data,
            thought=self.thought.data,
            own_thought=self.own_thought.data or "",
        )


class AfterForm(Form):
    """What is asked afterwards."""

    reply = OpenField(_l("Did someone say yes?"), Reply, REPLIES)
    came = OpenField(_l("And then?"), Came, CAME, description=_l("A yes counts, whatever came of it."))
    uneasy_after = OpenField(_l("How uneasy is it now, looking back?"), Unease, UNEASE)
    note = Paragraphs(_l("What do you make of it?"), [Length(max=NOTE, message=_l("Up to 4,000 letters."))])

    def after(self) -> After:
        """The answers."""
        return After(
            reply=self.reply.data or (Reply.YES if self.came.data else None),
            came=self.came.data,
            uneasy_after=self.uneasy_after.data,
            note=self.note.data or "",
        )


def before_you_ask() -> BeforeForm:
    """The questions as a part of another form on the same page, which brings the token."""
    return BeforeForm(prefix="before-", meta={"csrf": False})


class ReflectionForm(BeforeForm, AfterForm):
    """Both, around an ask on a board."""


class ElsewhereForm(ReflectionForm):
    """Both, around something that was asked elsewhere."""

    about = Line(
        _l("What did you ask for, or what will you?"),
        [
            DataRequired(_l("Say in a few words what it was about.")),
            Length(max=ABOUT, message=_l("Up to 120 letters.")),
        ],
    )


class NoteForm(Form):
    text = Paragraphs(
        _l("For yourself"),
        [DataRequired(_l("There is nothing to keep yet.")), Length(max=NOTE, message=_l("Up to 4,000 letters."))],
    )
