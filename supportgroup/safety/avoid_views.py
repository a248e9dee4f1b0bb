"""Whom one would rather not meet: a list of one's own, behind a fresh proof of who sits there."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.accounts.access import proof_required
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.safety import avoiding
from supportgroup.safety.forms import AvoidForm
from supportgroup.safety.views import bp


@bp.route("/me/avoid", methods=["GET", "POST"])
@proof_required
def avoid() -> ResponseReturnValue:
    form = AvoidForm()
    if form.validate_on_submit():
        try:
            with transaction():
                avoiding.avoid(current_user.id, form.text.data or "")
            flash(_("Kept. Nobody is told."))
            return redirect(url_for(".avoid"), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("safety/avoid.html", form=form, avoided=avoiding.avoided(current_user.id))
    return page, 422 if form.errors else 200


@bp.post("/me/avoid/<uuid:avoided_id>/remove")
@proof_required
def avoid_no_more(avoided_id: UUID) -> ResponseReturnValue:
    with transaction():
        was_there = avoiding.avoid_no_more(current_user.id, avoided_id)
    if not was_there:
        abort(404)
    flash(_("Taken off your list."))
    return redirect(url_for(".avoid"), 303)
