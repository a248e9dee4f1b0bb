"""What came to an account and what went, in all its groups; who gives and never asks; how a group's load is spread."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import raiseload

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskKind, Eyes, Heard, Help, HelpState
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState, Role
from supportgroup.load.balance import Moment, Part, part_of
from supportgroup.load.models import Nudge
from supportgroup.meetings.models import Answer, Meeting, MeetingState, Presence, Rsvp

HELPED = (HelpState.ACCEPTED, HelpState.DONE)  # what was handed back, or didn't happen, is nobody's sum


def came(account_id: UUID, since: datetime, until: datetime) -> list[Moment]:
    """What came to this account in [since, until): helps with its asks, and "I hear you". One query."""
    helps = (
        select(Help.accepted_at.label("at"), Ask.size_minutes.label("size"), literal(Part.SMALL.name).label("part"))
        .join(Ask, Ask.id == Help.ask_id)
        .join(Membership, Membership.id == Ask.asker_id)
        .where(Membership.account_id == account_id, Help.state.in_(HELPED))
        .where(Help.accepted_at >= since, Help.accepted_at < until)
    )
    heard = (
        select(Heard.created_at, literal(0), literal(Part.HEARING.name))
        .join(Ask, Ask.id == Heard.ask_id)
        .join(Membership, Membership.id == Ask.asker_id)
        .where(Membership.account_id == account_id, Heard.created_at >= since, Heard.created_at < until)
    )
    return moments(helps, heard)


def went(account_id: UUID, since: datetime, until: datetime) -> list[Moment]:
    """What this account gave in [since, until): helps, listening, hosting. One query."""
    helps = (
        select(Help.accepted_at.label("at"), Ask.size_minutes.label("size"), literal(Part.SMALL.name).label("part"))
        .join(Ask, Ask.id == Help.ask_id)
        .join(Membership, Membership.id == Help.helper_id)
        .where(Membership.account_id == account_id, Help.state.in_(HELPED))
        .where(Help.accepted_at >= since, Help.accepted_at < until)
    )
    heard = (
        select(Heard.created_at, literal(0), literal(Part.LISTENING.name))
        .join(Membership, Membership.id == Heard.membership_id)
        .where(Membership.account_id == account_id, Heard.created_at >= since, Heard.created_at < until)
    )
    hosted = (
        select(Meeting.starts_at, literal(0), literal(Part.HOSTING.name))
        .join(Membership, Membership.id == Meeting.host_id)
        .where(Membership.account_id == account_id, Meeting.state == MeetingState.PLANNED)
        .where(Meeting.starts_at >= since, Meeting.starts_at < until, Meeting.ends_at <= clock.now())
    )
    return moments(helps, heard, hosted)


def moments(*parts: Select[datetime, int, str]) -> list[Moment]:
    return [
        Moment(at, part_of(size) if size else Part[name]) for at, size, name in db.session.execute(union_all(*parts))
    ]


def nudge(account_id: UUID, *, lock: bool = False) -> Nudge | None:
    """What this account was suggested. `lock`: held until the transaction ends."""
    return db.session.get(Nudge, account_id, populate_existing=True, with_for_update=lock or None)


def card_of(account_id: UUID) -> Nudge | None:
    """The card that is on this account's home page, if there is one: it goes as soon as they ask for something."""
    there = select(Nudge).where(Nudge.account_id == account_id, Nudge.offered_at.is_not(None))
    return db.session.scalars(there.where(~has_asked(Nudge.account_id, Nudge.offered_at))).first()


def own_ask(account_id: UUID, ask_id: UUID) -> Ask | None:
    """An ask of this account, in whichever of its groups."""
    mine = select(Ask).join(Membership, Membership.id == Ask.asker_id).options(raiseload(Ask.helps))
    return db.session.scalars(mine.where(Ask.id == ask_id, Membership.account_id == account_id)).first()


def looks_after(account_id: UUID) -> int:
    """How many groups this account facilitates."""
    facilitates = select(func.count()).where(Membership.account_id == account_id, *looking_after())
    return db.session.scalar(facilitates) or 0


def looking_after() -> list[ColumnElement[bool]]:
    return [Membership.state == MembershipState.ACTIVE, Membership.role == Role.FACILITATOR]


def has_asked(account_id: Any, since: Any = None) -> ColumnElement[bool]:
    """Whether the account has asked for anything, ever or since then; to be heard included. Both may be columns."""
    asked = exists().where(Ask.asker_id == Membership.id, Membership.account_id == account_id)
    return asked if since is None else asked.where(Ask.created_at >= since)


def givers(since: datetime, now: datetime, least: int) -> Select[UUID]:
    """The accounts that gave at least so often since then, and have asked for nothing.

    Helping, listening and hosting count each time, looking after a group counts once.
    """
    mine = Membership.account_id.label("account_id")
    gave = union_all(
        select(mine)
        .join(Help, Help.helper_id == Membership.id)
        .where(Help.state.in_(HELPED), Help.accepted_at >= since),
        select(mine).join(Heard, Heard.membership_id == Membership.id).where(Heard.created_at >= since),
        select(mine)
        .join(Meeting, Meeting.host_id == Membership.id)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.starts_at >= since, Meeting.starts_at < now),
        select(mine).where(*looking_after()),
    ).subquery()
    return (
        select(Account.id)
        .join(gave, gave.c.account_id == Account.id)
        .where(~has_asked(Account.id, since), may_ask(Account.id))
        .group_by(Account.id)
        .having(func.count() >= least)
    )


def newcomers(since: datetime, now: datetime) -> Select[UUID]:
    """The accounts that came to a meeting since then, and have neither given nor asked for anything so far."""
    present = exists().where(Presence.meeting_id == Meeting.id, Presence.membership_id == Membership.id)
    marked = exists().where(Presence.meeting_id == Meeting.id)
    said_so = exists().where(
        Rsvp.meeting_id == Meeting.id, Rsvp.membership_id == Membership.id, Rsvp.answer == Answer.GOING
    )
    came_to_one = (
        select(Membership.account_id)
        .join(Meeting, Meeting.group_id == Membership.group_id)
        .where(Membership.state == MembershipState.ACTIVE, Membership.joined_at >= since)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.ends_at >= since, Meeting.ends_at < now)
        .where(or_(present, and_(~marked, said_so)))
    )
    gave = exists().where(Help.helper_id == Membership.id, Membership.account_id == Account.id)
    heard = exists().where(Heard.membership_id == Membership.id, Membership.account_id == Account.id)
    hosted = exists().where(
        Meeting.host_id == Membership.id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at < now,
        Membership.account_id == Account.id,
    )
    return select(Account.id).where(
        Account.id.in_(came_to_one), ~has_asked(Account.id), ~gave, ~heard, ~hosted, may_ask(Account.id)
    )


def may_ask(account_id: Any) -> ColumnElement[bool]:
    """Whether the account is in a group that goes on."""
    return exists().where(
        Membership.account_id == account_id,
        Membership.state == MembershipState.ACTIVE,
        Group.id == Membership.group_id,
        Group.state == GroupState.ACTIVE,
    )


def spread(group_id: UUID, since: datetime, now: datetime) -> dict[str, Sequence[int]]:
    """How often each active member asked, helped and hosted since then, without saying who: three lists of counts.

    Only asks that everyone in the group could see. Four queries.
    """
    size = db.session.scalar(
        select(func.count()).where(Membership.group_id == group_id, Membership.state == MembershipState.ACTIVE)
    )
    asks = select(func.count()).join(Ask, Ask.asker_id == Membership.id).where(Ask.created_at >= since, *for_everyone())
    helps = (
        select(func.count())
        .join(Help, Help.helper_id == Membership.id)
        .join(Ask, Ask.id == Help.ask_id)
        .where(Help.accepted_at >= since, Help.state.in_(HELPED), *for_everyone())
    )
    hosting = (
        select(func.count())
        .join(Meeting, Meeting.host_id == Membership.id)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.starts_at >= since, Meeting.starts_at < now)
    )
    return {
        name: counts(statement, group_id, size or 0)
        for name, statement in (("asks", asks), ("help", helps), ("hosting", hosting))
    }


def for_everyone() -> list[ColumnElement[bool]]:
    return [Ask.eyes == Eyes.GROUP, Ask.kind != AskKind.LISTEN]


def counts(statement: Select[int], group_id: UUID, size: int) -> list[int]:
    """The statement's counts for each active member, zeros included, in no order that tells who."""
    of_members = statement.select_from(Membership).where(
        Membership.group_id == group_id, Membership.state == MembershipState.ACTIVE
    )
    found = sorted(db.session.scalars(of_members.group_by(Membership.id)))
    return [0] * (size - len(found)) + found
