"""Looking after a group: who comes in, who looks after it, what it says of itself."""

from datetime import timedelta
from uuid import UUID

import segno
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.accounts.access import second_factor_required
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups import care, facilitating, founding, inviting, joining, queries, removing, service
from supportgroup.groups.access import enter, enter_as_facilitator
from supportgroup.groups.defaults import ANSWER_PROMISED
from supportgroup.groups.forms import CharterForm, InvitationForm, InviteByLetterForm
from supportgroup.groups.models import Membership, MembershipState, Visibility
from supportgroup.groups.views import bp
from supportgroup.languages import gettext as _
from supportgroup.limits import Allowance

# What the form about a group shows as the group has it.
AS_IT_IS = ("name", "public_title", "purpose", "first_time", "language", "format", "area", "zone", "visibility")
INVITATIONS_MADE = Allowance("invitations-made", 20, timedelta(days=1))
PASSED_ON = Allowance("passed-on", 3, timedelta(days=7))  # to one address, whoever asks for it


@bp.route("/g/<slug:slug>/manage/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    group, agreement = me.group, queries.agreement(me.group_id)
    form = CharterForm(
        **{name: getattr(group, name) for name in AS_IT_IS},
        joining=group.joining,
        size_limit=group.size_limit,
        posting=group.posting,
        fine=list(group.fine),
        topics=", ".join(topic.word for topic in group.topics),
        questions="\n".join(group.questions),
        agreement=agreement.text,
    )
    if form.validate_on_submit():
        with transaction():
            group = founding.change_group(by=me, charter=form.charter())
        flash(_("Saved."))
        return redirect(url_for(".manage", slug=group.slug), 303)
    return render_template("groups/edit.html", me=me, form=form), 422 if form.errors else 200


@bp.get("/g/<slug:slug>/manage/applications")
@login_required
def applications(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    applied = queries.members(me.group_id, MembershipState.APPLIED)
    return render_template(
        "groups/applications.html",
        me=me,
        second_look=care.second_look(me.group_id, applied),
        applications=[
            {"row": one, "answers": joining.answers_of(one), "by": one.applied_at + ANSWER_PROMISED}
            for one in applied
            if one.applied_at
        ],
        waiting=queries.members(me.group_id, MembershipState.WAITING),
        full=queries.is_full(me.group),
    )


@bp.post("/g/<slug:slug>/manage/applications/<uuid:membership_id>")
@login_required
def answer(slug: str, membership_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    said = request.form.get("answer")
    if said not in ("yes", "no"):
        abort(422)
    with transaction():
        one = joining.answer_application(by=me, membership_id=membership_id, accept=said == "yes")
    words = {
        MembershipState.ACTIVE: _("%(name)s is in, and hears of it by letter.", name=one.name),
        MembershipState.WAITING: _("%(name)s has a yes, and waits for a place. A letter says so.", name=one.name),
        MembershipState.DECLINED: _("Answered kindly: this group has no room for now."),
    }
    flash(words[one.state])
    return redirect(url_for(".applications", slug=slug), 303)


@bp.route("/g/<slug:slug>/manage/invitations", methods=["GET", "POST"])
@login_required
def invitations(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            take_invitation(me)
            with transaction():
                inviting.make_invitation(by=me, **form.fields())
            flash(_("Here is the link. Give it to whom you want to invite."))
            return redirect(url_for(".invitations", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return invitations_page(me, form, InviteByLetterForm(formdata=None))


@bp.post("/g/<slug:slug>/manage/invitations/by-letter")
@login_required
def invite_by_letter(slug: str) -> ResponseReturnValue:
    """Pass a link on to an address. The answer is the same whoever has it."""
    me = enter_as_facilitator(slug)
    form = InviteByLetterForm()
    if form.validate_on_submit():
        try:
            take_invitation(me)
            passed_on = PASSED_ON.take(form.email.address)
            with transaction():
                inviting.invite_by_letter(by=me, email=form.email.address, passed_on=passed_on)
            flash(_("Passed on. Whether anybody comes of it is theirs to say."))
            return redirect(url_for(".invitations", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return invitations_page(me, InvitationForm(formdata=None), form)


def take_invitation(me: Membership) -> None:
    """Use one of the day's invitations. Raises Refused where there are none left."""
    if not INVITATIONS_MADE.take(str(me.id)):
        raise Refused(_("That was a lot of invitations for one day. Tomorrow you can make more."))


def invitations_page(me: Membership, form: InvitationForm, letter: InviteByLetterForm) -> ResponseReturnValue:
    made = [{"row": one, "url": link_to(one.token)} for one in queries.invitations(me.group_id)]
    page = render_template("groups/invitations.html", me=me, form=form, letter=letter, invitations=made)
    return page, 422 if form.errors or letter.errors else 200


@bp.post("/g/<slug:slug>/manage/invitations/<uuid:invitation_id>/revoke")
@login_required
def revoke(slug: str, invitation_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        inviting.revoke_invitation(by=me, invitation_id=invitation_id)
    flash(_("This link admits nobody any more."))
    return redirect(url_for(".invitations", slug=slug), 303)


@bp.get("/g/<slug:slug>/poster")
@login_required
def poster(slug: str) -> ResponseReturnValue:
    """A page to print: the public title, and the way in as a link and as a code."""
    me = enter_as_facilitator(slug)
    url, until = way_in(me)
    code = segno.make(url, error="m").svg_data_uri(scale=8, border=3, light="#ffffff") if url else None
    return render_template("groups/poster.html", me=me, group=me.group, url=url, until=until, code=code)


def way_in(me: Membership) -> tuple[str | None, object]:
    """The link on a poster, and until when it admits: a listed group's own page, else the invitation with most left."""
    if me.group.visibility is Visibility.LISTED:
        return current_app.config["SETTINGS"].base_url + url_for(".public", slug=me.group.slug), None
    handed_on = [one for one in queries.invitations(me.group_id) if not one.by_letter]
    made = max(handed_on, key=lambda one: one.most_uses - one.uses, default=None)
    return (link_to(made.token), made.expires_at) if made else (None, None)


def link_to(token: str) -> str:
    """The whole address of an invitation, to pass on."""
    return str(current_app.config["SETTINGS"].base_url + url_for(".invited", token=token))


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/hello")
@login_required
def hello(slug: str, membership_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        service.say_hello(by=me, membership_id=membership_id)
    flash(_("Said hello. From now on everyone sees their name, and they see everyone’s."))
    return redirect(url_for(".members", slug=slug), 303)


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/facilitator")
@login_required
@second_factor_required
def make_facilitator(slug: str, membership_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        other = facilitating.make_facilitator(by=me, membership_id=membership_id)
    flash(_("%(name)s looks after the group too.", name=other.name))
    return redirect(url_for(".members", slug=slug), 303)


@bp.route("/g/<slug:slug>/members/<uuid:membership_id>/remove", methods=["GET", "POST"])
@login_required
@second_factor_required
def remove(slug: str, membership_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    other = queries.membership(me.group_id, membership_id) or abort(404)
    if other.id == me.id:
        abort(404)
    if other.is_facilitator:
        return remove_facilitator(me, other)
    if request.method == "GET":
        return render_template("groups/remove.html", me=me, other=other)
    with transaction():
        service.remove_member(by=me, membership_id=membership_id)
    flash(_("%(name)s is no longer in the group.", name=other.name))
    return redirect(url_for(".members", slug=slug), 303)


def remove_facilitator(me: Membership, other: Membership) -> ResponseReturnValue:
    """It takes two who look after the group, and then a week."""
    if request.method == "GET":
        return render_template(
            "groups/remove_facilitator.html",
            me=me,
            other=other,
            removal=removing.removal_of(other.id),
            can_be_agreed=removing.can_be_agreed(me, other),
        )
    with transaction():
        wish = removing.want(by=me, membership_id=other.id)
    flash(
        _("Two of you want it. It ends in a week.")
        if wish.ends_at
        else _("Another one who looks after the group is asked.")
    )
    return redirect(url_for(".remove", slug=me.group.slug, membership_id=other.id), 303)


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/remove/take-back")
@login_required
@second_factor_required
def keep_facilitator(slug: str, membership_id: UUID) -> ResponseReturnValue:
    """Take back that one wanted a facilitator to stop."""
    me = enter_as_facilitator(slug)
    other = queries.membership(me.group_id, membership_id) or abort(404)
    with transaction():
        removing.take_back(by=me, membership_id=other.id)
    flash(_("Taken back. Things are as they were."))
    return redirect(url_for(".members", slug=slug), 303)


@bp.route("/g/<slug:slug>/step-down", methods=["GET", "POST"])
@login_required
def step_down(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    if request.method == "GET":
        others = [one for one in queries.facilitators(me.group_id) if one.id != me.id and not one.stepping_down_at]
        return render_template("groups/step_down.html", me=me, others=others)
    with transaction():
        done = facilitating.step_down(me)
    if done:
        flash(_("You look after the group no more. Thank you for all of it."))
        return redirect(url_for(".public", slug=slug), 303)
    flash(_("Thank you for all of it. The others are asked now, and you can stop as soon as somebody takes over."))
    return redirect(url_for(".members", slug=slug), 303)


@bp.post("/g/<slug:slug>/stay-on")
@login_required
def stay_on(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        facilitating.stay_on(me)
    flash(_("You go on looking after the group."))
    return redirect(url_for(".manage", slug=slug), 303)


@bp.post("/g/<slug:slug>/take-over")
@login_required
def take_over(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    with transaction():
        facilitating.take_over(me)
    flash(_("You look after the group now. Thank you. You can stop at any time."))
    return redirect(url_for(".manage", slug=slug), 303)
