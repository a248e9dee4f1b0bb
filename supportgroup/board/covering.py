"""An ask to take somebody's turn as host: a yes to it makes the host, handing it back opens the turn again.

Of the rows that are held the meeting comes before the ask, here and wherever a turn changes.
"""

from uuid import UUID

from sqlalchemy import or_, select

from supportgroup.board.models import RUNNING, Ask, AskKind, Help
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


def hold_meetings_of(member_id: UUID) -> None:
    """The same, of all asks that go on which this member asked, or said yes to."""
    theirs = or_(Ask.asker_id == member_id, Ask.helps.any(Help.helper_id == member_id))
    about = select(Ask.meeting_id).where(Ask.state.in_(RUNNING), Ask.meeting_id.is_not(None), theirs)
    held = select(Meeting.id).where(Meeting.id.in_(about)).order_by(Meeting.starts_at, Meeting.id)
    db.session.execute(held.with_for_update())


def looks_for_host(ask: Ask) -> bool:
    """Whether it still is what it was posted as: its asker may have made something else of it."""
    return ask.meeting_id is not None and ask.kind is AskKind.HOST_COVER


def is_covered(ask: Ask) -> bool:
    """Whether somebody hosts in the asker's place."""
    return looks_for_host(ask) and bool(ask.helpers)


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


def taken_back(ask: Ask) -> None:
    """It is asked no more: who had said yes hosts no more, and the rota looks on."""
    if looks_for_host(ask):
        helpers = [one.helper_id for one in ask.helpers]
        hosting.ask_no_more(meeting=meeting_of(ask, ask.asker), asker=ask.asker, helpers=helpers)
