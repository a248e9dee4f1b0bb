"""Forms about offers: shape only."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import ValidationError
from wtforms.validators import DataRequired, Length

from supportgroup import clock
from supportgroup.board.choices import Cards, OneOf, Several
from supportgroup.board.forms import END_OF_DAY, FURTHEST
from supportgroup.board.models import Eyes
from supportgroup.board.offer_models import Offer
from supportgroup.board.offers import Willing
from supportgroup.board.phrases import OFFERED, SIZES
from supportgroup.fields import Day, Form, Line, Paragraphs
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

TEXT = 100  # letters: with what stands around it, it becomes the title of an ask
SAY_WHAT = _l("Say in a few words what you would be glad to do.")


def text_field(label: str) -> Line:
    return Line(label, [DataRequired(SAY_WHAT), Length(max=TEXT, message=_l("Up to 100 letters."))])


class DayAhead(Day):
    """A day from today until in a year on the reader's calendar, or none. `zone` of the form is theirs."""

    def post_validate(self, form: Any, _stopped: bool) -> None:
        today = clock.now().astimezone(form.zone).date()
        if self.data is not None and not self.errors and not today <= self.data <= today + FURTHEST:
            raise ValidationError(_("Choose a day from today on, within a year."))


class Offering(Form):
    """What every offer says. `zone`: a day is a day on its giver's calendar."""

    zone: ZoneInfo

    kind = Cards(_l("What kind of help is it?"), OFFERED, _l("Choose what kind of help it is."))
    size_minutes = OneOf(_l("How long does it take?"), SIZES, _l("Choose about how long it takes."), default=15)
    body = Paragraphs(_l("More words"), [Length(max=1000, message=_l("Up to 1,000 letters."))])
    text: Line

    def said(self, **more: Any) -> Willing:
        """What was filled in, and what one sort of offer says beyond it."""
        return Willing(
            text=self.text.data or "",
            kind=self.kind.data,
            size_minutes=self.size_minutes.data,
            body=self.body.data or "",
            **more,
        )


class OfferForm(Offering):
    """One that stands on the board."""

    text = text_field(_l("What would you be glad to do?"))
    days = Several(_l("On which days?"))
    times = Line(
        _l("At what times?"),
        [Length(max=80, message=_l("Up to 80 letters."))],
        description=_l("Such as: in the morning, back by noon."),
    )
    area = Line(
        _l("Rough place"),
        [Length(max=80, message=_l("Up to 80 letters."))],
        description=_l("A part of town is enough."),
    )
    eyes = Cards(_l("Who sees it?"), dict.fromkeys(Eyes, ""), _l("Choose who sees it."), default=Eyes.GROUP)

    def willing(self) -> Willing:
        """What was filled in."""
        return self.said(
            area=self.area.data or "",
            times=self.times.data or "",
            days=sum(1 << int(day) for day in set(self.days.data)),
            eyes=self.eyes.data,
        )

    @property
    def has_folded_problem(self) -> bool:
        """Whether something that is folded away needs another look."""
        folded: tuple[Any, ...] = (self.times, self.area, self.eyes, self.body)
        return any(field.errors for field in folded)


class OfferToForm(Offering):
    """One to a member."""

    text = text_field(_l("Would it help if I …"))
    day = DayAhead(_l("On which day?"))

    def willing(self) -> Willing:
        """What was filled in."""
        return self.said(needed_by=end_of(self.day.data, self.zone))


class TakeForm(Form):
    """That would help me."""

    zone: ZoneInfo

    title = Line(
        _l("In your words"),
        [Length(max=120, message=_l("Up to 120 letters."))],
        description=_l("What exactly would help. Left open, it is what was offered."),
    )
    day = DayAhead(_l("On which day?"))

    def needed_by(self) -> datetime | None:
        return end_of(self.day.data, self.zone)


class PauseForm(Form):
    """Let a standing offer rest. `zone` is its giver's: it comes back when that day of theirs begins."""

    zone: ZoneInfo

    until = DayAhead(_l("Until which day?"), [DataRequired(_l("Choose the day on which it comes back."))])

    def validate_until(self, field: Any) -> None:
        if field.data is not None and field.data <= clock.now().astimezone(self.zone).date():
            raise ValidationError(_("Choose a day after today."))

    def paused_until(self) -> datetime | None:
        return datetime.combine(self.until.data, time(), self.zone) if self.until.data else None


def in_two_weeks(zone: ZoneInfo) -> date:
    """How long an offer rests, unless its giver says otherwise."""
    return clock.now().astimezone(zone).date() + timedelta(days=14)


def end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The last second of a day on this calendar."""
    return datetime.combine(day, END_OF_DAY, zone) if day else None


def next_day(offer: Offer, zone: ZoneInfo) -> date | None:
    """The next of the days on which it is offered, from tomorrow on; None where it is any day."""
    tomorrow = clock.now().astimezone(zone).date() + timedelta(days=1)
    days = (tomorrow + timedelta(days=later) for later in range(7))
    return next((day for day in days if day.weekday() in offer.weekdays), None)


def values(offer: Offer) -> dict[str, Any]:
    """An offer as the form's fields."""
    fields = ("text", "kind", "size_minutes", "body", "area", "times", "eyes")
    return {**{name: getattr(offer, name) for name in fields}, "days": [str(day) for day in offer.weekdays]}
