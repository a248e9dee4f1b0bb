"""Finding accounts, links and sessions."""

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account, ReminderTime, Session, SignInLink, StoppedPreference
from supportgroup.db import db
from supportgroup.mail.kinds import Recipient
from supportgroup.secrets import blind_indexes

IDLE, IDLE_SHARED = timedelta(days=7), timedelta(hours=12)


def account_of(email: str) -> Account | None:
    """The account of a normalised address."""
    return db.session.scalars(select(Account).where(Account.email_index.in_(blind_indexes(email)))).first()


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


def reminder_minutes(account_ids: set[UUID]) -> dict[UUID, list[int]]:
    """How many minutes before a meeting each account wants to be reminded, longest first."""
    found: dict[UUID, list[int]] = defaultdict(list)
    chosen = select(ReminderTime).where(ReminderTime.account_id.in_(account_ids)).order_by(ReminderTime.minutes.desc())
    for time in db.session.scalars(chosen):
        found[time.account_id].append(time.minutes)
    return found


def stopped(account_ids: set[UUID]) -> dict[UUID, frozenset[str]]:
    """The preferences each account has switched off."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in db.session.scalars(select(StoppedPreference).where(StoppedPreference.account_id.in_(account_ids))):
        found[row.account_id].add(row.preference)
    return {account_id: frozenset(names) for account_id, names in found.items()}


def recipients(account_ids: set[UUID]) -> dict[UUID, Recipient]:
    """Who can be written to, by account. Unconfirmed accounts can: confirming is what they are written to about."""
    off = stopped(account_ids)
    reachable = select(Account).where(Account.id.in_(account_ids), Account.address_refused_at.is_(None))
    return {
        account.id: recipient(account, off.get(account.id, frozenset())) for account in db.session.scalars(reachable)
    }


def recipient(account: Account, off: frozenset[str] = frozenset()) -> Recipient:
    """The account as the mail room knows it."""
    quiet = (account.quiet_from, account.quiet_until) if account.quiet_from and account.quiet_until else None
    return Recipient(
        id=account.id,
        email=account.email,
        name=account.name,
        zone=clock.zone(account.zone),
        language=account.language,
        full=account.full_letters,
        quiet=quiet,
        stopped=off,
    )
