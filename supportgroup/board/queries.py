"""Finding asks, and what is around them. What a reader may see is the rule of eyes.py, in every one of these."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import lazyload, raiseload

from supportgroup import clock
from supportgroup.board.eyes import helps_with, listed, meant_for, out_of_sight, takes_part, visible
from supportgroup.board.models import (
    HELPING,
    RUNNING,
    Ask,
    AskKind,
    AskState,
    Happened,
    Heard,
    Help,
    HelpState,
    Message,
)
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.models import Letter
from supportgroup.paging import Page, page
from supportgroup.safety.queries import apart, hidden

FRESH = {"populate_existing": True}  # for what a rule depends on: read again, whatever was loaded before
BY_OPENING = (Ask.opened_at, Ask.id)
GOES_ON = (HelpState.ACCEPTED, HelpState.PROPOSED, HelpState.NOT_THIS_TIME)
SMALL = 15  # minutes: what somebody could carry beside all else
RECENTLY = timedelta(days=7)  # for so long the home page still says what came of an ask
TOGETHER = timedelta(minutes=1)  # pressing twice posts one ask


@dataclass(frozen=True)
class Board:
    """A page of the board: what is mine to look after first, then what is open, then what is covered."""

    mine: Sequence[Ask]
    open: Page[Ask]
    covered: Page[Ask]
    helpers: dict[UUID, list[UUID]]  # who helps, by ask; memberships in the order in which they said yes
    proposed: Collection[UUID] = ()  # asks that wait for their asker's word

    @property
    def is_empty(self) -> bool:
        return not (self.mine or self.open.items or self.covered.items)


@dataclass(frozen=True)
class Shelf:
    """One page of covered or ended asks."""

    asks: Page[Ask]
    helpers: dict[UUID, list[UUID]]


@dataclass(frozen=True)
class Summary:
    """An ask as it stands on its reader's home page, in whichever group: `me` is the reader's place there."""

    ask: Ask
    me: Membership
    helpers: list[UUID] = field(default_factory=list)
    heard: int = 0
    proposed: bool = False  # somebody could, and waits for the reader's word
    help: Help | None = None


def ask(me: Membership, ask_id: UUID, *, lock: bool = False) -> Ask | None:
    """An ask that the reader may see. `lock`: read again and held until the transaction ends."""
    found = select(Ask).where(Ask.id == ask_id, visible(me))
    if lock:
        found = found.with_for_update(of=Ask).execution_options(**FRESH)
    return db.session.scalars(found).first()


def is_over_for(me: Membership, ask_id: UUID) -> bool:
    """Whether a block stands between the reader and an ask that was for their eyes: they see that it is over."""
    found = select(Ask.id).where(Ask.id == ask_id, meant_for(me), out_of_sight(me))
    return db.session.scalar(found) is not None


def rests_for(me: Membership, ask_id: UUID) -> bool:
    """Whether the reader takes part in an ask that is hidden for now: they see that it rests, and not why."""
    found = select(Ask.id).where(Ask.id == ask_id, Ask.group_id == me.group_id, takes_part(me.id), hidden(Ask.id))
    return db.session.scalar(found) is not None


def in_group(me: Membership) -> Select[Ask]:
    """The asks of the group that the reader may see, for lists: helps are not loaded one by one."""
    return select(Ask).where(Ask.group_id == me.group_id, listed(me)).options(raiseload(Ask.helps))


def board(me: Membership, *, after: str | None = None) -> Board:
    """The board, newest opened first. Five queries at most, however many asks there are."""
    own = or_(Ask.asker_id == me.id, helps_with(me.id))
    running = in_group(me).where(Ask.state.in_(RUNNING))
    first = after is None
    mine = db.session.scalars(running.where(own).order_by(Ask.opened_at.desc(), Ask.id)).all() if first else []
    others = running.where(~own)
    open_asks = page(others.where(Ask.state == AskState.OPEN), BY_OPENING, after=after)
    none: Page[Ask] = Page([], None)
    covered = page(others.where(Ask.state == AskState.COVERED), BY_OPENING) if first else none
    all_of_it = [*mine, *open_asks.items, *covered.items]
    return Board(mine, open_asks, covered, helpers(all_of_it), proposed(all_of_it, me))


def covered(me: Membership, *, after: str | None = None) -> Shelf:
    """The asks that have enough helpers."""
    asks = page(in_group(me).where(Ask.state == AskState.COVERED), BY_OPENING, after=after)
    return Shelf(asks, helpers(asks.items))


def ended(me: Membership, *, after: str | None = None) -> Shelf:
    """What came to an end: the reader's own, what they helped with, and what others' asks came to that were done.

    What others took back, what nobody had room for and what did not happen is nobody else's business; nor is what was
    said to be heard.
    """
    came_of_it = or_(Ask.asker_says.is_(None), Ask.asker_says != Happened.NO)
    done = and_(Ask.state == AskState.DONE, Ask.kind != AskKind.LISTEN, came_of_it)
    concerns = or_(Ask.asker_id == me.id, helps_with(me.id), done)
    asks = page(in_group(me).where(Ask.state.not_in(RUNNING), concerns), BY_OPENING, after=after)
    return Shelf(asks, helpers(asks.items))


def helpers(asks: Collection[Ask]) -> dict[UUID, list[UUID]]:
    """Who helps with these asks. One query; every ask is in it."""
    found: dict[UUID, list[UUID]] = {ask.id: [] for ask in asks}
    given = select(Help.ask_id, Help.helper_id).where(Help.ask_id.in_(found), Help.state.in_(HELPING))
    for ask_id, helper_id in db.session.execute(given.order_by(Help.accepted_at)) if found else ():
        found[ask_id].append(helper_id)
    return found


def proposed(asks: Collection[Ask], me: Membership) -> set[UUID]:
    """Of these unnamed asks, those that wait for their asker's word: the reader's own where somebody could do it, and
    others' where the reader could. One query, and none where no ask is unnamed.
    """
    own = [ask.id for ask in asks if ask.unnamed and ask.asker_id == me.id]
    others = [ask.id for ask in asks if ask.unnamed and ask.asker_id != me.id]
    mine = and_(Help.ask_id.in_(others), Help.helper_id == me.id)
    return waiting(or_(Help.ask_id.in_(own), mine)) if own or others else set()


def waiting(which: ColumnElement[bool]) -> set[UUID]:
    """The asks of these helps that are proposed."""
    return set(db.session.scalars(select(Help.ask_id).where(which, Help.state == HelpState.PROPOSED)))


def messages(ask: Ask, me: Membership, *, before: str | None = None) -> Page[Message] | None:
    """What was written around an ask, newest first; None for who is not in the thread."""
    written = thread(ask, me)
    if written is None:
        return None
    return page(written, (Message.created_at, Message.id), after=before, limit=50)


def thread(ask: Ask, me: Membership) -> Select[Message] | None:
    """What this member reads of what was written around an ask; None for who is not in the thread. To be heard there
    is none.

    The asker reads all of it, a helper what was written since they said yes.
    """
    if ask.is_listen:
        return None
    written = select(Message).where(
        Message.ask_id == ask.id,
        ~apart(Message.author_id, me.id, since=Message.created_at),
        or_(Message.author_id == me.id, ~hidden(Message.id)),
    )
    if ask.asker_id != me.id:
        mine = ask.help_of(me.id)
        if mine is None or not mine.holds:
            return None
        written = written.where(Message.created_at >= mine.accepted_at)
    return written


def asks_of_threads(me: Membership) -> Sequence[Ask]:
    """The asks in whose threads this member is: their own, and those they help with."""
    return db.session.scalars(select(Ask).where(or_(Ask.asker_id == me.id, helps_with(me.id)))).unique().all()


def heard_by(ask_id: UUID) -> list[Heard]:
    """Who has heard this, in the order in which they did."""
    said = select(Heard).where(Heard.ask_id == ask_id).order_by(Heard.created_at, Heard.membership_id)
    return list(db.session.scalars(said))


@dataclass(frozen=True)
class Hearers:
    """How many were written to by now that an ask is open again, and when letters to the others begin to go out."""

    now: int
    next_at: datetime | None


def hearing_of(ask: Ask) -> Hearers:
    """Who hears by letter that an ask is open again, while it is needed within a day."""
    again = any(help_.state is HelpState.HANDED_BACK for help_ in ask.helps)
    now = clock.now()
    if ask.state is not AskState.OPEN or not again or not ask.is_soon(now):
        return Hearers(0, None)
    later = Letter.due_at > now
    counted = select(func.count().filter(~later), func.min(Letter.due_at).filter(later)).where(
        Letter.about_id == ask.id, Letter.kind == "ask-posted", Letter.created_at >= ask.opened_at
    )
    return Hearers(*db.session.execute(counted).one())


def last_choices(me: Membership) -> Ask | None:
    """The reader's last ask in this group: a new one starts from its size, eyes, helpers and area."""
    mine = select(Ask).where(Ask.asker_id == me.id, Ask.kind != AskKind.LISTEN, Ask.offer_id.is_(None))
    mine = mine.options(raiseload(Ask.helps))
    return db.session.scalars(mine.order_by(Ask.created_at.desc(), Ask.id).limit(1)).first()


def just_posted(me: Membership, kind: AskKind, title: str) -> Ask | None:
    """The same ask, if it was posted a moment ago: a button pressed twice posts it once."""
    lately = select(Ask).where(
        Ask.asker_id == me.id, Ask.kind == kind, Ask.state.in_(RUNNING), Ask.created_at > clock.now() - TOGETHER
    )
    return next((ask for ask in db.session.scalars(lately) if ask.title == title), None)


def running_of(member_id: UUID) -> list[Ask]:
    """What goes on of a member's own asks, and of those they help with or could, read again and locked."""
    takes_part = or_(
        Ask.asker_id == member_id,
        exists().where(Help.ask_id == Ask.id, Help.helper_id == member_id, Help.state.in_(GOES_ON)),
    )
    asks = select(Ask).where(takes_part, Ask.state.in_(RUNNING)).order_by(Ask.id).with_for_update(of=Ask)
    return list(db.session.scalars(asks, execution_options=FRESH))


def of_account(account_id: UUID) -> Select[Ask, Membership]:
    """Asks, each with the account's place in the group it is in; of groups that go on."""
    mine = select(Ask, Membership).join(Membership, Membership.group_id == Ask.group_id)
    mine = mine.where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
    return mine.options(raiseload(Ask.helps), lazyload(Membership.group, Group.topics))


def asks_of(account_id: UUID) -> list[Summary]:
    """My asks that go on, and those that ended lately, across groups: with who helps, and how many heard. For home."""
    lately = or_(Ask.state.in_(RUNNING), and_(Ask.closed_at > clock.now() - RECENTLY, Ask.state != AskState.WITHDRAWN))
    mine = of_account(account_id).where(Ask.asker_id == Membership.id, lately).order_by(Ask.opened_at.desc(), Ask.id)
    rows = db.session.execute(mine.limit(20)).all()
    asks = [ask for ask, _ in rows]
    given, heard, told = helpers(asks), heard_counts(asks), own_proposed(asks)
    return [
        Summary(ask, me, helpers=given[ask.id], heard=heard.get(ask.id, 0), proposed=ask.id in told) for ask, me in rows
    ]


def own_proposed(asks: Collection[Ask]) -> set[UUID]:
    """The reader's own asks that somebody could do, and waits for a word."""
    unnamed = [ask.id for ask in asks if ask.unnamed and ask.state is AskState.OPEN]
    return waiting(Help.ask_id.in_(unnamed)) if unnamed else set()


def heard_counts(asks: Collection[Ask]) -> dict[UUID, int]:
    """How many have heard each of these; asks to be heard only."""
    ids = [ask.id for ask in asks if ask.is_listen]
    counted = select(Heard.ask_id, func.count()).where(Heard.ask_id.in_(ids)).group_by(Heard.ask_id)
    return dict(db.session.execute(counted).all()) if ids else {}


def helps_of(account_id: UUID) -> list[Summary]:
    """What I have taken on, across groups, needed soonest first; and what I was thanked for lately. For home.

    What is hidden for now is not there.
    """
    goes_on = and_(Help.state == HelpState.ACCEPTED, Ask.state.in_(RUNNING))
    thanked = and_(Help.thanks_sealed.is_not(None), Help.thanked_at > clock.now() - RECENTLY)
    mine = of_account(account_id).join(Help, and_(Help.ask_id == Ask.id, Help.helper_id == Membership.id))
    taken = mine.where(or_(goes_on, thanked), visible()).add_columns(Help).options(lazyload(Help.helper))
    rows = db.session.execute(taken.order_by(Ask.ends_at, Ask.id).limit(20))
    return [Summary(ask, me, help=help_) for ask, me, help_ in rows]


def something_small(memberships: Collection[Membership], limit: int = 3) -> list[Summary]:
    """A few open small asks of others that the reader could carry, needed soonest first. Never asks to be heard."""
    places = {me.id: me for me in memberships if me.group.state is GroupState.ACTIVE}
    if not places:
        return []
    touched = exists().where(Help.ask_id == Ask.id, Help.helper_id == Membership.id)
    small = (
        select(Ask, Membership.id)
        .join(Membership, listed())
        .where(Membership.id.in_(places), Ask.asker_id != Membership.id, ~touched)
        .where(Ask.state == AskState.OPEN, Ask.size_minutes <= SMALL, Ask.kind != AskKind.LISTEN)
        .options(raiseload(Ask.helps))
        .order_by(Ask.ends_at, Ask.id)
        .limit(limit)
    )
    return [Summary(ask, places[me_id]) for ask, me_id in db.session.execute(small)]


def slug_of(ask_id: UUID) -> str | None:
    """The address of the group in which something is asked."""
    return db.session.scalar(select(Group.slug).join(Ask, Ask.group_id == Group.id).where(Ask.id == ask_id))
