"""Signing in by password, and setting one."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.accounts import access, codes, passwords, queries
from supportgroup.accounts.forms import NewPasswordForm, PasswordSignInForm
from supportgroup.accounts.models import Account, Change
from supportgroup.accounts.notes import note
from supportgroup.accounts.queries import Claim
from supportgroup.accounts.views import bp, safe_next
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

WRONG = _l("That did not match. Look at the address and the password once more, or have a link sent instead.")
TOO_MANY = _l("That was a number of tries. Have a link sent instead, or wait a while.")


@bp.route("/sign-in/password", methods=["GET", "POST"])
def sign_in_by_password() -> ResponseReturnValue:
    """One answer for every reason that it did not match: address, password, code."""
    form = PasswordSignInForm(next=request.args.get("next"))
    status = 200
    if form.validate_on_submit():
        try:
            with passwords.in_line():
                return by_password(form, queries.claim(form.email.address))
        except TooMany:
            form.form_errors.append(TOO_MANY)
            status = 429
        except Refused:
            form.form_errors.append(WRONG)
    if form.errors and status == 200:
        status = 422
    return render_template("accounts/password_sign_in.html", form=form), status


class TooMany(Refused):
    """No more guesses, for now."""


def by_password(form: Any, claim: Claim) -> ResponseReturnValue:
    """Check and sign in. A try is paid for before it is made. Raises Refused, or TooMany."""
    known_as = access.known_as(claim.account.id if claim.account else None)
    whose = passwords.whose(form.email.address, known_as)
    network = access.address_prefix()
    if not (known_as or passwords.WRONG_FROM_NETWORK.take(network)) or not passwords.TRIES.take(whose):
        raise TooMany(TOO_MANY)
    if not passwords.matches(claim.password, form.password.data) or claim.account is None or claim.password is None:
        note_last_try(claim, whose)
        raise Refused(WRONG)
    if claim.codes:
        codes.take_try(claim.account.id)
    anew = passwords.hashed_anew(claim.password, form.password.data)
    with transaction():
        enter(claim.account, form, whose, anew, asks_code=claim.codes)
    if not known_as:
        passwords.WRONG_FROM_NETWORK.give_back(network)
    return redirect(safe_next(form.next.data) or url_for("front.home"), 303)


def enter(account: Account, form: Any, whose: str, anew: str | None, *, asks_code: bool) -> None:
    """All was right: in, in the caller's transaction."""
    if asks_code:
        codes.use(account, form.code.data or "")
    passwords.TRIES.forget(whose)
    if anew is not None:
        passwords.keep_anew(account, anew)
    access.sign_in(account, shared=form.shared.data, strongly=asks_code)


def note_last_try(claim: Claim, whose: str) -> None:
    """Tell the owner when their password is not taken any more. Who has none costs the same look."""
    used_up = passwords.TRIES.is_used_up(whose)
    if used_up and claim.account is not None and claim.password is not None:
        with transaction():
            note(claim.account, Change.PASSWORD_RESTS)


@bp.route("/me/ways/password", methods=["GET", "POST"])
@access.proof_required
def set_password() -> ResponseReturnValue:
    form = NewPasswordForm()
    ways = queries.ways(current_user.id)
    if form.validate_on_submit():
        words = [current_app.config["SETTINGS"].service_name]
        found = passwords.problem(form.password.data, account=current_user, codes=ways.codes, words=words)
        if found is None:
            keep_password(form.password.data)
            flash(_("Your password is set. Everywhere else you are signed out."))
            return redirect(url_for(".ways"), 303)
        form.password.errors = [found]
    least = passwords.LEAST_WITH_CODES if ways.codes else passwords.LEAST
    page = render_template("accounts/password.html", form=form, has_one=ways.password is not None, least=least)
    return page, 422 if form.errors else 200


def keep_password(password: str) -> None:
    """Set it, and end every session but this one, whose reference is a new one."""
    fresh, is_short = passwords.hashed(password), len(passwords.normal(password)) < passwords.LEAST
    with transaction():
        passwords.set_password(current_user, hash=fresh, is_short=is_short)
        access.start_anew()


@bp.post("/me/ways/password/remove")
@access.proof_required
def remove_password() -> ResponseReturnValue:
    with transaction():
        passwords.remove_password(current_user)
        access.start_anew()
    flash(_("The password is gone. A link in your inbox signs you in, as before."))
    return redirect(url_for(".ways"), 303)
