"""Telling people what was changed about how their account is signed in to."""

from datetime import timedelta

from supportgroup import clock
from supportgroup.accounts.models import Account, Change, OtherAddress, SecurityNote
from supportgroup.db import db
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import Owed, owe

# What the page and the letter say of each. Letters may be read by others: nothing here says what the service is.
WORDS = {
    Change.ADDRESS: _l("The address for your letters is another one now"),
    Change.ADDRESS_BACK: _l("Your letters come to your former address again"),
    Change.PASSWORD: _l("A password was set"),
    Change.PASSWORD_REMOVED: _l("Your password was removed"),
    Change.PASSWORD_RESTS: _l("Somebody guessed at your password a hundred times, and so it is not taken any more"),
    Change.CODES: _l("Codes from an app are asked for now"),
    Change.CODES_REMOVED: _l("Codes from an app are not asked for any more"),
    Change.SPARE_CODES: _l("New spare codes were made"),
    Change.SPARE_CODE_USED: _l("One of your spare codes was used"),
    Change.PASSKEY: _l("A passkey was added"),
    Change.PASSKEY_REMOVED: _l("A passkey was removed"),
}


def note(account: Account, change: Change, *, former: OtherAddress | None = None) -> None:
    """Write down the change and owe a letter that tells of it, to the account or to its former address."""
    former_id = former.id if former else None
    written = SecurityNote(account_id=account.id, change=change, former_id=former_id, created_at=clock.now())
    db.session.add(written)
    db.session.flush()
    letter = Owed(
        recipient_id=account.id,
        about_id=written.id,
        occasion=written.id.hex,
        due_at=written.created_at,
        expires_at=former.expires_at if former else written.created_at + timedelta(days=3),
    )
    owe("security-notice", [letter])
