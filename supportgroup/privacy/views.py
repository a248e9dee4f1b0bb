"""One's own data: a copy to take along, erasure, and what was done with it."""

import base64
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts.access import proof_required, this_session
from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.limits import Allowance
from supportgroup.mail.links import destination
from supportgroup.moderation.phrases import ACTS
from supportgroup.privacy import queries, service
from supportgroup.privacy.models import FETCHABLE
from supportgroup.safety import queries as safety

bp = Blueprint("privacy", __name__)

COPIES = Allowance("copies-of-data", 5, timedelta(days=1))


@bp.get("/me/data")
@login_required
def data() -> ResponseReturnValue:
    export = queries.export_under_way(current_user.id)
    return render_template(
        "privacy/data.html",
        export=export,
        until=export.ready_at + FETCHABLE if export and export.ready_at else None,
        erasure=queries.erasure(current_user.id),
        left=queries.left_places(current_user.id),
        entries=safety.entries_about(current_user.id),
        acts=ACTS,
    )


@bp.post("/me/data/export")
@proof_required
def ask_for_copy() -> ResponseReturnValue:
    if not COPIES.take(str(current_user.id)):
        raise Refused(_("You asked for several copies today. Tomorrow there is another."))
    with transaction():
        service.ask_for_copy(current_user)
    flash(_("Your copy is being made. A letter comes when it is ready."))
    return redirect(url_for(".data"), 303)


@bp.post("/me/data/exports/<uuid:export_id>/download")
@proof_required
def download(export_id: UUID) -> ResponseReturnValue:
    """The copy, once, as a file whose name says nothing."""
    if queries.export(current_user.id, export_id) is None:
        abort(404)
    with transaction():
        content = service.fetch(current_user, export_id)
    response = Response(base64.b64decode(content), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="copy.zip"'
    return response


@bp.route("/me/data/erase", methods=["GET", "POST"])
@proof_required
def erase() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("privacy/erase.html", erasure=queries.erasure(current_user.id))
    mine = this_session()
    with transaction():
        service.ask_erasure(current_user, keep_session=mine.id if mine else None)
    flash(_("Your account is hidden from now on. For seven days you can keep it after all."))
    return redirect(url_for(".data"), 303)


@bp.post("/me/data/keep")
@login_required
def keep() -> ResponseReturnValue:
    """Take erasure back."""
    with transaction():
        service.keep_account(current_user)
    flash(_("You keep your account, and your groups have you back."))
    return redirect(url_for(".data"), 303)


@bp.post("/me/data/groups/<uuid:membership_id>/erase")
@proof_required
def erase_in_group(membership_id: UUID) -> ResponseReturnValue:
    """Erase now what one wrote in a group that one has left."""
    with transaction():
        one = queries.left_place(current_user.id, membership_id) or abort(404)
        service.erase_in_group(current_user, one)
    flash(_("What you wrote there is gone."))
    return redirect(url_for(".data"), 303)


@destination("data")
def data_link_leads_to(_token: str) -> str:
    return url_for("privacy.data")


@destination("start")
def start_link_leads_to(_token: str) -> str:
    return url_for("front.index")
