"""Starting a group, joining one, one's own place in it, and leaving."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock
from supportgroup.accounts import access as browsers
from supportgroup.accounts.views import link_sent, may_write_to
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups import founding, inviting, joining, queries, service
from supportgroup.groups.access import enter, look_at
from supportgroup.groups.defaults import CONSENT
from supportgroup.groups.forms import PlaceForm, StartForm, joining_form
from supportgroup.groups.joining import Wish
from supportgroup.groups.models import Group, Invitation, Joining, Membership, MembershipState, Visibility
from supportgroup.languages import gettext as _
from supportgroup.languages import language
from supportgroup.limits import Allowance
from supportgroup.mail.links import destination

bp = Blueprint("groups", __name__)

GROUPS_STARTED = Allowance("groups-started", 5, timedelta(days=1))
JOININGS = Allowance("joinings", 20, timedelta(days=1))


@bp.route("/groups/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    settings = current_app.config["SETTINGS"]
    if settings.group_creation == "operators" and not current_user.is_operator:
        return render_template("groups/not_open.html"), 403 if request.method == "POST" else 200
    form = StartForm(my_name=current_user.name, zone=current_user.zone)
    if form.validate_on_submit():
        try:
            if not GROUPS_STARTED.take(str(current_user.id)):
                raise Refused(_("That was a number of groups in one day. Tomorrow there is room for another."))
            with transaction():
                me = founding.start_group(by=current_user, **form.fields())
            flash(_("The group is here. Nobody finds it until you list it or invite somebody."))
            return redirect(url_for(".manage", slug=me.group.slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return render_template("groups/new.html", form=form), 422 if form.errors else 200


@bp.route("/g/<slug:slug>/join", methods=["GET", "POST"])
def join(slug: str) -> ResponseReturnValue:
    group, mine = look_at(slug)
    if mine is not None and queries.holds_on(mine):
        return redirect(url_for(".public", slug=slug), 303)
    if group.visibility is not Visibility.LISTED or group.joining is Joining.INVITATION:
        abort(404)
    return joining_page(group, None)


@bp.route("/i/<token>", methods=["GET", "POST"])
def invited(token: str) -> ResponseReturnValue:
    """The page of an invitation: it names nothing. Over, used up, revoked, somebody else's and never made look the
    same.
    """
    invitation = inviting.invitation_of(token) or abort(404)
    group = invitation.group
    if current_user.is_authenticated and not invitation.admits(current_user):
        abort(404)
    mine = queries.place(group.id, current_user.id) if current_user.is_authenticated else None
    if mine is not None and mine.state is MembershipState.REMOVED:
        abort(404)
    if mine is not None and queries.holds_on(mine) and mine.state is not MembershipState.APPLIED:
        return redirect(url_for(".public", slug=group.slug), 303)
    return joining_page(group, invitation)


def joining_page(group: Group, invitation: Invitation | None) -> ResponseReturnValue:
    """The one form, by which the signed-in join at once and others by the link in one letter."""
    anonymous = not current_user.is_authenticated
    questions = group.questions if group.joining is Joining.APPLICATION and invitation is None else []
    agreement = queries.agreement(group.id)
    known: dict[str, Any] = {} if anonymous else {"name": current_user.name}
    form = joining_form(
        questions=questions,
        anonymous=anonymous,
        asks_address=anonymous and not (invitation and invitation.by_letter),
        agree=tick_words(),
        agreement_version=str(agreement.version),
        **known,
    )
    if form.validate_on_submit():
        try:
            wish = replace(form.wish(questions), said_age=current_app.config["SETTINGS"].min_age or None)
            return by_letter(form, group, wish, invitation) if anonymous else at_once(group, wish, invitation)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
            agreement = queries.agreement(group.id)
            form.agreement_version.data, form.agree.data = str(agreement.version), False
    return (
        render_template(
            "groups/join.html",
            form=form,
            group=group,
            agreement=agreement,
            consent=CONSENT,
            questions=range(len(questions)),
            invited=invitation is not None,
            anonymous=anonymous,
            full=invitation is None and queries.is_full(group),
        ),
        422 if form.errors else 200,
    )


def tick_words() -> str:
    age = current_app.config["SETTINGS"].min_age
    if age:
        return _("I have read this and agree to it, and I am %(age)s or older", age=age)
    return _("I have read this and agree to it")


def by_letter(form: Any, group: Group, wish: Wish, invitation: Invitation | None) -> ResponseReturnValue:
    """Owe the letter that completes the joining. What is answered says nothing of whether the address is known.

    Who was invited by letter gets this one at the same address, which it proves to be theirs.
    """
    email = invitation.email if invitation and invitation.by_letter else form.email.address
    if may_write_to(email):
        with transaction():
            joining.ask_to_join(
                group_id=group.id,
                invitation_id=invitation.id if invitation else None,
                wish=wish,
                email=email,
                zone=form.zone.data if form.zone.data in clock.zone_names() else group.zone,
                language=language(),
                browser=browsers.browser(),
            )
    return link_sent(url_for(".public", slug=group.slug))


def at_once(group: Group, wish: Wish, invitation: Invitation | None) -> ResponseReturnValue:
    if not JOININGS.take(str(current_user.id)):
        raise Refused(_("That was a lot in one day. Come back tomorrow, there is no hurry."))
    with transaction():
        mine = joining.join(
            group_id=group.id,
            account=current_user,
            wish=wish,
            invitation_id=invitation.id if invitation else None,
        )
    if mine is None:
        abort(404)
    if mine.state is MembershipState.ACTIVE:
        flash(_("You are in."))
    return redirect(url_for(".public", slug=group.slug), 303)


def own_place(slug: str) -> Membership:
    """The signed-in person's place of any kind: held, wished for, or left a short while ago. Else 404."""
    _, mine = look_at(slug)
    return mine if mine is not None and queries.holds_on(mine) else abort(404)


@bp.post("/g/<slug:slug>/withdraw")
@login_required
def withdraw(slug: str) -> ResponseReturnValue:
    """Take back an application, or a place in the line."""
    mine = own_place(slug)
    with transaction():
        service.withdraw(mine)
    flash(_("Taken back. That is fine, and needs no reason."))
    return redirect(url_for("front.home"), 303)


@bp.route("/g/<slug:slug>/leave", methods=["GET", "POST"])
@login_required
def leave(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    if request.method == "GET":
        alone = me.is_facilitator and len(queries.facilitators(me.group_id)) == 1
        return render_template("groups/leave.html", me=me, alone=alone)
    with transaction():
        service.leave(me)
    flash(_("You have left. Thank you for the time you were here."))
    return redirect(url_for(".public", slug=slug), 303)


@bp.post("/g/<slug:slug>/come-back")
@login_required
def come_back(slug: str) -> ResponseReturnValue:
    """Undo leaving."""
    mine = own_place(slug)
    with transaction():
        service.come_back(mine)
    if mine.state is MembershipState.ACTIVE:
        flash(_("You are back."))
    return redirect(url_for(".public", slug=slug), 303)


@bp.route("/g/<slug:slug>/me", methods=["GET", "POST"])
@login_required
def mine(slug: str) -> ResponseReturnValue:
    """How the group knows me, and what its letters say."""
    me = enter(slug)
    form = PlaceForm(obj=me)
    if form.validate_on_submit():
        with transaction():
            service.change_mine(me, **form.fields())
        flash(_("Saved."))
        return redirect(url_for(".mine", slug=slug), 303)
    return render_template("groups/mine.html", me=me, form=form), 422 if form.errors else 200


@bp.post("/g/<slug:slug>/agreement")
@login_required
def agree(slug: str) -> ResponseReturnValue:
    """Accept the agreement as it is now."""
    me = enter(slug)
    version = request.form.get("version", 0, type=int)
    with transaction():
        service.agree(me, version)
    flash(_("Thank you. You agreed to it as it is now."))
    return redirect(url_for(".public", slug=slug), 303)


@destination("place")
def place_link_leads_to(_token: str, group_id: UUID) -> str:
    """Letters about one's own place lead to one's page in the group, which asks who is there."""
    return path_in("groups.mine", group_id)


@destination("agreement")
def agreement_link_leads_to(_token: str, group_id: UUID) -> str:
    """To the group's home, where an agreement that has changed stands until it is accepted."""
    return path_in("groups.public", group_id)


@destination("members")
def members_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("groups.members", group_id)


@destination("applications")
def applications_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("groups.applications", group_id)


@destination("groups")
def groups_link_leads_to(_token: str) -> str:
    return url_for("front.directory")


def path_in(endpoint: str, group_id: UUID) -> str:
    """A page of this group. The home page, where the group is not there any more."""
    found = queries.groups([group_id]).get(group_id)
    return url_for(endpoint, slug=found.slug) if found else url_for("front.home")
