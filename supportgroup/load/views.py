"""What came and what went, one's own limits, the card with a small ask; and for facilitators, how load is spread."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock
from supportgroup.board import carrying
from supportgroup.db import transaction
from supportgroup.groups.access import enter_as_facilitator
from supportgroup.languages import gettext as _
from supportgroup.load import balance as balances
from supportgroup.load import evenness, queries, service
from supportgroup.load.forms import WishForm, values
from supportgroup.mail.links import destination
from supportgroup.reflections import service as reflections

bp = Blueprint("load", __name__)

LATELY = timedelta(days=90)  # what the sentence for facilitators looks at


@bp.route("/me/balance", methods=["GET", "POST"])
@login_required
def balance() -> ResponseReturnValue:
    """What came and what went, and what one sets oneself."""
    zone = clock.zone(current_user.zone)
    nudge = queries.nudge(current_user.id)
    wanted = nudge is None or nudge.passed_over < service.STOPS
    by_mail = nudge is not None and nudge.by_mail
    form = WishForm(**values(carrying.wish_of(current_user.id), zone), wanted=wanted, by_mail=by_mail)
    form.zone = zone
    if form.validate_on_submit():
        with transaction():
            carrying.set_wish(
                account_id=current_user.id, per_week=form.per_week.data or 0, resting_until=form.resting_until()
            )
            service.wish_for_cards(account_id=current_user.id, wanted=form.wanted.data, by_mail=form.by_mail.data)
        flash(_("Saved."))
        return redirect(url_for(".balance"), 303)
    return show(form, zone), 422 if form.errors else 200


def show(form: WishForm, zone: ZoneInfo) -> str:
    month = last_month(zone)
    since, until = (
        begins(balances.first_of(month, balances.MONTHS - 1), zone),
        begins(balances.first_of(month, -1), zone),
    )
    earlier = balances.first_of(month, balances.MONTHS)
    return render_template(
        "load/balance.html",
        form=form,
        came=balances.came(queries.came(current_user.id, since, until), zone),
        went=balances.went(
            queries.went(current_user.id, since, until),
            zone,
            looks_after=queries.looks_after(current_user.id),
        ),
        earlier=f"{earlier:%Y-%m}" if begins(balances.first_of(earlier, -1), zone) > current_user.created_at else None,
    )


def last_month(zone: ZoneInfo) -> date:
    """The last month on the page: this one, or an earlier one that a link names."""
    this = clock.now().astimezone(zone).date().replace(day=1)
    try:
        named = datetime.strptime(request.args.get("until", "")[:7], "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return this
    return min(max(named, date(2000, 1, 1)), this)


def begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


@bp.post("/me/balance/not-now")
@login_required
def pass_over() -> ResponseReturnValue:
    """Leave the card be."""
    with transaction():
        last = service.pass_over(current_user.id)
    flash(_("That is fine. It does not come again, unless you want it to.") if last else _("That is fine."))
    return redirect(url_for("front.home"), 303)


@bp.post("/me/reflections/asks/<uuid:ask_id>")
@login_required
def reflect(ask_id: UUID) -> ResponseReturnValue:
    """Open the reflection around one of my own asks; it begins here where there was none."""
    ask = queries.own_ask(current_user.id, ask_id) or abort(404)
    with transaction():
        reflection = reflections.begin(account_id=current_user.id, ask_id=ask.id, about=ask.title)
    return redirect(url_for("reflections.edit", reflection_id=reflection.id), 303)


@bp.get("/g/<slug:slug>/manage/load")
@login_required
def spread(slug: str) -> ResponseReturnValue:
    """How evenly load is spread in the group, in words, for a facilitator who asks."""
    me = enter_as_facilitator(slug)
    now = clock.now()
    found = queries.spread(me.group_id, now - LATELY, now)
    return render_template(
        "load/spread.html",
        me=me,
        sentences=evenness.sentences(found),
        hidden=len(found["hosting"]) < evenness.LEAST_MEMBERS,
        few_host=evenness.rests_on_few(found, "hosting"),
    )


@destination("small-ask")
def small_ask_link_leads_to(_token: str) -> str:
    return url_for("front.home") + "#small-ask"
