"""Invitations: links that admit without an application, for a while and a number of people."""

from datetime import timedelta
from uuid import UUID

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries
from supportgroup.groups.models import GroupState, Invitation, Membership
from supportgroup.languages import gettext as _
from supportgroup.secrets import BadToken, row_of, token_of

PURPOSE = "invitation"


def make_invitation(*, by: Membership, days: int, uses: int) -> Invitation:
    """A link that admits `uses` people within `days`. Raises Refused while the group rests."""
    if by.group.state is not GroupState.ACTIVE:
        raise Refused(_("This group rests for now. An invitation can be made when somebody looks after it again."))
    now = clock.now()
    invitation = Invitation(
        group_id=by.group_id,
        made_by_id=by.id,
        most_uses=uses,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation


def revoke_invitation(*, by: Membership, invitation_id: UUID) -> None:
    """Let a link admit nobody any more. Doing it twice changes nothing."""
    queries.locked_group(by.group_id)
    invitation = queries.locked_invitation(invitation_id)
    if invitation is not None and invitation.group_id == by.group_id:
        invitation.revoked_at = clock.now()


def token(invitation: Invitation) -> str:
    """The secret part of an invitation's link."""
    return token_of(PURPOSE, invitation.id)


def invitation_of(text: str) -> Invitation | None:
    """The invitation of a link, if it still admits somebody. Anything else looks the same as no link of ours."""
    try:
        return queries.invitation(row_of(PURPOSE, text))
    except BadToken:
        return None
