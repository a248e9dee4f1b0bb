"""A group's meetings: the list, one of them, and answering."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.links import destination
from supportgroup.meetings import answers, asking, doubts, pausing, phrases, queries, resting, swaps
from supportgroup.meetings.forms import ANSWERS, FEELINGS, CheckInForm
from supportgroup.meetings.models import Answer, Meeting
from supportgroup.meetings.roster import roster

bp = Blueprint("meetings", __name__)

ROOM = "/g/<slug:slug>/meetings"
SAID: dict[Answer | None, str] = {
    Answer.GOING: _l("You are coming."),
    Answer.MAYBE: _l("You said maybe."),
    Answer.NOT_GOING: _l("Not this time. That is fine."),
    Answer.WAITING: _l("It is full right now. You are next to hear when a place is free."),
}
AHEAD = 8  # meetings to come, on a page: two months of a weekly one
EARLIER = 5  # meetings behind, on the first page


def find(me: Membership, meeting_id: UUID) -> Meeting:
    """The group's meeting, or 404."""
    return queries.meeting(me, meeting_id) or abort(404)


@bp.get(ROOM)
@login_required
def index(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    behind, after = "earlier" in request.args, request.args.get("after")
    ahead = None if behind else queries.upcoming(me.group_id, after=after, limit=AHEAD)
    past = None if after and not behind else queries.past(me.group_id, after=after, limit=20 if behind else EARLIER)
    given = queries.answers(me, [meeting.id for meeting in ahead.items] if ahead else [])
    following = next((one for one in ahead.items if one.is_planned), None) if ahead and not after else None
    is_full = following is not None and not following.has_place(given[following.id].going)
    return render_template(
        "meetings/index.html",
        me=me,
        ahead=ahead,
        past=past,
        answers=given,
        people=roster(me),
        following=following,
        pauses=pausing.shown(me.group_id, me.group.zone) if not (behind or after) else [],
        **answering(given[following.id].mine if following else None, is_full=is_full),
    )


@bp.get(f"{ROOM}/<uuid:meeting_id>")
@login_required
def show(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    meeting = find(me, meeting_id)
    with transaction():
        resting.note_opened(meeting)
    return page_of(me, meeting, CheckInForm())


def page_of(me: Membership, meeting: Meeting, form: CheckInForm) -> ResponseReturnValue:
    """One meeting's page. Names of who comes are for those who come themselves."""
    given, now = queries.rsvps(meeting.id), clock.now()
    mine = next((one for one in given if one.membership_id == me.id), None)
    going = [one for one in given if one.answer is Answer.GOING]
    hosts, begun = me.id == meeting.host_id, meeting.is_planned and meeting.starts_at <= now
    answer, people = mine.answer if mine else None, roster(me)
    present = queries.present(meeting.id) if begun else set()
    there = queries.people_there(meeting) if begun else set()
    knows = hosts or me.is_facilitator or me.id in present
    page = render_template(
        "meetings/show.html",
        me=me,
        meeting=meeting,
        people=people,
        mine=mine,
        going=going,
        maybe=sum(one.answer is Answer.MAYBE for one in given),
        waiting=sum(one.answer is Answer.WAITING for one in given),
        hosts=hosts,
        begun=begun,
        over=meeting.ends_at <= now,
        way=meeting.shows_way_to(me.id, answer, len(going)),
        names=hosts or answer is Answer.GOING,
        was_there=[person for person in people.people.values() if person.id in present] if knows else [],
        kept=queries.check_in(meeting.id, me.id) if begun else None,
        asked=me.id in there,
        readers=sum(one in there for one in people.people if one != me.id),
        shared=queries.shared(me, meeting.id) if me.id in there else [],
        form=form,
        feelings=FEELINGS,
        agenda=phrases.agenda(meeting.agenda),
        customs=phrases.customs(meeting.customs),
        swap=swaps.swap_of(me, meeting.id) if meeting.host_id and meeting.is_planned and not begun else None,
        whether=doubts.question(meeting) if asking.may_decide(me, meeting) else None,
        **answering(answer, is_full=not meeting.has_place(len(going))),
    )
    return page, 422 if form.errors else 200


def answering(answer: Answer | None, *, is_full: bool) -> dict[str, object]:
    """The three answers, which of them holds, and what it means. In a full meeting the first is to wait."""
    words = dict(ANSWERS)
    if is_full and answer is not Answer.GOING:
        words[Answer.GOING] = _("Wait for a place")
    waits = answer is Answer.WAITING
    said = _("A place is free. Whoever takes it first has it.") if waits and not is_full else SAID.get(answer)
    held = None if waits and not is_full else answer
    return {"options": [(str(one), label) for one, label in words.items()], "held": held, "said": said}


@bp.post(f"{ROOM}/<uuid:meeting_id>/rsvp")
@login_required
def rsvp(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Answer in one press. `back`: where to go on to, home, list, or else the meeting."""
    me = enter(slug)
    find(me, meeting_id)
    answer = next((one for one in ANSWERS if one == request.form.get("answer")), None) or abort(422)
    with transaction():
        mine = answers.answer(me=me, meeting_id=meeting_id, answer=answer, listening="listening" in request.form)
    flash(str(SAID[mine.answer]))
    back = {"home": url_for("front.home"), "list": url_for(".index", slug=slug)}
    return redirect(back.get(request.form.get("back", "")) or url_for(".show", slug=slug, meeting_id=meeting_id), 303)


@destination("meeting")
def meeting_link_leads_to(_token: str, meeting_id: UUID) -> str:
    return url_for("meetings.show", slug=queries.slug_of(meeting_id) or abort(404), meeting_id=meeting_id)


@destination("check-in")
def check_in_link_leads_to(_token: str, meeting_id: UUID) -> str:
    return meeting_link_leads_to(_token, meeting_id) + "#check-in"
