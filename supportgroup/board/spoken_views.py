"""The round of small asks: the host writes one down for who said it, who then decides on their home page."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.board import spoken
from supportgroup.board.forms import SpokenForm
from supportgroup.board.views import ROOM, bp
from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.meetings.at_meeting_views import PAGE, back, enter_as_host
from supportgroup.meetings.roster import roster


@bp.post(f"{PAGE}/ask")
@login_required
def write_down(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """From the host's page."""
    me, _meeting = enter_as_host(slug, meeting_id)
    form = SpokenForm()
    for_id = next((one for one in roster(me).people if str(one) == request.form.get("member")), None) or abort(422)
    if not form.validate_on_submit():
        flash(_("Say in a few words what would help, up to 120 letters."))
        return back(slug, meeting_id, "round")
    with transaction():
        spoken.write_down(by=me, meeting_id=meeting_id, for_id=for_id, title=form.title.data or "")
    flash(_("Written down. It waits on their home page, and nobody else sees it until they say yes."))
    return back(slug, meeting_id, "round")


@bp.post(f"{ROOM}/spoken/<uuid:spoken_id>")
@login_required
def answer_spoken(slug: str, spoken_id: UUID) -> ResponseReturnValue:
    """Yes, put it on the board; or leave it."""
    me = enter(slug)
    if spoken.of_mine(me, spoken_id) is None:
        abort(404)
    if request.form.get("answer") != "yes":
        with transaction():
            spoken.leave(me=me, spoken_id=spoken_id)
        flash(_("Left. Nobody hears of it."))
        return redirect(url_for("front.home"), 303)
    with transaction():
        ask = spoken.put_on_board(me=me, spoken_id=spoken_id)
    flash(_("It is on the board, for a week. You can change it, or take it back."))
    return redirect(url_for(".show", slug=slug, ask_id=ask.id) if ask else url_for("front.home"), 303)
