"""Changing one's address: asked for here, confirmed at the new one, undone here for three days."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts import access, addresses, queries
from supportgroup.accounts.forms import NewAddressForm
from supportgroup.accounts.views import bp, may_write_to
from supportgroup.db import transaction
from supportgroup.fields import Form
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination, read
from supportgroup.secrets import BadToken


@bp.route("/me/email", methods=["GET", "POST"])
@access.proof_required
def email() -> ResponseReturnValue:
    """One answer for addresses that somebody has and those that nobody has."""
    form = NewAddressForm()
    if not queries.ways(current_user.id).has_second:
        del form.quietly
    if form.validate_on_submit():
        if may_write_to(form.email.address):
            quietly = bool(form.quietly and form.quietly.data)
            with transaction():
                addresses.ask(current_user, form.email.address, tell_former=not quietly)
        return render_template("accounts/email_sent.html")
    former = queries.other_addresses(current_user.id, is_former=True)
    return render_template("accounts/email.html", form=form, former=former), 422 if form.errors else 200


@destination("address")
def address_link_leads_to(token: str, _address_id: UUID) -> str:
    return url_for("accounts.confirm_email", token=token)


@bp.route("/me/email/<token>", methods=["GET", "POST"])
@login_required
def confirm_email(token: str) -> ResponseReturnValue:
    """The page of the link in the letter to the new address: opening it changes nothing, the button does."""
    try:
        _link, (address_id,) = read(token, "address")
    except (BadToken, ValueError):
        abort(404)
    waiting = queries.other_address(address_id, is_former=False)
    if waiting is None or waiting.account_id != current_user.id:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            addresses.confirm(current_user, address_id)
            access.start_anew()
        flash(_("Your letters go to the new address from now on. Everywhere else you are signed out."))
        return redirect(url_for(".settings"), 303)
    return render_template("accounts/email_confirm.html", form=form, waiting=waiting, token=token)


@bp.post("/me/email/<uuid:address_id>/undo")
@access.proof_required
def undo_email(address_id: UUID) -> ResponseReturnValue:
    former = queries.other_address(address_id, is_former=True)
    if former is None or former.account_id != current_user.id:
        abort(404)
    with transaction():
        addresses.undo(current_user, address_id)
        access.start_anew()
    flash(_("Your letters come to your former address again. Everywhere else you are signed out."))
    return redirect(url_for(".email"), 303)
