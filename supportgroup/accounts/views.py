"""Signing up and in, and a person's own settings."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts import access, codes, queries, service
from supportgroup.accounts.forms import PasskeyForm, SettingsForm, SignInForm, SignUpForm, UseLinkForm
from supportgroup.accounts.models import LinkPurpose, SignInLink
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import language
from supportgroup.limits import Allowance
from supportgroup.mail.links import destination, read
from supportgroup.secrets import BadToken

bp = Blueprint("accounts", __name__)

LINKS_TO_ONE_ADDRESS = Allowance("links-to-address", 5, timedelta(hours=1))
LINKS_FROM_ONE_NETWORK = Allowance("links-from-network", 30, timedelta(hours=1))
LONGEST_NEXT = 500  # letters: it waits in a cookie


def safe_next(target: str | None) -> str | None:
    """A path on this service to go on to, or None. Nothing else is followed: not another host in any spelling."""
    if not target or len(target) > LONGEST_NEXT or not target.startswith("/") or target.startswith("//"):
        return None
    if any(ord(letter) < 33 or letter == "\\" for letter in target) or urlsplit(target).netloc:
        return None
    return target


def may_write_to(email: str) -> bool:
    """Whether another link may go to this address, and be asked for from this network."""
    return LINKS_FROM_ONE_NETWORK.take(access.address_prefix()) and LINKS_TO_ONE_ADDRESS.take(email)


def link_sent(target: str | None = None) -> ResponseReturnValue:
    """One answer for addresses we know and addresses we do not. Where to go on to waits in this browser."""
    session["next"] = safe_next(target)
    return render_template("accounts/link_sent.html")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or url_for("front.home"), 303)
    form = SignInForm(next=request.args.get("next"))
    if form.validate_on_submit():
        if may_write_to(form.email.address):
            with transaction():
                service.request_link(email=form.email.address, browser=access.browser())
        return link_sent(form.next.data)
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        passkey_form=PasskeyForm(next=form.next.data),
        takes_passkeys=access.site().takes_passkeys,
    )
    return page, 422 if form.errors else 200


@bp.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> ResponseReturnValue:
    form = SignUpForm(next=request.args.get("next"))
    age = current_app.config["SETTINGS"].min_age
    form.adult.label.text = _("I am %(age)s or older", age=age)
    if not age:
        del form.adult
    if form.validate_on_submit():
        if may_write_to(form.email.address):
            with transaction():
                service.sign_up(
                    email=form.email.address,
                    name=form.name.data,
                    zone=form.zone.data,
                    language=language(),
                    browser=access.browser(),
                )
        return link_sent(form.next.data)
    return render_template("accounts/sign_up.html", form=form), 422 if form.errors else 200


@destination("sign-in")
def sign_in_link_leads_to(token: str, _link_id: UUID) -> str:
    return url_for("accounts.use_link", token=token)


@bp.route("/sign-in/<token>", methods=["GET", "POST"])
def use_link(token: str) -> ResponseReturnValue:
    """The page of a link: opening it changes nothing, pressing the button signs in."""
    try:
        _, (link_id,) = read(token, "sign-in")
    except (BadToken, ValueError):
        abort(404)
    link = queries.sign_in_link(link_id)
    if link is None:
        return render_template("accounts/link_over.html"), 410
    asks_code = link.account_id is not None and queries.authenticator(link.account_id) is not None
    form = UseLinkForm()
    if not asks_code:
        del form.code
    if form.validate_on_submit():
        try:
            return by_link(link, form, asks_code=asks_code)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    if queries.sign_in_link(link_id) is None:
        return render_template("accounts/link_over.html"), 410
    elsewhere = not access.is_this_browser(link.browser) and "here" not in request.args and request.method == "GET"
    template = "accounts/use_link_elsewhere.html" if elsewhere else "accounts/use_link.html"
    page = render_template(template, form=form, token=token, confirming=link.purpose is LinkPurpose.CONFIRM)
    return page, 422 if form.errors else 200


def by_link(link: SignInLink, form: Any, *, asks_code: bool) -> ResponseReturnValue:
    """Use the link, with a code where the account asks for one. Raises Refused, and then nothing is used."""
    target = safe_next(session.get("next"))
    if asks_code:
        codes.take_try(link.account_id)
    with transaction():
        account = service.use_link(link.id)
        if asks_code:
            codes.use(account, form.code.data)
        access.sign_in(account, shared=form.shared.data, strongly=asks_code)
    return redirect(target or url_for("front.home"), 303)


@bp.post("/sign-out")
@login_required
def sign_out() -> ResponseReturnValue:
    with transaction():
        access.sign_out()
    return redirect(url_for("front.index"), 303)


@bp.route("/me", methods=["GET", "POST"])
@login_required
def settings() -> ResponseReturnValue:
    form = SettingsForm(obj=current_user)
    if form.validate_on_submit():
        with transaction():
            service.change_settings(current_user, **form.fields())
        flash(_("Saved."))
        return redirect(url_for(".settings"), 303)
    return render_template("accounts/settings.html", form=form), 422 if form.errors else 200


@bp.get("/me/sessions")
@login_required
def sessions() -> ResponseReturnValue:
    return render_template(
        "accounts/sessions.html", sessions=queries.sessions(current_user), mine=access.this_session()
    )


@bp.post("/me/sessions/<uuid:session_id>/end")
@login_required
def end_session(session_id: UUID) -> ResponseReturnValue:
    with transaction():
        service.end_session(session_id, current_user)
    flash(_("Signed out there."))
    return redirect(url_for(".sessions"), 303)


@bp.post("/me/sessions/end-others")
@login_required
def end_other_sessions() -> ResponseReturnValue:
    mine = access.this_session()
    if mine is not None:
        with transaction():
            service.end_sessions(current_user, but=mine.id)
    flash(_("Signed out everywhere else."))
    return redirect(url_for(".sessions"), 303)


@bp.post("/me/sessions/end-all")
@login_required
def end_all_sessions() -> ResponseReturnValue:
    with transaction():
        service.end_sessions(current_user)
        access.sign_out()
    return redirect(url_for("front.index"), 303)
