"""Finding groups, places in them, and the ways in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.defaults import COMING_BACK, QUIET
from supportgroup.groups.models import (
    Agreement,
    Group,
    GroupState,
    Invitation,
    Membership,
    MembershipState,
    PendingJoining,
    Role,
    Visibility,
)
from supportgroup.mail.kinds import Scope
from supportgroup.safety.queries import apart
from supportgroup.secrets import blind_indexes

FRESH = {"populate_existing": True}  # for what a rule depends on: read again, whatever was loaded before


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


def scopes(account_id: UUID) -> list[Scope]:
    """The account's groups as the mail room knows them."""
    return [
        Scope(id=one.group_id, cover=one.cover_word, name=one.group.name, asks=one.asks_by_mail)
        for one in memberships_of(account_id)
    ]


def resting(group_ids: set[UUID]) -> set[UUID]:
    """Of these groups, those that rest."""
    asleep = select(Group.id).where(Group.id.in_(group_ids), Group.state == GroupState.RESTING)
    return set(db.session.scalars(asleep)) if group_ids else set()


def group_at(slug: str) -> Group | None:
    return db.session.scalars(select(Group).where(Group.slug == slug)).first()


def locked_group(group_id: UUID) -> Group:
    """The group, read again and locked: whoever gives or takes a place in it does so one after the other.

    Always the first lock taken. Rows that only refer to the group can still be added meanwhile.
    """
    group = select(Group).where(Group.id == group_id).with_for_update(key_share=True)
    return db.session.scalars(group, execution_options=FRESH).one()


def place(group_id: UUID, account_id: UUID) -> Membership | None:
    """The account's place in the group, whatever its state."""
    mine = select(Membership).where(Membership.group_id == group_id, Membership.account_id == account_id)
    return db.session.scalars(mine).first()


def locked_place(group_id: UUID, account_id: UUID) -> Membership | None:
    """The same, read again and locked; the group is locked already."""
    mine = select(Membership).where(Membership.group_id == group_id, Membership.account_id == account_id)
    return db.session.scalars(mine.with_for_update(of=Membership), execution_options=FRESH).first()


def locked_membership(group_id: UUID, membership_id: UUID, state: MembershipState) -> Membership | None:
    """One of the group's memberships, if it is in this state now, read again and locked."""
    one = select(Membership).where(
        Membership.id == membership_id, Membership.group_id == group_id, Membership.state == state
    )
    return db.session.scalars(one.with_for_update(of=Membership), execution_options=FRESH).first()


def membership(group_id: UUID, membership_id: UUID) -> Membership | None:
    """One of the group's active memberships."""
    one = select(Membership).where(Membership.id == membership_id, Membership.group_id == group_id)
    return db.session.scalars(one.where(Membership.state == MembershipState.ACTIVE)).first()


def seen(slug: str, account_id: UUID | None) -> tuple[Group, Membership | None] | None:
    """The group of this address and the account's place in it, where it may know that the group is there.

    Listed groups are there for everyone who was not removed; unlisted ones for who has a place, waits for one, or left
    so recently that it can be undone.
    """
    group = group_at(slug)
    if group is None:
        return None
    mine = place(group.id, account_id) if account_id else None
    if mine is not None and mine.state is MembershipState.REMOVED:
        return None
    listed = group.visibility is Visibility.LISTED and group.state is not GroupState.CLOSED
    return (group, mine) if listed or (mine is not None and holds_on(mine)) else None


def holds_on(one: Membership) -> bool:
    """Whether this place is held, wished for, or can be taken up again."""
    here = (MembershipState.ACTIVE, MembershipState.APPLIED, MembershipState.WAITING)
    return one.state in here or may_come_back(one)


def may_come_back(one: Membership) -> bool:
    """Whether leaving can be undone: for thirty days, by who had a place."""
    if one.state is not MembershipState.LEFT or one.joined_at is None or one.ended_at is None:
        return False
    return one.ended_at > clock.now() - COMING_BACK


def agreement(group_id: UUID) -> Agreement:
    """The group's agreement as it stands."""
    versions = select(Agreement).where(Agreement.group_id == group_id).order_by(Agreement.version.desc()).limit(1)
    return db.session.scalars(versions).one()


def size(group_id: UUID) -> int:
    """How many active members the group has."""
    active = select(func.count()).select_from(Membership).where(Membership.group_id == group_id)
    return db.session.scalar(active.where(Membership.state == MembershipState.ACTIVE)) or 0


def is_full(group: Group) -> bool:
    return size(group.id) >= group.size_limit


def members(group_id: UUID, state: MembershipState = MembershipState.ACTIVE) -> list[Membership]:
    """The group's memberships in this state: active ones as they joined, others in the order they stand in line."""
    by = {
        MembershipState.ACTIVE: Membership.joined_at,
        MembershipState.WAITING: Membership.waiting_since,
        MembershipState.APPLIED: Membership.applied_at,
    }[state]
    chosen = select(Membership).where(Membership.group_id == group_id, Membership.state == state)
    return list(db.session.scalars(chosen.order_by(by, Membership.id)))


def facilitators(group_id: UUID) -> list[Membership]:
    """Those who look after the group."""
    chosen = select(Membership).where(
        Membership.group_id == group_id,
        Membership.state == MembershipState.ACTIVE,
        Membership.role == Role.FACILITATOR,
    )
    return list(db.session.scalars(chosen.order_by(Membership.joined_at, Membership.id), execution_options=FRESH))


def on_duty(group_id: UUID) -> list[Membership]:
    """Those of them who take no break: who hears of what there is to look after."""
    return [one for one in facilitators(group_id) if not one.takes_a_break]


def takes_no_break() -> ColumnElement[bool]:
    """The same, as a rule of a query."""
    return or_(Membership.back_at.is_(None), Membership.back_at <= clock.now())


def back_at(group: Group) -> datetime | None:
    """When the first of those who look after the group is back, where all of them take a break."""
    everyone = facilitators(group.id)
    if not everyone or not all(one.takes_a_break for one in everyone):
        return None
    return min(one.back_at for one in everyone if one.back_at)


def is_quiet(group: Group) -> bool:
    """Whether none of those who look after the group has been here for two weeks. Never who of them, or since when."""
    since = clock.now() - QUIET
    looked_in = (
        select(Membership.id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.group_id == group.id, Membership.role == Role.FACILITATOR)
        .where(Membership.state == MembershipState.ACTIVE)
        .where(or_(Account.seen_on >= since.date(), Membership.joined_at >= since))
    )
    return db.session.scalar(looked_in.limit(1)) is None


def cover_words(account_id: UUID) -> set[str]:
    """What letters call the groups this account is in, or was."""
    return set(db.session.scalars(select(Membership.cover_word).where(Membership.account_id == account_id)))


def places(group_ids: Iterable[UUID | None], account_ids: Iterable[UUID | None]) -> dict[tuple[UUID, UUID], Membership]:
    """The active places these accounts have in these groups, by (group, account): for letters."""
    chosen = select(Membership).where(
        Membership.group_id.in_({one for one in group_ids if one}),
        Membership.account_id.in_({one for one in account_ids if one}),
        Membership.state == MembershipState.ACTIVE,
    )
    return {(one.group_id, one.account_id): one for one in db.session.scalars(chosen)}


def memberships(ids: Sequence[UUID]) -> dict[UUID, Membership]:
    """Memberships by id, whatever their state, with their groups."""
    return {one.id: one for one in db.session.scalars(select(Membership).where(Membership.id.in_(ids)))}


def groups(ids: Sequence[UUID]) -> dict[UUID, Group]:
    return {one.id: one for one in db.session.scalars(select(Group).where(Group.id.in_(ids)))}


def language_of(group_id: UUID) -> str:
    """The language of a group, in which it is spoken to as a whole."""
    return db.session.scalars(select(Group.language).where(Group.id == group_id)).one()


def operators() -> list[UUID]:
    """The accounts of the people who run the service."""
    return list(db.session.scalars(select(Account.id).where(Account.is_operator.is_(True))))


def invitations(group_id: UUID) -> list[Invitation]:
    """The invitations that still admit somebody, newest first."""
    mine = select(Invitation).where(Invitation.group_id == group_id, *good())
    return list(db.session.scalars(mine.order_by(Invitation.created_at.desc(), Invitation.id)))


def invitation(invitation_id: UUID) -> Invitation | None:
    """An invitation that still admits somebody."""
    return db.session.scalars(select(Invitation).where(Invitation.id == invitation_id, *good())).first()


def invitations_by_letter(ids: Iterable[UUID]) -> dict[UUID, Invitation]:
    """Those of these invitations that letters carry and that still admit, by id."""
    chosen = select(Invitation).where(Invitation.id.in_(ids), Invitation.email_index.is_not(None), *good())
    return {one.id: one for one in db.session.scalars(chosen)}


def invites(email: str) -> ColumnElement[bool]:
    """Whether an invitation went to this address, and the address is not forgotten yet."""
    return Invitation.email_index.in_(blind_indexes(f"{Invitation.__tablename__}|{email}"))


def unwelcome(invitation_ids: Iterable[UUID], account_ids: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """Of these, the invitations and accounts between which there is nothing to say: somebody is in the group already,
    was removed from it, or is out of sight of who invites.
    """
    there = (MembershipState.ACTIVE, MembershipState.WAITING, MembershipState.REMOVED)
    pairs = select(Invitation.id, Membership.account_id).join(Membership, Membership.group_id == Invitation.group_id)
    chosen = pairs.where(
        Invitation.id.in_(invitation_ids),
        Membership.account_id.in_(account_ids),
        or_(Membership.state.in_(there), apart(Membership.id, Invitation.made_by_id)),
    )
    return {(invitation_id, account_id) for invitation_id, account_id in db.session.execute(chosen)}


def locked_invitation(invitation_id: UUID) -> Invitation | None:
    """The same, read again and locked; its group is locked already."""
    one = select(Invitation).where(Invitation.id == invitation_id, *good())
    return db.session.scalars(one.with_for_update(of=Invitation), execution_options=FRESH).first()


def good() -> list[ColumnElement[bool]]:
    """What makes an invitation one that admits: not revoked, not expired, not used up, and its group goes on."""
    return [
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
        Invitation.uses < Invitation.most_uses,
        Invitation.group.has(Group.state == GroupState.ACTIVE),
    ]


def pending_joining(link_id: UUID) -> PendingJoining | None:
    """The joining that waited for this link."""
    return db.session.scalars(select(PendingJoining).where(PendingJoining.link_id == link_id)).first()
