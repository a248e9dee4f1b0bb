"""Meetings in a member's own calendar: one file, a feed to subscribe to, and what goes into both."""

from uuid import UUID

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from wtforms import BooleanField

from supportgroup.accounts.access import proof_required
from supportgroup.db import transaction
from supportgroup.fields import Form
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.links import link
from supportgroup.meetings import calendars
from supportgroup.meetings.calendar import Entry, calendar_file, feed
from supportgroup.meetings.views import ROOM, bp, find


class CalendarForm(Form):
    full_titles = BooleanField(_l("Say the group’s name and what the meeting is called"))
    by_letter = BooleanField(_l("Let letters bring meetings into my calendar"))


@bp.get(f"{ROOM}/<uuid:meeting_id>/meeting.ics")
@login_required
def calendar(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """The meeting for the reader's own calendar: a neutral title, no place, and a link back."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    full = calendars.wish_of(current_user.id).full_titles
    entry = Entry(
        meeting=meeting,
        title=calendars.title(meeting, group=me.group.name, cover=me.cover_word, full=full),
        url=current_app.config["SETTINGS"].base_url + link("meeting", meeting.id),
    )
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(calendar_file([entry]), mimetype="text/calendar", headers=headers)


@bp.get("/calendar/<token>.ics")
def feed_of(token: str) -> ResponseReturnValue:
    """An account's meetings, for whoever holds the address: calendar programs cannot sign in."""
    mine = calendars.wish_behind(token) or abort(404)
    entries = calendars.entries(mine, current_app.config["SETTINGS"].base_url)
    response = Response(feed(entries), mimetype="text/calendar")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


@bp.route("/me/calendar", methods=["GET", "POST"])
@proof_required
def my_calendar() -> ResponseReturnValue:
    """What the reader's calendar is told, and the feed's address while there is one.

    The address opens their meetings to whoever has copied it, long after the phone is back in their hands.
    """
    mine = calendars.wish_of(current_user.id)
    form = CalendarForm(full_titles=mine.full_titles, by_letter=mine.by_letter)
    if form.validate_on_submit():
        with transaction():
            calendars.wish(current_user.id, full_titles=form.full_titles.data, by_letter=form.by_letter.data)
        flash(_("Saved."))
        return redirect(url_for(".my_calendar"), 303)
    token = calendars.token(mine)
    address = current_app.config["SETTINGS"].base_url + url_for(".feed_of", token=token) if token else None
    return render_template("meetings/my_calendar.html", form=form, address=address), 422 if form.errors else 200


@bp.post("/me/calendar/feed")
@proof_required
def open_feed() -> ResponseReturnValue:
    """Make the feed's address, or another in its place."""
    with transaction():
        calendars.open_feed(current_user.id)
    flash(_("Here is the address. An earlier one leads nowhere now."))
    return redirect(url_for(".my_calendar"), 303)


@bp.post("/me/calendar/feed/close")
@login_required
def close_feed() -> ResponseReturnValue:
    with transaction():
        calendars.close_feed(current_user.id)
    flash(_("The address leads nowhere now. You can make another one at any time."))
    return redirect(url_for(".my_calendar"), 303)
