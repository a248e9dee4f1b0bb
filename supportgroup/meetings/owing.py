"""A letter about a meeting, as every file of this room owes it."""

from datetime import datetime
from uuid import UUID

from supportgroup import clock
from supportgroup.mail.service import Owed
from supportgroup.meetings.models import Meeting


def about(
    meeting: Meeting,
    account_id: UUID,
    occasion: object,
    *,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
) -> Owed:
    """Due now, and of use until the meeting starts, unless told otherwise. `occasion`: what happened to the meeting."""
    return Owed(
        recipient_id=account_id,
        about_id=meeting.id,
        about_version=meeting.version,
        occasion=f"{meeting.id.hex}:{occasion}",
        due_at=due_at or clock.now(),
        expires_at=expires_at or meeting.starts_at,
        scope_id=meeting.group_id,
        priority=priority,
    )


def moment() -> str:
    """An occasion that happens as often as somebody acts: it is named by when they did."""
    return f"{clock.now():%Y%m%d%H%M%S%f}"
