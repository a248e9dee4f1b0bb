"""The host's page: what there is to do before a meeting, while it goes on, and when it closes. Made for a phone."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination
from supportgroup.meetings import afterwards, at_meeting, phrases, queries
from supportgroup.meetings.forms import CloseForm
from supportgroup.meetings.models import Answer, Meeting, Rsvp
from supportgroup.meetings.roster import roster
from supportgroup.meetings.views import ROOM, bp, find

PAGE = f"{ROOM}/<uuid:meeting_id>/hosting"


def enter_as_host(slug: str, meeting_id: UUID) -> tuple[Membership, Meeting]:
    """The door of the host's page: for others it is not there."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    return (me, meeting) if at_meeting.looks_after(me, meeting) else abort(404)


@bp.route(PAGE, methods=["GET", "POST"])
@login_required
def hosting(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """The page; a POST closes the meeting, with what the host leaves behind."""
    me, meeting = enter_as_host(slug, meeting_id)
    note, line = at_meeting.note_of(meeting.id), at_meeting.line_of(meeting.id, me.id)
    form = CloseForm(note=note.text if note else "", guests=meeting.guests, line=line.line if line else "")
    if form.validate_on_submit():
        said = form.fields()
        with transaction():
            at_meeting.close(
                by=me,
                meeting_id=meeting_id,
                note=said["note"] or "",
                guests=said["guests"],
                line=said["line"] or "",
            )
        flash(_("Closed. Thank you for looking after this one."))
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
    return page_of(me, meeting, form)


def page_of(me: Membership, meeting: Meeting, form: CloseForm) -> ResponseReturnValue:
    given = {one.membership_id: one for one in queries.rsvps(meeting.id)}
    people, present = roster(me), queries.present(meeting.id)
    comes = [
        person
        for person in people.people.values()
        if person.id in present or person.id == meeting.host_id or says(given.get(person.id), Answer.GOING)
    ]
    page = render_template(
        "meetings/hosting.html",
        me=me,
        meeting=meeting,
        people=people,
        given=given,
        comes=comes,
        maybe=[
            person
            for person in people.people.values()
            if says(given.get(person.id), Answer.MAYBE) and person.id not in present
        ],
        present=present,
        order=[people.host(UUID(one)) for one in meeting.talking_order or []],
        agenda=phrases.agenda(meeting.agenda),
        begun=meeting.is_planned and meeting.starts_at <= clock.now(),
        before=at_meeting.note_from_last(meeting),
        form=form,
    )
    return page, 422 if form.errors else 200


def says(given: Rsvp | None, answer: Answer) -> bool:
    return given is not None and given.answer is answer


@bp.post(f"{PAGE}/here")
@login_required
def here(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """One member is there; with `not`, they are not. Or everyone who said they come."""
    me, _ = enter_as_host(slug, meeting_id)
    seen = roster(me).people
    if "everyone" in request.form:
        with transaction():
            afterwards.mark_everyone(by=me, meeting_id=meeting_id)
        return back(slug, meeting_id, "who")
    member_id = next((one for one in seen if str(one) == request.form.get("member")), None) or abort(422)
    with transaction():
        afterwards.mark_one(by=me, meeting_id=meeting_id, member_id=member_id, there="not" not in request.form)
    return back(slug, meeting_id, "who")


@bp.post(f"{PAGE}/order")
@login_required
def order(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """A talking order: make one, somebody has spoken, somebody passes, no order any more."""
    me, _ = enter_as_host(slug, meeting_id)
    act = request.form.get("do")
    with transaction():
        if act == "make":
            at_meeting.make_order(by=me, meeting_id=meeting_id)
        elif act in ("spoken", "pass"):
            at_meeting.speak_on(by=me, meeting_id=meeting_id, passed=act == "pass")
        elif act == "end":
            at_meeting.end_order(by=me, meeting_id=meeting_id)
        else:
            abort(422)
    return back(slug, meeting_id, "more")


def back(slug: str, meeting_id: UUID, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("meetings.hosting", slug=slug, meeting_id=meeting_id, _anchor=anchor), 303)


@destination("host-page")
def host_page_link_leads_to(_token: str, meeting_id: UUID) -> str:
    return url_for("meetings.hosting", slug=queries.slug_of(meeting_id) or abort(404), meeting_id=meeting_id)
