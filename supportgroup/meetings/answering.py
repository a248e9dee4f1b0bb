"""Answering from a letter: three buttons, no sign-in. The link is its reader's own, and good for that meeting only."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.groups.models import GroupState
from supportgroup.mail.links import destination, link, read
from supportgroup.meetings import answers, queries
from supportgroup.meetings.forms import ANSWERS
from supportgroup.meetings.models import Answer
from supportgroup.meetings.views import SAID, answering, bp
from supportgroup.secrets import BadToken


@destination("answer")
def answer_link_leads_to(token: str, _meeting_id: UUID, _membership_id: UUID) -> str:
    return url_for("meetings.answer_by_link", token=token)


@bp.route("/meetings/answer/<token>", methods=["GET", "POST"])
def answer_by_link(token: str) -> ResponseReturnValue:
    """Say whether I come, and see what I said. The page names no group and no people: letters get lost."""
    try:
        _, (meeting_id, membership_id) = read(token, "answer")
    except (BadToken, ValueError):
        abort(404)
    found = queries.by_letter(meeting_id, membership_id) or abort(404)
    meeting, me, zone, mine = found
    if request.method == "POST":
        said = next((one for one in ANSWERS if one == request.form.get("answer")), None) or abort(422)
        with transaction():
            given = answers.answer(me=me, meeting_id=meeting_id, answer=said, listening="listening" in request.form)
        flash(str(SAID[given.answer]))
        return redirect(url_for(".answer_by_link", token=token), 303)
    answer = mine.answer if mine else None
    is_full = answer is not Answer.GOING and not meeting.has_place(queries.taken(meeting_id))
    return render_template(
        "meetings/answer.html",
        meeting=meeting,
        zone=clock.zone(zone),
        mine=mine,
        rests=me.group.state is not GroupState.ACTIVE,
        over=meeting.ends_at <= clock.now(),
        is_full=is_full,
        token=token,
        page=link("meeting", meeting_id),
        **answering(answer, is_full=is_full),
    )
