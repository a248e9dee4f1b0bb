"""Finding offers. Who may see one is one rule, as it is for asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.board.carrying import has_room_for
from supportgroup.board.eyes import have_met
from supportgroup.board.models import RUNNING, Ask, Eyes
from supportgroup.board.offer_models import Offer, OfferState
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState, Role
from supportgroup.safety.queries import apart, hidden, muted

FRESH = {"populate_existing": True}
FOR_EYES = (Eyes.GROUP, Eyes.MET, Eyes.FACILITATORS)  # whose eyes a standing offer may be for
SHOWN = 60  # at most, on a page: no group has so many
GIVER = aliased(Membership)  # who offers; made once, since making an alias takes long


@dataclass(frozen=True)
class Offers:
    """What is offered, as one member sees it: to them first, then what stands, then what they offer themselves."""

    to_me: Sequence[Offer]
    standing: Sequence[Offer]
    mine: Sequence[Offer]

    @property
    def is_empty(self) -> bool:
        return not (self.to_me or self.standing or self.mine)


def visible(me: Membership) -> ColumnElement[bool]:
    """Whether this member sees the offer: a condition on offers.

    Always one's own; what is said to oneself; and what stands for one's eyes. What is hidden is its author's alone, and
    two of whom one has blocked the other see no offers of each other's.
    """
    facilitates = me.role is Role.FACILITATOR
    stands = and_(
        Offer.to_id.is_(None),
        or_(
            Offer.eyes == Eyes.GROUP,
            and_(Offer.eyes == Eyes.MET, have_met(Offer.by_id, me.id)),
            *([Offer.eyes == Eyes.FACILITATORS] if facilitates else []),
        ),
    )
    for_me = and_(or_(stands, Offer.to_id == me.id), ~hidden(Offer.id), ~apart(Offer.by_id, me.id))
    return and_(Offer.group_id == me.group_id, or_(Offer.by_id == me.id, for_me))


def giver_has_room() -> ColumnElement[bool]:
    """Whether who offers it, as GIVER, has room for it by what they have set themselves."""
    return has_room_for(GIVER.account_id, Offer.size_minutes)


def offer(me: Membership, offer_id: UUID, *, lock: bool = False) -> Offer | None:
    """An offer that the reader may see. `lock`: read again and held until the transaction ends."""
    found = select(Offer).where(Offer.id == offer_id, visible(me))
    if lock:
        found = found.with_for_update(of=Offer).execution_options(**FRESH)
    return db.session.scalars(found).first()


def rests(offer: Offer) -> bool:
    """Whether it cannot be taken up now: paused, or its giver has as much as they set themselves."""
    free = select(Offer.id).join(GIVER, GIVER.id == Offer.by_id).where(Offer.id == offer.id, giver_has_room())
    return not offer.is_open(clock.now()) or db.session.scalar(free) is None


def offers(me: Membership) -> Offers:
    """What is offered, newest first. One query. A paused one, and one of who has no room, shows to its giver alone."""
    now = clock.now()
    own = Offer.by_id == me.id
    goes_on = and_(Offer.state == OfferState.OPEN, or_(Offer.ends_at.is_(None), Offer.ends_at > now))
    awake = or_(Offer.paused_until.is_(None), Offer.paused_until <= now)
    stands = and_(Offer.to_id.is_(None), awake, giver_has_room())
    others = and_(goes_on, or_(stands, Offer.to_id == me.id), ~muted(me.id, Offer.by_id))
    found = (
        select(Offer)
        .join(GIVER, GIVER.id == Offer.by_id)
        .where(visible(me), or_(own, others))
        .order_by(Offer.created_at.desc(), Offer.id)
    )
    rows = db.session.scalars(found.limit(SHOWN)).all()
    return Offers(
        to_me=[one for one in rows if one.to_id == me.id],
        standing=[one for one in rows if one.to_id is None and one.by_id != me.id],
        mine=[one for one in rows if one.by_id == me.id],
    )


def waiting_for(account_id: UUID) -> list[tuple[Offer, Membership]]:
    """What was offered to this account and waits for its answer, in all its groups. For home."""
    waits = (
        to_readers()
        .where(Membership.account_id == account_id, Group.state == GroupState.ACTIVE)
        .order_by(Offer.created_at, Offer.id)
    )
    return [(one, me) for one, me in db.session.execute(waits.limit(5))]


def waiting(offer_ids: Collection[UUID]) -> dict[UUID, Offer]:
    """Of these offers to a member, those that still wait and that their reader hears of. For letters."""
    return {one.id: one for one, _ in db.session.execute(to_readers().where(Offer.id.in_(offer_ids)))}


def to_readers() -> Select[Offer, Membership]:
    """Offers to a member that wait for an answer, each with its reader's place; not of whom they have muted."""
    return (
        select(Offer, Membership)
        .join(Membership, Membership.id == Offer.to_id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.state == MembershipState.ACTIVE, Offer.state == OfferState.OPEN)
        .where(Offer.ends_at > clock.now(), ~hidden(Offer.id))
        .where(~apart(Offer.by_id, Membership.id), ~muted(Membership.id, Offer.by_id))
    )


def waits_between(by_id: UUID, to_id: UUID) -> Offer | None:
    """What one has offered to the other and waits for an answer."""
    found = select(Offer).where(Offer.by_id == by_id, Offer.to_id == to_id, Offer.state == OfferState.OPEN)
    return db.session.scalars(found.where(Offer.ends_at > clock.now())).first()


def own_standing(by_id: UUID) -> Sequence[Offer]:
    """What a member offers to everyone."""
    return db.session.scalars(select(Offer).where(Offer.by_id == by_id, Offer.to_id.is_(None))).all()


def taken_up(me: Membership, offer_id: UUID) -> Sequence[Ask]:
    """What goes on of the reader's own asks that came of this offer."""
    mine = select(Ask).where(Ask.offer_id == offer_id, Ask.asker_id == me.id, Ask.state.in_(RUNNING))
    return db.session.scalars(mine.order_by(Ask.created_at, Ask.id)).all()


def helps_by(offer: Offer) -> Sequence[Ask]:
    """What goes on of what came of this offer, for who made it."""
    asks = select(Ask).where(Ask.offer_id == offer.id, Ask.state.in_(RUNNING))
    return db.session.scalars(asks.order_by(Ask.ends_at, Ask.id)).all()


def slug_of(offer_id: UUID) -> str | None:
    """The address of the group in which something is offered."""
    return db.session.scalar(select(Group.slug).join(Offer, Offer.group_id == Group.id).where(Offer.id == offer_id))
