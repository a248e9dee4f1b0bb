"""Whom letters of one sort reach: who has not stopped them, and has an address that takes them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from supportgroup import clock
from supportgroup.mail.kinds import How, Recipient, Recipients


def why_unwanted(recipient: Recipient, preference: str, scope_id: UUID | None, now: datetime) -> str | None:
    """Why somebody gets no letters of this sort, or none at all for now; None where they do."""
    if recipient.refused:
        return "address-refused"
    if recipient.paused_until and now < recipient.paused_until:
        return "paused"
    return "stopped" if recipient.how(preference, scope_id) is How.NEVER else None


def reached(account_ids: Collection[UUID], preference: str, scope_id: UUID) -> set[UUID]:
    """Of these accounts those whom letters of this sort reach now, in this group. One query."""
    found, now = Recipients.find(set(account_ids)) if account_ids else {}, clock.now()
    return {one.id for one in found.values() if why_unwanted(one, preference, scope_id, now) is None}
