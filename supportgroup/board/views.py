"""A group's board: what is asked, one ask, and taking one's own back or asking again."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock, words
from supportgroup.board import eyes, helping, offer_queries, offers, phrases, queries, service, telling
from supportgroup.board.carrying import OverOwnLimit
from supportgroup.board.forms import HardForm, MessageForm, ThanksForm, in_a_week
from supportgroup.board.models import Ask, Eyes
from supportgroup.board.side_models import Telling
from supportgroup.db import transaction
from supportgroup.groups import queries as groups
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.mail.links import destination
from supportgroup.meetings.roster import roster
from supportgroup.reflections import queries as reflections
from supportgroup.safety.heavy import offer_help
from supportgroup.safety.queries import hiding_of

bp = Blueprint("board", __name__)

ROOM = "/g/<slug:slug>/board"
ASK = f"{ROOM}/asks/<uuid:ask_id>"


def find(me: Membership, ask_id: UUID) -> Ask:
    """An ask that the reader may see, or 404."""
    return queries.ask(me, ask_id) or abort(404)


def find_own(me: Membership, ask_id: UUID) -> Ask:
    """One of the reader's own asks, or 404."""
    ask = find(me, ask_id)
    return ask if ask.asker_id == me.id else abort(404)


def my_zone() -> ZoneInfo:
    return clock.zone(current_user.zone)


def offer_of(one: Eyes, number: int) -> str:
    """`Everyone in the group: 7 people`; of those to choose it is not known yet how many."""
    return str(phrases.EYES[one]) if one is Eyes.CHOSEN else f"{phrases.EYES[one]}: {people(number)}"


def people(number: int) -> str:
    return ngettext("%(num)d person", "%(num)d people", number)


@bp.get(ROOM)
@login_required
def index(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    board = queries.board(me, after=request.args.get("after"))
    return render_template(
        "board/index.html",
        me=me,
        board=board,
        offers=offer_queries.offers(me),
        days_words=offers.days_words,
        people=roster(me),
        eyes=phrases.EYES_OF_OTHERS,
    )


def back_to(slug: str, ask_id: UUID, said: str) -> ResponseReturnValue:
    """To the page of the ask, with a word on what was done."""
    flash(said)
    return redirect(url_for("board.show", slug=slug, ask_id=ask_id), 303)


@bp.get(f"{ROOM}/covered")
@login_required
def covered(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    nothing = _("No ask is covered right now. One comes here as soon as enough people help.")
    return shelf(me, queries.covered(me, after=request.args.get("after")), _("Covered"), nothing)


@bp.get(f"{ROOM}/ended")
@login_required
def ended(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    after = request.args.get("after")
    nothing = _("Nothing is here yet. Asks come here once they have come to an end.")
    told = [] if after else telling.tellings(me)
    return shelf(me, queries.ended(me, after=after), _("What came of asks"), nothing, told)


def shelf(
    me: Membership, found: queries.Shelf, title: str, nothing: str, tellings: Sequence[Telling] = ()
) -> ResponseReturnValue:
    """A list of asks; `nothing` is said where it is empty."""
    return render_template(
        "board/shelf.html",
        me=me,
        shelf=found,
        title=title,
        nothing=nothing,
        tellings=tellings,
        people=roster(me),
        eyes=phrases.EYES_OF_OTHERS,
    )


@bp.get(ASK)
@login_required
def show(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = queries.ask(me, ask_id)
    if ask is None and queries.is_over_for(me, ask_id):
        return render_template("board/over.html", me=me)
    if ask is None and queries.rests_for(me, ask_id):
        return render_template("board/over.html", me=me, for_now=True)
    return page_of(me, ask or abort(404))


def page_of(
    me: Membership,
    ask: Ask,
    *,
    message: MessageForm | None = None,
    thanks: ThanksForm | None = None,
    limit: OverOwnLimit | None = None,
) -> ResponseReturnValue:
    """One ask's page, as its asker, somebody who helps, or anyone else sees it.

    `limit`: what the reader set themselves, where they were about to go over it.
    """
    is_asker, mine = ask.asker_id == me.id, ask.help_of(me.id)
    hiding = hiding_of(ask.id) if is_asker else None
    hearing = queries.hearing_of(ask) if is_asker else None
    form = message or thanks
    if not (is_asker or mine or ask.is_for_everyone):
        return render_template("board/over.html", me=me)
    page = render_template(
        "board/show.html",
        me=me,
        ask=ask,
        people=roster(me),
        is_asker=is_asker,
        mine=mine,
        helps=mine is not None and mine.holds,
        written=queries.messages(ask, me, before=request.args.get("before")),
        may_write=helping.may_write(ask),
        heard=queries.heard_by(ask.id) if ask.is_listen else [],
        seen_by=eyes.seen_by(ask) if is_asker and ask.is_running and not ((hearing and hearing.now) or hiding) else 0,
        proposals=ask.proposals if is_asker and ask.is_running else [],
        hearing=hearing.now if hearing else 0,
        letters_from=words.local_time(hearing.next_at, my_zone()) if hearing and hearing.next_at else None,
        may_turn=is_asker and not ask.is_running and service.looked_after_by_others(me),
        over=ask.is_over(clock.now()),
        hiding=hiding,
        limit=limit,
        may_tell=is_asker and telling.may_tell(ask),
        told=telling.of_ask(ask) if is_asker and telling.may_tell(ask) else None,
        reflection=reflections.of_ask(me.account_id, ask.id) if is_asker else None,
        message=message or MessageForm(formdata=None),
        thanks=thanks or ThanksForm(formdata=None),
        form=form,
        words=phrases,
    )
    return page, 409 if limit else 422 if form and form.errors else 200


@bp.post(f"{ASK}/withdraw")
@login_required
def withdraw(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find_own(me, ask_id)
    with transaction():
        service.withdraw_ask(me=me, ask_id=ask.id)
    flash(_("Taken back. No reason is needed."))
    return redirect(url_for(".show", slug=slug, ask_id=ask_id), 303)


@bp.post(f"{ASK}/again")
@login_required
def again(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Ask anew for what did not happen, or nobody had room for; or ask the facilitators for it."""
    me = enter(slug)
    old, of_facilitators = find_own(me, ask_id), "of_facilitators" in request.form
    with transaction():
        ask = service.ask_again(me=me, ask_id=old.id, needed_by=in_a_week(my_zone()), of_facilitators=of_facilitators)
    flash(
        _("Those who look after the group see it now.")
        if of_facilitators
        else _("It is on the board again, for a week.")
    )
    return redirect(url_for(".show", slug=slug, ask_id=ask.id), 303)


@bp.route(f"{ROOM}/hard", methods=["GET", "POST"])
@login_required
def hard(slug: str) -> ResponseReturnValue:
    """Today was hard: one press, a line if wanted."""
    me = enter(slug)
    form = HardForm()
    if form.validate_on_submit():
        with transaction():
            ask = service.say_hard(me=me, line=form.line.data or "", lines_welcome=form.lines_welcome.data)
        flash(_("It is said. No answer is needed. Whoever reads it can say “I hear you”."))
        offer_help(form.line.data)
        return redirect(url_for(".show", slug=slug, ask_id=ask.id), 303)
    return render_template("board/hard.html", me=me, form=form), 422 if form.errors else 200


@destination("ask")
def ask_link_leads_to(_token: str, ask_id: UUID) -> str:
    return url_for("board.show", slug=queries.slug_of(ask_id) or abort(404), ask_id=ask_id)


@destination("board")
def board_link_leads_to(_token: str, group_id: UUID) -> str:
    found = groups.groups([group_id]).get(group_id) or abort(404)
    return url_for("board.index", slug=found.slug)


@destination("boards")
def boards_link_leads_to(_token: str, _account_id: UUID) -> str:
    return url_for("front.home") + "#board"
