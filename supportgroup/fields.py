"""Form fields that every room uses: text that is text, choices in words, zones that exist."""

import unicodedata
from enum import StrEnum
from typing import Any

from flask import current_app, g, request
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField, ValidationError
from wtforms.fields.choices import SelectChoice

from supportgroup import clock
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l


class Guard(CSRFProtect):
    """Forms are good from our own pages only: by the token in them, and by where the browser says they come from."""

    def protect(self, apply_exemptions: bool = False) -> None:
        super().protect(apply_exemptions)
        if g.get("csrf_valid") and is_from_elsewhere():
            raise CSRFError(_("The form is on another site’s page."))


def is_from_elsewhere() -> bool:
    """Whether the browser says that another site's page sent this. One too old to say either leaves it to the token.

    Our pages send no referrer, and so forms in them say `Origin: null` to everybody, us included.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin not in ("null", current_app.config["SETTINGS"].base_url, f"{request.scheme}://{request.host}")


csrf = Guard()  # every unsafe method of every route, but for what exempts itself by name


def strip(value: str | None) -> str | None:
    """Without the white space around it; line ends as one character."""
    return value.replace("\r\n", "\n").strip() if value else value


def plain(_form: object, field: Any) -> None:
    """Refuse what is not text: NUL and other control characters, halves of surrogate pairs, and in one line its end."""
    allowed = "\n\t\u2028\u2029" if isinstance(field, TextAreaField) else ""
    for letter in field.data or "":
        if letter not in allowed and unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValidationError(_("There is a character in here that is not text. Type it again."))


class Line(StringField):
    """One line of text, stripped."""

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, [*(validators or []), plain], filters=[strip], **kwargs)


class Paragraphs(TextAreaField):
    """Several lines of text, stripped."""

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, [*(validators or []), plain], filters=[strip], **kwargs)


def choices(words: dict[Any, str]) -> list[SelectChoice]:
    """The choices of a select or radio field, from values (enum members or texts) to words."""
    return [SelectChoice(str(value), label) for value, label in words.items()]


def among(options: type[StrEnum]) -> Any:
    """A `coerce` that gives the enum member, and refuses what is none."""

    def coerce(value: Any) -> StrEnum | None:
        return None if value in (None, "", "None") else options(value)

    return coerce


class OrNone:
    """For a day or a time: none where nothing is said, and where it is no such thing, a sentence of ours."""

    data: Any
    none_such: str

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            super().process_formdata([text for text in valuelist if text])  # type: ignore[misc]
        except ValueError:
            raise ValueError(str(self.none_such)) from None


class Day(OrNone, DateField):
    """A day of the calendar, or none."""

    none_such = _l("This day is not in the calendar. Choose one such as 2027-05-19.")


class Time(OrNone, TimeField):
    """A time of day, or none."""

    none_such = _l("This time is not on the clock. Choose one such as 19:00.")


class ZoneField(SelectField):
    """An IANA time zone; the browser's own is filled in by our script where the page asks for it."""

    def __init__(self, label: str = _l("Time zone"), **kwargs: Any) -> None:
        super().__init__(label, choices=self.zones, validate_choice=False, **kwargs)

    @staticmethod
    def zones() -> list[SelectChoice]:
        return [SelectChoice(name, name.replace("_", " ")) for name in clock.zone_names()]

    def pre_validate(self, form: object) -> None:
        try:
            clock.zone(self.data or "")
        except clock.BadZone:
            raise ValidationError(_("Choose a time zone from the list.")) from None


class Words:
    """What WTForms would say by itself, where somebody sends what no form offers: in our voice, and the reader's
    language.
    """

    def gettext(self, said: str) -> str:
        return _("Choose one of these.") if "hoice" in said else _("This does not fit here. Write it another way.")

    def ngettext(self, one: str, _many: str, _count: int) -> str:
        return self.gettext(one)


class Form(FlaskForm):
    """A form: shape only. Rules that need the database live in the services."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: object, formdata: Any) -> Any:
            """Only the texts that a page's form sends: no files and no JSON where a text is meant."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" and request.form else None

        def get_translations(self, form: object) -> Words:
            return Words()

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at everything, and say what is wrong in the reader's language: as texts, which `_l` is not yet."""
        well: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.errors, list):
                field.errors[:] = [one if isinstance(one, list | dict) else str(one) for one in field.errors]
        return well

    def fields(self) -> dict[str, Any]:
        """What was filled in, by field name, without the token and the button."""
        return {name: value for name, value in self.data.items() if name not in ("csrf_token", "submit")}
