"""Finding accounts, links and sessions."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ScalarResult, case, func, select

from supportgroup import clock
from supportgroup.accounts.models import (
    Account,
    Authenticator,
    MailWish,
    OtherAddress,
    Passkey,
    Password,
    SecurityNote,
    Session,
    SignInLink,
    SpareCode,
)
from supportgroup.db import db
from supportgroup.mail.kinds import How, Recipient
from supportgroup.mail.quiet import Quiet
from supportgroup.secrets import blind_indexes

IDLE, IDLE_SHARED = timedelta(days=7), timedelta(hours=12)


def account_of(email: str) -> Account | None:
    """The account of a normalised address."""
    return accounts_of(email).first()


def accounts_of(email: str) -> ScalarResult[Account]:
    """The same, as a result; read again, whatever was loaded before."""
    found = select(Account).where(Account.email_index.in_(blind_indexes(email)))
    return db.session.scalars(found, execution_options={"populate_existing": True})


def confirmed_accounts(emails: Collection[str]) -> dict[str, Account]:
    """Whose addresses these are, as far as somebody has shown that they are theirs. One query."""
    indexes = [index for email in emails for index in blind_indexes(email)]
    found = select(Account).where(Account.email_index.in_(indexes), Account.confirmed_at.is_not(None))
    return {account.email: account for account in db.session.scalars(found)}


def sign_in_link(link_id: UUID, *, lock: bool = False) -> SignInLink | None:
    """A link that is still good: not used, not expired, of an account."""
    link = db.session.get(
        SignInLink, link_id, populate_existing=True, with_for_update={"of": SignInLink} if lock else None
    )
    good = link and link.account_id and link.used_at is None and link.expires_at > clock.now()
    return link if good else None


def hash_of(reference: str) -> bytes:
    """What is stored of a session's cookie. A plain hash will do: the reference has 256 random bits."""
    return hashlib.sha256(reference.encode("utf-8", "replace")).digest()


def session_of(reference: str) -> Session | None:
    """The live session of a cookie's reference, with its account."""
    now = clock.now()
    found = db.session.scalars(
        select(Session).where(Session.reference_hash == hash_of(reference), Session.expires_at > now)
    ).first()
    if found is None or found.seen_at < idle_since(found, now):
        return None
    return found


def idle_since(session: Session, now: datetime) -> datetime:
    """A session not seen since then is over. A day is added, for that is how finely it is noted."""
    return now - (IDLE_SHARED if session.shared else IDLE + timedelta(days=1))


def sessions(account: Account) -> list[Session]:
    """The account's live sessions, newest first."""
    now = clock.now()
    mine = select(Session).where(Session.account_id == account.id, Session.expires_at > now)
    return [
        one
        for one in db.session.scalars(mine.order_by(Session.created_at.desc()))
        if one.seen_at >= idle_since(one, now)
    ]


@dataclass(frozen=True)
class Ways:
    """How an account is signed in to, besides the emailed link."""

    password: Password | None
    codes: bool
    passkeys: Sequence[Passkey]
    spare_codes: int

    @property
    def has_second(self) -> bool:
        """Whether there is a second step: something only its owner holds."""
        return self.codes or bool(self.passkeys)


def ways(account_id: UUID) -> Ways:
    mine = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at)
    spare = select(func.count()).select_from(SpareCode).where(SpareCode.account_id == account_id)
    return Ways(
        password=password(account_id),
        codes=authenticator(account_id) is not None,
        passkeys=db.session.scalars(mine).all(),
        spare_codes=db.session.scalar(spare) or 0,
    )


def password(account_id: UUID) -> Password | None:
    return db.session.scalars(select(Password).where(Password.account_id == account_id)).first()


def authenticator(account_id: UUID, *, lock: bool = False) -> Authenticator | None:
    mine = select(Authenticator).where(Authenticator.account_id == account_id)
    if not lock:
        return db.session.scalars(mine).first()
    return db.session.scalars(mine.with_for_update(), execution_options={"populate_existing": True}).first()


@dataclass(frozen=True)
class Claim:
    """Whom an address typed beside a password stands for. All None for an address that nobody has."""

    account: Account | None
    password: Password | None
    codes: bool


def claim(email: str) -> Claim:
    """The account of an address, by one query that is the same for known and unknown ones.

    An address that was given up less than 72 hours ago still stands for its account: if somebody else changed it, the
    owner comes in by their password and changes it back.
    """
    indexes = blind_indexes(email)
    current = Account.email_index.in_(indexes)
    former = select(OtherAddress.account_id).where(
        OtherAddress.email_index.in_(indexes), OtherAddress.is_former.is_(True), OtherAddress.expires_at > clock.now()
    )
    either = select(Account.id).where(current).union_all(former)
    found = db.session.execute(
        select(Account, Password, Authenticator.id)
        .outerjoin(Password, Password.account_id == Account.id)
        .outerjoin(Authenticator, Authenticator.account_id == Account.id)
        .where(Account.id.in_(either))
        .order_by(case((current, 0), else_=1), Account.id)
        .limit(1)
    ).first()
    return Claim(found[0], found[1], found[2] is not None) if found else Claim(None, None, codes=False)


def passkey_of(credential_id: bytes) -> Passkey | None:
    """The passkey of this id, locked: its count of uses goes up."""
    found = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    return db.session.scalars(found, execution_options={"populate_existing": True}).first()


def other_address(address_id: UUID, *, is_former: bool, lock: bool = False) -> OtherAddress | None:
    """An address that waits to be confirmed, or a former one that can be gone back to; while its time lasts."""
    found = db.session.get(OtherAddress, address_id, populate_existing=True, with_for_update=lock or None)
    return found if found and found.is_former is is_former and found.expires_at > clock.now() else None


def other_addresses(account_id: UUID, *, is_former: bool) -> Sequence[OtherAddress]:
    """The account's addresses of that sort, newest first."""
    mine = select(OtherAddress).where(
        OtherAddress.account_id == account_id,
        OtherAddress.is_former.is_(is_former),
        OtherAddress.expires_at > clock.now(),
    )
    return db.session.scalars(mine.order_by(OtherAddress.created_at.desc())).all()


def security_notes(account_id: UUID, limit: int = 20) -> Sequence[SecurityNote]:
    """What was changed lately about how the account is signed in to, newest first."""
    mine = select(SecurityNote).where(SecurityNote.account_id == account_id)
    return db.session.scalars(mine.order_by(SecurityNote.created_at.desc()).limit(limit)).all()


def recipients(account_ids: set[UUID]) -> dict[UUID, Recipient]:
    """Who can be written to, by account, in one query.

    Unconfirmed accounts can: it is what they are written to about.
    """
    found = select(Account, MailWish).outerjoin(MailWish, MailWish.account_id == Account.id)
    found = found.where(Account.id.in_(account_ids))
    accounts: dict[UUID, Account] = {}
    wishes: dict[UUID, dict[tuple[str, UUID], How]] = defaultdict(dict)
    for account, wish in db.session.execute(found):
        accounts[account.id] = account
        if wish is not None:
            wishes[account.id][wish.preference, wish.scope_id] = wish.how
    return {account.id: recipient(account, wishes[account.id]) for account in accounts.values()}


def quiet_of(begins: time | None, ends: time | None) -> Quiet:
    """From when until when only what cannot wait comes, on the account's own clock; None where there are none."""
    return (begins, ends) if begins and ends else None


def recipient(account: Account, wishes: Mapping[tuple[str, UUID], How] | None = None) -> Recipient:
    """The account as the mail room knows it."""
    return Recipient(
        id=account.id,
        email=account.email,
        name=account.name,
        zone=clock.zone(account.zone),
        language=account.language,
        full=account.full_letters,
        quiet=quiet_of(account.quiet_from, account.quiet_until),
        wishes=wishes or {},
        paused_until=account.paused_until,
        refused=account.address_refused_at is not None,
    )
