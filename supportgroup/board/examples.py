"""Things to start from: a group's own first, then those that come with the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.board.models import AskKind
from supportgroup.board.side_models import GroupExample
from supportgroup.board.starters import EXAMPLES, Example
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _

MOST = 40  # of a group's own
NEAR = 3  # shown beside what was chosen
AT_FIRST = (AskKind.COMPANY, AskKind.ERRAND, AskKind.TASK)  # one of each, before a kind is chosen


@dataclass(frozen=True)
class Start:
    """An example with the word it is known by in a form: our number, or the id of a group's own."""

    word: str
    example: Example


def own(group_id: UUID) -> Sequence[GroupExample]:
    """What a group's facilitators wrote for it, newest first."""
    theirs = select(GroupExample).where(GroupExample.group_id == group_id)
    return db.session.scalars(theirs.order_by(GroupExample.created_at.desc(), GroupExample.id)).all()


def starts(group_id: UUID) -> list[Start]:
    """All there is to start from in a group. One query."""
    theirs = [Start(str(one.id), Example(one.kind, one.size_minutes, one.title)) for one in own(group_id)]
    return theirs + [Start(str(number), example) for number, example in enumerate(EXAMPLES)]


def near(found: Sequence[Start], kind: AskKind | None, size_minutes: int) -> list[Start]:
    """The three nearest to a kind and a size; before a kind is chosen, one of each of three kinds."""

    def distance(start: Start) -> int:
        return abs(start.example.size_minutes - size_minutes)

    if kind is not None:
        return sorted((one for one in found if one.example.kind is kind), key=distance)[:NEAR]
    return [min((one for one in found if one.example.kind is each), key=distance) for each in AT_FIRST]


def by_kind(found: Sequence[Start]) -> list[tuple[AskKind, list[Start]]]:
    """The same by kind, in the order in which kinds are shown."""
    order = list(AskKind)
    ranked = sorted(found, key=lambda one: order.index(one.example.kind))
    return [(kind, list(each)) for kind, each in groupby(ranked, key=lambda one: one.example.kind)]


def meant(found: Sequence[Start], word: str) -> Example | None:
    """The example of this word, whatever the word is."""
    return next((one.example for one in found if one.word == word), None)


def add(*, me: Membership, kind: AskKind, size_minutes: int, title: str) -> None:
    """Write an example for one's group. The same twice is one. Raises Refused where there are many already."""
    there = own(me.group_id)
    if any((one.kind, one.title) == (kind, title) for one in there):
        return
    if len(there) >= MOST:
        raise Refused(_("There are %(number)s already. Take one out first.", number=MOST))
    made = GroupExample(group_id=me.group_id, kind=kind, size_minutes=size_minutes, created_at=clock.now())
    made.title = title
    db.session.add(made)
    db.session.flush()


def remove(*, me: Membership, example_id: UUID) -> None:
    """Take one out of one's group. What is not there is gone already."""
    found = db.session.get(GroupExample, example_id)
    if found is not None and found.group_id == me.group_id:
        db.session.delete(found)
        db.session.flush()
