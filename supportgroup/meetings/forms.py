"""Forms about meetings: shape only, in plain words."""

from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from supportgroup.fields import Day, Form, Line, Paragraphs, Time, among, choices
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings.models import Answer, Custom, Feeling, Meeting, Part, Series
from supportgroup.meetings.phrases import FINE, PARTS
from supportgroup.meetings.recurrence import LAST, Every, Pattern
from supportgroup.meetings.service import Plan

MINUTES = _l("Say how many minutes it takes, from 5 to 1440.")
MOST_SKIPPED = 50  # days left out of a series as it begins


class Repeats(StrEnum):
    """How a series repeats, as people say it; the weekday is that of its first day."""

    ONCE = "once"
    WEEKLY = "weekly"
    WEEKS = "weeks"
    MONTHLY = "monthly"
    LAST = "last"


REPEATS = {
    Repeats.ONCE: _l("It happens once"),
    Repeats.WEEKLY: _l("Every week"),
    Repeats.WEEKS: _l("Every few weeks"),
    Repeats.MONTHLY: _l("Each month, on the same weekday: the third Wednesday, say"),
    Repeats.LAST: _l("Each month, on the last such weekday: the last Friday, say"),
}


class Ends(StrEnum):
    OPEN = "open"
    UNTIL = "until"
    COUNT = "count"


ENDS = {Ends.OPEN: _l("It goes on"), Ends.UNTIL: _l("On a day"), Ends.COUNT: _l("After a number of times")}


class Scope(StrEnum):
    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


SCOPES = {
    Scope.THIS: _l("Only this one"),
    Scope.FOLLOWING: _l("This and all that follow"),
    Scope.ALL: _l("All that are to come"),
}
ANSWERS = {Answer.GOING: _l("I’m coming"), Answer.MAYBE: _l("Maybe"), Answer.NOT_GOING: _l("Not this time")}
FEELINGS = {Feeling.LIGHTER: _l("Lighter"), Feeling.SAME: _l("The same"), Feeling.HEAVIER: _l("Heavier")}


class Days(Field):
    """Days of the calendar that were ticked; what is none of them is left out."""

    widget = HiddenInput()
    data: list[date]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("", default=list, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        for text in valuelist[:MOST_SKIPPED]:
            with suppress(ValueError):
                self.data.append(date.fromisoformat(text))


class Number(IntegerField):
    """A whole number between two others."""

    def __init__(self, label: str, least: int, most: int, sentence: str, *more: Any, **kwargs: Any) -> None:
        self.sentence = sentence
        super().__init__(label, [*more, NumberRange(least, most, sentence)], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.sentence) from None


def someone(value: Any) -> UUID | None:
    """Whom a list of people says; nobody for the first line of it."""
    return UUID(str(value)) if value and str(value) != "None" else None


def part_minutes(part: Part) -> Number:
    """For how long a part of the agenda goes, if somebody wants to say."""
    return Number(PARTS[part], 1, 600, _("Choose a number of minutes from 1 to 600, or leave it open."), Optional())


class MeetingForm(Form):
    """A meeting, or each of a series."""

    title = Line(
        _l("What is it called"),
        [
            DataRequired(_l("Give it a name, such as Evening circle.")),
            Length(max=120, message=_l("Up to 120 letters.")),
        ],
    )
    day = Day(_l("Day"), [InputRequired(_l("Choose a day, such as 2027-05-19."))])
    time = Time(_l("Time"), [InputRequired(_l("Choose a time, such as 19:00."))])
    minutes = Number(_l("How many minutes"), 5, 24 * 60, MINUTES, InputRequired(MINUTES), default=90)
    agenda = SelectMultipleField(_l("Agenda"), choices=choices(PARTS), coerce=among(Part), default=list(Part))
    minutes_welcome = part_minutes(Part.WELCOME)
    minutes_check_in = part_minutes(Part.CHECK_IN)
    minutes_small_asks = part_minutes(Part.SMALL_ASKS)
    minutes_themes = part_minutes(Part.THEMES)
    minutes_closing = part_minutes(Part.CLOSING)
    customs = SelectMultipleField(
        _l("What is fine here"), choices=choices(FINE), coerce=among(Custom), default=list(Custom)
    )
    about = Paragraphs(_l("What else there is to say"), [Length(max=5000, message=_l("Up to 5000 letters."))])
    place = Line(_l("Place"), [Length(max=300, message=_l("Up to 300 letters."))])
    video_url = Line(_l("Link to the call"), [Length(max=500, message=_l("Up to 500 letters."))])
    size_limit = Number(
        _l("Most people who can come"), 1, 500, _l("Choose a number from 1 to 500, or leave it open."), Optional()
    )
    least = Number(
        _l("Fewest people to meet with"), 2, 500, _l("Choose a number from 2 to 500, or leave it open."), Optional()
    )
    host = SelectField(_l("Host"), coerce=someone)
    repeats = RadioField(_l("How often"), choices=choices(REPEATS), coerce=among(Repeats), default=Repeats.ONCE)
    weeks = Number(
        _l("How many weeks apart"), 1, 52, _l("Choose a number of weeks from 1 to 52."), Optional(), default=2
    )
    ends = RadioField(_l("It ends"), choices=choices(ENDS), coerce=among(Ends), default=Ends.OPEN)
    until = Day(_l("Last day"), [Optional()])
    count = Number(_l("How many times"), 1, 1000, _l("Choose a number of times from 1 to 1000."), Optional())
    skip = Days()
    skip_offered = True
    preview = SubmitField(_l("Show the dates"))

    def validate_video_url(self, field: Any) -> None:
        if not field.data:
            return
        try:
            found = urlsplit(field.data)
            whole = found.scheme in ("http", "https") and found.hostname and " " not in field.data
        except ValueError:
            whole = False
        if not whole:
            raise ValidationError(_("A link begins with https:// and has no spaces in it."))

    def validate_least(self, field: Any) -> None:
        if field.data and self.size_limit.data and field.data > self.size_limit.data:
            raise ValidationError(_("That is more people than can come. Choose a smaller number."))

    def validate_ends(self, field: Any) -> None:
        if self.is_series() and field.data is Ends.UNTIL and not any(self.until.raw_data or []):
            raise ValidationError(_("Choose the last day, such as 2027-12-31."))
        if self.is_series() and field.data is Ends.COUNT and not any(self.count.raw_data or []):
            raise ValidationError(_("Say how many times, such as 10."))

    @property
    def has_folded_problem(self) -> bool:
        """Whether something that is folded away needs another look."""
        parts = (self[f"minutes_{part}"] for part in Part)
        folded = (self.minutes, self.size_limit, self.least, self.host, self.agenda, *parts, self.customs, self.about)
        return any(field.errors for field in folded)

    def is_series(self) -> bool:
        return self.repeats.data is not Repeats.ONCE

    def plan(self) -> Plan:
        """What was filled in."""
        said = self.fields()
        return Plan(
            title=said["title"],
            wall=self.wall(),
            duration_minutes=said["minutes"],
            about=said["about"] or "",
            agenda={str(part): said[f"minutes_{part}"] for part in said["agenda"]},
            customs=[str(one) for one in said["customs"]],
            place=said["place"] or "",
            video_url=said["video_url"] or "",
            size_limit=said["size_limit"],
            least=said["least"],
            host_id=said["host"],
        )

    def wall(self) -> datetime:
        """Day and time on the group's clock."""
        said = self.fields()
        return datetime.combine(said["day"], said["time"])

    def says_when(self) -> bool:
        """Whether dates can be shown, though something else is missing still."""
        when = (self.day, self.time, self.repeats, self.weeks, self.ends, self.until, self.count)
        return bool(self.preview.data) and not any(field.errors for field in when)

    def rule(self) -> str:
        """How it repeats, as a rule. Raises recurrence.BadRule."""
        day: date = self.fields()["day"]
        until = self.until.data if self.ends.data is Ends.UNTIL else None
        count = self.count.data if self.ends.data is Ends.COUNT else None
        if self.repeats.data in (Repeats.MONTHLY, Repeats.LAST):
            nth = (day.day - 1) // 7 + 1
            last = self.repeats.data is Repeats.LAST or nth > 4  # a fifth one is a last one
            return Pattern.monthly(LAST if last else nth, day.weekday(), until=until, count=count).rule()
        weeks = self.weeks.data or 1 if self.repeats.data is Repeats.WEEKS else 1
        return Pattern.weekly(day.weekday(), weeks=weeks, until=until, count=count).rule()


class EditForm(MeetingForm):
    """The same, for a meeting that is there: of a series, this one or all that follow."""

    repeats = RadioField(_l("How often"), choices=choices(REPEATS)[1:], coerce=among(Repeats), default=Repeats.WEEKLY)
    skip_offered = False  # single dates of a series that is there are cancelled, on their own pages
    scope = RadioField(_l("What changes"), choices=choices(SCOPES), coerce=among(Scope), default=Scope.THIS)

    def is_series(self) -> bool:
        return "scope" in self and self.scope.data in (Scope.FOLLOWING, Scope.ALL)


def filled_in(meeting: Meeting, series: Series | None, remaining: int | None) -> dict[str, Any]:
    """A meeting as the form's fields. `remaining`: how many times it and its series go on, where that is counted."""
    known = {
        "title": meeting.title,
        "day": meeting.starts_local.date(),
        "time": meeting.starts_local.time(),
        "minutes": meeting.duration_minutes,
        "about": meeting.about,
        "agenda": [part for part in Part if part in meeting.agenda],
        **{f"minutes_{part}": minutes for part, minutes in meeting.agenda.items()},
        "customs": [one for one in Custom if meeting.customs is None or one in meeting.customs],
        "place": meeting.place,
        "video_url": meeting.video_url,
        "size_limit": meeting.size_limit,
        "least": meeting.least,
        "host": meeting.host_id,
    }
    if series is None:
        return known
    pattern = Pattern.read(series.rule, series.first_local)
    ends = Ends.UNTIL if pattern.until else Ends.COUNT if pattern.count else Ends.OPEN
    return {
        **known,
        "repeats": said_as(pattern),
        "weeks": pattern.interval if pattern.every is Every.WEEKLY else 2,
        "ends": ends,
        "until": pattern.until,
        "count": remaining,
    }


def said_as(pattern: Pattern) -> Repeats | None:
    """The choice of the form that says this pattern; None where none does."""
    if len(pattern.days) != 1:
        return None
    if pattern.every is Every.WEEKLY:
        return Repeats.WEEKLY if pattern.interval == 1 else Repeats.WEEKS
    if pattern.every is Every.MONTHLY and pattern.interval == 1:
        return Repeats.LAST if next(iter(pattern.days)).nth == LAST else Repeats.MONTHLY
    return None


class CloseForm(Form):
    """What the host may leave behind when a meeting closes."""

    note = Paragraphs(_l("A note for the next host"), [Length(max=2000, message=_l("Up to 2000 letters."))])
    guests = Number(_l("Guests"), 0, 500, _l("Choose a number from 0 to 500, or leave it open."), Optional())
    line = Line(_l("How it was for you"), [Length(max=500, message=_l("Up to 500 letters."))])


class CheckInForm(Form):
    feeling = RadioField(
        _l("How do you go home from it"),
        choices=choices(FEELINGS),
        coerce=among(Feeling),
        validators=[InputRequired(_l("Choose one of the three."))],
    )
    line = Line(_l("A line for yourself"), [Length(max=500, message=_l("Up to 500 letters."))])


class PauseForm(Form):
    """From when to when a series does not meet."""

    from_on = Day(
        _l("Not meeting from"), [InputRequired(_l("Choose the first day without a meeting, such as 2027-12-20."))]
    )
    until_on = Day(
        _l("Meeting again from"), [InputRequired(_l("Choose the day you may meet again, such as 2028-01-07."))]
    )
