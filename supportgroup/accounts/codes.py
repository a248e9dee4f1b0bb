"""Codes from an app (RFC 6238), and spare codes on paper for the day the app is lost."""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import delete

from supportgroup import clock
from supportgroup.accounts import queries
from supportgroup.accounts.models import Account, Authenticator, Change, SpareCode
from supportgroup.accounts.notes import note
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.limits import Allowance

TRIES = Allowance("codes", 5, timedelta(minutes=15))  # by account; taken before a code is looked at
WRONG = _l("That code did not match. Codes change every half minute, and each is good once.")
STEP = 30  # seconds that a code is shown
SPARE, LETTERS = 10, "abcdefghijkmnpqrstuvwxyz23456789"  # without those that look alike
PARTS, PART = 4, 4  # a spare code: four times four letters, 80 bits


def new_seed() -> str:
    """A seed to share with an app: 160 random bits in base32."""
    return pyotp.random_base32(32)


def address_for_app(seed: str, *, name: str, service: str) -> str:
    """What an app reads from the picture: seed, and what the app shows beside the code."""
    label = quote(f"{service}:{name}", safe=":")
    return f"otpauth://totp/{label}?{urlencode({'secret': seed, 'issuer': service}, quote_via=quote)}"


def step_of(seed: str, code: str, now: datetime) -> int | None:
    """Which half minute the code is of: this one, the one before or the next. None for any other code."""
    totp, this = pyotp.TOTP(seed), int(now.timestamp()) // STEP
    found = None
    for step in (this - 1, this, this + 1):
        if strings_equal(totp.at(step * STEP), code):
            found = step
    return found


def set_up(account: Account, *, seed: str, code: str) -> None:
    """Ask for codes from now on. Raises Refused where the app does not show what the seed gives."""
    step = step_of(seed, bare(code), clock.now())
    if step is None:
        raise Refused(WRONG)
    if queries.authenticator(account.id, lock=True) is not None:
        raise Refused(_("Codes are set up already."))
    db.session.add(Authenticator(account_id=account.id, seed=seed, last_step=step, created_at=clock.now()))
    note(account, Change.CODES)


def take_try(account_id: UUID | None) -> None:
    """Use one of the account's five tries in fifteen minutes, in a transaction of its own. Raises Refused."""
    if not TRIES.take(str(account_id)):
        raise Refused(_("That was a number of codes. In a few minutes you can try another one."))


def use(account: Account, code: str) -> None:
    """Use a code of the app or a spare one, once. Raises Refused for any other."""
    if len(bare(code)) == PARTS * PART:
        use_spare(account, code)
        return
    mine = queries.authenticator(account.id, lock=True)
    step = step_of(mine.seed, bare(code), clock.now()) if mine else None
    if mine is None or step is None or step <= mine.last_step:
        raise Refused(WRONG)
    mine.last_step = step


def use_spare(account: Account, code: str) -> None:
    spent = delete(SpareCode).where(SpareCode.account_id == account.id, SpareCode.code_hash == hash_of(code))
    if db.session.scalar(spent.returning(SpareCode.account_id)) is None:
        raise Refused(WRONG)
    note(account, Change.SPARE_CODE_USED)


def bare(code: str) -> str:
    """The code without what people put between its letters."""
    return "".join(letter for letter in code.lower() if letter.isalnum())


def hash_of(code: str) -> bytes:
    """What is stored of a spare code. A plain hash will do: it has 80 random bits."""
    return hashlib.sha256(bare(code).encode()).digest()


def make_spare(account: Account, *, tell: bool = True) -> list[str]:
    """Ten new spare codes, shown now and never again; those before are worth nothing."""
    db.session.execute(delete(SpareCode).where(SpareCode.account_id == account.id))
    parts = ["".join(secrets.choice(LETTERS) for _ in range(PART)) for _ in range(SPARE * PARTS)]
    made = ["-".join(parts[at : at + PARTS]) for at in range(0, len(parts), PARTS)]
    db.session.add_all(SpareCode(account_id=account.id, code_hash=hash_of(code)) for code in made)
    if tell:
        note(account, Change.SPARE_CODES)
    return made


def remove_all(account: Account) -> None:
    """Ask for none any more, for somebody who has lost app and paper; a short password cannot stay without them."""
    known = queries.password(account.id)
    if known is not None and known.is_short:
        db.session.delete(known)
    db.session.execute(delete(SpareCode).where(SpareCode.account_id == account.id))
    gone = delete(Authenticator).where(Authenticator.account_id == account.id).returning(Authenticator.id)
    if db.session.scalar(gone) is not None:
        note(account, Change.CODES_REMOVED)


def remove(account: Account) -> None:
    """Ask for no codes any more. Raises Refused where the password is too short to stand without them."""
    ways = queries.ways(account.id)
    if not ways.codes:
        return
    if ways.password is not None and ways.password.is_short:
        raise Refused(_("Your password is short, and good only together with codes. Choose a longer one first."))
    db.session.execute(delete(Authenticator).where(Authenticator.account_id == account.id))
    if not ways.passkeys:
        db.session.execute(delete(SpareCode).where(SpareCode.account_id == account.id))
    note(account, Change.CODES_REMOVED)
