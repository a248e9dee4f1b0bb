"""A group's board: what is asked, asking, and changing what one asked."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock, words
from supportgroup.accounts.queries import recipient
from supportgroup.board import eyes, helping, offer_queries, offers, phrases, queries, service
from supportgroup.board.carrying import OverOwnLimit
from supportgroup.board.forms import AskForm, HardForm, MessageForm, ThanksForm, When, in_a_week, member_of, values
from supportgroup.board.models import Ask, Eyes
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.mail.kinds import quiet_until
from supportgroup.mail.links import destination
from supportgroup.meetings.roster import roster
from supportgroup.reflections import queries as reflections
from supportgroup.reflections.forms import before_you_ask
from supportgroup.reflections.service import note_before
from supportgroup.safety.heavy import offer_help
from supportgroup.safety.queries import hiding_of

bp = Blueprint("board", __name__)

SEEN_FIRST = "It is said. A facilitator looks first, then the others see it."

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


@bp.get(f"{ROOM}/covered")
@login_required
def covered(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    return shelf(me, queries.covered(me, after=request.args.get("after")), "Covered")


@bp.get(f"{ROOM}/ended")
@login_required
def ended(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    return shelf(me, queries.ended(me, after=request.args.get("after")), "What came of asks")


def shelf(me: Membership, found: queries.Shelf, title: str) -> ResponseReturnValue:
    return render_template(
        "board/shelf.html", me=me, shelf=found, title=title, people=roster(me), eyes=phrases.EYES_OF_OTHERS
    )


@bp.get(ASK)
@login_required
def show(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = queries.ask(me, ask_id)
    if ask is None and queries.is_over_for(me, ask_id):
        return render_template("board/over.html", me=me)
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
    hearing = queries.hearing_of(ask) if is_asker else 0
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
        seen_by=eyes.seen_by(ask) if is_asker and ask.is_running and not (hearing or hiding) else 0,
        proposals=ask.proposals if is_asker and ask.is_running else [],
        hearing=hearing,
        over=ask.is_over(clock.now()),
        hiding=hiding,
        limit=limit,
        reflection=reflections.of_ask(me.account_id, ask.id) if is_asker else None,
        message=message or MessageForm(formdata=None),
        thanks=thanks or ThanksForm(formdata=None),
        form=form,
        words=phrases,
    )
    return page, 409 if limit else 422 if form and form.errors else 200


@bp.route(f"{ROOM}/asks/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    """A new ask. `like`: start from one of my own; `example`: from one of ours; `kind`: of this kind."""
    me = enter(slug)
    form, before = AskForm(**first_choices(me)), before_you_ask()
    offer_eyes(form, me)
    if form.validate_on_submit() and before.validate():
        try:
            with transaction():
                ask = service.post_ask(me=me, wish=form.wish())
                note_before(account_id=me.account_id, ask_id=ask.id, about=ask.title, before=before.before())
            flash(SEEN_FIRST if hiding_of(ask.id) else posted())
            offer_help(form.title.data, form.body.data)
            return redirect(url_for(".show", slug=slug, ask_id=ask.id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    left_out = [phrases.DELICATE[one] for one in me.group.left_out]
    page = ask_page("board/new.html", form, me=me, before=before, left_out=left_out)
    return page, 422 if form.errors or before.errors else 200


def ask_page(template: str, form: AskForm, **more: Any) -> str:
    return render_template(template, form=form, on_the_card=phrases.ON_THE_CARD, examples=examples(), **more)


def examples() -> list[tuple[str, str, list[tuple[int, phrases.Example]]]]:
    """What others ask for, by kind, with the number each is known by."""
    numbered = list(enumerate(phrases.EXAMPLES))
    return [
        (str(kind), name, [(at, example) for at, example in numbered if example.kind is kind])
        for kind, name in phrases.KINDS.items()
    ]


def first_choices(me: Membership) -> dict[str, Any]:
    """What a new ask starts from: an example, an ask like it, or my last choices; the kind, where a link says it."""
    number = request.args.get("example", "")
    if number.isascii() and number.isdigit() and int(number[:4]) < len(phrases.EXAMPLES):
        example = phrases.EXAMPLES[int(number[:4])]
        return {"title": example.title, "kind": example.kind, "size_minutes": example.size_minutes}
    like = own_ask(me, request.args.get("like", ""))
    if like is not None:
        return {**values(service.wish_of(like), my_zone()), "when": When.WEEK, "day": None}
    kind = {"kind": member_of(phrases.KINDS)(request.args.get("kind"))}
    last = queries.last_choices(me)
    if last is None:
        return kind
    chosen = [str(one) for one in eyes.chosen(last)]
    names = ("size_minutes", "helpers_wanted", "eyes", "unnamed", "area")
    return {**kind, "chosen": chosen, **{name: getattr(last, name) for name in names}}


def own_ask(me: Membership, text: str) -> Ask | None:
    """One of my own asks by the id in this text, whatever the text is."""
    try:
        ask = queries.ask(me, UUID(text))
    except ValueError:
        return None
    return ask if ask is not None and ask.asker_id == me.id else None


def offer_eyes(form: AskForm, me: Membership, *, kept: Eyes | None = None) -> None:
    """Whose eyes there are to choose from, each with how many people that is; the form's days are the reader's."""
    form.zone = my_zone()
    counts = eyes.counts(me)
    offered = {one: offer_of(one, counts[one]) for one in eyes.choices(counts, kept)}
    form.eyes.offer(offered)
    form.chosen.offer(eyes.to_choose(me, roster(me)))
    if form.eyes.data not in offered:
        form.eyes.data = None if form.is_submitted() else Eyes.GROUP


def offer_of(one: Eyes, number: int) -> str:
    """`Everyone in the group: 7 people`; of those to choose it is not known yet how many."""
    return phrases.EYES[one] if one is Eyes.CHOSEN else f"{phrases.EYES[one]}: {people(number)}"


def people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def posted() -> str:
    """What is said after posting; in the night also when letters go out."""
    now = clock.now()
    later = quiet_until(now, recipient(current_user))
    if later == now:
        return "It is on the board."
    return (
        f"It is on the board. People looking now can see it; letters go out from {words.local_time(later, my_zone())}."
    )


@bp.route(f"{ASK}/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find_own(me, ask_id)
    form = AskForm(**values(service.wish_of(ask), my_zone()))
    form.kept = ask.needed_by
    offer_eyes(form, me, kept=ask.eyes)
    if not ask.is_running:
        raise Refused(service.OVER)
    if form.validate_on_submit():
        try:
            with transaction():
                service.edit_ask(me=me, ask_id=ask.id, wish=form.wish())
            flash("Saved.")
            offer_help(form.title.data, form.body.data)
            return redirect(url_for(".show", slug=slug, ask_id=ask.id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return ask_page("board/edit.html", form, me=me, ask=ask), 422 if form.errors else 200


@bp.post(f"{ASK}/withdraw")
@login_required
def withdraw(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find_own(me, ask_id)
    with transaction():
        service.withdraw_ask(me=me, ask_id=ask.id)
    flash("Taken back. No reason is needed.")
    return redirect(url_for(".show", slug=slug, ask_id=ask_id), 303)


@bp.post(f"{ASK}/again")
@login_required
def again(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Ask anew for what did not happen, or nobody had room for."""
    me = enter(slug)
    old = find_own(me, ask_id)
    with transaction():
        ask = service.ask_again(me=me, ask_id=old.id, needed_by=in_a_week(my_zone()))
    flash("It is on the board again, for a week.")
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
        flash("It is said. No answer is needed. Whoever reads it can say “I hear you”.")
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
