"""What waits: for the judgement of who looks after groups, and for an answer to who wishes to be in one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import aliased

from supportgroup.board.eyes import listed
from supportgroup.board.models import Ask, AskKind, AskState
from supportgroup.db import db
from supportgroup.groups.defaults import ANSWER_PROMISED
from supportgroup.groups.models import Membership, MembershipState, Role
from supportgroup.moderation.models import Report, ReportState
from supportgroup.moderation.queries import for_facilitator, unseen_by


@dataclass(frozen=True)
class Waits:
    """What waits for one facilitator in one group, and by when the oldest application was promised its answer."""

    place: Membership
    applications: int
    answer_by: datetime | None
    newcomers: int
    reported: bool
    unseen: bool
    cover: bool

    @property
    def anything(self) -> bool:
        return bool(self.applications or self.newcomers or self.reported or self.unseen or self.cover)


def waits_for(account_id: UUID, group_id: UUID | None = None) -> list[Waits]:
    """What waits in each group that the account looks after, or in this one alone. One query, however many groups."""
    mine = select(
        Membership,
        how_many(MembershipState.APPLIED),
        oldest_application(),
        how_many(MembershipState.ACTIVE, new=True),
        exists().where(for_facilitator(Membership), Report.state == ReportState.OPEN),
        unseen_by(Membership),
        host_cover(),
    ).where(
        Membership.account_id == account_id,
        Membership.role == Role.FACILITATOR,
        Membership.state == MembershipState.ACTIVE,
    )
    if group_id is not None:
        mine = mine.where(Membership.group_id == group_id)
    rows = db.session.execute(mine.order_by(Membership.joined_at, Membership.id))
    return [
        Waits(place, applied or 0, first + ANSWER_PROMISED if first else None, new or 0, reported, unseen, cover)
        for place, applied, first, new, reported, unseen, cover in rows
    ]


def how_many(state: MembershipState, *, new: bool = False) -> ScalarSelect[int]:
    """How many of the group's people are in this state; `new`: of those, who was not said hello to yet."""
    other = aliased(Membership)
    there = select(func.count()).where(other.group_id == Membership.group_id, other.state == state)
    if new:
        there = there.where(other.hello_at.is_(None))
    return there.correlate(Membership).scalar_subquery()


def oldest_application() -> ScalarSelect[datetime | None]:
    other = aliased(Membership)
    first = select(func.min(other.applied_at)).where(
        other.group_id == Membership.group_id, other.state == MembershipState.APPLIED
    )
    return first.correlate(Membership).scalar_subquery()


def host_cover() -> ColumnElement[bool]:
    """Whether somebody would like their turn as host taken, and nobody has said yes."""
    wanted = (Ask.kind == AskKind.HOST_COVER, Ask.state == AskState.OPEN, Ask.asker_id != Membership.id)
    return exists().where(*wanted, listed(Membership)).correlate_except(Ask)


def wished_for(account_id: UUID) -> list[Membership]:
    """The places that the account applied for, or stands in line for."""
    wished = (MembershipState.APPLIED, MembershipState.WAITING)
    mine = select(Membership).where(Membership.account_id == account_id, Membership.state.in_(wished))
    return list(db.session.scalars(mine.order_by(Membership.applied_at, Membership.waiting_since, Membership.id)))
