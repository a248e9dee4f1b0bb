"""Who may see an ask: one rule, and every list, count, letter and answer asks it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from supportgroup.board.models import HELPING, Ask, Chosen, Eyes, Help, HelpState
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState, Role
from supportgroup.meetings.models import Presence
from supportgroup.meetings.roster import Roster
from supportgroup.safety.queries import apart, hidden, muted

MET_FROM = 3  # so many met until "people I have met" is a choice: with fewer it would name them
FIRST, SECOND = aliased(Presence), aliased(Presence)  # of two who met; made once, since making them takes long


def visible(reader: Any = Membership) -> ColumnElement[bool]:
    """Whether the reader sees the ask: a condition on asks. The reader is one membership, or, for many at once, the
    table of memberships or an alias of it.

    An active member of the group sees what is for the group, what is for those its asker has met or chosen, and as a
    facilitator what is for facilitators; and always one's own, and what one takes part in. What is hidden is its
    asker's alone. Two of whom one has blocked the other see of each other what had ended by then, as if one of them
    had left.
    """
    return and_(meant_for(reader), ~out_of_sight(reader))


def out_of_sight(reader: Any) -> ColumnElement[bool]:
    """Whether one of asker and reader has blocked the other, and the ask had not ended by then."""
    return apart(Ask.asker_id, reader.id, since=Ask.closed_at)


def meant_for(reader: Any) -> ColumnElement[bool]:
    """Whether the ask is for the reader's eyes, blocks aside."""
    return and_(
        Ask.group_id == reader.group_id,
        reader.state == MembershipState.ACTIVE,
        or_(Ask.asker_id == reader.id, ~hidden(Ask.id)),
        or_(
            Ask.asker_id == reader.id,
            Ask.eyes == Eyes.GROUP,
            and_(Ask.eyes == Eyes.FACILITATORS, reader.role == Role.FACILITATOR),
            and_(Ask.eyes == Eyes.MET, have_met(Ask.asker_id, reader.id)),
            and_(Ask.eyes == Eyes.CHOSEN, is_chosen(reader.id)),
            takes_part(reader.id),
        ),
    )


def listed(reader: Any = Membership) -> ColumnElement[bool]:
    """Whether the reader's lists and letters hold the ask: what they see, without what they muted.

    Unnamed asks stay: to mute somebody and see which of them goes would tell who asked it.
    """
    return and_(visible(reader), or_(~muted(reader.id, Ask.asker_id), Ask.unnamed, helps_with(reader.id)))


def have_met(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether both were marked present at one meeting."""
    together = FIRST.meeting_id == SECOND.meeting_id
    return exists().where(together, FIRST.membership_id == one, SECOND.membership_id == other)


def is_chosen(reader_id: Any) -> ColumnElement[bool]:
    """Whether the asker chose this reader."""
    return exists().where(Chosen.ask_id == Ask.id, Chosen.membership_id == reader_id)


def helps_with(reader_id: Any) -> ColumnElement[bool]:
    """Whether the reader helps with the ask, or did. Who handed back does not."""
    return has_help(reader_id, HELPING)


def takes_part(reader_id: Any) -> ColumnElement[bool]:
    """The same, or the reader could help with it and waits for the asker's word, or has had it. Who was told that it is
    not this time reads so on its page, whoever's eyes it is for by then.
    """
    return has_help(reader_id, (*HELPING, HelpState.PROPOSED, HelpState.NOT_THIS_TIME))


def has_help(reader_id: Any, states: Collection[HelpState]) -> ColumnElement[bool]:
    """Whether the reader's help with the ask is in one of these states; also in queries that are about helps."""
    found = exists().where(Help.ask_id == Ask.id, Help.helper_id == reader_id, Help.state.in_(states))
    return found.correlate_except(Help)


def counts(me: Membership) -> dict[Eyes, int]:
    """How many others would see an ask of this member, by whose eyes it is for; of those to choose, all. One query."""
    facilitates, met = Membership.role == Role.FACILITATOR, have_met(me.id, Membership.id)
    others = select(func.count(), func.sum(cast(facilitates, Integer)), func.sum(cast(met, Integer))).where(
        Membership.group_id == me.group_id, Membership.state == MembershipState.ACTIVE, Membership.id != me.id
    )
    others = others.where(~apart(Membership.id, me.id))
    everyone, facilitators, known = db.session.execute(others).one()
    return {Eyes.GROUP: everyone, Eyes.MET: known or 0, Eyes.CHOSEN: everyone, Eyes.FACILITATORS: facilitators or 0}


def seen_by(ask: Ask) -> int:
    """How many others see this ask now."""
    readers = select(func.count()).select_from(Membership).join(Ask, visible())
    return db.session.scalar(readers.where(Ask.id == ask.id, Membership.id != ask.asker_id)) or 0


def chosen(ask: Ask) -> frozenset[UUID]:
    """Whom its asker chose to see it."""
    if ask.eyes is not Eyes.CHOSEN:
        return frozenset()
    return frozenset(db.session.scalars(select(Chosen.membership_id).where(Chosen.ask_id == ask.id)))


def to_choose(me: Membership, everyone: Roster) -> dict[UUID, str]:
    """Whom this member may choose, with their names: the others whose names they see."""
    return {person.id: person.name for person in everyone.people.values() if person.named and person.id != me.id}


def choices(found: dict[Eyes, int], kept: Eyes | None = None) -> list[Eyes]:
    """Whose eyes somebody may ask for, given the counts; what an ask has already, it may keep."""
    least = {Eyes.GROUP: 0, Eyes.MET: MET_FROM, Eyes.CHOSEN: 1, Eyes.FACILITATORS: 1}
    return [eyes for eyes in Eyes if found[eyes] >= least[eyes] or eyes is kept]


def seen_pairs(ask_ids: Collection[UUID], reader_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Of these asks and memberships the pairs (ask, reader) where the reader hears of it. For letters; one query."""
    pairs = select(Ask.id, Membership.id).join(Membership, listed())
    found = db.session.execute(pairs.where(Ask.id.in_(ask_ids), Membership.id.in_(reader_ids)))
    return {(ask_id, reader_id) for ask_id, reader_id in found}
