"""The letter that passes an invitation on. It names neither the group nor who asked for it, whoever it goes to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from supportgroup import clock
from supportgroup.accounts import queries as accounts
from supportgroup.accounts.models import Account
from supportgroup.groups import queries
from supportgroup.groups.models import Invitation
from supportgroup.mail import passing_on
from supportgroup.mail.kinds import Recipient, Says, kind
from supportgroup.mail.models import Letter
from supportgroup.mail.quiet import NIGHT
from supportgroup.mail.service import Owed, owe

WEEK = timedelta(days=7)


def owe_invitation(made: Invitation) -> None:
    """Owe the letter. Whether it goes out is decided when it is sent: whoever asked for it cannot tell."""
    letter = Owed(
        recipient_id=None,
        about_id=made.id,
        occasion=made.id.hex,
        due_at=made.created_at,
        expires_at=made.expires_at,
        scope_id=made.group_id,
    )
    owe("invitation", [letter])


@kind(
    "invitation",
    lateness=WEEK,
    again=False,
    preference=None,
    passed_on=True,
    samples=[{"until": datetime(2027, 5, 19, 10, tzinfo=UTC)}],
)
def invitation(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A link for this address alone. Left out for who stopped such letters, is in the group or was, and for who is out
    of sight of whoever asked.
    """
    made = queries.invitations_by_letter([letter.about_id for letter in letters])
    emails = {one.email for one in made.values()}
    stopped, known = passing_on.stopped(emails), accounts.confirmed_accounts(emails)
    nothing_for = queries.unwelcome(made, [one.id for one in known.values()])
    said: dict[int, Says] = {}
    for letter in letters:
        one = made.get(letter.about_id)
        if one is None or one.email in stopped:
            continue
        account = known.get(one.email)
        if account and (one.id, account.id) in nothing_for:
            continue
        if reader := reader_of(one, account):
            said[letter.id] = Says(link=f"/i/{one.token}", reader=reader, more={"until": one.expires_at})
    return said


def reader_of(one: Invitation, account: Account | None) -> Recipient | None:
    """Who reads at this address: an account as it wants its letters, but never with names in them; or somebody of whom
    nothing is known. None for who wants no letters now, or has an address that takes none.
    """
    if account is None:
        zone = clock.zone(one.group.zone)
        return Recipient(id=one.id, email=one.email, name="", zone=zone, language=one.language, quiet=NIGHT)
    reader = accounts.recipient(account)
    paused = reader.paused_until is not None and clock.now() < reader.paused_until
    return None if reader.refused or paused else replace(reader, full=False)
