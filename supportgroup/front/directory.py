"""The directory: which groups there are, and when they meet next."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import SelectField
from wtforms.validators import Length

from supportgroup import clock, words
from supportgroup.fields import Form, Line, among, choices
from supportgroup.front import finding
from supportgroup.front.views import bp
from supportgroup.groups.forms import FORMATS, LANGUAGES
from supportgroup.groups.models import Format
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings import queries as meetings


def number(value: Any) -> int | None:
    return int(value) if value else None


class FilterForm(Form):
    """What to look for, from the address of the page. What is no choice is left out, and nothing is said."""

    class Meta:
        csrf = False

    q = Line(_l("Words"), [Length(max=80)])
    topic = SelectField(_l("Topic"))
    language = SelectField(_l("Language"))
    format = SelectField(_l("How it meets"), coerce=among(Format))
    day = SelectField(_l("Meets on a"), coerce=number)

    def wanted(self) -> dict[str, Any]:
        self.validate()
        for field in self:
            if field.errors:
                field.data, field.errors = None, ()
        return {field.name: field.data for field in self if field.data is not None}


def filter_form() -> FilterForm:
    form = FilterForm(request.args)
    form.topic.choices = choices({"": _("Any"), **{word: word for word in finding.topics()}})
    spoken = {code: LANGUAGES[code] for code in finding.languages() if code in LANGUAGES}
    form.language.choices = choices({"": _("Any"), **spoken})
    form.format.choices = choices({"": _("Any"), Format.ONLINE: _("Online"), Format.IN_PERSON: _("In person")})
    form.day.choices = choices({"": _("Any day"), **{str(at): words.weekday(at) for at in range(7)}})
    return form


@bp.get("/groups")
def directory() -> ResponseReturnValue:
    """The listed groups, in the time of who is signed in; for others in each group's own."""
    form = filter_form()
    wanted = form.wanted()
    known = current_user.is_authenticated
    zone = clock.zone(current_user.zone if known else "UTC")
    found = finding.groups(
        finding.Filter(zone=zone, **wanted),
        current_user.id if known else None,
        after=request.args.get("after"),
    )
    asked = {name: value for name, value in wanted.items() if value != ""}
    return render_template(
        "front/directory.html",
        filters=form,
        asked=asked,
        groups=found.items,
        older=url_for(".directory", **asked, after=found.next) if found.next else None,
        next_meetings=meetings.next_meetings([group.id for group in found.items]),
        zone=zone if known else None,
        formats=FORMATS,
        languages=LANGUAGES,
    )
