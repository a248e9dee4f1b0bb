"""The door of every group page."""

from flask import abort, g
from flask_login import current_user

from supportgroup.groups import queries
from supportgroup.groups.models import Membership


def enter(slug: str) -> Membership:
    """The signed-in person's place in the group; for a stranger, 404.

    Every view under a group begins here, so nothing of a group is loaded before someone asks who is at the door.
    Hidden and non-existent look the same. Views are `login_required`: the anonymous are sent to sign in before this.
    """
    me = queries.active_membership(slug, current_user.id) or abort(404)
    g.me = me
    return me


def enter_as_facilitator(slug: str) -> Membership:
    """The same, for pages that only facilitators have: for members they are not there."""
    me = enter(slug)
    return me if me.is_facilitator else abort(404)
