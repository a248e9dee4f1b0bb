"""Letting a group rest, and waking it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.fields import Form
from supportgroup.groups import queries, resting
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.groups.views import bp
from supportgroup.languages import gettext as _


@bp.route("/g/<slug:slug>/manage/rest", methods=["GET", "POST"])
@login_required
def rest(slug: str) -> ResponseReturnValue:
    """What resting means and who hears of it; then it rests."""
    me = enter_as_facilitator(slug)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            resting.rest(me)
        flash(_("The group rests. You can wake it up whenever you like."))
        return redirect(url_for(".manage", slug=slug), 303)
    return render_template("groups/rest.html", me=me, form=form, others=queries.size(me.group_id) - 1)


@bp.post("/g/<slug:slug>/manage/wake")
@login_required
def wake(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        resting.wake(me)
    flash(_("The group is awake. Its meetings to come are in the list."))
    return redirect(url_for(".manage", slug=slug), 303)
