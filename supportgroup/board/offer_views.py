"""Offers beside the asks: making one, answering one, taking one up."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup import words
from supportgroup.board import offer_queries, offers, phrases
from supportgroup.board.carrying import OverOwnLimit
from supportgroup.board.models import Ask, Eyes
from supportgroup.board.offer_forms import OfferForm, OfferToForm, PauseForm, TakeForm, in_two_weeks, next_day, values
from supportgroup.board.offer_models import Offer
from supportgroup.board.views import ROOM, back_to, bp, my_zone, offer_of
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination
from supportgroup.meetings.roster import roster
from supportgroup.reflections.forms import BeforeForm, before_you_ask
from supportgroup.reflections.service import note_before
from supportgroup.safety.queries import hiding_of

OFFER = f"{ROOM}/offers/<uuid:offer_id>"


def find(me: Membership, offer_id: UUID) -> Offer:
    """An offer that the reader may see, or 404."""
    return offer_queries.offer(me, offer_id) or abort(404)


def find_own(me: Membership, offer_id: UUID) -> Offer:
    offer = find(me, offer_id)
    return offer if offer.by_id == me.id else abort(404)


@bp.get(f"{ROOM}/offers")
@login_required
def offer_list(slug: str) -> ResponseReturnValue:
    """Everything that is offered, and what one offers oneself."""
    me = enter(slug)
    return render_template(
        "board/offers.html", me=me, offers=offer_queries.offers(me), people=roster(me), days_words=offers.days_words
    )


@bp.route(f"{ROOM}/offers/new", methods=["GET", "POST"])
@login_required
def new_offer(slug: str) -> ResponseReturnValue:
    """Something for whoever it would help; it stands beside the asks until it is taken down."""
    me = enter(slug)
    form = OfferForm()
    choose_eyes(form, me)
    if form.validate_on_submit():
        try:
            with transaction():
                offer = offers.post_offer(me=me, willing=form.willing())
            flash(_("It stands beside the asks. You can pause it or take it down at any time."))
            return redirect(url_for(".show_offer", slug=slug, offer_id=offer.id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return render_template("board/offer_new.html", me=me, form=form), 422 if form.errors else 200


def choose_eyes(form: OfferForm, me: Membership, offer: Offer | None = None) -> None:
    """Whose eyes there are to choose from, each with how many people that is; the form's days are the reader's."""
    form.zone = my_zone()
    form.days.offer({day: words.weekday(day) for day in range(7)})
    chosen = offers.eyes_for(me, offer.eyes if offer else None)
    form.eyes.offer({one: offer_of(one, number) for one, number in chosen.items()})
    if form.eyes.data not in chosen:
        form.eyes.data = None if form.is_submitted() else Eyes.GROUP


@bp.route(f"{ROOM}/offers/to/<uuid:membership_id>", methods=["GET", "POST"])
@login_required
def offer_to(slug: str, membership_id: UUID) -> ResponseReturnValue:
    """Would it help if I …? To one member whose name the reader sees."""
    me = enter(slug)
    other = roster(me).people.get(membership_id)
    if other is None or not other.named or other.id == me.id:
        abort(404)
    form, limit = OfferToForm(), None
    form.zone = my_zone()
    if form.validate_on_submit():
        try:
            with transaction():
                anyway = "anyway" in request.form
                offer = offers.offer_to(me=me, to_id=other.id, willing=form.willing(), anyway=anyway)
            flash(_("Said to %(name)s. “Not now” would be about the week, not about you.", name=other.name))
            return redirect(url_for(".show_offer", slug=slug, offer_id=offer.id), 303)
        except OverOwnLimit as over:
            limit = over
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("board/offer_to.html", me=me, form=form, other=other, limit=limit)
    return page, 409 if limit else 422 if form.errors else 200


@bp.get(OFFER)
@login_required
def show_offer(slug: str, offer_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    return page_of(me, find(me, offer_id))


def page_of(
    me: Membership,
    offer: Offer,
    *,
    form: TakeForm | None = None,
    before: BeforeForm | None = None,
    pause: PauseForm | None = None,
) -> ResponseReturnValue:
    """One offer's page, as its giver, the one it is said to, or anyone else sees it."""
    own = offer.by_id == me.id
    if form is None:
        form = TakeForm(formdata=None, day=next_day(offer, my_zone()))
    page = render_template(
        "board/offer.html",
        me=me,
        offer=offer,
        own=own,
        people=roster(me),
        rests=offer_queries.rests(offer),
        asks=offer_queries.helps_by(offer) if own else offer_queries.taken_up(me, offer.id),
        hiding=hiding_of(offer.id) if own else None,
        form=form,
        before=before or before_you_ask(),
        pause=pause or PauseForm(formdata=None, until=in_two_weeks(my_zone())),
        days_words=offers.days_words,
        words=phrases,
    )
    return page, 422 if form.errors or (before and before.errors) or (pause and pause.errors) else 200


@bp.post(f"{OFFER}/take")
@login_required
def take_up(slug: str, offer_id: UUID) -> ResponseReturnValue:
    """That would help me: a standing offer becomes an ask of mine with its help."""
    me = enter(slug)
    offer = find(me, offer_id)
    form, before = TakeForm(), before_you_ask()
    form.zone = my_zone()
    if not (form.validate_on_submit() and before.validate()):
        return page_of(me, offer, form=form, before=before)
    try:
        with transaction():
            ask = offers.take_up(
                me=me,
                offer_id=offer.id,
                title=form.title.data or "",
                needed_by=form.needed_by(),
                zone=form.zone,
            )
            keep_thought(me, ask, before)
    except Refused as refusal:
        form.form_errors.append(str(refusal))
        return page_of(me, find(me, offer_id), form=form, before=before)
    return to_ask(slug, ask)


@bp.post(f"{OFFER}/answer")
@login_required
def answer_offer(slug: str, offer_id: UUID) -> ResponseReturnValue:
    """Yes please, or not now."""
    me = enter(slug)
    offer = find(me, offer_id)
    if offer.to_id != me.id:
        abort(404)
    said, before = request.form.get("answer"), before_you_ask()
    if said not in ("yes_please", "not_now"):
        abort(422)
    if not before.validate():
        return page_of(me, offer, before=before)
    with transaction():
        ask = offers.answer(me=me, offer_id=offer.id, yes=said == "yes_please")
        if ask is not None:
            keep_thought(me, ask, before)
    if ask is not None:
        return to_ask(slug, ask)
    flash(_("Said. No reason is needed."))
    return redirect(url_for(".show_offer", slug=slug, offer_id=offer_id), 303)


def keep_thought(me: Membership, ask: Ask, before: BeforeForm) -> None:
    """What somebody thought before they said yes to being helped, if they noted it."""
    note_before(account_id=me.account_id, ask_id=ask.id, about=ask.title, before=before.before())


def to_ask(slug: str, ask: Ask) -> ResponseReturnValue:
    return back_to(slug, ask.id, _("Yes please. The two of you can write to each other here. Nothing is owed."))


@bp.route(f"{OFFER}/edit", methods=["GET", "POST"])
@login_required
def edit_offer(slug: str, offer_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    offer = find_own(me, offer_id)
    if offer.to_id is not None:
        abort(404)
    form = OfferForm(**values(offer))
    choose_eyes(form, me, offer)
    if form.validate_on_submit():
        try:
            with transaction():
                offers.change_offer(me=me, offer_id=offer.id, willing=form.willing())
            flash(_("Saved."))
            return redirect(url_for(".show_offer", slug=slug, offer_id=offer_id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return render_template("board/offer_edit.html", me=me, form=form, offer=offer), 422 if form.errors else 200


@bp.post(f"{OFFER}/pause")
@login_required
def pause_offer(slug: str, offer_id: UUID) -> ResponseReturnValue:
    """Let it rest until a day; or with `again`, offer it again."""
    me = enter(slug)
    offer = find_own(me, offer_id)
    form, again = PauseForm(), "again" in request.form
    form.zone = my_zone()
    if not (again or form.validate_on_submit()):
        return page_of(me, offer, pause=form)
    with transaction():
        offers.pause(me=me, offer_id=offer.id, until=None if again else form.paused_until())
    flash(_("It stands beside the asks again.") if again else _("It rests, and comes back by itself."))
    return redirect(url_for(".show_offer", slug=slug, offer_id=offer_id), 303)


@bp.post(f"{OFFER}/take-down")
@login_required
def take_down_offer(slug: str, offer_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    offer = find_own(me, offer_id)
    with transaction():
        offers.take_down(me=me, offer_id=offer.id)
    flash(_("Taken down. No reason is needed."))
    return redirect(url_for(".offer_list", slug=slug), 303)


@destination("offer")
def offer_link_leads_to(_token: str, offer_id: UUID) -> str:
    """To the offer; to the home page, where it is not there any more."""
    slug = offer_queries.slug_of(offer_id)
    return url_for("board.show_offer", slug=slug, offer_id=offer_id) if slug else url_for("front.home")
