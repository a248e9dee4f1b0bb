"""A group that rests, because those who look after it want a pause: nothing is sent, nothing is lost, and it wakes."""

from dataclasses import dataclass
from datetime import datetime

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.events import tell
from supportgroup.groups import letters, places, queries
from supportgroup.groups.models import Group, GroupState, Membership
from supportgroup.languages import gettext as _


@dataclass(frozen=True)
class GroupWoke:
    """An event: this group goes on after a rest that began then."""

    group: Group
    rested_at: datetime | None


def rest(by: Membership) -> None:
    """Let the group rest. Its members are told, once; then nothing is sent until it wakes. Raises Refused."""
    group = queries.locked_group(by.group_id)
    if group.state is not GroupState.ACTIVE:
        raise Refused(_("This group rests already."))
    if group.rests_at is not None:
        raise Refused(
            _("The others are being asked whether they take over. If nobody does, the group rests by itself.")
        )
    fall_asleep(group)
    letters.owe_rest(group, [one for one in queries.members(group.id) if one.id != by.id])


def fall_asleep(group: Group) -> None:
    """From now on it rests. The group is locked."""
    group.state, group.rests_at, group.rested_at = GroupState.RESTING, None, clock.now()
    db.session.flush()


def wake(by: Membership) -> None:
    """Wake the group up. Its members are told, once, where they had heard of the rest. Raises Refused."""
    group = queries.locked_group(by.group_id)
    if group.state is not GroupState.RESTING:
        raise Refused(_("This group is awake."))
    wake_up(group)
    letters.owe_waking(group, [one for one in queries.members(group.id) if one.id != by.id])


def wake_up(group: Group) -> None:
    """From now on it goes on, and places are given again. The group is locked."""
    rested_at, group.rested_at = group.rested_at, None
    group.state = GroupState.ACTIVE
    db.session.flush()
    tell(GroupWoke(group, rested_at))
    places.fill_places(group)
