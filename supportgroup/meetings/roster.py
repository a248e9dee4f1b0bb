"""The names of a group's people, as one of them may see them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import aliased

from supportgroup.db import db
from supportgroup.groups.models import Joining, Membership, MembershipState, Role
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings.models import Presence
from supportgroup.safety.queries import apart

SOMEONE_NEW, A_MEMBER, A_FORMER_MEMBER = _l("Someone new"), _l("A member"), _l("A former member")
GREY = 8  # the colour of who is not named
MINE, THEIRS = aliased(Presence), aliased(Presence)  # at one meeting; made once, since making an alias takes long


@dataclass(frozen=True)
class Person:
    """One of the group's people: the name the reader may see, and the colour beside it (0 to 7, or grey)."""

    id: UUID
    name: str
    colour: int
    named: bool
    facilitator: bool


class Roster:
    """Everyone the reader may come across in this group, by membership."""

    def __init__(self, people: dict[UUID, Person]) -> None:
        self.people = people

    def __getitem__(self, membership_id: UUID | None) -> Person:
        """The person; whoever is not there any more is a former member."""
        gone = Person(membership_id or UUID(int=0), str(A_FORMER_MEMBER), GREY, named=False, facilitator=False)
        return self.people.get(membership_id, gone) if membership_id else gone

    def host(self, membership_id: UUID) -> str:
        """The name of who hosts a meeting; a member, where the reader does not see whom: the meeting takes place."""
        person = self.people.get(membership_id)
        return person.name if person else str(A_MEMBER)

    def names(self) -> list[str]:
        """The names of the active ones the reader may see, for choosing among them."""
        return [person.name for person in self.people.values() if person.named]


def roster(me: Membership) -> Roster:
    """The group's active people as `me` may see them, in the order they joined. One query.

    In an open group members and newcomers see each other's names once a facilitator has said hello, or after a first
    meeting together; facilitators and their names are seen at once. In other groups everybody was let in by somebody.
    Two of whom one has blocked the other are not there for each other, as if they had left.
    """
    everyone = me.group.joining is not Joining.OPEN or me.is_facilitator
    met = literal(False) if everyone else Membership.id.in_(met_by(me))
    rows = db.session.execute(
        select(
            Membership.id, Membership.name, Membership.colour, Membership.role, Membership.hello_at, met.label("met")
        )
        .where(Membership.group_id == me.group_id, Membership.state == MembershipState.ACTIVE)
        .where(~apart(Membership.id, me.id))
        .order_by(Membership.joined_at, Membership.id)
    ).all()
    people = {}
    for row in rows:
        facilitator = row.role is Role.FACILITATOR
        known = me.hello_at is not None and row.hello_at is not None
        named = everyone or facilitator or known or row.id == me.id or row.met
        unnamed = str(A_MEMBER if row.hello_at else SOMEONE_NEW)
        people[row.id] = Person(
            row.id, row.name if named else unnamed, row.colour if named else GREY, named=named, facilitator=facilitator
        )
    return Roster(people)


def met_by(me: Membership) -> Select[UUID]:
    """Whom this member has met: both were marked present at one meeting."""
    met = select(THEIRS.membership_id).join(MINE, MINE.meeting_id == THEIRS.meeting_id)
    return met.where(MINE.membership_id == me.id, THEIRS.membership_id != me.id)
