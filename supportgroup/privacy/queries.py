"""Finding copies and erasures."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.privacy.models import FETCHABLE, Erasure, Export, ExportState

FRESH = {"populate_existing": True}


def export(account_id: UUID, export_id: UUID, *, lock: bool = False) -> Export | None:
    """One of the account's copies."""
    found = select(Export).where(Export.id == export_id, Export.account_id == account_id)
    if lock:
        found = found.with_for_update().execution_options(**FRESH)
    return db.session.scalars(found).first()


def export_under_way(account_id: UUID) -> Export | None:
    """The account's copy that is being made, or waits to be fetched."""
    ready = (Export.state == ExportState.READY) & (Export.ready_at > clock.now() - FETCHABLE)
    mine = select(Export).where(Export.account_id == account_id, or_(Export.state == ExportState.ASKED, ready))
    return db.session.scalars(mine.order_by(Export.asked_at.desc(), Export.id)).first()


def erasure(account_id: UUID, *, lock: bool = False) -> Erasure | None:
    """The account's erasure, if one is under way."""
    return db.session.get(Erasure, account_id, populate_existing=True, with_for_update=lock or None)


def left_places(account_id: UUID) -> Sequence[Membership]:
    """Places that have ended, and in which something of the account may still be."""
    over = (MembershipState.LEFT, MembershipState.REMOVED, MembershipState.DECLINED)
    mine = select(Membership).where(Membership.account_id == account_id, Membership.state.in_(over))
    return db.session.scalars(
        mine.where(Membership.name != "").order_by(Membership.ended_at.desc(), Membership.id)
    ).all()


def left_place(account_id: UUID, membership_id: UUID) -> Membership | None:
    return next((one for one in left_places(account_id) if one.id == membership_id), None)
