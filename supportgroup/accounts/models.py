"""Accounts, their sessions, and the links in letters that sign in."""

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from flask_login import UserMixin
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.db import Base
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
    quiet_from: Mapped[time | None] = mapped_column(default=time(21))
    quiet_until: Mapped[time | None] = mapped_column(default=time(8))
    letters_at: Mapped[time] = mapped_column(default=time(18))  # the hour of the one daily letter
    address_refused_at: Mapped[datetime | None]  # the relay said there is no such address
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    email = EncryptedText()

    reminder_times: Mapped[list["ReminderTime"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="ReminderTime.minutes.desc()"
    )


class ReminderTime(Base):
    """How long before a meeting its member wants to hear of it."""

    __tablename__ = "reminder_times"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    minutes: Mapped[int] = mapped_column(primary_key=True)


class StoppedPreference(Base):
    """A sort of letter that an account wants no more of."""

    __tablename__ = "stopped_preferences"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    preference: Mapped[str] = mapped_column(primary_key=True)


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
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written once a day at most, and on shared devices once an hour
    expires_at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship(lazy="joined")
