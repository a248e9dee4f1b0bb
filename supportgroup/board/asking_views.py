"""A new ask in a minute: the form, what it starts from, a look at it before it is posted, drafts, and changing one."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.datastructures import MultiDict

from supportgroup import clock, words
from supportgroup.accounts.queries import recipient
from supportgroup.board import base_rate, drafts, examples, eyes, phrases, queries, service
from supportgroup.board.choices import member_of
from supportgroup.board.forms import AskForm, ExampleForm, Poster, When, values
from supportgroup.board.models import Ask, Eyes
from supportgroup.board.side_models import Draft
from supportgroup.board.starters import Example
from supportgroup.board.views import ASK, ROOM, bp, find_own, my_zone, offer_of, people
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups.access import enter, enter_as_facilitator
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.quiet import after_quiet
from supportgroup.meetings.roster import Roster, roster
from supportgroup.reflections.forms import BeforeForm, before_you_ask
from supportgroup.reflections.service import note_before
from supportgroup.safety.heavy import offer_help
from supportgroup.safety.queries import hiding_of

SEEN_FIRST = _l("It is said. A facilitator looks first, then the others see it.")
FEW = 4  # of so many people somebody may guess who asked without a name
THROUGH = _l("It is with those who look after the group. One of them posts it for you.")


@bp.route(f"{ROOM}/asks/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    """A new ask. `like`: start from one of my own; `example`: from one of these; `kind`: of this kind.

    What is sent can be looked at first (`do=preview`), or filled from an example; neither changes anything.
    """
    me = enter(slug)
    everyone = roster(me)
    draft = None if request.args or request.method == "POST" else drafts.draft(me)
    form, before = start(me, draft), before_you_ask()
    offer_eyes(form, me, everyone)
    looked = None
    if "example" in request.form:
        fill(form, example_meant(me, request.form["example"]))
    elif form.validate_on_submit() and before.validate():
        try:
            if request.form.get("do") != "preview":
                return post(me, form, before)
            looked = look(me, form, before)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    left_out = [str(phrases.DELICATE[one]) for one in me.group.left_out]
    found = examples.starts(me.group_id)
    page = ask_page(
        "board/new.html",
        form,
        me=me,
        people=everyone,
        before=before,
        left_out=left_out,
        draft=draft,
        looked=looked,
        near=examples.near(found, form.kind.data, form.size_minutes.data or 15),
        more_examples=[(phrases.KINDS[kind], each) for kind, each in examples.by_kind(found)],
    )
    return page, 422 if form.errors or before.errors else 200


def post(me: Membership, form: AskForm, before: BeforeForm) -> ResponseReturnValue:
    """Put it on the board, or before a facilitator. Raises Refused."""
    wish = form.wish()
    with transaction():
        ask = service.post_ask(me=me, wish=wish)
        note_before(account_id=me.account_id, ask_id=ask.id, about=ask.title, before=before.before())
    flash(str(THROUGH if wish.through else SEEN_FIRST if hiding_of(ask.id) else posted()))
    offer_help(form.title.data, form.body.data)
    return redirect(url_for("board.show", slug=me.group.slug, ask_id=ask.id), 303)


def look(me: Membership, form: AskForm, before: BeforeForm) -> dict[str, Any]:
    """What others would see, how many they are, and how often such asks get a yes here: not before it was guessed."""
    wish = form.wish()
    ask = service.preview(me=me, wish=wish)
    said = before.before()
    guessed = bool(before.guess.data) or not said
    counts = eyes.counts(me)
    number = len(wish.chosen) if wish.eyes is Eyes.CHOSEN else counts[wish.eyes]
    rate = base_rate.sentence(me.group_id) if guessed and not ask.is_listen else None
    return {"ask": ask, "seen_by": people(number), "few": number < FEW, "rate": rate, "through": wish.through}


def start(me: Membership, draft: Draft | None) -> AskForm:
    """The form as it is sent, or with what a new ask starts from."""
    if draft is not None:
        return AskForm(MultiDict(drafts.fields_of(draft)))
    return AskForm(**({} if request.method == "POST" else first_choices(me)))


def example_meant(me: Membership, word: str) -> Example | None:
    return examples.meant(examples.starts(me.group_id), word) if word else None


def fill(form: AskForm, example: Example | None) -> None:
    """Start from an example; what stands in the other fields stays."""
    if example is not None:
        form.title.data, form.kind.data, form.size_minutes.data = str(example.title), example.kind, example.size_minutes


def first_choices(me: Membership) -> dict[str, Any]:
    """What a new ask starts from: an example, an ask like it, or my last choices; the kind, where a link says it."""
    example = example_meant(me, request.args.get("example", ""))
    if example is not None:
        return {"title": str(example.title), "kind": example.kind, "size_minutes": example.size_minutes}
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


def ask_page(template: str, form: AskForm, **more: Any) -> str:
    seen = words_of_eyes(form)
    return render_template(
        template, form=form, on_the_card=phrases.ON_THE_CARD, seen=seen, eyes=phrases.EYES_OF_OTHERS, **more
    )


def words_of_eyes(form: AskForm) -> str:
    """Who will see it, as the form says now: `Everyone in the group: 7 people`."""
    if form.eyes.data is Eyes.CHOSEN:
        return people(len(form.chosen.data or ()))
    return next((option.label.text for option in form.eyes if option.data == str(form.eyes.data)), "")


def offer_eyes(form: AskForm, me: Membership, everyone: Roster, *, kept: Eyes | None = None) -> None:
    """Whose eyes there are to choose from, each with how many people that is; the form's days are the reader's."""
    form.zone = my_zone()
    counts = eyes.counts(me)
    offered = {one: offer_of(one, counts[one]) for one in eyes.choices(counts, kept)}
    form.eyes.offer(offered)
    form.chosen.offer(eyes.to_choose(me, everyone))
    if form.eyes.data not in offered:
        form.eyes.data = None if form.is_submitted() else Eyes.GROUP


def posted() -> str:
    """What is said after posting; in the night also when letters go out."""
    now = clock.now()
    me = recipient(current_user)
    later = after_quiet(now, me.quiet, me.zone)
    if later == now:
        return _("It is on the board.")
    return _(
        "It is on the board. People looking now can see it; letters go out from %(time)s.",
        time=words.local_time(later, my_zone()),
    )


@bp.post(f"{ROOM}/asks/draft")
@login_required
def keep_draft(slug: str) -> ResponseReturnValue:
    """Keep what stands in the form: by its button, or by the script as somebody types."""
    me = enter(slug)
    names = [field.short_name for field in AskForm(formdata=None) if field.short_name != "csrf_token"]
    with transaction():
        kept = drafts.keep(me=me, fields={name: request.form.getlist(name) for name in names})
    if "quietly" in request.form:
        return "", 204
    flash(_("Kept for you, for thirty days. Nobody else sees it.") if kept else _("There is nothing to keep yet."))
    return redirect(url_for("board.new", slug=slug), 303)


@bp.post(f"{ROOM}/asks/draft/let-go")
@login_required
def let_go_of_draft(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    with transaction():
        drafts.let_go(me.id)
    flash(_("Gone. Begin whenever you like."))
    return redirect(url_for("board.new", slug=slug), 303)


@bp.route(f"{ASK}/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find_own(me, ask_id)
    form = AskForm(**values(service.wish_of(ask), my_zone()))
    form.kept = ask.needed_by
    offer_eyes(form, me, roster(me), kept=ask.eyes)
    if not ask.is_running:
        raise Refused(service.OVER)
    form.poster.data = Poster.MYSELF
    if form.validate_on_submit():
        try:
            with transaction():
                service.edit_ask(me=me, ask_id=ask.id, wish=form.wish())
            flash(_("Saved."))
            offer_help(form.title.data, form.body.data)
            return redirect(url_for("board.show", slug=slug, ask_id=ask.id), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    return ask_page("board/edit.html", form, me=me, ask=ask), 422 if form.errors else 200


@bp.route(f"{ROOM}/examples", methods=["GET", "POST"])
@login_required
def own_examples(slug: str) -> ResponseReturnValue:
    """What a facilitator wrote for the group to start from."""
    me = enter_as_facilitator(slug)
    form = ExampleForm()
    if form.validate_on_submit():
        try:
            with transaction():
                examples.add(
                    me=me, kind=form.kind.data, size_minutes=form.size_minutes.data, title=form.title.data or ""
                )
            flash(_("Added."))
            return redirect(url_for("board.own_examples", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("board/examples.html", me=me, form=form, own=examples.own(me.group_id), kinds=phrases.KINDS)
    return page, 422 if form.errors else 200


@bp.post(f"{ROOM}/examples/<uuid:example_id>/remove")
@login_required
def remove_example(slug: str, example_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        examples.remove(me=me, example_id=example_id)
    flash(_("Taken out."))
    return redirect(url_for("board.own_examples", slug=slug), 303)
