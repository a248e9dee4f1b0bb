"""Pages about hosting: the rota, letting go of a turn, taking one."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.fields import Form
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.links import destination, link, read
from supportgroup.meetings import asking, doubts, hosting, queries, rota, swaps, telling
from supportgroup.meetings.roster import roster
from supportgroup.meetings.views import ROOM, bp, find
from supportgroup.secrets import BadToken

LET_GO = _l("That is fine. The next on the rota is asked, or the group is. You need not do anything.")
BEHIND = 10  # meetings shown to facilitators with their hosts


@bp.get(f"{ROOM}/hosts")
@login_required
def hosts(slug: str) -> ResponseReturnValue:
    """Who hosts next, and whether I am glad to now and then. Facilitators see who hosted, meeting by meeting."""
    me = enter(slug)
    return render_template(
        "meetings/hosts.html",
        me=me,
        people=roster(me),
        glad=hosting.is_glad(me),
        asked=swaps.asked_of(me),
        ahead=queries.planned_within(me.group_id, rota.AHEAD),
        behind=queries.past(me.group_id, limit=BEHIND).items if me.is_facilitator else [],
    )


@bp.post(f"{ROOM}/hosts/glad")
@login_required
def glad(slug: str) -> ResponseReturnValue:
    """I am glad to host now and then; with `not` I take that back."""
    me = enter(slug)
    with transaction():
        if "not" in request.form:
            hosting.be_glad_no_more(me)
        else:
            hosting.be_glad(me)
    if "not" in request.form:
        flash(_("Taken back. No new turns come to you."))
    else:
        flash(_("Thank you. When a turn is yours a letter says so, and one press passes it on."))
    return redirect(url_for(".hosts", slug=slug), 303)


@bp.post(f"{ROOM}/<uuid:meeting_id>/pass-on")
@login_required
def pass_on(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """I can't host this one."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    if meeting.host_id != me.id:
        abort(404)
    with transaction():
        hosting.cannot_host(me=me, meeting_id=meeting_id)
    flash(str(LET_GO))
    return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)


@bp.post(f"{ROOM}/<uuid:meeting_id>/take-turn")
@login_required
def take_turn(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """I can host this one."""
    me = enter(slug)
    find(me, meeting_id)
    with transaction():
        hosting.take_turn(me=me, meeting_id=meeting_id)
    flash(_("You host this one. Thank you. Agenda and checklist wait on its page, and one press lets go of it."))
    return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)


@bp.route(f"{ROOM}/<uuid:meeting_id>/whether", methods=["GET", "POST"])
@login_required
def whether(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Few come, or nobody hosts: whoever was asked says whether the group meets. Others have no such page."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    if not asking.may_decide(me, meeting):
        abort(404)
    form = Form()
    if form.validate_on_submit():
        meets = request.form.get("meet") == "y"
        with transaction():
            if meets:
                asking.meet_anyway(by=me, meeting_id=meeting_id)
            else:
                asking.call_off(by=me, meeting_id=meeting_id)
        flash(
            _("You meet. Thank you for deciding.")
            if meets
            else _("Cancelled. Everyone who might have come hears of it.")
        )
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
    return render_template(
        "meetings/whether.html",
        me=me,
        meeting=meeting,
        asked=doubts.question(meeting),
        going=len(doubts.coming(meeting)),
        told=telling.of_cancelling(meeting, by=me),
        form=form,
    )


@destination("whether")
def whether_link_leads_to(_token: str, meeting_id: UUID) -> str:
    return url_for("meetings.whether", slug=queries.slug_of(meeting_id) or abort(404), meeting_id=meeting_id)


@destination("host-turn")
def turn_link_leads_to(token: str, _meeting_id: UUID, _membership_id: UUID) -> str:
    return url_for("meetings.turn", token=token)


@bp.route("/meetings/turn/<token>", methods=["GET", "POST"])
def turn(token: str) -> ResponseReturnValue:
    """A host's turn, for whoever holds their letter, signed in or not. A POST lets go of it."""
    try:
        _, (meeting_id, membership_id) = read(token, "host-turn")
    except (BadToken, ValueError):
        abort(404)
    found = queries.way_in(meeting_id, membership_id) or abort(404)
    form, now = Form(), clock.now()
    to_come = found.meeting.is_planned and found.meeting.starts_at > now
    mine = found.meeting.host_id == membership_id
    if mine and to_come and form.validate_on_submit():
        me = queries.member(membership_id) or abort(404)
        with transaction():
            hosting.cannot_host(me=me, meeting_id=meeting_id)
        flash(str(LET_GO))
        return redirect(url_for(".turn", token=token), 303)
    return render_template(
        "meetings/turn.html",
        meeting=found.meeting,
        zone=clock.zone(found.zone),
        mine=mine,
        to_come=to_come,
        form=form,
        page=link("host-page" if mine else "meeting", meeting_id),
    )
