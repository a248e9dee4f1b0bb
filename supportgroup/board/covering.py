"""An ask to take somebody's turn as host: a yes to it makes the host, handing it back opens the turn again.

Of the rows that are held the meeting comes before the ask, here and wherever a turn changes.
"""

from uuid import UUID

from sqlalchemy import select

from supportgroup.board.models import Ask, AskKind
from supportgroup.db import db
from supportgroup.groups.models import Membership
from supportgroup.meetings import hosting, queries
from supportgroup.meetings.models import Meeting


def hold_meeting(me: Membership, ask_id: UUID) -> None:
    """Hold the meeting that an ask is about, where it is about one, before the ask is held."""
    about = select(Ask.meeting_id).where(Ask.id == ask_id, Ask.group_id == me.group_id)
    meeting_id = db.session.scalar(about)
    if meeting_id is not None:
        queries.meeting(me, meeting_id, lock=True)


def looks_for_host(ask: Ask) -> bool:
    """Whether it still is what it was posted as: its asker may have made something else of it."""
    return ask.meeting_id is not None and ask.kind is AskKind.HOST_COVER


def meeting_of(ask: Ask, me: Membership) -> Meeting | None:
    return queries.meeting(me, ask.meeting_id, lock=True) if ask.meeting_id is not None else None


def taken(ask: Ask, helper: Membership) -> None:
    """Somebody said yes: they host. Raises Refused where somebody does already, or it is too late."""
    if looks_for_host(ask):
        hosting.cover(meeting=meeting_of(ask, helper), helper=helper)


def handed_back(ask: Ask, helper: Membership) -> None:
    """They can't after all: the turn is open again."""
    if looks_for_host(ask):
        hosting.give_back(meeting=meeting_of(ask, helper), helper=helper, asker=ask.asker)
