"""The operators' desk: reports that went past the facilitators, and what authors want looked at again."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.accounts.access import second_factor_required
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.groups import letters as groups_letters
from supportgroup.groups import queries as groups
from supportgroup.groups import service as groups_service
from supportgroup.groups.models import MembershipState
from supportgroup.languages import gettext as _
from supportgroup.mail.links import destination
from supportgroup.moderation import queries, service
from supportgroup.moderation.access import enter_as_operator
from supportgroup.moderation.forms import AnswerForm, HideForm
from supportgroup.moderation.models import Report, ReportState
from supportgroup.moderation.phrases import RULES
from supportgroup.moderation.queue_views import WORDS, hide_item, item_under
from supportgroup.moderation.views import bp
from supportgroup.safety.queries import hiding_of


def report_for_operator(report_id: UUID, *, lock: bool = False) -> Report:
    operator = enter_as_operator()
    return queries.report(queries.for_operator(operator), report_id, lock=lock) or abort(404)


@bp.get("/operator/reports")
@second_factor_required
def operator_queue() -> ResponseReturnValue:
    """What waits for somebody who runs the service. What was written is opened one by one, and that is noted."""
    rule = queries.for_operator(enter_as_operator())
    return render_template(
        "moderation/operator_queue.html",
        waiting=queries.queue(rule),
        answered=queries.queue(rule, ReportState.ANSWERED),
        again=queries.asked_again(),
        **WORDS,
    )


@bp.get("/operator/reports/<uuid:report_id>")
@second_factor_required
def operator_look(report_id: UUID) -> ResponseReturnValue:
    return looking(report_for_operator(report_id), AnswerForm(), HideForm(), opened=False)


@bp.post("/operator/reports/<uuid:report_id>/open")
@second_factor_required
def operator_open(report_id: UUID) -> ResponseReturnValue:
    """Show what was written. Whoever reported it can see that this was done."""
    with transaction():
        one = report_for_operator(report_id, lock=True)
        service.note_read(one, current_user)
    return looking(one, AnswerForm(formdata=None), HideForm(formdata=None), opened=True)


def looking(one: Report, form: AnswerForm, hide_form: HideForm, *, opened: bool) -> ResponseReturnValue:
    page = render_template(
        "moderation/operator_look.html",
        report=one,
        lines=queries.lines_of(one) if opened else None,
        item=item_under(one),
        hiding=hiding_of(one.subject_id),
        here=one.reported.state is MembershipState.ACTIVE,
        form=form,
        hide_form=hide_form,
        **WORDS,
    )
    return page, 422 if form.errors or hide_form.errors else 200


@bp.post("/operator/reports/<uuid:report_id>/answer")
@second_factor_required
def operator_answer(report_id: UUID) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return looking(report_for_operator(report_id), form, HideForm(formdata=None), opened=False)
    with transaction():
        service.answer(report_for_operator(report_id, lock=True), current_user, **form.fields())
    flash(_("Answered. Whoever reported it hears so, in general words."))
    return redirect(url_for(".operator_queue"), 303)


@bp.post("/operator/reports/<uuid:report_id>/hide")
@second_factor_required
def operator_hide(report_id: UUID) -> ResponseReturnValue:
    one = report_for_operator(report_id)
    form = HideForm()
    if not form.validate_on_submit():
        return looking(one, AnswerForm(formdata=None), form, opened=False)
    hide_item(one, form)
    return redirect(url_for(".operator_look", report_id=report_id), 303)


@bp.post("/operator/reports/<uuid:report_id>/remove")
@second_factor_required
def operator_remove(report_id: UUID) -> ResponseReturnValue:
    """Take the reported person out of the group, whoever they are in it: it takes somebody's report and an operator."""
    with transaction():
        one = report_for_operator(report_id, lock=True)
        group = groups.locked_group(one.group_id)
        other = groups.locked_membership(group.id, one.reported_id, MembershipState.ACTIVE)
        if other is None:
            raise Refused(_("This person is not in the group any more."))
        groups_service.end(group, other, MembershipState.REMOVED)
        groups_letters.owe_to_member("membership-ended", other)
    flash(_("Their place in the group has ended."))
    return redirect(url_for(".operator_look", report_id=report_id), 303)


@bp.post("/operator/hidden/<uuid:hiding_id>/open")
@second_factor_required
def operator_hidden(hiding_id: UUID) -> ResponseReturnValue:
    """Show what its author would like somebody else to look at. The author can see that this was done."""
    enter_as_operator()
    with transaction():
        hiding = queries.hiding(hiding_id) or abort(404)
        service.note_hidden_read(hiding, current_user)
    item = queries.item_of(hiding)
    return render_template("moderation/operator_hidden.html", hiding=hiding, item=item, rule=RULES[hiding.rule])


@bp.post("/operator/hidden/<uuid:hiding_id>/show")
@second_factor_required
def operator_show(hiding_id: UUID) -> ResponseReturnValue:
    enter_as_operator()
    with transaction():
        service.show_again(queries.hiding(hiding_id) or abort(404), current_user)
    flash(_("The group can see it again."))
    return redirect(url_for(".operator_queue"), 303)


@bp.post("/operator/hidden/<uuid:hiding_id>/keep")
@second_factor_required
def operator_keep(hiding_id: UUID) -> ResponseReturnValue:
    enter_as_operator()
    with transaction():
        service.keep_hidden(queries.hiding(hiding_id) or abort(404), current_user)
    flash(_("It stays hidden. Its author sees so on its page."))
    return redirect(url_for(".operator_queue"), 303)


@destination("operator-reports")
def operator_link_leads_to(_token: str) -> str:
    return url_for("moderation.operator_queue")
