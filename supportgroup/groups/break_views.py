"""Taking a break from looking after a group, and asking for a second one to look after it."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.fields import Form
from supportgroup.groups import breaks, queries
from supportgroup.groups.access import enter, enter_as_facilitator
from supportgroup.groups.forms import BreakForm
from supportgroup.groups.views import bp, path_in
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.links import destination


@bp.route("/g/<slug:slug>/manage/break", methods=["GET", "POST"])
@login_required
def take_a_break(slug: str) -> ResponseReturnValue:
    """Until when, and what it means; who else looks after the group meanwhile."""
    me = enter_as_facilitator(slug)
    form = BreakForm()
    if form.validate_on_submit():
        try:
            with transaction():
                breaks.take_a_break(me, form.until.data)
            flash(_("Rest well. Until then no letters about looking after the group come to you."))
            return redirect(url_for(".manage", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    others = [one for one in queries.on_duty(me.group_id) if one.id != me.id]
    return render_template("groups/break.html", me=me, form=form, others=others), 422 if form.errors else 200


@bp.post("/g/<slug:slug>/manage/break/end")
@login_required
def be_back(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        breaks.be_back(me)
    flash(_("You are back. What waits for you is on this page."))
    return redirect(url_for(".manage", slug=slug), 303)


@bp.route("/g/<slug:slug>/second", methods=["GET", "POST"])
@login_required
def second(slug: str) -> ResponseReturnValue:
    """For who looks after the group: ask for a second one, and who would be glad to. For who is asked: the answer."""
    me = enter(slug)
    if not me.is_facilitator and not breaks.may_answer(me):
        abort(404)
    form = Form()
    if form.validate_on_submit():
        return ask(me.group.slug) if me.is_facilitator else answer(me.group.slug)
    return render_template(
        "groups/second.html",
        me=me,
        form=form,
        asked=breaks.is_asked(me.group),
        others=len(breaks.who_is_asked(me)) if me.is_facilitator else 0,
        glad=breaks.glad(me) if me.is_facilitator else [],
    )


def ask(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        people = breaks.ask_for_second(me)
    flash(ngettext("One letter goes out.", "%(num)d letters go out, one to each.", people))
    return redirect(url_for(".second", slug=slug), 303)


def answer(slug: str) -> ResponseReturnValue:
    me, said = enter(slug), request.form.get("answer")
    if said not in ("glad", "not_now"):
        abort(422)
    with transaction():
        breaks.answer(me, glad=said == "glad")
    if said == "glad":
        flash(_("Thank you. Those who look after the group hear of it, and talk with you."))
    else:
        flash(_("Not now. That is fine, and nobody hears of it."))
    return redirect(url_for(".public", slug=slug), 303)


@bp.post("/g/<slug:slug>/second/<uuid:membership_id>/not-now")
@login_required
def second_not_now(slug: str, membership_id: UUID) -> ResponseReturnValue:
    """Leave it at that, quietly."""
    me = enter_as_facilitator(slug)
    other = queries.membership(me.group_id, membership_id) or abort(404)
    with transaction():
        breaks.not_now(me, other)
    flash(_("Left at that. Nobody hears of it."))
    return redirect(url_for(".second", slug=slug), 303)


@destination("second")
def second_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("groups.second", group_id)
