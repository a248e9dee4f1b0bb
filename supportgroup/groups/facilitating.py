"""Looking after a group, and stopping: whoever wants to stop can, and a group that nobody looks after rests."""

from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import note_powers
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import letters, queries, resting
from supportgroup.groups.defaults import SUCCESSOR
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState, Role
from supportgroup.languages import gettext as _


def make_facilitator(*, by: Membership, membership_id: UUID) -> Membership:
    """Let another member look after the group too. Raises Refused when that member has gone."""
    group = queries.locked_group(by.group_id)
    other = queries.locked_membership(group.id, membership_id, MembershipState.ACTIVE)
    if other is None:
        raise Refused(_("This person is not in the group any more."))
    give_powers(other)
    looked_after(group)
    return other


def give_powers(one: Membership) -> None:
    """Let this member look after the group. What facilitators may do asks their account for more."""
    one.role, one.stepping_down_at, one.back_at, one.glad_at = Role.FACILITATOR, None, None, None
    account = db.session.get(Account, one.account_id)
    if account is not None:
        note_powers(account)


def step_down(me: Membership) -> bool:
    """Stop looking after the group. Whether it is done at once: the last one goes on for 14 days, or until somebody
    takes over, while the others are asked. Raises Refused where there is nothing to step down from.
    """
    group = queries.locked_group(me.group_id)
    everyone = queries.facilitators(group.id)
    mine = next((one for one in everyone if one.id == me.id), None)
    if mine is None:
        raise Refused(_("You look after this group no more."))
    if any(one.id != me.id and one.stepping_down_at is None for one in everyone):
        mine.role, mine.stepping_down_at = Role.MEMBER, None
        return True
    look_for_successor(group)
    mine.stepping_down_at = group.rests_at
    return False


def stay_on(me: Membership) -> None:
    """Take stepping down back."""
    group = queries.locked_group(me.group_id)
    for one in queries.facilitators(group.id):
        if one.id == me.id:
            one.stepping_down_at = None
            looked_after(group)


def take_over(me: Membership) -> None:
    """Look after a group that nobody wants to, or does, look after. A group that rests wakes up.

    Raises Refused where somebody does, and for newcomers whom nobody has greeted: they could be anyone.
    """
    group = queries.locked_group(me.group_id)
    mine = queries.locked_membership(group.id, me.id, MembershipState.ACTIVE)
    if mine is None or mine.hello_at is None:
        raise Refused(_("You are very new here. Somebody who has been here longer can do this."))
    resting_alone = group.state is GroupState.RESTING and not queries.facilitators(group.id)
    if group.rests_at is None and not resting_alone:
        raise Refused(_("Somebody looks after this group already. Thanks for being willing."))
    for one in queries.facilitators(group.id):
        if one.stepping_down_at is not None:
            one.role, one.stepping_down_at = Role.MEMBER, None
    give_powers(mine)
    looked_after(group)
    if group.state is GroupState.RESTING:
        resting.wake_up(group)


def look_for_successor(group: Group) -> None:
    """Nobody will look after the group in 14 days: ask its members and the operators. The group is locked."""
    if group.rests_at is not None or group.state is not GroupState.ACTIVE:
        return
    group.rests_at = clock.now() + SUCCESSOR
    db.session.flush()
    others = {one.account_id for one in queries.members(group.id) if not one.is_facilitator}
    letters.owe_notice("stepping-down", group, sorted(others | set(queries.operators()), key=str))


def looked_after(group: Group) -> None:
    """Somebody looks after the group, so it does not rest."""
    group.rests_at = None
    letters.drop_notice(group)


def rest_groups() -> None:
    """Groups that nobody took over rest from now on: nothing new, nothing lost. Their facilitators have stopped."""
    due = select(Group).where(Group.rests_at <= clock.now(), Group.state == GroupState.ACTIVE)
    for group in db.session.scalars(due.with_for_update(key_share=True, skip_locked=True)).all():
        resting.fall_asleep(group)
        for one in queries.facilitators(group.id):
            one.role, one.stepping_down_at = Role.MEMBER, None
        db.session.flush()
        letters.owe_rest(group, queries.members(group.id))
