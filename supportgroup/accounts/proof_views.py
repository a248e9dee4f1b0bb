"""The ways to sign in, as a page; and showing again who you are."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts import access, codes, passwords, queries, service
from supportgroup.accounts.forms import PasskeyForm, ProveForm
from supportgroup.accounts.notes import WORDS
from supportgroup.accounts.queries import Ways
from supportgroup.accounts.views import bp, link_sent, may_write_to, safe_next
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.links import destination

WRONG = _l("That did not match. Try once more.")


@bp.get("/me/ways")
@login_required
def ways() -> ResponseReturnValue:
    """How this account is signed in to, and what was changed about it lately."""
    found = queries.ways(current_user.id)
    return render_template(
        "accounts/ways.html",
        ways=found,
        needed_by=access.second_step_by(found),
        notes=queries.security_notes(current_user.id),
        words=WORDS,
        passkey_form=PasskeyForm(),
        takes_passkeys=access.site().takes_passkeys,
    )


@destination("ways")
def ways_link_leads_to(_token: str) -> str:
    return url_for("accounts.ways")


@bp.route("/me/prove", methods=["GET", "POST"])
@login_required
def prove() -> ResponseReturnValue:
    """Show again who you are: by password, by code, or by both, as the account has them."""
    found = queries.ways(current_user.id)
    form = ProveForm(next=request.args.get("next"))
    if found.password is None:
        del form.password
    if not found.has_second:
        del form.code
    elif not found.codes:
        form.code.label.text = _("One of your spare codes")
    if form.validate_on_submit() and (form.password or form.code):
        try:
            return by_form(form, found)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template(
        "accounts/prove.html",
        form=form,
        ways=found,
        passkey_form=PasskeyForm(next=form.next.data),
        takes_passkeys=access.site().takes_passkeys,
    )
    return page, 422 if form.errors else 200


def by_form(form: Any, found: Ways) -> ResponseReturnValue:
    """Check what was typed. A try is paid for before it is made. Raises Refused."""
    whose = passwords.whose(current_user.email, access.known_as(current_user.id))
    if found.password is not None:
        with passwords.in_line():
            if not passwords.TRIES.take(whose):
                raise Refused(_("That was a number of tries. Wait a while, or sign in anew."))
            if not passwords.matches(found.password, form.password.data):
                raise Refused(WRONG)
    if found.has_second:
        codes.take_try(current_user.id)
    with transaction():
        if found.has_second:
            codes.use(current_user, form.code.data)
        passwords.TRIES.forget(whose)
        access.prove(strongly=found.has_second)
    return redirect(safe_next(form.next.data) or url_for("front.home"), 303)


@bp.post("/me/prove/link")
@login_required
def prove_by_link() -> ResponseReturnValue:
    """Send a link to the account's own address: signing in by it anew shows who you are."""
    if may_write_to(current_user.email):
        with transaction():
            service.request_link(email=current_user.email, browser=access.browser())
    return link_sent(request.form.get("next"))
