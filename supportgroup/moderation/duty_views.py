"""What looking after a group asks of a person, and what to do if someone is in danger."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.fields import choices
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.languages import gettext as _
from supportgroup.meetings.roster import roster
from supportgroup.moderation import queries, service
from supportgroup.moderation.forms import DutiesForm
from supportgroup.moderation.views import bp


@bp.route("/g/<slug:slug>/manage/duties", methods=["GET", "POST"])
@login_required
def duties(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    accepted = queries.duties(me)
    form = DutiesForm(deputy_id=accepted.deputy_id if accepted else None)
    others = [person for person in roster(me).people.values() if person.id != me.id]
    form.deputy_id.choices = choices({"": _("Nobody yet"), **{one.id: one.name for one in others}})
    if form.validate_on_submit():
        with transaction():
            service.accept_duties(me, form.deputy_id.data)
        flash(_("Thank you. Looking after yourself is part of it."))
        return redirect(url_for(".duties", slug=slug), 303)
    current = accepted if accepted is not None and accepted.version == service.DUTIES_VERSION else None
    page = render_template("moderation/duties.html", me=me, form=form, accepted=current)
    return page, 422 if form.errors else 200


@bp.get("/g/<slug:slug>/manage/danger")
@login_required
def danger(slug: str) -> ResponseReturnValue:
    """If someone is in danger: a checklist, words to say, and whom to call."""
    me = enter_as_facilitator(slug)
    settings = current_app.config["SETTINGS"]
    return render_template(
        "moderation/danger.html", me=me, duty_contact=settings.duty_contact, country=settings.crisis_country
    )
