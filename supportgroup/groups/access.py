"""The doors of a group's pages."""

from flask import abort, g
from flask_login import current_user

from supportgroup.groups import queries
from supportgroup.groups.models import Group, Membership, MembershipState


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


def look_at(slug: str) -> tuple[Group, Membership | None]:
    """The door of the two pages that a stranger may see: the group, and the visitor's place in it if there is one.

    An unlisted group is there for its own people only: those in it, those who wait, and who left a short while ago.
    """
    group, mine = queries.seen(slug, current_user.id if current_user.is_authenticated else None) or abort(404)
    if mine is not None and mine.state is MembershipState.ACTIVE:
        g.me = mine
    return group, mine
