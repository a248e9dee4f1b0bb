"""The operators' page of letters: how they stand, and a way on for those that are stuck. Nothing of any person."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.validators import InputRequired

from supportgroup import clock
from supportgroup.accounts.access import second_factor_required
from supportgroup.db import transaction
from supportgroup.fields import Form, Line, among, choices
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail import queries, service
from supportgroup.mail.links import destination
from supportgroup.mail.models import LetterState
from supportgroup.mail.service import Stuck
from supportgroup.moderation.access import enter_as_operator
from supportgroup.moderation.all_well import standing, troubles
from supportgroup.moderation.phrases import STUCK, WHY_STUCK
from supportgroup.moderation.views import bp
from supportgroup.words import span


class StuckForm(Form):
    """Which stuck letters are meant: those of one state and kind, to which the same happened last."""

    state = SelectField(_l("State"), [InputRequired()], choices=choices(STUCK), coerce=among(LetterState))
    kind = Line(_l("Kind"), [InputRequired()])
    last_class = Line(_l("What happened last"))


@bp.get("/operator/mail")
@second_factor_required
def operator_mail() -> ResponseReturnValue:
    enter_as_operator()
    now = clock.now()
    found = standing(now)
    return render_template(
        "moderation/operator_mail.html",
        found=found,
        troubles=troubles(found, now),
        stuck=queries.stuck(),
        states=STUCK,
        why=WHY_STUCK,
        span=span,
    )


@bp.post("/operator/mail/retry")
@second_factor_required
def operator_mail_retry() -> ResponseReturnValue:
    enter_as_operator()
    with transaction():
        number = service.retry(meant())
    flash(_("%(number)s to be sent. What is of no use any more stays where it is.", number=number))
    return redirect(url_for(".operator_mail"), 303)


@bp.post("/operator/mail/drop")
@second_factor_required
def operator_mail_drop() -> ResponseReturnValue:
    enter_as_operator()
    with transaction():
        number = service.drop_stuck(meant())
    flash(_("%(number)s let go.", number=number))
    return redirect(url_for(".operator_mail"), 303)


def meant() -> Stuck:
    """The stuck letters that the form names; for any that cannot be, the page is not there."""
    form = StuckForm()
    if not form.validate_on_submit():
        abort(404)
    return Stuck([form.state.data], form.kind.data, form.last_class.data or None)


@destination("operator-mail")
def operator_mail_link_leads_to(_token: str) -> str:
    return url_for("moderation.operator_mail")
