"""A second look at who comes in, where a member has put them on a list of people they would rather not meet (T19)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState, Role
from supportgroup.safety.avoiding import on_a_list


def second_look(group_id: UUID, newcomers: Sequence[Membership]) -> set[UUID]:
    """Which of these newcomers whoever looks after the group should talk with before they say yes; by membership.

    Lists of facilitators do not count in their own group: a short list would tell them who asks to come in.
    """
    accounts = {one.account_id: one for one in newcomers}
    found = select(Account).where(Account.id.in_(accounts))
    people = {one.id: (one.email, accounts[one.id].name) for one in db.session.scalars(found)} if accounts else {}
    members = select(Membership.account_id).where(
        Membership.group_id == group_id,
        Membership.state == MembershipState.ACTIVE,
        Membership.role == Role.MEMBER,
        Membership.account_id.not_in(accounts),
    )
    return {accounts[one].id for one in on_a_list(people, members)}
