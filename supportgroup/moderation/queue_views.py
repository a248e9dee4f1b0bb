"""Looking at reports: the facilitators of a group at theirs, the operators at those that went past them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.accounts.access import second_factor_required
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.groups.views import path_in
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination
from supportgroup.moderation import queries, service
from supportgroup.moderation.forms import AnswerForm, HideForm
from supportgroup.moderation.models import Report, ReportState
from supportgroup.moderation.phrases import OUTCOMES, REASONS, REASONS_TO_HIDE, RULES, SUBJECTS
from supportgroup.moderation.queries import Item
from supportgroup.moderation.views import bp
from supportgroup.safety.models import Hiding, Rule
from supportgroup.safety.queries import hiding_of

WORDS: dict[str, Any] = {
    "subjects": SUBJECTS,
    "reasons": REASONS,
    "rules": RULES,
    "why": REASONS_TO_HIDE,
    "outcomes": OUTCOMES,
}


def item_under(one: Report) -> Item | None:
    """What was reported, as it is now; None where it is a person, or gone."""
    return queries.anything(one.group_id, one.subject, one.subject_id)


@bp.get("/g/<slug:slug>/manage/reports")
@second_factor_required
def queue(slug: str) -> ResponseReturnValue:
    """What was reported in this group, soonest first; what was answered; what is hidden."""
    me = enter_as_facilitator(slug)
    rule = queries.for_facilitator(me)
    return render_template(
        "moderation/queue.html",
        me=me,
        waiting=queries.queue(rule),
        answered=queries.queue(rule, ReportState.ANSWERED),
        unseen=items(queries.hidings(me, Hiding.rule == Rule.UNSEEN)),
        hidden=items(queries.hidings(me, Hiding.rule != Rule.UNSEEN)),
        **WORDS,
    )


def items(hidings: Sequence[Hiding]) -> list[tuple[Hiding, Item]]:
    """What is hidden, as far as it is there still."""
    return [(one, item) for one in hidings if (item := queries.item_of(one))]


@bp.get("/g/<slug:slug>/manage/reports/<uuid:report_id>")
@second_factor_required
def look(slug: str, report_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    one = queries.report(queries.for_facilitator(me), report_id) or abort(404)
    return looking(me, one, AnswerForm(), HideForm())


def looking(me: Any, one: Report, form: AnswerForm, hide_form: HideForm) -> ResponseReturnValue:
    """The page of one report, with what can be done about it."""
    page = render_template(
        "moderation/look.html",
        me=me,
        report=one,
        lines=queries.lines_of(one),
        named=queries.names_author(one),
        item=item_under(one),
        hiding=hiding_of(one.subject_id),
        form=form,
        hide_form=hide_form,
        **WORDS,
    )
    return page, 422 if form.errors or hide_form.errors else 200


@bp.post("/g/<slug:slug>/manage/reports/<uuid:report_id>/answer")
@second_factor_required
def answer(slug: str, report_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    rule = queries.for_facilitator(me)
    form = AnswerForm()
    if not form.validate_on_submit():
        return looking(me, queries.report(rule, report_id) or abort(404), form, HideForm(formdata=None))
    with transaction():
        one = queries.report(rule, report_id, lock=True) or abort(404)
        service.answer(one, current_user, **form.fields())
    flash(_("Answered. Whoever reported it hears so, in general words."))
    return redirect(url_for(".queue", slug=slug), 303)


@bp.post("/g/<slug:slug>/manage/reports/<uuid:report_id>/hand-over")
@second_factor_required
def hand_over(slug: str, report_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    with transaction():
        one = queries.report(queries.for_facilitator(me), report_id, lock=True) or abort(404)
        service.hand_over(one, current_user)
    flash(_("The people who run the service look at it now. That is fine, and needs no reason."))
    return redirect(url_for(".queue", slug=slug), 303)


@bp.post("/g/<slug:slug>/manage/reports/<uuid:report_id>/hide")
@second_factor_required
def hide(slug: str, report_id: UUID) -> ResponseReturnValue:
    """Hide what was reported; its author is told why, kindly."""
    me = enter_as_facilitator(slug)
    one = queries.report(queries.for_facilitator(me), report_id) or abort(404)
    form = HideForm()
    if not form.validate_on_submit():
        return looking(me, one, AnswerForm(formdata=None), form)
    hide_item(one, form)
    return redirect(url_for(".look", slug=slug, report_id=report_id), 303)


def hide_item(one: Report, form: HideForm) -> None:
    with transaction():
        item = item_under(one)
        if item is None:
            raise Refused(_("This is not there any more, so there is nothing to hide."))
        service.hide(item, group_id=one.group_id, rule=form.rule.data, by=current_user)
    flash(_("Hidden from the group. Its author hears why, and can change it."))


@bp.post("/g/<slug:slug>/manage/hidden/<uuid:hiding_id>/show")
@second_factor_required
def show(slug: str, hiding_id: UUID) -> ResponseReturnValue:
    """Let the group see again what was hidden. Nobody shows their own."""
    me = enter_as_facilitator(slug)
    with transaction():
        hiding = queries.hiding(hiding_id, me.group_id)
        if hiding is None or hiding.author_id == me.id:
            abort(404)
        service.show_again(hiding, current_user)
    flash(_("The group can see it again."))
    return redirect(url_for(".queue", slug=slug), 303)


@bp.post("/g/<slug:slug>/manage/hidden/<uuid:hiding_id>/why")
@second_factor_required
def why(slug: str, hiding_id: UUID) -> ResponseReturnValue:
    """Not show a new ask as it is: its author hears why, and can change it."""
    me = enter_as_facilitator(slug)
    form = HideForm()
    if not form.validate_on_submit():
        raise Refused(_("Choose why, so that its author can change it."))
    with transaction():
        hiding = queries.hiding(hiding_id, me.group_id)
        if hiding is None or hiding.author_id == me.id:
            abort(404)
        service.say_why(hiding, form.rule.data, current_user)
    flash(_("Its author hears why, and can change it."))
    return redirect(url_for(".queue", slug=slug), 303)


@destination("report-queue")
def queue_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("moderation.queue", group_id)
