"""Buddy rounds: those who would like to are two by two for a week, with as few repeats as can be.

Off until a group switches them on. A round begins on a Monday morning where the group is and ends by itself; who leaves
or blocks somebody is out of it, quietly.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import networkx
from sqlalchemy import delete, exists, select

from supportgroup import clock
from supportgroup.board.carrying import resting
from supportgroup.db import db, insert_or_ignore
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.groups.service import MembershipEnded
from supportgroup.languages import lazy_gettext as _l
from supportgroup.load import letters
from supportgroup.load.models import Buddy, BuddyRound, BuddyWish
from supportgroup.safety.models import Block
from supportgroup.safety.service import Blocked

MONDAY, MORNING = 0, time(8)
REMEMBERED = timedelta(days=182)  # so long it is known who was with whom
OFF = _l("This group has no buddy rounds.")

Pair = frozenset[UUID]


def circles(
    people: Sequence[UUID], met: Counter[Pair], apart: Collection[Pair], threes: Mapping[UUID, float] | None = None
) -> list[set[UUID]]:
    """Who is with whom: twos, and where one is left over a three; never two who are `apart`. Pure.

    As many as can be are with somebody. Among the ways to do that, one with the fewest repeats, and of those the ones
    that were least often: `met` counts how often two were together. Who fits nowhere stays alone, and is left out.
    Being left over and in a three goes round: `threes` says how often, or how large a share of their rounds, each was.
    """
    often = threes or {}
    found = matching(people, met, apart)
    if len(people) % 2:
        for one in sorted(people, key=lambda one: (often.get(one, 0), one)):
            others = matching([other for other in people if other != one], met, apart)
            if len(others) == len(found):
                found = others
                break
    for one in sorted(set(people).difference(*found)):
        fits = [two for two in found if len(two) == 2 and all(frozenset((one, other)) not in apart for other in two)]
        if fits:
            min(fits, key=lambda two: join_cost(one, two, met, often)).add(one)
    return found


def join_cost(
    one: UUID, two: Collection[UUID], met: Counter[Pair], often: Mapping[UUID, float]
) -> tuple[float, int, list[UUID]]:
    """How unfair it is to make these two a three, then how much of a repeat."""
    return sum(often.get(other, 0) for other in two), sum(met[frozenset((one, other))] for other in two), sorted(two)


def matching(people: Sequence[UUID], met: Counter[Pair], apart: Collection[Pair]) -> list[set[UUID]]:
    """As many twos as there can be, with the fewest repeats."""
    worst = len(people) + 1
    graph = networkx.Graph()
    graph.add_nodes_from(people)
    for at, one in enumerate(people):
        for other in people[at + 1 :]:
            pair = frozenset((one, other))
            if pair not in apart:
                graph.add_edge(one, other, weight=-(worst ** met[pair]) if met[pair] else 0)
    return [set(pair) for pair in networkx.max_weight_matching(graph, maxcardinality=True)]


def switch(*, by: Membership, on: bool) -> None:
    """Begin buddy rounds in a group, or end them, and with them the one that runs."""
    group = groups.locked_group(by.group_id)
    group.buddy_rounds = on
    if not on:
        db.session.execute(delete(BuddyRound).where(BuddyRound.group_id == group.id, BuddyRound.ends_at > clock.now()))


def want(*, me: Membership, willing: bool) -> None:
    """Say that one would like a buddy from the next round on, or not any more. The round that runs goes on."""
    if willing and not me.group.buddy_rounds:
        raise Refused(OFF)
    if willing:
        db.session.execute(insert_or_ignore(BuddyWish).values(membership_id=me.id, created_at=clock.now()))
    else:
        db.session.execute(delete(BuddyWish).where(BuddyWish.membership_id == me.id))


def is_willing(me: Membership) -> bool:
    return db.session.get(BuddyWish, me.id) is not None


def this_week(me: Membership) -> tuple[BuddyRound, list[UUID]] | None:
    """The round that runs and who is with this member in it; None where nobody is. Two queries."""
    mine = select(BuddyRound, Buddy.circle).join(Buddy, Buddy.round_id == BuddyRound.id)
    mine = mine.where(Buddy.membership_id == me.id, BuddyRound.ends_at > clock.now())
    row = db.session.execute(mine.order_by(BuddyRound.begins_at.desc()).limit(1)).first()
    if row is None:
        return None
    with_me = select(Buddy.membership_id).where(Buddy.round_id == row.BuddyRound.id, Buddy.circle == row.circle)
    others = db.session.scalars(with_me.where(Buddy.membership_id != me.id).order_by(Buddy.membership_id)).all()
    return (row.BuddyRound, list(others)) if others else None


def end_mine(me: Membership) -> None:
    """Be out of the round that runs. No reason is asked, and nobody is told."""
    step_out(me.id)


def end_for(event: MembershipEnded) -> None:
    """A member has left."""
    step_out(event.membership.id)
    db.session.execute(delete(BuddyWish).where(BuddyWish.membership_id == event.membership.id))


def part(event: Blocked) -> None:
    """One member blocks another: where the two are together this week, the one who blocks steps out."""
    running = select(Buddy).join(BuddyRound, BuddyRound.id == Buddy.round_id).where(BuddyRound.ends_at > clock.now())
    rows = db.session.scalars(running.where(Buddy.membership_id.in_([event.blocker_id, event.blocked_id]))).all()
    if len(rows) == 2 and (rows[0].round_id, rows[0].circle) == (rows[1].round_id, rows[1].circle):
        step_out(event.blocker_id)


def step_out(member_id: UUID) -> None:
    """Take somebody out of the round that runs; who is left alone by it is out as well."""
    running = exists().where(BuddyRound.id == Buddy.round_id, BuddyRound.ends_at > clock.now())
    for mine in db.session.scalars(select(Buddy).where(Buddy.membership_id == member_id, running)).all():
        same = select(Buddy).where(Buddy.round_id == mine.round_id, Buddy.circle == mine.circle)
        others = [one for one in db.session.scalars(same) if one.membership_id != member_id]
        for one in [mine, *(others if len(others) == 1 else [])]:
            db.session.delete(one)
    db.session.flush()


def turn_rounds() -> None:
    """Begin a round in each group that has them and none running, on its Monday morning; forget what is long over."""
    now = clock.now()
    db.session.execute(delete(BuddyRound).where(BuddyRound.ends_at < now - REMEMBERED))
    runs = exists().where(BuddyRound.group_id == Group.id, BuddyRound.ends_at > now)
    due = select(Group).where(Group.buddy_rounds, Group.state == GroupState.ACTIVE, ~runs).order_by(Group.id)
    for group in db.session.scalars(due.with_for_update(of=Group, skip_locked=True)).unique():
        local = now.astimezone(clock.zone(group.zone))
        if local.weekday() == MONDAY and local.time() >= MORNING:
            begin(group, now)


def begin(group: Group, now: datetime) -> None:
    """Put those who would like to together, until next Monday morning, and tell each of them by letter."""
    people = willing(group.id)
    before = remembered(group.id)
    found = circles(people, met(before), apart(people), in_threes(before))
    if not found:
        return
    monday = (now.astimezone(clock.zone(group.zone)) + timedelta(days=7)).date()
    ends_at = datetime.combine(monday, MORNING, clock.zone(group.zone)).astimezone(UTC)
    round_ = BuddyRound(group_id=group.id, begins_at=now, ends_at=ends_at)
    db.session.add(round_)
    db.session.flush()
    for number, circle in enumerate(found):
        db.session.add_all(Buddy(round_id=round_.id, membership_id=one, circle=number) for one in sorted(circle))
    db.session.flush()
    letters.owe_introductions(round_, [one for circle in found for one in circle])


def willing(group_id: UUID) -> list[UUID]:
    """Who would like a buddy, is still here, and does not rest."""
    chosen = select(Membership.id).join(BuddyWish, BuddyWish.membership_id == Membership.id)
    chosen = chosen.where(Membership.group_id == group_id, Membership.state == MembershipState.ACTIVE)
    return list(db.session.scalars(chosen.where(~resting(Membership.account_id)).order_by(Membership.id)))


def remembered(group_id: UUID) -> list[list[UUID]]:
    """Who was in one circle, in every round that is remembered."""
    rows = db.session.execute(
        select(Buddy.round_id, Buddy.circle, Buddy.membership_id)
        .join(BuddyRound, BuddyRound.id == Buddy.round_id)
        .where(BuddyRound.group_id == group_id)
    )
    together: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    for round_id, circle, member_id in rows:
        together[round_id, circle].append(member_id)
    return list(together.values())


def met(before: Iterable[Sequence[UUID]]) -> Counter[Pair]:
    """How often two were together."""
    return Counter(pair for ones in before for pair in pairs(ones))


def in_threes(before: Sequence[Sequence[UUID]]) -> dict[UUID, float]:
    """In how large a share of their rounds each was in a three: who is new is not left over again and again."""
    rounds = Counter(one for ones in before for one in ones)
    threes = Counter(one for ones in before if len(ones) > 2 for one in ones)
    return {one: threes[one] / rounds[one] for one in rounds}


def pairs(ones: Sequence[UUID]) -> Iterable[Pair]:
    return (frozenset((one, other)) for at, one in enumerate(ones) for other in ones[at + 1 :])


def apart(people: Collection[UUID]) -> set[Pair]:
    """Of whom one has blocked the other."""
    blocks = select(Block.blocker_id, Block.blocked_id)
    found = db.session.execute(blocks.where(Block.blocker_id.in_(people), Block.blocked_id.in_(people)))
    return {frozenset((one, other)) for one, other in found}
