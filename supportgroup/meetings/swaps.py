"""Swapping a turn as host with one member, who is asked and says yes, or not now. Nobody else hears of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, delete, or_, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import GroupState, Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import drop, owe
from supportgroup.meetings import rota
from supportgroup.meetings.hosting import held
from supportgroup.meetings.models import Meeting, MeetingState, PassedTurn, TurnSwap
from supportgroup.meetings.owing import about, moment
from supportgroup.meetings.service import changeable
from supportgroup.safety.queries import apart, blocked_with

KIND = "host-swap"
ASKED, YES, NOT_NOW = "asked", "yes", "not-now"  # what a letter is about: the end of its occasion
NOT_YOURS = _l("This turn is not yours any more.")
CHANGED = _l("Their turn has changed meanwhile. Look again whose turn is when.")
ONE_AT_A_TIME = _l("Somebody is asked already. Take that back first.")
NOT_THIS_ONE = _l("They can’t host this one. Ask somebody else, or pass it on.")
NOT_ASKED = _l("Nothing is asked of you any more: it was taken back, or the turn has changed.")


def there() -> Select[TurnSwap]:
    """What is asked. Two of whom one has blocked the other are not there for each other."""
    return select(TurnSwap).where(~apart(TurnSwap.asker_id, TurnSwap.asked_id))


def swap_of(me: Membership, meeting_id: UUID) -> TurnSwap | None:
    """What `me` asks about this turn, or is asked. One query."""
    mine = or_(TurnSwap.asker_id == me.id, TurnSwap.asked_id == me.id)
    found = there().where(TurnSwap.meeting_id == meeting_id, mine)
    return db.session.scalars(found, execution_options=groups.FRESH).first()


def asked_of(me: Membership) -> Sequence[Meeting]:
    """The turns that `me` is asked to take, the next first."""
    asked = there().where(TurnSwap.asked_id == me.id).with_only_columns(TurnSwap.meeting_id)
    ahead = select(Meeting).where(Meeting.id.in_(asked), Meeting.starts_at > clock.now())
    return db.session.scalars(ahead.order_by(Meeting.starts_at, Meeting.id)).all()


def ask(*, me: Membership, meeting_id: UUID, asked_id: UUID, other_id: UUID | None = None) -> TurnSwap:
    """Ask a member to take this turn, and to give theirs of the other meeting for it where they have one.

    Raises Refused where the turn is not mine, the other one not theirs, or somebody is asked already.
    """
    me = held(me)
    if me.group.state is not GroupState.ACTIVE:
        raise Refused(_("The group rests for now, so nobody hosts."))
    turns = turns_held(me, meeting_id, other_id)
    other = groups.membership(me.group_id, asked_id)
    if turns[0].host_id != me.id:
        raise Refused(NOT_YOURS)
    if other is None or other.id in {me.id, *blocked_with(me.id)} or any(one.host_id != other.id for one in turns[1:]):
        raise Refused(CHANGED)
    if swap_of(me, meeting_id) is not None:
        raise Refused(ONE_AT_A_TIME)
    rota.forget_swap(turns[0])
    if db.session.get(PassedTurn, (meeting_id, other.id)) is not None:
        raise Refused(NOT_THIS_ONE)
    swap = TurnSwap(meeting_id=meeting_id, other_id=other_id, asker_id=me.id, asked_id=other.id, asked_at=clock.now())
    db.session.add(swap)
    db.session.flush()
    tell(turns[0], other, ASKED)
    return swap


def turns_held(me: Membership, meeting_id: UUID, other_id: UUID | None) -> list[Meeting]:
    """The meeting and the other one, if there is one, held in the one order in which everyone does. Raises Refused."""
    ids = [one for one in (meeting_id, other_id) if one]
    order = select(Meeting.id).where(Meeting.id.in_(ids)).order_by(Meeting.starts_at, Meeting.id)
    locked = {one: changeable(me, one) for one in db.session.scalars(order).all()}
    if len(locked) != len(set(ids)):
        raise Refused(CHANGED)
    return [locked[one] for one in ids]


def take_back(*, me: Membership, meeting_id: UUID) -> None:
    """Ask no more. Whoever was asked hears nothing more of it; twice changes nothing."""
    held(me)
    mine = delete(TurnSwap).where(TurnSwap.meeting_id == meeting_id, TurnSwap.asker_id == me.id)
    db.session.execute(mine)
    drop("taken back", kinds=[KIND], about_id=meeting_id)


def answer(*, me: Membership, meeting_id: UUID, yes: bool) -> Meeting:
    """Yes: each hosts in the other's place from now on. Not now: nothing changes, and nobody asks again.

    No reason is owed. Whoever asked hears which it is. Raises Refused where nothing is asked any more.
    """
    me = held(me)
    asked = swap_of(me, meeting_id)
    if asked is None or asked.asked_id != me.id:
        raise Refused(NOT_ASKED)
    turns = turns_held(me, meeting_id, asked.other_id)
    swap = swap_of(me, meeting_id)
    asker = groups.membership(me.group_id, asked.asker_id)
    if swap is None or swap.asked_id != me.id or asker is None:
        raise Refused(NOT_ASKED)
    if yes:
        rota.note_passed(turns[0], asker)
        rota.give_turn(turns[0], me.id, own_wish=True)
        for one in turns[1:]:
            rota.give_turn(one, asker.id)
    else:
        rota.note_passed(turns[0], me)
        rota.forget_swap(turns[0])
    tell(turns[0], asker, YES if yes else NOT_NOW)
    return turns[0]


def tell(meeting: Meeting, member: Membership, what: str) -> None:
    """Owe the letter that says that somebody asks, or what they answered; and no more."""
    owe(KIND, [about(meeting, member.account_id, f"{moment()}:{what}")])


def turns_to_take(me: Membership) -> Sequence[Meeting]:
    """The group's turns of others in the weeks for which hosts are found, the next first."""
    now = clock.now()
    theirs = select(Meeting).where(
        Meeting.group_id == me.group_id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at > now,
        Meeting.starts_at <= now + rota.AHEAD,
        Meeting.host_id.is_not(None),
        Meeting.host_id != me.id,
    )
    return db.session.scalars(theirs.order_by(Meeting.starts_at, Meeting.id)).all()
