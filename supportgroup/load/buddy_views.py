"""A buddy for a week: saying that one would like one, who it is, and for facilitators the switch."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.groups.access import enter, enter_as_facilitator
from supportgroup.groups.views import path_in
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.load import buddies
from supportgroup.load.views import bp
from supportgroup.mail.links import destination
from supportgroup.meetings.roster import roster

ROOM = "/g/<slug:slug>/buddies"
# What two can write or say to each other, if nothing comes to mind.
PROMPTS = (
    _l("What would make today a little lighter?"),
    _l("What is one small thing that you could ask somebody for this week?"),
    _l("What went all right since we last spoke?"),
)


@bp.get(ROOM)
@login_required
def buddy(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    return render_template(
        "load/buddy.html",
        me=me,
        on=me.group.buddy_rounds,
        willing=buddies.is_willing(me),
        week=buddies.this_week(me),
        people=roster(me),
        prompts=PROMPTS,
    )


def back(slug: str, said: str) -> ResponseReturnValue:
    """To the page of buddies, with a word on what was done."""
    flash(said)
    return redirect(url_for(".buddy", slug=slug), 303)


@bp.post(f"{ROOM}/want")
@login_required
def want_buddy(slug: str) -> ResponseReturnValue:
    """I would like a buddy; without `willing`, not any more."""
    me = enter(slug)
    willing = "willing" in request.form
    with transaction():
        buddies.want(me=me, willing=willing)
    return back(
        slug,
        _("Noted. A round begins on Monday morning.") if willing else _("That is fine. You are in no more rounds."),
    )


@bp.post(f"{ROOM}/end")
@login_required
def end_buddy(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    with transaction():
        buddies.end_mine(me)
    return back(slug, _("It is over for this week. No reason is needed."))


@bp.post(f"{ROOM}/switch")
@login_required
def switch_buddies(slug: str) -> ResponseReturnValue:
    """Buddy rounds on; without `on`, off."""
    me = enter_as_facilitator(slug)
    on = "on" in request.form
    with transaction():
        buddies.switch(by=me, on=on)
    return back(
        slug, _("Buddy rounds are on. Whoever would like to says so here.") if on else _("Buddy rounds are off.")
    )


@destination("buddy")
def buddy_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("load.buddy", group_id)
