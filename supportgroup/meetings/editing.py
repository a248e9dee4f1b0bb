"""What facilitators do with meetings: plan one or a series, change, cancel, stop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock, words
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.fields import Form
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.links import destination
from supportgroup.meetings import pausing, queries, recurrence, series, service, telling
from supportgroup.meetings.forms import EditForm, Ends, MeetingForm, PauseForm, Scope, filled_in, someone
from supportgroup.meetings.models import Meeting, Series
from supportgroup.meetings.recurrence import BadRule, Occurrence
from supportgroup.meetings.roster import roster
from supportgroup.meetings.telling import Telling
from supportgroup.meetings.views import ROOM, bp, find

NEXT = 6  # dates shown before a series is saved
CONFIRMED, BACK = "confirmed", "back"  # what the step before saving says: it was seen; there is more to change first


@bp.route(f"{ROOM}/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    form = MeetingForm()
    form.host.choices = hosts(me)
    dates: list[Occurrence] = []
    if form.validate_on_submit() or form.says_when():
        try:
            dates = next_dates(form, me.group.zone)
            if not form.preview.data and not form.errors:
                return redirect(plan_it(me, form), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    told = telling.of_turn(None, form.host.data, by=me) if dates else []
    page = render_template("meetings/new.html", me=me, form=form, dates=dates, rule=in_words(form, dates), told=told)
    return page, 422 if form.errors else 200


def plan_it(me: Membership, form: MeetingForm) -> str:
    """Make what the form says; where to look at it."""
    if form.is_series():
        with transaction():
            series.create_series(group=me.group, plan=form.plan(), rule=form.rule(), skip=form.skip.data, by=me)
        flash(_("The series is here. Its meetings are in the list."))
        return url_for(".index", slug=me.group.slug)
    with transaction():
        meeting = service.create_meeting(group=me.group, plan=form.plan(), by=me)
    flash(_("The meeting is in the list."))
    return url_for(".show", slug=me.group.slug, meeting_id=meeting.id)


def hosts(me: Membership, present: UUID | None = None) -> list[tuple[str, str]]:
    """Who may be chosen to host: nobody yet, everyone the reader sees, and who hosts now."""
    people = roster(me)
    found = {str(person.id): person.name for person in people.people.values()}
    if present is not None:
        found.setdefault(str(present), people.host(present))
    return [("", _("Nobody yet")), *found.items()]


def next_dates(form: MeetingForm, zone: str) -> list[Occurrence]:
    """The next six times at which what the form says would meet, and between them those that are left out.

    Raises Refused for a rule that says nothing good.
    """
    wall = form.wall()
    first = service.instant(wall, zone)
    if not form.is_series():
        return [Occurrence(wall.date(), first)]
    try:
        rule = recurrence.checked(form.rule(), wall, clock.zone(zone))
        most = NEXT + len(form.skip.data)
        found = recurrence.next_dates(rule, wall, clock.zone(zone), after=first, count=most)
    except BadRule as reason:
        raise Refused(str(reason)) from None
    met = [one for one in found if one.original_on not in form.skip.data][:NEXT]
    return [one for one in found if met and one.starts_at <= met[-1].starts_at]


def in_words(form: MeetingForm, dates: Sequence[Occurrence]) -> str:
    """How it repeats, as people say it: `every second Tuesday, 19:00, from 1 December`. Nothing for what is once."""
    if not form.is_series() or not dates:
        return ""
    wall, today = form.wall(), clock.now().date()
    first = next((one for one in dates if one.original_on not in form.skip.data), dates[0]).original_on
    said = {
        "rule": recurrence.words(form.rule(), wall),
        "time": words.time_words(wall.time()),
        "day": pausing.day_words(first, today),
    }
    if form.ends.data is Ends.UNTIL and form.until.data:
        return _(
            "%(rule)s, %(time)s, from %(day)s until %(last)s", last=pausing.day_words(form.until.data, today), **said
        )
    if form.ends.data is Ends.COUNT and form.count.data:
        times = form.count.data
        return ngettext(
            "%(rule)s, %(time)s, from %(day)s, once", "%(rule)s, %(time)s, from %(day)s, %(num)d times", times, **said
        )
    return _("%(rule)s, %(time)s, from %(day)s", **said)


@bp.route(f"{ROOM}/<uuid:meeting_id>/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    meeting = find(me, meeting_id)
    form, whole = edit_form(me, meeting)
    dates: list[Occurrence] = []
    if form.validate_on_submit() or form.says_when():
        try:
            dates = next_dates(form, meeting.zone)
            if not form.errors and not (form.preview.data or BACK in request.form):
                return check_or_change(me, meeting, form)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    rule = in_words(form, dates)
    page = render_template(
        "meetings/edit.html", me=me, meeting=meeting, form=form, series=whole, dates=dates, rule=rule
    )
    return page, 422 if form.errors else 200


def check_or_change(me: Membership, meeting: Meeting, form: EditForm) -> ResponseReturnValue:
    """Show who will be told what; once that was seen, or where nobody is told anything, change it."""
    told = told_of(me, meeting, form)
    if told and CONFIRMED not in request.form:
        rule = in_words(form, next_dates(form, meeting.zone))
        return check(me, _("Change it and tell them"), told, meeting=meeting, becomes=becomes(form, meeting), rule=rule)
    with transaction():
        change(me, meeting.id, form)
    flash(_("Saved. They hear of it, once.") if told else _("Saved."))
    return redirect(url_for(".show", slug=me.group.slug, meeting_id=meeting.id), 303)


def becomes(form: EditForm, meeting: Meeting) -> datetime:
    """When it is to be, this one or the first of those that change."""
    return service.instant(form.wall(), meeting.zone)


def told_of(me: Membership, meeting: Meeting, form: EditForm) -> list[Telling]:
    if not form.is_series():
        return telling.of_change(meeting, form.plan(), by=me)
    if form.scope.data is Scope.FOLLOWING:
        return telling.of_following(meeting, form.plan(), form.rule(), by=me)
    return telling.of_following(*series.as_of_first(meeting, form.plan(), form.rule(), by=me), by=me)


@bp.post(f"{ROOM}/<uuid:meeting_id>/host")
@login_required
def host(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """A facilitator says who hosts, or that nobody does yet. Who is told is shown before it is saved."""
    me = enter_as_facilitator(slug)
    meeting = find(me, meeting_id)
    host_id = chosen(request.form.get("host", ""))
    page = url_for(".show", slug=slug, meeting_id=meeting_id)
    if BACK in request.form:
        return redirect(page, 303)
    told = telling.of_host(meeting, host_id, by=me)
    if told and CONFIRMED not in request.form:
        name = roster(me).host(host_id) if host_id else _("Nobody yet")
        return check(me, _("Save the host and tell them"), told, meeting=meeting, becomes=meeting.starts_at, host=name)
    with transaction():
        service.set_host(by=me, meeting_id=meeting_id, host_id=host_id)
    flash(_("Saved. They hear of it, once.") if told else _("Saved."))
    return redirect(page, 303)


def chosen(text: str) -> UUID | None:
    try:
        return someone(text)
    except ValueError:
        abort(422)


def check(me: Membership, button: str, told: list[Telling], **more: Any) -> ResponseReturnValue:
    """The step before something is saved that people hear of: what was typed goes along, unseen."""
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf_token", CONFIRMED, BACK)]
    return render_template("meetings/check.html", me=me, button=button, told=told, typed=typed, **more)


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
        act = series.change_all if form.scope.data is Scope.ALL else series.change_following
        act(by=me, meeting_id=meeting_id, plan=form.plan(), rule=form.rule())
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
        flash(_("Cancelled. Everyone who might have come hears of it."))
        return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)
    told = telling.of_cancelling(meeting, by=me)
    return render_template("meetings/cancel.html", me=me, meeting=meeting, form=form, told=told)


@bp.get(f"{ROOM}/series")
@login_required
def series_list(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    return render_template("meetings/series.html", me=me, running=said(queries.running_series(me.group_id)))


@destination("series")
def series_link_leads_to(_token: str, group_id: UUID) -> str:
    return url_for("meetings.series_list", slug=queries.slug_of_group(group_id) or abort(404))


def said(running: Any) -> list[tuple[Series, str, Any]]:
    """Each series, how it repeats in words, and its pauses."""
    return [(one, recurrence.words(one.rule, one.first_local), pausing.to_come(one)) for one in running]


@bp.route(f"{ROOM}/series/<uuid:series_id>/stop", methods=["GET", "POST"])
@login_required
def stop_series(slug: str, series_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    whole = queries.series(me, series_id) or abort(404)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            series.stop_series(by=me, series_id=series_id)
        flash(_("The series is stopped. Everyone hears of it, once."))
        return redirect(url_for(".index", slug=slug), 303)
    told = telling.of_stopping(whole, by=me)
    return render_template("meetings/stop_series.html", me=me, form=form, series=said([whole])[0], told=told)


@bp.route(f"{ROOM}/series/<uuid:series_id>/pause", methods=["GET", "POST"])
@login_required
def pause(slug: str, series_id: UUID) -> ResponseReturnValue:
    """Not meeting from a day until another. Who is told what is shown before it is saved."""
    me = enter_as_facilitator(slug)
    whole = queries.series(me, series_id) or abort(404)
    form = PauseForm()
    if form.validate_on_submit() and BACK not in request.form:
        try:
            told = telling.of_pause(whole, by=me, **form.fields())
            if told and CONFIRMED not in request.form:
                return check(me, _("Pause and tell them"), told)
            with transaction():
                pausing.pause(by=me, series_id=series_id, **form.fields())
            flash(_("Saved. The public page and the list of meetings say so."))
            return redirect(url_for(".series_list", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("meetings/pause.html", me=me, form=form, series=said([whole])[0])
    return page, 422 if form.errors else 200


@bp.post(f"{ROOM}/pauses/<uuid:pause_id>/end")
@login_required
def meet_again(slug: str, pause_id: UUID) -> ResponseReturnValue:
    """Take a pause back. Who is told what is shown before it is saved."""
    me = enter_as_facilitator(slug)
    known = pausing.of_group(me.group_id, pause_id) or abort(404)
    if BACK in request.form:
        return redirect(url_for(".series_list", slug=slug), 303)
    told = telling.of_meeting_again(known, by=me)
    if told and CONFIRMED not in request.form:
        return check(me, _("Meet again and tell them"), told)
    with transaction():
        pausing.meet_again(by=me, pause_id=pause_id)
    flash(_("You meet after all. Who had heard otherwise is told, once.") if told else _("You meet after all."))
    return redirect(url_for(".series_list", slug=slug), 303)
