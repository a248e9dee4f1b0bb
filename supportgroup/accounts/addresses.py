"""Changing the address of an account: confirmed at the new one, told to the former one, undone within three days."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from supportgroup import clock
from supportgroup.accounts import queries
from supportgroup.accounts.models import Account, Change, OtherAddress, SignInLink
from supportgroup.accounts.notes import note
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import Owed, owe

LASTS = timedelta(hours=72)  # how long a new address can be confirmed, and a former one gone back to
TAKEN = _l("This address has an account of its own, so it stays with that one.")


def ask(account: Account, email: str, *, tell_former: bool) -> None:
    """Owe the letter that confirms a new address. For one that somebody has, the same is done, and none goes out."""
    forget(account, is_former=False)
    account.address_refused_at, now = None, clock.now()
    waiting = OtherAddress(
        account_id=account.id,
        email=email,
        is_former=False,
        tells_former=tell_former,
        created_at=now,
        expires_at=now + LASTS,
    )
    db.session.add(waiting)
    db.session.flush()
    holder = queries.account_of(email)
    letter = Owed(
        recipient_id=account.id if holder is None or holder.confirmed_at is None else None,
        about_id=waiting.id,
        occasion=waiting.id.hex,
        due_at=now,
        expires_at=waiting.expires_at,
    )
    owe("email-change", [letter])


def confirm(account: Account, address_id: UUID) -> None:
    """Letters go to the new address from now on. Raises Refused where it is too late or has an account by now."""
    waiting = queries.other_address(address_id, is_former=False, lock=True)
    if waiting is None or waiting.account_id != account.id:
        raise Refused(_("This link was used already, or it is too old. Ask for a new one."))
    former = OtherAddress(
        account_id=account.id,
        email=account.email,
        is_former=True,
        created_at=clock.now(),
        expires_at=clock.now() + LASTS,
    )
    move(account, waiting.email)
    db.session.add(former)
    db.session.flush()
    note(account, Change.ADDRESS, former=former if waiting.tells_former else None)  # without one no letter goes out
    forget(account, is_former=False)


def undo(account: Account, address_id: UUID) -> None:
    """Back to a former address. Raises Refused where it is too late, or the address has an account by now."""
    former = queries.other_address(address_id, is_former=True, lock=True)
    if former is None or former.account_id != account.id:
        raise Refused(_("The three days for that are over."))
    move(account, former.email)
    note(account, Change.ADDRESS_BACK)
    forget(account, is_former=True)
    forget(account, is_former=False)


def move(account: Account, email: str) -> None:
    """Give the account this address. An account that nobody has confirmed does not keep it from them."""
    holder = queries.account_of(email)
    if holder is not None and holder.id != account.id:
        if holder.confirmed_at is not None:
            raise Refused(TAKEN)
        db.session.execute(delete(Account).where(Account.id == holder.id))
    account.email, account.address_refused_at = email, None
    unused = delete(SignInLink).where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None))
    db.session.execute(unused)  # links that lie in the other mailbox
    db.session.flush()


def forget(account: Account, *, is_former: bool) -> None:
    sort = delete(OtherAddress).where(OtherAddress.account_id == account.id, OtherAddress.is_former.is_(is_former))
    db.session.execute(sort)
