"""Out of each other's sight: blocking and muting, and whom one has."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.db import transaction
from supportgroup.groups import queries as groups
from supportgroup.groups.access import enter
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.meetings.roster import roster
from supportgroup.safety import queries
from supportgroup.safety import service as safety

bp = Blueprint("moderation", __name__)


def someone_else(me: Membership, membership_id: UUID) -> Membership:
    """Another active member whom the reader comes across in this group, or has blocked. Else 404."""
    known = membership_id in roster(me).people or queries.is_blocked(me.id, membership_id)
    other = groups.membership(me.group_id, membership_id) if known and membership_id != me.id else None
    return other or abort(404)


def between(act: Callable[..., None], slug: str, membership_id: UUID, done: str) -> ResponseReturnValue:
    """Do this between the reader and another member, and say that it is done."""
    me = enter(slug)
    with transaction():
        act(by=me.id, other=someone_else(me, membership_id).id)
    flash(done)
    return redirect(url_for(".blocks", slug=slug), 303)


@bp.get("/g/<slug:slug>/blocks")
@login_required
def blocks(slug: str) -> ResponseReturnValue:
    """Whom one has blocked or muted here."""
    me = enter(slug)
    blocked, muted = queries.blocked_by(me.id), queries.muted_by(me.id)
    people = groups.memberships([*blocked, *muted])
    return render_template(
        "moderation/blocks.html",
        me=me,
        blocked=[people[one] for one in blocked],
        muted=[people[one] for one in muted - blocked],
    )


@bp.route("/g/<slug:slug>/members/<uuid:membership_id>/block", methods=["GET", "POST"])
@login_required
def block(slug: str, membership_id: UUID) -> ResponseReturnValue:
    if request.method == "POST":
        done = _("Done. You two are out of each other’s sight here, and nobody is told.")
        return between(safety.block, slug, membership_id, done)
    me = enter(slug)
    other = someone_else(me, membership_id)
    return render_template("moderation/block.html", me=me, other=other, name=name_of(me, other))


def name_of(me: Membership, other: Membership) -> str:
    """The name as the reader knows it."""
    person = roster(me).people.get(other.id)
    return person.name if person else other.name


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/unblock")
@login_required
def unblock(slug: str, membership_id: UUID) -> ResponseReturnValue:
    return between(safety.unblock, slug, membership_id, _("Taken back. What had ended between you stays ended."))


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/mute")
@login_required
def mute(slug: str, membership_id: UUID) -> ResponseReturnValue:
    done = _("Their asks are left out of your board and your letters. Nobody is told.")
    return between(safety.mute, slug, membership_id, done)


@bp.post("/g/<slug:slug>/members/<uuid:membership_id>/unmute")
@login_required
def unmute(slug: str, membership_id: UUID) -> ResponseReturnValue:
    return between(safety.unmute, slug, membership_id, _("Their asks are on your board again."))
