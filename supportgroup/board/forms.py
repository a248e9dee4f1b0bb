"""Forms of the board: shape only, and the day somebody means when they say "tomorrow"."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from supportgroup import clock
from supportgroup.board.choices import Cards, OneOf, Several
from supportgroup.board.models import AskKind, Eyes, Hearing
from supportgroup.board.phrases import HAPPENED, HEARING, KINDS, PROPOSAL, SIZES
from supportgroup.board.service import Wish
from supportgroup.fields import Day, Form, Line, Paragraphs, Time
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

MOST_HELPERS = 20
END_OF_DAY = time(23, 59, 59)
FURTHEST = timedelta(days=367)  # the rule says a year; this keeps what is added to a day within the calendar


class When(StrEnum):
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"
    DAY = "day"
    ANY = "any"


WHENS = {
    When.WEEK: _l("Within a week"),
    When.TODAY: _l("Today"),
    When.TOMORROW: _l("Tomorrow"),
    When.DAY: _l("On a day I choose"),
    When.ANY: _l("No day: it stays up for a week"),
}


class Poster(StrEnum):
    """Who posts an ask."""

    MYSELF = "myself"
    WITH_NAME = "with_name"
    WITHOUT_NAME = "without_name"


POSTERS = {
    Poster.MYSELF: _l("I post it"),
    Poster.WITH_NAME: _l("A facilitator may post it for me, with my name"),
    Poster.WITHOUT_NAME: _l("A facilitator may post it for me, without my name"),
}


class AskForm(Form):
    """A new ask, or one that is changed. `zone` is the asker's: a day is a day on their calendar."""

    zone: ZoneInfo
    kept: datetime | None = None  # of an ask that is changed: its day may stay, even when it is over
    needed_by: datetime | None = None
    timed = False

    title = Line(
        _l("What would help?"),
        [DataRequired(_l("Say in a few words what would help.")), Length(max=120, message=_l("Up to 120 letters."))],
    )
    kind = Cards(_l("What kind of help is it?"), KINDS, _l("Choose what kind of help it is."))
    when = OneOf(_l("When?"), WHENS, _l("Choose when it would help."), default=When.WEEK)
    day = Day(_l("Which day?"))
    at = Time(_l("At or before what time?"))
    size_minutes = OneOf(_l("How long will it take?"), SIZES, _l("Choose about how long it takes."), default=15)
    helpers_wanted = OneOf(
        _l("How many people would help?"),
        {number: str(number) for number in range(1, MOST_HELPERS + 1)},
        _l("Choose a number from 1 to %(most)s.", most=MOST_HELPERS),
        default=1,
    )
    area = Line(
        _l("Rough place"),
        [Length(max=80, message=_l("Up to 80 letters."))],
        description=_l("A part of town is enough. It stands on the card."),
    )
    place = Line(
        _l("Exact place"),
        [Length(max=200, message=_l("Up to 200 letters."))],
        description=_l("Only who helps with it sees this."),
    )
    eyes = Cards(_l("Who sees it?"), dict.fromkeys(Eyes, ""), _l("Choose who sees it."), default=Eyes.GROUP)
    chosen = Several(_l("Who is it for?"))
    unnamed = BooleanField(
        _l("Ask without my name"),
        description=_l(
            "Nobody sees that it is you. Whoever could do it tells you their name first, and hears yours when "
            "you say “yes, that’s fine”. The fewer people see it, the sooner somebody may guess."
        ),
    )
    body = Paragraphs(_l("More words"), [Length(max=4000, message=_l("Up to 4,000 letters."))])
    content_note = Line(
        _l("Content note"),
        [Length(max=60, message=_l("Up to 60 letters."))],
        description=_l("A word on what it touches, such as grief. Others see it first, and open the rest by choice."),
    )

    poster = Cards(
        _l("Who posts it?"),
        POSTERS,
        _l("Choose who posts it."),
        default=Poster.MYSELF,
        description=_l("What you write goes to the facilitators only, until one of them posts it."),
    )

    def validate_at(self, _field: Any) -> None:
        """Find the instant that is meant. Comes after `day` and `when`, whose values it needs."""
        if self.day.errors or self.at.errors or self.when.data is None or self.kind.data is AskKind.LISTEN:
            return
        self.needed_by, self.timed = self.instant()
        if self.needed_by is not None and self.needed_by <= clock.now() and self.needed_by != self.kept:
            raise ValidationError(_("That time has passed. Choose a later one."))

    def validate_chosen(self, field: Any) -> None:
        if self.eyes.data is Eyes.CHOSEN and not field.data:
            raise ValidationError(_("Choose at least one person."))

    def instant(self) -> tuple[datetime | None, bool]:
        """The instant until which it would help, and whether an hour was named. A day without one lasts to its end."""
        today = clock.now().astimezone(self.zone).date()
        later = {When.TODAY: 0, When.TOMORROW: 1, When.WEEK: 7}
        if self.when.data is When.ANY:
            return None, False
        if self.when.data is not When.DAY:
            return self.local(today + timedelta(days=later[self.when.data]), END_OF_DAY), False
        if self.day.data is None:
            raise ValidationError(_("Choose the day."))
        if not today - FURTHEST <= self.day.data <= today + FURTHEST:
            raise ValidationError(_("Choose a day within the next year."))
        return self.local(self.day.data, self.at.data or END_OF_DAY), self.at.data is not None

    def local(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def wish(self) -> Wish:
        """What was filled in."""
        return Wish(
            title=self.title.data or "",
            kind=self.kind.data,
            size_minutes=self.size_minutes.data,
            needed_by=self.needed_by,
            timed=self.timed,
            helpers_wanted=self.helpers_wanted.data,
            eyes=self.eyes.data,
            chosen=frozenset(map(UUID, self.chosen.data or ())) if self.eyes.data is Eyes.CHOSEN else frozenset(),
            unnamed=self.unnamed.data or self.poster.data is Poster.WITHOUT_NAME,
            through=self.poster.data in (Poster.WITH_NAME, Poster.WITHOUT_NAME),
            area=self.area.data or "",
            place=self.place.data or "",
            body=self.body.data or "",
            content_note=self.content_note.data or "",
        )

    @property
    def has_folded_problem(self) -> bool:
        """Whether something that is folded away needs another look."""
        where = (self.area, self.place)
        folded: Sequence[Any] = (
            self.helpers_wanted,
            *where,
            self.eyes,
            self.chosen,
            self.body,
            self.content_note,
            self.poster,
        )
        return any(field.errors for field in folded)


def in_a_week(zone: ZoneInfo) -> datetime:
    """The end of this day of the week, next week."""
    day = clock.now().astimezone(zone).date() + timedelta(days=7)
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)


def values(wish: Wish, zone: ZoneInfo) -> dict[str, Any]:
    """A wish as the form's fields, to start from."""
    fields = {name: getattr(wish, name) for name in ("title", "kind", "size_minutes", "helpers_wanted", "eyes")}
    fields |= {name: getattr(wish, name) for name in ("unnamed", "area", "place", "body", "content_note")}
    fields["chosen"] = [str(one) for one in wish.chosen]
    if wish.needed_by is None:
        return {**fields, "when": When.ANY}
    local = wish.needed_by.astimezone(zone)
    return {**fields, "when": When.DAY, "day": local.date(), "at": local.time() if wish.timed else None}


class ExampleForm(Form):
    """An example that a facilitator writes for the group."""

    title = Line(
        _l("What could somebody ask for?"),
        [
            DataRequired(_l("Say in a few words what somebody could ask for.")),
            Length(max=120, message=_l("Up to 120 letters.")),
        ],
    )
    kind = OneOf(_l("What kind of help is it?"), KINDS, _l("Choose what kind of help it is."))
    size_minutes = OneOf(_l("How long does it take?"), SIZES, _l("Choose about how long it takes."), default=15)


class HardForm(Form):
    line = Paragraphs(
        _l("A line, if you like"),
        [Length(max=1000, message=_l("Up to 1,000 letters."))],
        description=_l("No answer needed, no fixing."),
    )

    lines_welcome = BooleanField(
        _l("A line from somebody is welcome too"), description=_l("Else they answer with “I hear you”, and no words.")
    )


class MessageForm(Form):
    text = Paragraphs(
        _l("Write to each other"),
        [DataRequired(_l("Write a line first.")), Length(max=4000, message=_l("Up to 4,000 letters."))],
    )


class ThanksForm(Form):
    text = Paragraphs(_l("Thanks"), [Length(max=1000, message=_l("Up to 1,000 letters."))])


class HappenedForm(Form):
    happened = Cards(_l("Did it happen?"), HAPPENED, _l("Choose one of the three."))


class ProposalForm(Form):
    """The asker's word to who could do what was asked without a name."""

    answer = Cards(_l("Is that fine?"), PROPOSAL, _l("Choose one of the two."))


class HearingForm(Form):
    says = Cards(_l("Answer"), HEARING, _l("Choose one of the three."), default=Hearing.I_HEAR_YOU)
    line = Line(_l("A line of your own"), [Length(max=300, message=_l("Up to 300 letters."))])


class SpokenForm(Form):
    """What somebody said in the round."""

    title = Line(
        _l("What would help"),
        [DataRequired(_l("Say in a few words what would help.")), Length(max=120, message=_l("Up to 120 letters."))],
    )
