"""Forms about one's own load: shape only."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, IntegerField, ValidationError
from wtforms.validators import InputRequired, NumberRange

from supportgroup import clock
from supportgroup.board.side_models import MOST_PER_WEEK, LoadWish
from supportgroup.fields import Day, Form
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

A_NUMBER = _l("Say a number from 0 to %(most)s.", most=MOST_PER_WEEK)
LONGEST = timedelta(days=366)  # of resting


class PerWeek(IntegerField):
    """A whole number, with a sentence of our own for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text[:12] for text in valuelist])
        except ValueError:
            raise ValueError(str(A_NUMBER)) from None


class WishForm(Form):
    """What somebody sets themselves. `zone` is theirs: rest ends when a day of theirs begins."""

    zone: ZoneInfo

    per_week = PerWeek(
        _l("How many asks can you carry in a week?"),
        [InputRequired(A_NUMBER), NumberRange(0, MOST_PER_WEEK, A_NUMBER)],
        description=_l("Asks of five minutes are free. You can always choose one more."),
    )
    rest = BooleanField(_l("I rest for now"))
    rest_until = Day(_l("Until which day?"), description=_l("Meanwhile no asks are sent to you."))
    wanted = BooleanField(_l("Now and then, suggest a small ask to me on my home page"))
    by_mail = BooleanField(_l("Yes, by mail too"))

    def validate_rest_until(self, field: Any) -> None:
        if not self.rest.data or field.errors:
            return
        today = clock.now().astimezone(self.zone).date()
        if field.data is None or not today < field.data <= today + LONGEST:
            raise ValidationError(_("Choose a day after today, within a year."))

    def resting_until(self) -> datetime | None:
        """The instant at which rest ends: the begin of that day; None for not resting."""
        day = self.rest_until.data if self.rest.data else None
        return datetime.combine(day, time(), self.zone) if day else None


def values(wish: LoadWish, zone: ZoneInfo) -> dict[str, Any]:
    """A wish as the form's fields."""
    rests = wish.rests(clock.now())
    day: date | None = wish.resting_until.astimezone(zone).date() if wish.resting_until and rests else None
    return {"per_week": wish.per_week, "rest": rests, "rest_until": day}
