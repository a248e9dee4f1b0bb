"""What is kept secret: text at rest, the look-up of addresses, and links that nobody can forge or read.

Text is sealed with AES-256-GCM (NIST SP 800-38D) under `DATA_KEYS`; the associated data is table, column and row, so
that a ciphertext copied elsewhere does not open. Links are sealed with AES-SIV (RFC 5297) under `SECRET_KEY`: the same
content gives the same link, so a letter that is sent again carries it again and nothing secret is stored.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Sequence
from typing import Any, overload
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
KEY_ID, NONCE = 4, 12  # bytes


class BadToken(ValueError):
    """Not a link of ours, or not for this purpose."""


class BadSeal(ValueError):
    """A sealed text that no key of ours opens: wrong key, wrong place, or damaged."""


def derive(key: bytes, purpose: str, length: int = 32) -> bytes:
    """A key for one purpose only, made from a master key by HKDF (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"supportgroup:{purpose}".encode()).derive(key)


class Keyring:
    """All keys of this process. Of each list the first is for what is new, all are for what is there."""

    def __init__(self, secret_keys: Sequence[str], data_keys: Sequence[bytes]) -> None:
        text_keys = [derive(key, "text") for key in data_keys]
        self.text_ids = [derive(key, "key-id", KEY_ID) for key in data_keys]
        self.text = {name: AESGCM(key) for name, key in zip(self.text_ids, text_keys, strict=True)}
        self.index = [derive(key, "blind-index") for key in data_keys]
        self.tokens = [AESSIV(derive(key.encode(), "token", 64)) for key in secret_keys]
        self.hashing = derive(secret_keys[0].encode(), "hash")

    def seal(self, text: str, place: str) -> bytes:
        name, nonce = self.text_ids[0], os.urandom(NONCE)
        return VERSION + name + nonce + self.text[name].encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        name, rest = sealed[1 : 1 + KEY_ID], sealed[1 + KEY_ID :]
        if sealed[:1] != VERSION or name not in self.text:
            raise BadSeal(f"No key for {place}.")
        try:
            return self.text[name].decrypt(rest[:NONCE], rest[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise BadSeal(f"{place} does not open.") from None

    def newest_prefix(self) -> bytes:
        """What every text begins with that the first key sealed."""
        return VERSION + self.text_ids[0]


class Holder:
    """Where `create_app` puts the keyring, so that columns can reach it."""

    keyring: Keyring


def install(secret_keys: Sequence[str], data_keys: Sequence[bytes]) -> None:
    Holder.keyring = Keyring(secret_keys, data_keys)


class Sealing:
    """For models with sealed columns: the row's id is there before anything is sealed with it."""

    id: Any

    def __init__(self, **columns: Any) -> None:
        self.id = columns.pop("id", None) or uuid4()
        super().__init__(**columns)


class EncryptedText:
    """A text attribute that the database sees as bytes only.

    `title_sealed: Mapped[bytes | None]` stands beside `title = EncryptedText()`: the bytes are in that column, the text
    is the attribute. An absent text is NULL. Not for queries: nothing sealed can be compared. `index` names a column
    that holds the text's blind index, by which it is found; it is written along with the text. `apart`: the index is of
    this table alone, so that the same text in another one cannot be told from it.
    """

    def __init__(self, *, index: str | None = None, apart: bool = False) -> None:
        self.index, self.apart = index, apart

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name}_sealed"
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> "EncryptedText": ...
    @overload
    def __get__(self, row: object, owner: type) -> str: ...
    def __get__(self, row: Any, owner: type) -> "EncryptedText | str":
        if row is None:
            return self
        sealed = getattr(row, self.column)
        return "" if sealed is None else Holder.keyring.open(sealed, self.place(row))

    def __set__(self, row: Any, text: str | None) -> None:
        setattr(row, self.column, Holder.keyring.seal(text, self.place(row)) if text else None)
        if self.index is not None:
            found_by = f"{row.__tablename__}|{text}" if self.apart else text
            setattr(row, self.index, blind_index(found_by or "") if text else None)

    def place(self, row: Any) -> str:
        return f"{row.__tablename__}|{self.name}|{row.id}"


def blind_index(text: str) -> bytes:
    """What a sealed text is found by: a keyed hash of it, 32 bytes."""
    return hmac.digest(Holder.keyring.index[0], text.encode(), "sha256")


def blind_indexes(text: str) -> list[bytes]:
    """The same under every key that is still in use, for look-ups while keys are being changed."""
    return [hmac.digest(key, text.encode(), "sha256") for key in Holder.keyring.index]


def keyed_hash(text: str) -> str:
    """A short keyed hash, for counting by something that must not be stored, such as an address."""
    return hmac.digest(Holder.keyring.hashing, text.encode(), "sha256")[:16].hex()


def seal_token(purpose: str, content: bytes) -> str:
    """A link's secret part: `content`, readable and forgeable by nobody else, good for this purpose only."""
    sealed = Holder.keyring.tokens[0].encrypt(content, [purpose.encode()])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_token(purpose: str, token: str) -> bytes:
    """What `seal_token` was given. Raises BadToken for anything else, whatever its shape."""
    try:
        sealed = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadToken from None
    for key in Holder.keyring.tokens:
        try:
            return key.decrypt(sealed, [purpose.encode()])
        except (InvalidTag, ValueError):
            continue
    raise BadToken


def token_of(purpose: str, row_id: UUID) -> str:
    """The link to one row."""
    return seal_token(purpose, row_id.bytes)


def row_of(purpose: str, token: str) -> UUID:
    """The id of the row a link is about. Raises BadToken."""
    content = open_token(purpose, token)
    if len(content) != 16:
        raise BadToken
    return UUID(bytes=content)
