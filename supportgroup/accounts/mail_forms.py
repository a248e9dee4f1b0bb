"""Forms about letters: shape only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, Optional

from supportgroup import clock
from supportgroup.accounts.wishes import OTHERS, SORTS
from supportgroup.fields import Day, Form, Time, choices
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.kinds import GATHERABLE, PREFERENCES, How

REMINDERS = {
    14 * 24 * 60: _l("Two weeks before"),
    7 * 24 * 60: _l("A week before"),
    2 * 24 * 60: _l("Two days before"),
    24 * 60: _l("A day before"),
    3 * 60: _l("Three hours before"),
    60: _l("An hour before"),
    15: _l("15 minutes before"),
    0: _l("When it starts"),
}
PRESETS = {
    "meetings": _l("Meetings only"),
    "mine": _l("Meetings and my own asks"),
    "everything": _l("Everything"),
}
DAYS = dict(
    enumerate(
        (
            _l("Monday"),
            _l("Tuesday"),
            _l("Wednesday"),
            _l("Thursday"),
            _l("Friday"),
            _l("Saturday"),
            _l("Sunday"),
        )
    )
)
LONGEST_PAUSE = timedelta(days=366)
WORDS = {
    How.AT_ONCE: _l("At once"),
    How.DAILY: _l("Gathered, once a day"),
    How.WEEKLY: _l("Gathered, once a week"),
    How.NEVER: _l("Never"),
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
            more = {AS_EVERYWHERE: _l("As in all my groups")} if as_everywhere and sort != OTHERS else {}
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

    preset = RadioField(_l("Which letters come"), choices=choices(PRESETS), validators=[Optional()])
    reminders = SelectMultipleField(_l("Remind me of meetings"), choices=choices(REMINDERS), coerce=int)
    quiet = BooleanField(_l("Keep quiet hours"))
    quiet_from = Time(_l("From"), [Optional()])
    quiet_until = Time(_l("Until"), [Optional()])
    letters_at = Time(_l("Gathered letters come at"), [InputRequired(_l("Say at what time, such as 18:00."))])
    letters_on = SelectField(_l("Those of the week on"), choices=choices(DAYS), coerce=int)
    paused_until = Day(_l("No letters until"), [Optional()])

    def validate_quiet(self, field: Any) -> None:
        begins, ends = self.quiet_from.data, self.quiet_until.data
        if field.data and (begins is None or ends is None):
            raise ValidationError(_("Say from when and until when, such as 21:00 and 08:00."))
        if field.data and begins == ends:
            raise ValidationError(_("From and until are the same time. Choose two that differ."))

    def validate_paused_until(self, field: Any) -> None:
        if field.data and field.data > clock.now().date() + LONGEST_PAUSE:
            raise ValidationError(_("Up to a year from now."))


@with_sorts(as_everywhere=True)
class GroupWishesForm(SortsForm):
    """What someone wants of the letters about one group, where it differs from all others."""

    own_times = RadioField(
        _l("Reminders of its meetings"),
        choices=choices({"no": _l("At the times for all my groups"), "yes": _l("At times of its own")}),
    )
    reminders = SelectMultipleField(_l("Its own times"), choices=choices(REMINDERS), coerce=int)

    @property
    def has_sort_of_its_own(self) -> bool:
        """Whether letters of some sort come in another way than in all groups."""
        return any(self[sort].data != AS_EVERYWHERE for sort in SORTS if sort != OTHERS)

    def validate_reminders(self, field: Any) -> None:
        if self.own_times.data == "yes" and not field.data:
            raise ValidationError(_("Choose at least one time. For no reminders at all, choose “Never” below."))
