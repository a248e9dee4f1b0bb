"""Who gets a place in a group. Whoever calls has locked the group, so that two never get the last one."""

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups import letters, queries
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState


def admit(group: Group, one: Membership) -> bool:
    """Give a place, or one in the line when the group is full. Whether it is a place."""
    now = clock.now()
    one.applied_at = one.reminded_at = one.ended_at = one.waiting_since = None
    if queries.is_full(group):
        one.state, one.waiting_since = MembershipState.WAITING, now
        return False
    one.state, one.joined_at = MembershipState.ACTIVE, now
    return True


def fill_places(group: Group) -> None:
    """Give free places to those who have waited longest, and tell them."""
    db.session.flush()
    if group.state is not GroupState.ACTIVE:
        return
    free = group.size_limit - queries.size(group.id)
    for one in queries.members(group.id, MembershipState.WAITING)[: max(0, free)]:
        one.state, one.joined_at, one.waiting_since = MembershipState.ACTIVE, clock.now(), None
        letters.owe_to_member("place-in-group", one)
