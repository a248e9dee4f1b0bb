"""Forms of reports and duties: shape only."""

from uuid import UUID

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length

from supportgroup.fields import Form, Paragraphs, among, choices
from supportgroup.languages import lazy_gettext as _l
from supportgroup.moderation.models import Outcome, Reason
from supportgroup.moderation.phrases import OUTCOMES, REASONS, REASONS_TO_HIDE
from supportgroup.safety.models import Rule

CHOOSE = InputRequired(_l("Choose what comes closest."))


class ReportForm(Form):
    reason = RadioField(_l("What is it?"), [CHOOSE], choices=choices(REASONS), coerce=among(Reason))
    words = Paragraphs(_l("Anything to add?"), [Length(max=2000, message=_l("Up to 2,000 letters."))])
    named = BooleanField(_l("Those who look at it may know that it comes from me, and ask me"))


class HideForm(Form):
    rule = RadioField(_l("Why"), [CHOOSE], choices=choices(REASONS_TO_HIDE), coerce=among(Rule))


class AnswerForm(Form):
    outcome = RadioField(_l("What came of it?"), [CHOOSE], choices=choices(OUTCOMES), coerce=among(Outcome))
    note = Paragraphs(_l("A note for yourselves"), [Length(max=2000, message=_l("Up to 2,000 letters."))])


def member_id(value: object) -> UUID | None:
    """The id of a member, or None for nobody."""
    return UUID(str(value)) if value not in (None, "", "None") else None


class DutiesForm(Form):
    deputy_id = SelectField(_l("Who steps in for you when you can’t?"), coerce=member_id)
    accept = BooleanField(
        _l("I have read this, and I look after the group in this way"),
        validators=[DataRequired(_l("Tick this when you are ready. Until then nothing changes."))],
    )
