"""Finding groups and memberships."""

from uuid import UUID

from sqlalchemy import select

from supportgroup.db import db
from supportgroup.groups.models import Group, Membership, MembershipState


def active_membership(slug: str, account_id: UUID) -> Membership | None:
    """The account's active place in the group of this address."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.group)
        .where(Group.slug == slug, Membership.account_id == account_id)
        .where(Membership.state == MembershipState.ACTIVE)
    ).first()


def memberships_of(account_id: UUID) -> list[Membership]:
    """The account's active places, with their groups."""
    mine = select(Membership).where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
    return list(db.session.scalars(mine.order_by(Membership.joined_at, Membership.id)))
