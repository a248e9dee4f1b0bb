"""Passkeys: making one, signing in by one, showing again who you are by one. The page's script speaks to the device."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts import access, codes, passkeys, queries
from supportgroup.accounts.forms import PasskeyForm
from supportgroup.accounts.views import bp, safe_next
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _


@bp.post("/sign-in/passkey/options")
def passkey_sign_in_options() -> ResponseReturnValue:
    """What the browser needs to use any passkey it has for us, as JSON."""
    return options(None)


@bp.post("/me/prove/passkey/options")
@login_required
def passkey_prove_options() -> ResponseReturnValue:
    return options(current_user.id)


def options(account_id: UUID | None) -> ResponseReturnValue:
    if not passkeys.CHALLENGES.take(access.address_prefix()):
        raise Refused(_("That was a lot in a short time. Try again in a few minutes."))
    with transaction():
        session["challenge"], found = ids(passkeys.options_to_use(access.site(), account_id))
    return found


def ids(made: tuple[UUID, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    return str(made[0]), made[1]


@bp.post("/sign-in/passkey")
def sign_in_by_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    challenge_id = session.pop("challenge", None)
    if not form.validate_on_submit():
        raise Refused(passkeys.UNREADABLE)
    with transaction():
        content = passkeys.spend(challenge_id, None)
        account, certain = passkeys.use(access.site(), content=content, answer=form.credential.data)
        if not certain and queries.ways(account.id).codes:
            raise Refused(_("This passkey did not make sure that it is you. Have a link sent, and use a code as well."))
        access.sign_in(account, shared=form.shared.data, strongly=certain)
    return redirect(safe_next(form.next.data) or url_for("front.home"), 303)


@bp.post("/me/prove/passkey")
@login_required
def prove_by_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    challenge_id = session.pop("challenge", None)
    if not form.validate_on_submit():
        raise Refused(passkeys.UNREADABLE)
    with transaction():
        content = passkeys.spend(challenge_id, current_user.id)
        passkeys.use(access.site(), content=content, answer=form.credential.data, account_id=current_user.id)
        access.prove(strongly=True)
    return redirect(safe_next(form.next.data) or url_for("front.home"), 303)


@bp.post("/me/ways/passkeys/options")
@access.proof_required
def new_passkey_options() -> ResponseReturnValue:
    if not passkeys.CHALLENGES.take(access.address_prefix()):
        raise Refused(_("That was a lot in a short time. Try again in a few minutes."))
    with transaction():
        session["challenge"], found = ids(passkeys.options_to_make(access.site(), current_user))
    return found


@bp.post("/me/ways/passkeys")
@access.proof_required
def add_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    challenge_id = session.pop("challenge", None)
    if not form.validate_on_submit():
        raise Refused(passkeys.UNREADABLE)
    spare = None
    with transaction():
        content = passkeys.spend(challenge_id, current_user.id)
        passkeys.add(access.site(), current_user, content=content, answer=form.credential.data, device=access.device())
        if not queries.ways(current_user.id).spare_codes:
            spare = codes.make_spare(current_user, tell=False)
        access.start_anew()
        access.prove(strongly=True)
    if spare is not None:
        return render_template("accounts/spare_codes.html", codes=spare)
    flash(_("The passkey is here. From now on it signs you in."))
    return redirect(url_for(".ways"), 303)


@bp.post("/me/ways/passkeys/<uuid:passkey_id>/remove")
@access.proof_required
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    with transaction():
        passkeys.remove(current_user, passkey_id)
        access.start_anew()
    flash(_("Removed. Take it out of your device’s list too."))
    return redirect(url_for(".ways"), 303)
