"""Accounts, their sessions, and everything by which they are signed in to."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.db import Base
from supportgroup.mail.kinds import EVERYWHERE, How
from supportgroup.mail.quiet import NIGHT
from supportgroup.secrets import EncryptedText, Sealing


class Account(Sealing, UserMixin, Base):
    """A person who can sign in."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_sealed: Mapped[bytes]
    email_index: Mapped[bytes] = mapped_column(unique=True)  # blind: finds an address, tells none
    name: Mapped[str]  # the chosen name; each membership takes it over and may change it
    zone: Mapped[str] = mapped_column(default="UTC")
    language: Mapped[str] = mapped_column(default="en")
    is_operator: Mapped[bool] = mapped_column(default=False)
    full_letters: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[time | None] = mapped_column(default=NIGHT[0])
    quiet_until: Mapped[time | None] = mapped_column(default=NIGHT[1])
    letters_at: Mapped[time] = mapped_column(default=time(18))  # the hour of the letter of a day or week
    letters_on: Mapped[int] = mapped_column(default=6)  # the day of the weekly one; 0 is Monday
    paused_until: Mapped[datetime | None]  # no letters until then but signing in and safety
    address_refused_at: Mapped[datetime | None]  # the relay said there is no such address
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    seen_on: Mapped[date | None]  # the last day of use; for nobody else's eyes
    powers_at: Mapped[datetime | None]  # since when they look after a group or run the service, which asks for more

    email = EncryptedText(index="email_index")

    reminder_times: Mapped[list["ReminderTime"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="ReminderTime.minutes.desc()"
    )


class ReminderTime(Base):
    """How long before a meeting its member wants to hear of it: in all groups, or in one that has times of its own."""

    __tablename__ = "reminder_times"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(primary_key=True, default=EVERYWHERE)


class MailWish(Base):
    """How an account wants letters of one sort, where that is not at once: everywhere, or in one group."""

    __tablename__ = "mail_wishes"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    preference: Mapped[str] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(primary_key=True, default=EVERYWHERE)
    how: Mapped[How]


class LinkPurpose(StrEnum):
    CONFIRM = "confirm"
    SIGN_IN = "sign_in"


class SignInLink(Base):
    """A link that signs in once. Its secret is sealed from its id, so the row holds nothing worth stealing.

    Without an account it answers a request for an address that nobody has: the same work, and no letter.
    """

    __tablename__ = "sign_in_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose]
    browser: Mapped[str | None]  # hash of the asking browser's cookie; another one is asked to confirm
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship(lazy="joined")


class Session(Base):
    """One browser that is signed in. The cookie holds a random reference, the row its hash."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("reference_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    reference_hash: Mapped[bytes]
    device: Mapped[str]  # a family such as "Firefox on Android"; no version, no place
    shared: Mapped[bool] = mapped_column(default=False)
    proved_at: Mapped[datetime]  # when who sits there last showed who they are
    proved_strongly: Mapped[bool] = mapped_column(default=False)  # by a passkey or a code, on top of anything else
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written once a day at most, and on shared devices once an hour
    expires_at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship(lazy="joined")


class OtherAddress(Sealing, Base):
    """An address besides the account's: a new one that waits to be confirmed, or the former one for a while."""

    __tablename__ = "other_addresses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    email_sealed: Mapped[bytes]
    email_index: Mapped[bytes] = mapped_column(index=True)
    is_former: Mapped[bool]
    tells_former: Mapped[bool] = mapped_column(default=True)  # whether the former one hears of the change
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    email = EncryptedText(index="email_index")


class Password(Sealing, Base):
    """An account's password: its argon2 hash, sealed as well, so that a stolen database is no use for guessing."""

    __tablename__ = "passwords"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    hash_sealed: Mapped[bytes]
    is_short: Mapped[bool]  # too short to stand alone: it is good together with codes only
    set_at: Mapped[datetime]

    hash = EncryptedText()


class Authenticator(Sealing, Base):
    """The seed that an account shares with an app which shows codes (RFC 6238)."""

    __tablename__ = "authenticators"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    seed_sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)  # of the last code that was used: each is good once
    created_at: Mapped[datetime]

    seed = EncryptedText()


class SpareCode(Base):
    """A code on paper for the day on which app or passkey are lost. Kept as its hash, and gone once used."""

    __tablename__ = "spare_codes"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)


class Passkey(Base):
    """A key pair on somebody's device (WebAuthn); here is its public half."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str]  # a family, as of sessions
    created_at: Mapped[datetime]


class Challenge(Base):
    """What a passkey signs, once: random bytes that the browser got from us a moment ago."""

    __tablename__ = "challenges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    content: Mapped[bytes]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Change(StrEnum):
    """What somebody changed about how an account is signed in to."""

    ADDRESS = "address"
    ADDRESS_BACK = "address_back"
    PASSWORD = "password"  # noqa: S105  a word
    PASSWORD_REMOVED = "password_removed"  # noqa: S105
    PASSWORD_RESTS = "password_rests"  # noqa: S105
    CODES = "codes"
    CODES_REMOVED = "codes_removed"
    SPARE_CODES = "spare_codes"
    SPARE_CODE_USED = "spare_code_used"
    PASSKEY = "passkey"
    PASSKEY_REMOVED = "passkey_removed"


class SecurityNote(Base):
    """One such change, for its owner to see, and told to them by a letter; by one to a former address where it says."""

    __tablename__ = "security_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    change: Mapped[Change]
    former_id: Mapped[UUID | None] = mapped_column(ForeignKey("other_addresses.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(index=True)
