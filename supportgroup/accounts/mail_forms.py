"""Forms about letters: shape only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField, TimeField, ValidationError
from wtforms.validators import InputRequired, Optional

from supportgroup import clock
from supportgroup.accounts.wishes import OTHERS, SORTS
from supportgroup.fields import Form, choices
from supportgroup.mail.kinds import GATHERABLE, PREFERENCES, How

REMINDERS = {
    14 * 24 * 60: "two weeks before",
    7 * 24 * 60: "a week before",
    2 * 24 * 60: "two days before",
    24 * 60: "a day before",
    3 * 60: "three hours before",
    60: "an hour before",
    15: "15 minutes before",
    0: "when it starts",
}
PRESETS = {
    "meetings": "Meetings only",
    "mine": "Meetings and my own asks",
    "everything": "Everything",
}
DAYS = dict(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))
LONGEST_PAUSE = timedelta(days=366)
WORDS = {
    How.AT_ONCE: "at once",
    How.DAILY: "gathered, once a day",
    How.WEEKLY: "gathered, once a week",
    How.NEVER: "never",
}
AS_EVERYWHERE = "as_everywhere"


def hows(sort: str) -> dict[str, str]:
    """The ways in which letters of this sort can come, in words."""
    can_wait = sort in GATHERABLE or sort == OTHERS
    return {str(how): words for how, words in WORDS.items() if can_wait or how in (How.AT_ONCE, How.NEVER)}


Made = TypeVar("Made", bound=type[Form])


def with_sorts(*, as_everywhere: bool) -> Callable[[Made], Made]:
    """Add a field for each sort of letters to a form."""

    def add(form: Made) -> Made:
        for sort in SORTS:
            more = {AS_EVERYWHERE: "as in all my groups"} if as_everywhere and sort != OTHERS else {}
            setattr(form, sort, SelectField(PREFERENCES[sort], choices=choices({**more, **hows(sort)})))
        return form

    return add


class SortsForm(Form):
    """A form with a field for each sort of letters."""

    @property
    def sorts(self) -> dict[str, str]:
        """What was chosen, by sort."""
        return {sort: self[sort].data for sort in SORTS}

    @property
    def sort_fields(self) -> list[Any]:
        return [self[sort] for sort in SORTS]


@with_sorts(as_everywhere=False)
class WishesForm(SortsForm):
    """What someone wants of all their letters."""

    preset = RadioField("Which letters come", choices=choices(PRESETS), validators=[Optional()])
    reminders = SelectMultipleField("Remind me of meetings", choices=choices(REMINDERS), coerce=int)
    quiet = BooleanField("Keep quiet hours")
    quiet_from = TimeField("from", [Optional()])
    quiet_until = TimeField("until", [Optional()])
    letters_at = TimeField("Gathered letters come at", [InputRequired("Say at what time, such as 18:00.")])
    letters_on = SelectField("Those of the week on", choices=choices(DAYS), coerce=int)
    paused_until = DateField("No letters until", [Optional()])

    def validate_quiet(self, field: Any) -> None:
        begins, ends = self.quiet_from.data, self.quiet_until.data
        if field.data and (begins is None or ends is None):
            raise ValidationError("Say from when and until when, such as 21:00 and 08:00.")
        if field.data and begins == ends:
            raise ValidationError("From and until are the same time. Choose two that differ.")

    def validate_paused_until(self, field: Any) -> None:
        if field.data and field.data > clock.now().date() + LONGEST_PAUSE:
            raise ValidationError("Up to a year from now.")


@with_sorts(as_everywhere=True)
class GroupWishesForm(SortsForm):
    """What someone wants of the letters about one group, where it differs from all others."""

    own_times = RadioField(
        "Reminders of its meetings",
        choices=choices({"no": "at the times for all my groups", "yes": "at times of its own"}),
    )
    reminders = SelectMultipleField("Its own times", choices=choices(REMINDERS), coerce=int)

    def validate_reminders(self, field: Any) -> None:
        if self.own_times.data == "yes" and not field.data:
            raise ValidationError("Choose at least one time. For no reminders at all, choose “never” below.")
