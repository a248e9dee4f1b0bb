"""At a meeting and after it: the way in, who was there, how it was."""

from contextlib import suppress
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.fields import Form
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination, link, read
from supportgroup.meetings import afterwards, queries
from supportgroup.meetings.forms import CheckInForm
from supportgroup.meetings.letters import WAY_IN
from supportgroup.meetings.models import Answer
from supportgroup.meetings.roster import roster
from supportgroup.meetings.views import ROOM, bp, find, page_of
from supportgroup.safety.heavy import offer_help
from supportgroup.secrets import BadToken


@destination("way-in")
def way_in_link_leads_to(token: str, _meeting_id: UUID, _membership_id: UUID) -> str:
    return url_for("meetings.way_in", token=token)


@bp.route("/meetings/way-in/<token>", methods=["GET", "POST"])
def way_in(token: str) -> ResponseReturnValue:
    """Place and link for whoever holds the reminder, from an hour before the start to the end. A POST shows them."""
    try:
        _, (meeting_id, membership_id) = read(token, "way-in")
    except (BadToken, ValueError):
        abort(404)
    found = queries.way_in(meeting_id, membership_id) or abort(404)
    now = clock.now()
    shows = found.shows and found.meeting.is_planned
    opens_at = found.meeting.starts_at - WAY_IN
    is_open = shows and opens_at <= now < found.meeting.ends_at
    form = Form()
    return render_template(
        "meetings/way_in.html",
        meeting=found.meeting,
        zone=clock.zone(found.zone),
        shows=shows,
        opens_at=opens_at,
        is_open=is_open,
        over=found.meeting.ends_at <= now,
        shown=is_open and form.validate_on_submit(),
        form=form,
        page=link("meeting", meeting_id),
        answer=link("answer", meeting_id, membership_id),
    )


@bp.route(f"{ROOM}/<uuid:meeting_id>/attendance", methods=["GET", "POST"])
@login_required
def attendance(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Who was there: for the host and facilitators. Everyone in one press, or one by one."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    if not me.is_facilitator and me.id != meeting.host_id:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            afterwards.mark_present(
                by=me,
                meeting_id=meeting_id,
                members=memberships(request.form.getlist("present")),
                among=roster(me).people.keys(),
                everyone="everyone" in request.form,
            )
        flash(_("Saved. Thank you for looking after this."))
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
    given = {one.membership_id: one.answer for one in queries.rsvps(meeting_id)}
    people = sorted(roster(me).people.values(), key=lambda person: given.get(person.id) is not Answer.GOING)
    return render_template(
        "meetings/attendance.html",
        me=me,
        meeting=meeting,
        people=people,
        given=given,
        present=queries.present(meeting_id),
        begun=meeting.is_planned and meeting.starts_at <= clock.now(),
        form=form,
    )


def memberships(texts: list[str]) -> set[UUID]:
    """The ids among these; what is none is nobody."""
    found = set()
    for text in texts:
        with suppress(ValueError):
            found.add(UUID(text))
    return found


@bp.post(f"{ROOM}/<uuid:meeting_id>/check-in")
@login_required
def check_in(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Keep a note on how it was, for oneself. After "heavier" the page shows two doors."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    form = CheckInForm()
    if form.validate_on_submit():
        with transaction():
            afterwards.check_in(me=me, meeting_id=meeting_id, **form.fields())
        flash(_("Kept, for you alone."))
        offer_help(form.line.data)
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id) + "#check-in", 303)
    return page_of(me, meeting, form)


@bp.post(f"{ROOM}/<uuid:meeting_id>/check-in/share")
@login_required
def share_check_in(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Let those who were there read one's note; with `not` it is one's own again."""
    me = enter(slug)
    find(me, meeting_id)
    with transaction():
        if "not" in request.form:
            afterwards.share_check_in_no_more(me=me, meeting_id=meeting_id)
        else:
            afterwards.share_check_in(me=me, meeting_id=meeting_id)
    flash(
        _("Taken back. It is for you alone again.") if "not" in request.form else _("Shared with those who were there.")
    )
    return redirect(url_for(".show", slug=slug, meeting_id=meeting_id) + "#check-in", 303)
