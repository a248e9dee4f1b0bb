"""Passkeys (WebAuthn): key pairs on people's devices, checked by py_webauthn."""

import json
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from sqlalchemy import delete
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from supportgroup import clock
from supportgroup.accounts import queries
from supportgroup.accounts.models import Account, Challenge, Change, Passkey, SpareCode
from supportgroup.accounts.notes import note
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.limits import Allowance

CHALLENGES = Allowance("challenges", 60, timedelta(hours=1))  # by network
LASTS = timedelta(minutes=5)
MOST = 10  # passkeys of one account
# What the libraries beneath raise for answers of any other shape.
BROKEN = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
UNKNOWN = _l("That passkey is not known here. Have a link sent instead.")
UNREADABLE = _l("That did not arrive whole. Try once more.")


@dataclass(frozen=True)
class Site:
    """The service, as browsers know it: passkeys made for it work nowhere else."""

    origin: str  # scheme, host and port
    name: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Browsers make none for a bare number such as 127.0.0.1."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False


def options_to_make(site: Site, account: Account) -> tuple[UUID, dict[str, Any]]:
    """What a browser needs to make a passkey, as JSON, and the challenge's id. Raises Refused for one too many."""
    known = queries.ways(account.id).passkeys
    if len(known) >= MOST:
        raise Refused(_("You have %(number)s passkeys. Remove one that you do not use any more.", number=MOST))
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.id.bytes,
        user_name=account.name,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    return keep(options.challenge, account.id), json_of(options)


def options_to_use(site: Site, account_id: UUID | None = None) -> tuple[UUID, dict[str, Any]]:
    """What a browser needs to use a passkey: one of this account's, or any it has for us."""
    mine = queries.ways(account_id).passkeys if account_id else []
    options = generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in mine],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return keep(options.challenge, account_id), json_of(options)


def keep(content: bytes, account_id: UUID | None) -> UUID:
    """Remember what is to be signed: once, within five minutes, by this account or by whoever has a passkey."""
    made = Challenge(content=content, account_id=account_id, expires_at=clock.now() + LASTS)
    db.session.add(made)
    db.session.flush()
    return made.id


def json_of(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found


def spend(challenge_id: str | None, account_id: UUID | None) -> bytes:
    """What was to be signed; it is gone then. Raises Refused for what was never asked, is used or is too old."""
    try:
        wanted = UUID(challenge_id)
    except (ValueError, TypeError, AttributeError):
        raise Refused(UNREADABLE) from None
    mine = Challenge.account_id.is_(None) if account_id is None else Challenge.account_id == account_id
    spent = delete(Challenge).where(Challenge.id == wanted, mine, Challenge.expires_at > clock.now())
    content = db.session.scalar(spent.returning(Challenge.content))
    if content is None:
        raise Refused(_("That took a while. Try once more."))
    return bytes(content)


def add(site: Site, account: Account, *, content: bytes, answer: str, device: str) -> None:
    """Keep the public half of a new passkey. Raises Refused for an answer that is none."""
    try:
        found = verify_registration_response(
            credential=answer, expected_challenge=content, expected_rp_id=site.host, expected_origin=site.origin
        )
    except BROKEN:
        raise Refused(UNREADABLE) from None
    if queries.passkey_of(found.credential_id) is not None:
        raise Refused(_("This passkey is here already."))
    passkey = Passkey(
        account_id=account.id,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        device=device,
        created_at=clock.now(),
    )
    db.session.add(passkey)
    note(account, Change.PASSKEY)


def use(site: Site, *, content: bytes, answer: str, account_id: UUID | None = None) -> tuple[Account, bool]:
    """Whose passkey signed this, and whether their device made sure that it is them. Raises Refused for any other."""
    try:
        credential_id = base64url_to_bytes(json.loads(answer)["id"])
        known = queries.passkey_of(credential_id)
        if known is None or (account_id is not None and known.account_id != account_id):
            raise Refused(UNKNOWN)
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=content,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except BROKEN:
        raise Refused(UNREADABLE) from None
    known.sign_count = found.new_sign_count
    return db.session.get_one(Account, known.account_id), found.user_verified


def remove_all(account: Account) -> None:
    """Forget every passkey, for somebody who has lost them."""
    gone = delete(Passkey).where(Passkey.account_id == account.id).returning(Passkey.id)
    if db.session.scalars(gone).all():
        note(account, Change.PASSKEY_REMOVED)


def remove(account: Account, passkey_id: UUID) -> None:
    """Forget a passkey; removing it twice changes nothing."""
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account.id)
    if db.session.scalar(gone.returning(Passkey.id)) is None:
        return
    if not queries.ways(account.id).has_second:
        db.session.execute(delete(SpareCode).where(SpareCode.account_id == account.id))
    note(account, Change.PASSKEY_REMOVED)
