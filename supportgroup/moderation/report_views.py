"""Reporting something, and what became of it; what was hidden of one's own."""

from datetime import timedelta
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.access import enter
from supportgroup.groups.views import path_in
from supportgroup.languages import gettext as _
from supportgroup.limits import Allowance
from supportgroup.mail.links import destination
from supportgroup.moderation import queries, service
from supportgroup.moderation.forms import ReportForm
from supportgroup.moderation.models import Subject
from supportgroup.moderation.phrases import REASONS, RULES, SUBJECTS, TOLD
from supportgroup.moderation.views import bp
from supportgroup.safety.models import Hiding, Rule

REPORTS = Allowance("reports", 20, timedelta(days=1))
SUBJECT = f"<any({', '.join(Subject)}):subject>"


@bp.route(f"/g/<slug:slug>/report/{SUBJECT}/<uuid:item_id>", methods=["GET", "POST"])
@login_required
def report(slug: str, subject: str, item_id: UUID) -> ResponseReturnValue:
    me = enter(slug)
    item = queries.item(me, Subject(subject), item_id) or abort(404)
    form = ReportForm()
    if form.validate_on_submit():
        try:
            if not REPORTS.take(str(me.id)):
                raise Refused(_("That was a lot in one day. What you sent is being looked at."))
            with transaction():
                service.report(me=me, item=item, **form.fields())
            flash(_("Thank you for saying it. It is being looked at, and nobody is told that it was you."))
            return redirect(url_for(".reports", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("moderation/report.html", me=me, form=form, item=item, subjects=SUBJECTS)
    return page, 422 if form.errors else 200


@bp.get("/g/<slug:slug>/reports")
@login_required
def reports(slug: str) -> ResponseReturnValue:
    """What one has reported here, and what came of it in general words."""
    me = enter(slug)
    return render_template(
        "moderation/reports.html",
        me=me,
        reports=queries.reports_by(me),
        subjects=SUBJECTS,
        reasons=REASONS,
        told=TOLD,
    )


@bp.get("/g/<slug:slug>/hidden/<uuid:hiding_id>")
@login_required
def hidden(slug: str, hiding_id: UUID) -> ResponseReturnValue:
    """Why something of one's own is hidden, and what can be done."""
    me = enter(slug)
    hiding = own_hiding(me.id, hiding_id)
    return render_template(
        "moderation/hidden.html",
        me=me,
        hiding=hiding,
        item=queries.item_of(hiding),
        rule=RULES[hiding.rule],
        unseen=hiding.rule is Rule.UNSEEN,
    )


def own_hiding(author_id: UUID, hiding_id: UUID) -> Hiding:
    hiding = db.session.get(Hiding, hiding_id)
    return hiding if hiding is not None and hiding.author_id == author_id else abort(404)


@bp.post("/g/<slug:slug>/hidden/<uuid:hiding_id>/ask-again")
@login_required
def ask_again(slug: str, hiding_id: UUID) -> ResponseReturnValue:
    """Ask that somebody else looks at what was hidden."""
    me = enter(slug)
    with transaction():
        service.ask_again(own_hiding(me.id, hiding_id))
    flash(_("Somebody else will look at it. You hear of it here."))
    return redirect(url_for(".hidden", slug=slug, hiding_id=hiding_id), 303)


@destination("reports")
def reports_link_leads_to(_token: str, group_id: UUID) -> str:
    return path_in("moderation.reports", group_id)


@destination("hidden")
def hidden_link_leads_to(_token: str, hiding_id: UUID) -> str:
    hiding = db.session.get(Hiding, hiding_id)
    group = groups.groups([hiding.group_id])[hiding.group_id] if hiding else None
    return url_for("moderation.hidden", slug=group.slug, hiding_id=hiding_id) if group else url_for("front.home")
