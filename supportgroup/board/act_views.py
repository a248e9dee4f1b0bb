"""What is pressed on an ask: yes, handing back, done, what came of it, thanks, writing, "I hear you"."""

from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.board import helping
from supportgroup.board.carrying import OverOwnLimit
from supportgroup.board.forms import HappenedForm, HearingForm, MessageForm, ProposalForm, ThanksForm
from supportgroup.board.models import Ask, Happened, Help
from supportgroup.board.views import ASK, back_to, bp, find, find_own, page_of
from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.safety.heavy import offer_help


@bp.post(f"{ASK}/accept")
@login_required
def accept(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find(me, ask_id)
    if not (helping.holds(ask, me) or helping.proposes(ask, me)):
        helping.check_open(ask, me)  # who comes too late hears it without waiting for the lock
    try:
        with transaction():
            helping.accept_ask(me=me, ask_id=ask.id, anyway="anyway" in request.form)
    except OverOwnLimit as limit:
        return page_of(me, find(me, ask_id), limit=limit)
    if ask.unnamed and not helping.holds(find(me, ask_id), me):
        return back_to(slug, ask_id, _("Said. Whoever asked sees your name, and answers."))
    return back_to(slug, ask_id, _("You can do this. Thanks. Hand it back whenever you need to, without a reason."))


@bp.post(f"{ASK}/answer")
@login_required
def answer(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """What the asker says to who could do what was asked without a name."""
    me = enter(slug)
    ask, form = find_own(me, ask_id), ProposalForm()
    help_ = help_meant(ask)
    if not form.validate_on_submit():
        abort(422)
    fine = form.answer.data == "yes"
    with transaction():
        helping.answer_proposal(me=me, ask_id=ask.id, help_id=help_.id, fine=fine)
    said = _("They hear that it is fine, and who you are.") if fine else _("They hear “not this time”, and no more.")
    return back_to(slug, ask_id, said)


@bp.post(f"{ASK}/end-help")
@login_required
def end_help(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """The asker does not need it from this person any more."""
    me = enter(slug)
    ask = find_own(me, ask_id)
    help_ = help_meant(ask)
    with transaction():
        helping.end_help(me=me, ask_id=ask.id, help_id=help_.id)
    return back_to(slug, ask_id, _("They hear that it is not needed from them. The ask is open again."))


def help_meant(ask: Ask) -> Help:
    """The help of this ask that a form names, or 404."""
    return next((one for one in ask.helps if str(one.id) == request.form.get("help_id")), None) or abort(404)


@bp.post(f"{ASK}/hand-back")
@login_required
def hand_back(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find(me, ask_id)
    proposed = helping.proposes(ask, me)
    with transaction():
        helping.hand_back(me=me, ask_id=ask.id)
    if proposed:
        return back_to(slug, ask_id, _("Taken back. Thanks for being willing."))
    return back_to(slug, ask_id, _("Handed back. Thanks for being willing. The ask is open again."))


@bp.post(f"{ASK}/done")
@login_required
def done(slug: str, ask_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    ask = find(me, ask_id)
    with transaction():
        helping.finish(me=me, ask_id=ask.id)
    return back_to(slug, ask_id, _("It rests now.") if ask.is_listen else _("Done. Nothing is owed."))


@bp.post(f"{ASK}/happened")
@login_required
def happened(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """It happened, partly, or it didn't: the asker's word, or a helper's."""
    me = enter(slug)
    ask = find(me, ask_id)
    form = HappenedForm()
    if not form.validate_on_submit():
        abort(422)
    with transaction():
        helping.say_what_happened(me=me, ask_id=ask.id, happened=form.happened.data)
    said = (
        _("That is fine. It says nothing about you.") if form.happened.data is Happened.NO else _("Thanks for telling.")
    )
    return back_to(slug, ask_id, said)


@bp.post(f"{ASK}/thank")
@login_required
def thank(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Thank one of those who helped; nobody else reads it."""
    me = enter(slug)
    ask = find_own(me, ask_id)
    form = ThanksForm()
    help_ = next((one for one in ask.helpers if str(one.id) == request.form.get("help_id")), None) or abort(404)
    if not form.validate_on_submit():
        return page_of(me, ask, thanks=form)
    with transaction():
        helping.thank(me=me, ask_id=ask.id, help_id=help_.id, text=form.text.data or "")
    return back_to(slug, ask_id, _("Said. Only the two of you see it."))


@bp.post(f"{ASK}/messages")
@login_required
def messages(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Write to the others in the thread. For who is not in it, there is none."""
    me = enter(slug)
    ask = find(me, ask_id)
    if not helping.in_thread(ask, me):
        abort(404)
    form = MessageForm()
    if not form.validate_on_submit():
        return page_of(me, ask, message=form)
    with transaction():
        helping.write(me=me, ask_id=ask.id, text=form.text.data or "")
    offer_help(form.text.data)
    return redirect(url_for(".show", slug=slug, ask_id=ask_id, _anchor="thread"), 303)


@bp.post(f"{ASK}/heard")
@login_required
def heard(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """I hear you."""
    me = enter(slug)
    ask = find(me, ask_id)
    form = HearingForm()
    if not form.validate_on_submit():
        abort(422)
    with transaction():
        helping.hear(me=me, ask_id=ask.id, says=form.says.data, line=form.line.data or "")
    return back_to(slug, ask_id, _("Said. That is all that is needed."))
