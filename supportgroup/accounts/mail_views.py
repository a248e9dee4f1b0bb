"""How somebody wants their letters: on a page of their own, and from any letter without signing in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock
from supportgroup.accounts import queries, service, wishes
from supportgroup.accounts.access import proof_required
from supportgroup.accounts.mail_forms import AS_EVERYWHERE, GroupWishesForm, WishesForm
from supportgroup.accounts.models import Account
from supportgroup.accounts.views import bp
from supportgroup.db import db, transaction
from supportgroup.fields import Form, csrf
from supportgroup.languages import gettext as _
from supportgroup.mail import passing_on
from supportgroup.mail.compose import example
from supportgroup.mail.kinds import EVERYWHERE, PREFERENCES, How, Scope
from supportgroup.mail.links import destination, read
from supportgroup.mail.quiet import NIGHT
from supportgroup.secrets import BadToken, open_token

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # the one thing a mail program may post to stop letters (RFC 8058)
PREVIEWED = ("meeting-reminder", "meeting-cancelled", "ask-accepted")


@bp.route("/me/mail", methods=["GET", "POST"])
@login_required
def mail() -> ResponseReturnValue:
    return wishes_page(current_user, url_for(".mail"))


@destination("mail-preferences")
def preferences_link_leads_to(token: str, _account_id: UUID) -> str:
    return url_for("accounts.mail_by_link", token=token)


@bp.route("/mail/wishes/<token>", methods=["GET", "POST"])
def mail_by_link(token: str) -> ResponseReturnValue:
    """The same page from a letter. The link is the permission for this and nothing else: it signs nobody in."""
    try:
        _, (account_id,) = read(token, "mail-preferences")
    except (BadToken, ValueError):
        abort(404)
    account = db.session.get(Account, account_id) or abort(404)
    return wishes_page(account, url_for(".mail_by_link", token=token))


def wishes_page(account: Account, here: str) -> ResponseReturnValue:
    before = present(account)
    form = WishesForm(**before)
    if form.validate_on_submit():
        with transaction():
            save(account, form, before)
        flash(_("Saved."))
        return redirect(here, 303)
    page = render_template("accounts/mail.html", form=form, account=account, groups=wishes.scopes(account.id))
    return page, 422 if form.errors else 200


def present(account: Account) -> dict[str, Any]:
    """The account's wishes as they are, as the form's fields."""
    paused = account.paused_until
    return {
        "preset": wishes.preset_of(account.id),
        "reminders": wishes.reminder_times(account.id)[EVERYWHERE],
        "quiet": account.quiet_from is not None,
        "quiet_from": account.quiet_from or NIGHT[0],
        "quiet_until": account.quiet_until or NIGHT[1],
        "letters_at": account.letters_at,
        "letters_on": account.letters_on,
        "paused_until": paused.astimezone(clock.zone(account.zone)).date() if paused else None,
        **{sort: str(how) for sort, how in wishes.everywhere(account.id).items()},
    }


def save(account: Account, form: Any, before: Mapping[str, Any]) -> None:
    """Write down what was changed. A single sort that was changed counts even where another preset was chosen."""
    if form.preset.data and form.preset.data != before["preset"]:
        wishes.choose_preset(account.id, form.preset.data)
    for sort, how in form.sorts.items():
        if how != before[sort]:
            wishes.wish(account.id, sort, How(how))
    wishes.remind_at(account.id, form.reminders.data)
    quiet = (form.quiet_from.data, form.quiet_until.data) if form.quiet.data else None
    wishes.set_hours(account, quiet=quiet, letters_at=form.letters_at.data, letters_on=form.letters_on.data)
    wishes.pause(account, form.paused_until.data)


@bp.route("/me/mail/groups/<uuid:scope_id>", methods=["GET", "POST"])
@login_required
def mail_of_group(scope_id: UUID) -> ResponseReturnValue:
    """What differs for the letters about one group."""
    group = wishes.scope_of(current_user.id, scope_id) or abort(404)
    before = present_in(current_user, group)
    form = GroupWishesForm(**before)
    if form.validate_on_submit():
        with transaction():
            save_in(current_user, group, form, before)
        flash(_("Saved."))
        return redirect(url_for(".mail_of_group", scope_id=scope_id), 303)
    return render_template("accounts/mail_of_group.html", form=form, group=group), 422 if form.errors else 200


def present_in(account: Account, group: Scope) -> dict[str, Any]:
    mine, times = wishes.wishes(account.id), wishes.reminder_times(account.id)
    own = {sort: str(mine.get((sort, group.id), AS_EVERYWHERE)) for sort in wishes.SORTS}
    return {
        **own,
        wishes.OTHERS: str(group.asks),
        "own_times": "yes" if group.id in times else "no",
        "reminders": times.get(group.id, times[EVERYWHERE]),
    }


def save_in(account: Account, group: Scope, form: Any, before: Mapping[str, Any]) -> None:
    for sort, how in form.sorts.items():
        if how == AS_EVERYWHERE:
            wishes.wish_as_everywhere(account.id, sort, group.id)
        elif how != before[sort]:
            wishes.wish(account.id, sort, How(how), group.id)
    wishes.remind_at(account.id, form.reminders.data if form.own_times.data == "yes" else [], group.id)


@bp.route("/me/mail/words", methods=["GET", "POST"])
@login_required
def mail_words() -> ResponseReturnValue:
    """How much letters say. They are shown as they would be before anything is changed."""
    form = Form()
    if form.validate_on_submit():
        return say_in_letters(full=False)
    sender = current_app.extensions["mail"][1]
    group = next(iter(wishes.scopes(current_user.id)), None)
    me = queries.recipient(current_user)
    shown = [[example(name, me, group, sender, full=full) for full in (False, True)] for name in PREVIEWED]
    return render_template("accounts/mail_words.html", form=form, letters=shown)


@bp.post("/me/mail/words/names")
@proof_required
def name_in_letters() -> ResponseReturnValue:
    """Letters that name service, group and meeting. Whoever holds the phone for a minute does not switch to them."""
    return say_in_letters(full=True)


def say_in_letters(*, full: bool) -> ResponseReturnValue:
    with transaction():
        wishes.name_things(current_user, full=full)
    flash(_("Saved. From the next letter on."))
    return redirect(url_for(".mail_words"), 303)


@bp.post("/me/mail/trust")
@login_required
def trust_address() -> ResponseReturnValue:
    """The address is right after all: write to it again."""
    with transaction():
        service.trust_address(current_user)
    flash(_("Letters go to your address again."))
    return redirect(url_for(".mail"), 303)


@bp.route("/mail/stop/<token>", methods=["GET", "POST"])
@csrf.exempt
def stop(token: str) -> ResponseReturnValue:
    """The one-click stop of RFC 8058: a POST acts at once and needs no sign-in, the signed link is the permission."""
    try:
        content = open_token("stop", token)
        account_id, preference = UUID(bytes=content[:16]), content[16:].decode()
    except (BadToken, ValueError):
        abort(404)
    if preference not in PREFERENCES or db.session.get(Account, account_id) is None:
        abort(404)
    stopped = is_one_click()
    if stopped:
        with transaction():
            wishes.stop(account_id, preference)
    return render_template("accounts/stop.html", what=PREFERENCES[preference], stopped=stopped, token=token)


@bp.route("/mail/stop/passed-on/<token>", methods=["GET", "POST"])
@csrf.exempt
def stop_passed_on(token: str) -> ResponseReturnValue:
    """The same for an address that may have no account: nothing that others ask us to pass on comes there any more."""
    try:
        index = passing_on.stopped_by(token)
    except BadToken:
        abort(404)
    stopped = is_one_click()
    if stopped:
        with transaction():
            passing_on.stop(index)
    return render_template("accounts/stop_passed_on.html", stopped=stopped, token=token)


def is_one_click() -> bool:
    """Whether it is to be done now: a POST of the one thing that mail programs post for this, and of nothing else."""
    if request.method != "POST":
        return False
    if request.form.get(ONE_CLICK[0]) != ONE_CLICK[1]:
        abort(400)
    return True
