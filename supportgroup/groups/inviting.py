"""Invitations: links that admit without an application, for a while and some people, or for one address."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries
from supportgroup.groups.invitation_letters import owe_invitation
from supportgroup.groups.models import INVITATION, GroupState, Invitation, Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import language
from supportgroup.mail.service import drop
from supportgroup.secrets import BadToken, row_of

BY_LETTER = 7  # days for which a link in a letter is good


def make_invitation(*, by: Membership, days: int, uses: int, email: str | None = None) -> Invitation:
    """A link that admits `uses` people within `days`; with `email`, the owner of this address alone.

    Raises Refused while the group rests.
    """
    if by.group.state is not GroupState.ACTIVE:
        raise Refused(_("This group rests for now. An invitation can be made when somebody looks after it again."))
    now = clock.now()
    invitation = Invitation(
        group_id=by.group_id,
        made_by_id=by.id,
        email=email,
        language=language(),
        most_uses=uses,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation


def invite_by_letter(*, by: Membership, email: str, passed_on: bool) -> None:
    """Pass a link on to this address. Without `passed_on` it is made all the same, and no letter goes out.

    Nothing here asks who has this address, so nothing tells. Raises Refused while the group rests.
    """
    made = make_invitation(by=by, days=BY_LETTER, uses=1, email=email)
    owe_invitation(made)
    if not passed_on:
        drop("enough for now", kinds=[INVITATION], about_id=made.id)


def revoke_invitation(*, by: Membership, invitation_id: UUID) -> None:
    """Let a link admit nobody any more. Doing it twice changes nothing."""
    queries.locked_group(by.group_id)
    invitation = queries.locked_invitation(invitation_id)
    if invitation is not None and invitation.group_id == by.group_id:
        invitation.revoked_at, invitation.email = clock.now(), None
        drop("revoked", kinds=[INVITATION], about_id=invitation.id)


def forget_address(email: str) -> None:
    """Let go of invitations to this address: its owner's account goes."""
    theirs = update(Invitation).where(queries.invites(email))
    db.session.execute(theirs.values(revoked_at=clock.now(), email_sealed=None, email_index=None))


def forget_addresses() -> None:
    """Let go of the addresses of invitations whose time is over. Those used or revoked have none any more."""
    over = update(Invitation).where(Invitation.email_index.is_not(None), Invitation.expires_at <= clock.now())
    db.session.execute(over.values(email_sealed=None, email_index=None))


def invitation_of(text: str) -> Invitation | None:
    """The invitation of a link, if it still admits somebody. Anything else looks the same as no link of ours."""
    try:
        return queries.invitation(row_of(INVITATION, text))
    except BadToken:
        return None
