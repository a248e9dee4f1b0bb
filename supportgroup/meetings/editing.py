"""What facilitators do with meetings: plan one or a series, change, cancel, stop."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.fields import Form
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.groups.models import Membership
from supportgroup.meetings import queries, recurrence, series, service
from supportgroup.meetings.forms import EditForm, MeetingForm, filled_in
from supportgroup.meetings.models import Meeting, Series
from supportgroup.meetings.recurrence import BadRule
from supportgroup.meetings.roster import roster
from supportgroup.meetings.views import ROOM, bp, find

NEXT = 6  # dates shown before a series is saved


@bp.route(f"{ROOM}/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    form = MeetingForm()
    form.host.choices = hosts(me)
    dates: list[Any] = []
    if form.validate_on_submit():
        try:
            dates = next_dates(form, me.group.zone)
            if not form.preview.data:
                return redirect(plan_it(me, form), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("meetings/new.html", me=me, form=form, dates=dates)
    return page, 422 if form.errors else 200


def plan_it(me: Membership, form: MeetingForm) -> str:
    """Make what the form says; where to look at it."""
    if form.is_series():
        with transaction():
            series.create_series(group=me.group, plan=form.plan(), rule=form.rule())
        flash("The series is here. Its meetings are in the list.")
        return url_for(".index", slug=me.group.slug)
    with transaction():
        meeting = service.create_meeting(group=me.group, plan=form.plan())
    flash("The meeting is in the list.")
    return url_for(".show", slug=me.group.slug, meeting_id=meeting.id)


def hosts(me: Membership, present: UUID | None = None) -> list[tuple[str, str]]:
    """Who may be chosen to host: nobody yet, everyone the reader sees, and who hosts now."""
    people = roster(me)
    found = {str(person.id): person.name for person in people.people.values()}
    if present is not None:
        found.setdefault(str(present), people.host(present))
    return [("", "Nobody yet"), *found.items()]


def next_dates(form: MeetingForm, zone: str) -> list[Any]:
    """The next six times at which what the form says would meet. Raises Refused for a rule that says nothing good."""
    plan = form.plan()
    first = service.instant(plan.wall, zone)
    if not form.is_series():
        return [first]
    try:
        rule = recurrence.checked(form.rule(), plan.wall, clock.zone(zone))
        found = recurrence.next_dates(rule, plan.wall, clock.zone(zone), after=first, count=NEXT)
    except BadRule as reason:
        raise Refused(str(reason)) from None
    return [one.starts_at for one in found]


@bp.route(f"{ROOM}/<uuid:meeting_id>/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    meeting = find(me, meeting_id)
    form, whole = edit_form(me, meeting)
    dates: list[Any] = []
    if form.validate_on_submit():
        try:
            dates = next_dates(form, meeting.zone)
            if not form.preview.data:
                with transaction():
                    change(me, meeting_id, form)
                flash("Saved. Who comes hears of it where it matters.")
                return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("meetings/edit.html", me=me, meeting=meeting, form=form, series=whole, dates=dates)
    return page, 422 if form.errors else 200


def edit_form(me: Membership, meeting: Meeting) -> tuple[EditForm, Series | None]:
    """The form as the meeting is, and its series where all that follow can be changed with it."""
    whole = queries.series(me, meeting.series_id) if meeting.series_id else None
    running = whole if whole is not None and whole.ended_at is None else None
    known = filled_in(meeting, running, series.remaining(running, meeting) if running else None)
    if known.get("repeats") is None:
        running = None
    form = EditForm(data={name: value for name, value in known.items() if value is not None})
    form.host.choices = hosts(me, meeting.host_id)
    if running is None:
        del form.scope
    return form, running


def change(me: Membership, meeting_id: UUID, form: EditForm) -> None:
    if form.is_series():
        series.change_following(by=me, meeting_id=meeting_id, plan=form.plan(), rule=form.rule())
    else:
        service.change_meeting(by=me, meeting_id=meeting_id, plan=form.plan())


@bp.route(f"{ROOM}/<uuid:meeting_id>/cancel", methods=["GET", "POST"])
@login_required
def cancel(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    meeting = find(me, meeting_id)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            service.cancel_meeting(by=me, meeting_id=meeting_id)
        flash("Cancelled. Everyone who might have come hears of it.")
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
    return render_template("meetings/cancel.html", me=me, meeting=meeting, form=form)


@bp.get(f"{ROOM}/series")
@login_required
def series_list(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    return render_template("meetings/series.html", me=me, running=said(queries.running_series(me.group_id)))


def said(running: Any) -> list[tuple[Series, str]]:
    """Each series, and how it repeats in words."""
    return [(one, recurrence.words(one.rule, one.first_local)) for one in running]


@bp.route(f"{ROOM}/series/<uuid:series_id>/stop", methods=["GET", "POST"])
@login_required
def stop_series(slug: str, series_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    whole = queries.series(me, series_id) or abort(404)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            series.stop_series(by=me, series_id=series_id)
        flash("The series is stopped. Everyone hears of it, once.")
        return redirect(url_for(".index", slug=slug), 303)
    return render_template("meetings/stop_series.html", me=me, form=form, series=said([whole])[0])
