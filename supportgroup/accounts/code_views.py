"""Codes from an app, and spare ones: setting them up, and doing without."""

import segno
from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.accounts import access, codes, queries
from supportgroup.accounts.forms import CodesForm
from supportgroup.accounts.views import bp
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.secrets import BadToken, open_token, seal_token

PURPOSE = "seed"


@bp.route("/me/ways/codes", methods=["GET", "POST"])
@access.proof_required
def set_up_codes() -> ResponseReturnValue:
    """A seed as a picture and in letters, and a first code to show that the app has it.

    Until then the seed is in the page alone, sealed for this account.
    """
    form = CodesForm()
    if form.validate_on_submit():
        try:
            return codes_set_up(seed_in(form.seed.data), form.code.data)
        except BadToken:
            form.seed.data = None
            form.form_errors.append(_("This page was open for a long time. Here is a new picture for your app."))
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    form.seed.data = form.seed.data or sealed(codes.new_seed())
    try:
        seed = seed_in(form.seed.data)
    except BadToken:
        form.seed.data = sealed(seed := codes.new_seed())
    service_name = current_app.config["SETTINGS"].service_name
    address = codes.address_for_app(seed, name=current_user.name, service=service_name)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#ffffff")
    page = render_template("accounts/codes.html", form=form, seed=seed, picture=picture)
    return page, 422 if form.errors else 200


def sealed(seed: str) -> str:
    return seal_token(PURPOSE, current_user.id.bytes + seed.encode())


def seed_in(token: str | None) -> str:
    """The seed that a page carries for this account. Raises BadToken."""
    content = open_token(PURPOSE, token or "")
    if content[:16] != current_user.id.bytes:
        raise BadToken
    return content[16:].decode()


def codes_set_up(seed: str, code: str) -> ResponseReturnValue:
    """Ask for codes from now on, and show the spare ones if there are none yet. Raises Refused."""
    codes.take_try(current_user.id)
    spare = None
    with transaction():
        codes.set_up(current_user, seed=seed, code=code)
        if not queries.ways(current_user.id).spare_codes:
            spare = codes.make_spare(current_user, tell=False)
        access.start_anew()
        access.prove(strongly=True)
    if spare is not None:
        return render_template("accounts/spare_codes.html", codes=spare)
    flash(_("Codes are asked for from now on."))
    return redirect(url_for(".ways"), 303)


@bp.post("/me/ways/codes/remove")
@access.proof_required
def remove_codes() -> ResponseReturnValue:
    with transaction():
        codes.remove(current_user)
        access.start_anew()
    flash(_("Codes are not asked for any more."))
    return redirect(url_for(".ways"), 303)


@bp.post("/me/ways/spare-codes")
@access.proof_required
def new_spare_codes() -> ResponseReturnValue:
    """Ten new ones, shown once."""
    if not queries.ways(current_user.id).has_second:
        raise Refused(_("Spare codes stand in for a passkey or an app, and you have neither."))
    with transaction():
        spare = codes.make_spare(current_user)
    return render_template("accounts/spare_codes.html", codes=spare)
