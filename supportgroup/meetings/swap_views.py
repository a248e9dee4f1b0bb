"""Pages about swapping a turn as host: asking one member, and being asked."""

from typing import NamedTuple
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination
from supportgroup.meetings import queries, swaps
from supportgroup.meetings.models import Meeting
from supportgroup.meetings.roster import Person, Roster, roster
from supportgroup.meetings.views import ROOM, bp, find

SWAP = f"{ROOM}/<uuid:meeting_id>/swap"


@bp.get(SWAP)
@login_required
def swap(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """For whoever hosts: whom to ask, or who is asked. For whoever is asked: the answer. Others have no such page."""
    me = enter(slug)
    meeting = find(me, meeting_id)
    asked = swaps.swap_of(me, meeting_id)
    if meeting.host_id != me.id and (asked is None or asked.asked_id != me.id):
        abort(404)
    people = roster(me)
    return render_template(
        "meetings/swap.html",
        me=me,
        meeting=meeting,
        swap=asked,
        other=queries.meeting(me, asked.other_id) if asked and asked.other_id else None,
        people=people,
        choices=choices(me, people) if asked is None else [],
    )


class Choice(NamedTuple):
    """Somebody to ask, with a turn of theirs to take instead, where they have one."""

    who: Person
    turn: Meeting | None

    @property
    def value(self) -> str:
        return f"{self.who.id}:{self.turn.id}" if self.turn else str(self.who.id)


def choices(me: Membership, people: Roster) -> list[Choice]:
    """Whom `me` may ask: everyone they know by name. Each turn is a choice; who has none may take one all the same."""
    turns = swaps.turns_to_take(me)
    found: list[Choice] = []
    for person in people.people.values():
        if person.id != me.id and person.named:
            theirs = [Choice(person, one) for one in turns if one.host_id == person.id]
            found += theirs or [Choice(person, None)]
    return found


@bp.post(SWAP)
@login_required
def ask_swap(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Ask one member. `with`: a membership, and after a colon the meeting of theirs that I take for it."""
    me = enter(slug)
    if find(me, meeting_id).host_id != me.id:
        abort(404)
    asked_id, other_id = chosen(request.form.get("with", ""))
    person = roster(me).people.get(asked_id)
    if person is None or not person.named:
        abort(422)
    with transaction():
        swaps.ask(me=me, meeting_id=meeting_id, asked_id=asked_id, other_id=other_id)
    flash(
        _("%(name)s is asked, and nobody else hears of it. Until there is a yes the turn is yours.", name=person.name)
    )
    return redirect(url_for(".swap", slug=slug, meeting_id=meeting_id), 303)


def chosen(text: str) -> tuple[UUID, UUID | None]:
    whom, _, turn = text.partition(":")
    try:
        return UUID(whom), UUID(turn) if turn else None
    except ValueError:
        abort(422)


@bp.post(f"{SWAP}/take-back")
@login_required
def take_back_swap(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Ask no more."""
    me = enter(slug)
    if find(me, meeting_id).host_id != me.id:
        abort(404)
    with transaction():
        swaps.take_back(me=me, meeting_id=meeting_id)
    flash(_("Taken back. The turn is yours, as it was."))
    return redirect(url_for(".swap", slug=slug, meeting_id=meeting_id), 303)


@bp.post(f"{SWAP}/answer")
@login_required
def answer_swap(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """Yes, or not now, from whoever is asked."""
    me = enter(slug)
    find(me, meeting_id)
    asked = swaps.swap_of(me, meeting_id)
    if asked is None or asked.asked_id != me.id:
        abort(404)
    said = request.form.get("answer")
    if said not in ("yes", "not_now"):
        abort(422)
    with transaction():
        swaps.answer(me=me, meeting_id=meeting_id, yes=said == "yes")
    if said == "yes":
        flash(_("You host this one now. Thank you. Agenda and checklist wait on its page."))
    else:
        flash(_("Not now. That is fine. Nobody asks you for this one again."))
    return redirect(url_for(".show", slug=slug, meeting_id=meeting_id), 303)


@destination("host-swap")
def swap_link_leads_to(_token: str, meeting_id: UUID) -> str:
    return url_for("meetings.swap", slug=queries.slug_of(meeting_id) or abort(404), meeting_id=meeting_id)
