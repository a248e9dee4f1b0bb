"""Who said yes to asks of one's own, for the pages of other rooms."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from supportgroup.board.models import HELPING, Ask, Help
from supportgroup.db import db
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.meetings.roster import roster
from supportgroup.words import listed


def who_said_yes(account_id: UUID, ask_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of these asks the account's own, each with the names of those who hold a place or held it at its end.

    Only names that the account sees where it was asked, so of nobody who has left, was erased, or is out of its sight;
    an ask that has none is left out. One query, and one a group.
    """
    found = (
        select(Help.ask_id, Help.helper_id, Membership)
        .join(Ask, Ask.id == Help.ask_id)
        .join(Membership, Membership.id == Ask.asker_id)
        .where(Help.ask_id.in_(ask_ids), Help.state.in_(HELPING))
        .where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
        .order_by(Help.accepted_at, Help.id)
    )
    rows = db.session.execute(found).all() if ask_ids else []
    people = {me.id: roster(me) for me in {row.Membership for row in rows}}
    names: dict[UUID, list[str]] = defaultdict(list)
    for ask_id, helper_id, me in rows:
        if people[me.id][helper_id].named:
            names[ask_id].append(people[me.id][helper_id].name)
    return {ask_id: listed(known) for ask_id, known in names.items()}
