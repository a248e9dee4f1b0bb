"""Signing up, signing in, and what an account decides for itself."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from supportgroup import clock, limits
from supportgroup.accounts import letters, queries
from supportgroup.accounts.models import (
    Account,
    Challenge,
    LinkPurpose,
    OtherAddress,
    ReminderTime,
    SecurityNote,
    Session,
    SignInLink,
)
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.events import tell
from supportgroup.languages import gettext as _

LIFE = {LinkPurpose.CONFIRM: timedelta(hours=72), LinkPurpose.SIGN_IN: timedelta(minutes=15)}
UNCONFIRMED_FOR, NOTED_FOR = timedelta(days=7), timedelta(days=400)
SESSION, SESSION_SHARED = timedelta(days=30), timedelta(hours=12)
FIRST_REMINDERS = (24 * 60, 60)  # minutes before a meeting


@dataclass(frozen=True)
class LinkUsed:
    """An event: an account signed in by this link, for the first time if it was confirmed by it."""

    account: Account
    link_id: UUID
    confirmed: bool


def create_account(*, email: str, **columns: Any) -> Account:
    """A new account. Raises Refused where the address has one."""
    if queries.account_of(email):
        raise Refused(_("There is an account with this address."))
    return add_account(email=email, **columns)


def add_account(
    *,
    email: str,
    name: str,
    zone: str = "UTC",
    language: str = "en",
    confirmed_at: datetime | None = None,
    id: UUID | None = None,
) -> Account:
    """The same, where nobody has the address. Raises IntegrityError where somebody was quicker."""
    account = Account(
        id=id,
        email=email,
        name=name,
        zone=zone,
        language=language,
        created_at=clock.now(),
        confirmed_at=confirmed_at,
        reminder_times=[ReminderTime(minutes=minutes) for minutes in FIRST_REMINDERS],
    )
    db.session.add(account)
    db.session.flush()
    return account


def request_link(*, email: str, browser: str | None) -> SignInLink:
    """Owe a letter that signs in. For an address that nobody has, the same work is done and no letter goes out."""
    return make_link(queries.account_of(email), browser)


def sign_up(*, email: str, name: str, zone: str, language: str, browser: str | None) -> SignInLink:
    """Owe the letter that confirms a new account; who has an account with this address gets one that signs in."""
    return make_link(known_or_new(email=email, name=name, zone=zone, language=language), browser)


def known_or_new(*, email: str, name: str, zone: str, language: str) -> Account:
    """The account of this address, made if need be. How long it takes does not tell which: for a known address a new
    account is written as well, to an address that is nobody's, and taken back.
    """
    known = queries.account_of(email)
    attempt = db.session.begin_nested()
    try:
        address = email if known is None else f"{uuid4().hex}@nobody.invalid"
        made = add_account(email=address, name=name, zone=zone, language=language)
    except IntegrityError:  # pressed twice, and the other press was quicker
        attempt.rollback()
        return queries.accounts_of(email).one()
    if known is None:
        attempt.commit()
        return made
    attempt.rollback()
    if known.confirmed_at is None:  # nobody has shown that the address is theirs: the last to write it may be its owner
        known.name, known.zone, known.language = name, zone, language
    return known


def make_link(account: Account | None, browser: str | None = None) -> SignInLink:
    """A link for this account, and the letter that carries it."""
    purpose = LinkPurpose.CONFIRM if account and account.confirmed_at is None else LinkPurpose.SIGN_IN
    if account is not None and account.address_refused_at is not None:
        account.address_refused_at = None  # they ask for a letter there, so it is tried once more
    link = new_link(account, purpose, browser)
    letters.owe_link(link)
    return link


def new_link(account: Account | None, purpose: LinkPurpose, browser: str | None = None) -> SignInLink:
    now = clock.now()
    link = SignInLink(
        account_id=account.id if account else None,
        purpose=purpose,
        browser=browser,
        created_at=now,
        expires_at=now + LIFE[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return link


def use_link(link_id: UUID) -> Account:
    """Use a link, once. Raises Refused where it was used or is too old."""
    link = queries.sign_in_link(link_id, lock=True)
    if link is None or link.account is None:
        raise Refused(_("This link was used already, or it is too old. Ask for a new one."))
    link.used_at = clock.now()
    account = link.account
    trust_address(account)  # the link came by letter
    confirmed = account.confirmed_at is None
    if confirmed:
        account.confirmed_at = link.used_at
    tell(LinkUsed(account, link.id, confirmed))
    return account


def start_session(account: Account, *, device: str, shared: bool = False, strongly: bool = False) -> str:
    """Sign a browser in. Returns the reference for its cookie, which is kept nowhere else."""
    reference, now = secrets.token_urlsafe(32), clock.now()
    account.seen_on = now.date()
    db.session.add(
        Session(
            account_id=account.id,
            reference_hash=queries.hash_of(reference),
            device=device,
            shared=shared,
            proved_at=now,
            proved_strongly=strongly,
            created_at=now,
            seen_at=now,
            expires_at=now + (SESSION_SHARED if shared else SESSION),
        )
    )
    return reference


def renew_session(session: Session) -> str:
    """A new reference for the cookie: the one before is worth nothing now."""
    reference = secrets.token_urlsafe(32)
    session.reference_hash = queries.hash_of(reference)
    return reference


def note_powers(account: Account) -> None:
    """This account looks after a group now, or runs the service: the days begin in which to set up a second step."""
    account.powers_at = account.powers_at or clock.now()


def end_session(session_id: UUID, account: Account) -> None:
    """Sign one of the account's browsers out."""
    db.session.execute(delete(Session).where(Session.id == session_id, Session.account_id == account.id))


def end_sessions(account: Account, *, but: UUID | None = None) -> None:
    """Sign all of the account's browsers out, or all but one."""
    ended = delete(Session).where(Session.account_id == account.id)
    db.session.execute(ended if but is None else ended.where(Session.id != but))


def grain(session: Session) -> timedelta:
    """How finely a session's last use is noted."""
    return timedelta(hours=1) if session.shared else timedelta(days=1)


def note_seen(session: Session) -> None:
    """This session is in use."""
    now = clock.now()
    db.session.execute(update(Session).where(Session.id == session.id).values(seen_at=now))
    db.session.execute(update(Account).where(Account.id == session.account_id).values(seen_on=now.date()))


def change_settings(account: Account, *, name: str, zone: str, language: str) -> None:
    account.name, account.zone, account.language = name, zone, language


def note_refused_address(account_id: UUID) -> None:
    """The relay says there is no such address: what is sent there is only what the person asks for, to sign in."""
    account = db.session.get(Account, account_id)
    if account is not None:
        account.address_refused_at = clock.now()


def trust_address(account: Account) -> None:
    """Letters arrive there, or its owner says that they do: it is written to again."""
    account.address_refused_at = None


def remove_unconfirmed() -> None:
    """Accounts that nobody confirmed within seven days go, with what waited for them; and what has had its time."""
    now = clock.now()
    for old in (
        delete(Account).where(Account.confirmed_at.is_(None), Account.created_at < now - UNCONFIRMED_FOR),
        delete(SignInLink).where(SignInLink.expires_at < now - timedelta(days=1)),
        delete(Session).where(Session.expires_at < now),
        delete(Challenge).where(Challenge.expires_at < now),
        delete(OtherAddress).where(OtherAddress.expires_at < now),
        delete(SecurityNote).where(SecurityNote.created_at < now - NOTED_FOR),
    ):
        db.session.execute(old)
    limits.remove_old()
