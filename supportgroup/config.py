"""Settings: read once from the environment, checked loudly, passed on as one frozen value."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dotenv import dotenv_values

Value = TypeVar("Value")


class BadSetting(ValueError):
    """A setting is missing or wrong. The message is one line that names it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the service was told. Times are seconds, addresses plain text, keys raw bytes."""

    environment: str
    database_url: str
    redis_url: str | None  # None: `supportgroup up` brings a broker of its own
    smtp_url: str | None  # None: the development mailbox
    mail_from: Address
    mail_domain: str
    dkim_key: bytes | None  # RSA, as PEM; None: the relay signs
    dkim_selector: str
    base_url: str  # no slash at the end
    secret_keys: tuple[str, ...]  # the first signs, all verify
    data_keys: tuple[bytes, ...]  # the first encrypts, all decrypt; 32 bytes each
    group_creation: str
    service_name: str
    operator_contact: str | None
    duty_contact: str | None
    min_age: int
    crisis_country: str | None
    crisis_file: Path | None  # the operator's own facts, on top of ours
    port: int
    bind: str
    proxy_hops: int
    web_concurrency: int
    log_level: str
    metrics_token: str | None
    var: Path

    @property
    def development(self) -> bool:
        """On a contributor's or newcomer's machine, where a mailbox and made-up keys will do."""
        return self.environment == "development"

    @property
    def https(self) -> bool:
        """Whether people reach the service by https, which decides how strict cookies are."""
        return self.base_url.startswith("https://")


def from_environment() -> Settings:
    """The settings of this process: `.env` where it exists, the environment on top of it."""
    return load({**{name: value or "" for name, value in dotenv_values(".env").items()}, **os.environ})


def load(environ: Mapping[str, str]) -> Settings:
    """Read and check all settings. Raises BadSetting for the first that is missing or wrong."""
    read = Reader(environ)
    environment = read.choice("SUPPORTGROUP_ENV", ("development", "production"), "development")
    development = environment == "development"
    var = Path(read.text("SUPPORTGROUP_VAR", "var")).absolute()
    port = read.number("PORT", 8000, 1, 65535)
    bind = read.text("BIND", "127.0.0.1")
    base_url = read.checked("BASE_URL", f"http://127.0.0.1:{port}", base_address)
    mail_from = read.checked("MAIL_FROM", "Reminder <no-reply@localhost>", sender)
    if not development:
        refuse_unready(read, base_url)
    return Settings(
        environment=environment,
        database_url=read.checked("DATABASE_URL", f"sqlite:///{var / 'supportgroup.sqlite3'}", database_address),
        redis_url=read.checked_optional("REDIS_URL", starts_with("redis://", "rediss://")),
        smtp_url=read.checked_optional("SMTP_URL", starts_with("smtp://", "smtps://")),
        mail_from=mail_from,
        mail_domain=read.text("MAIL_DOMAIN", mail_from.domain),
        dkim_key=read.checked_optional("DKIM_KEY", signing_key_file),
        dkim_selector=read.text("DKIM_SELECTOR", "mail"),
        base_url=base_url,
        secret_keys=read.checked("SECRET_KEY", lambda: kept(var / "secret_key"), signing_keys),
        data_keys=read.checked("DATA_KEYS", lambda: kept(var / "data_keys"), encryption_keys),
        group_creation=read.choice("GROUP_CREATION", ("anyone", "operators"), "anyone" if development else "operators"),
        service_name=read.text("SERVICE_NAME", "Supportgroup"),
        operator_contact=read.optional("OPERATOR_CONTACT"),
        duty_contact=read.optional("DUTY_CONTACT"),
        min_age=read.number("MIN_AGE", 18, 0, 99),
        crisis_country=read.checked_optional("CRISIS_COUNTRY", country),
        crisis_file=read.checked_optional("CRISIS_FILE", file_there),
        port=port,
        bind=bind,
        proxy_hops=read.number("PROXY_HOPS", 0, 0, 10),
        web_concurrency=read.number("WEB_CONCURRENCY", 2, 1, 64),
        log_level=read.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
        metrics_token=read.optional("METRICS_TOKEN"),
        var=var,
    )


class Reader:
    """Reads one value at a time and says which one was wrong. An empty value counts as absent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def optional(self, name: str) -> str | None:
        value = self.environ.get(name, "").strip()
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in value):
            raise BadSetting(f"{name}: has a character that is not text.")
        return value or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in options:
            raise BadSetting(f"{name}: is {value!r}, and can be {' or '.join(options)}.")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise BadSetting(f"{name}: is {value!r}, and can be a number from {least} to {most}.")
        return int(value)

    def checked(self, name: str, default: str | Callable[[], str], check: Callable[[str], Value]) -> Value:
        """The value, or the default, as `check` understands it; `check` raises ValueError with the reason."""
        value = self.optional(name) or (default if isinstance(default, str) else default())
        try:
            return check(value)
        except ValueError as reason:
            raise BadSetting(f"{name}: {reason}") from None

    def checked_optional(self, name: str, check: Callable[[str], Value]) -> Value | None:
        return None if self.optional(name) is None else self.checked(name, "", check)


def refuse_unready(read: Reader, base_url: str) -> None:
    """In production nothing is made up: what keeps people safe has to be chosen by the operator."""
    for name, why in (
        ("SMTP_URL", "letters have to go somewhere"),
        ("SECRET_KEY", "links and sessions are signed with it"),
        ("DATA_KEYS", "what people write is encrypted with it"),
        ("BASE_URL", "every link in a letter starts with it"),
        ("MAIL_FROM", "letters come from it"),
    ):
        if read.optional(name) is None:
            raise BadSetting(f"{name}: is not set. In production it is needed: {why}.")
    host = urlsplit(base_url).hostname
    if base_url.startswith("http://") and host not in ("127.0.0.1", "localhost", "::1"):
        raise BadSetting("BASE_URL: starts with http://. In production only a loopback address may; use https://.")


def base_address(value: str) -> str:
    """A web address without path, query or user: what links in letters start with."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"is {value!r}, and can be an address such as https://groups.example.org.")
    if parts.username or parts.fragment:
        raise ValueError("holds more than scheme, host and port.")
    return value.rstrip("/")


def database_address(value: str) -> str:
    """A database URL; plain `postgresql://` gets the driver that we ship."""
    if value.startswith("postgres://"):
        value = value.replace("postgres://", "postgresql://", 1)
    if value.startswith("postgresql://"):
        value = value.replace("postgresql://", "postgresql+psycopg://", 1)
    if not value.startswith(("postgresql+psycopg://", "sqlite:///")):
        raise ValueError("starts with neither postgresql:// nor sqlite:///.")
    return value


def starts_with(*schemes: str) -> Callable[[str], str]:
    """A check that accepts addresses of these schemes only."""

    def check(value: str) -> str:
        if not value.startswith(schemes) or not urlsplit(value).netloc + urlsplit(value).path:
            raise ValueError(f"starts with none of {', '.join(schemes)}.")
        return value

    return check


def sender(value: str) -> Address:
    """The neutral sender of letters, such as `Reminder <no-reply@example.org>`."""
    name, address = parseaddr(value)
    try:
        return Address(display_name=name, addr_spec=address)
    except (ValueError, HeaderParseError, IndexError):
        raise ValueError(f"is {value!r}, and can be such as Reminder <no-reply@example.org>.") from None


def signing_key_file(value: str) -> bytes:
    """The RSA key in a PEM file, of 2048 bits or more."""
    try:
        pem = Path(value).read_bytes()
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError):
        raise ValueError(f"is {value!r}, and can be the path of an RSA key in PEM, without a passphrase.") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise ValueError("is a key that other mail servers do not take: it has to be RSA, of 2048 bits or more.")
    return pem


def file_there(value: str) -> Path:
    """The path of a file that can be read."""
    path = Path(value).absolute()
    if not path.is_file():
        raise ValueError(f"is {value!r}, and there is no such file.")
    return path


def country(value: str) -> str:
    """An ISO 3166-1 alpha-2 country code, in capitals."""
    if not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise ValueError(f"is {value!r}, and can be a code of two letters, such as GB.")
    return value.upper()


def signing_keys(value: str) -> tuple[str, ...]:
    """One or more long random texts, separated by commas; the first signs."""
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    if not keys or min(map(len, keys)) < 32:
        raise ValueError("each key needs at least 32 characters.")
    return keys


def encryption_keys(value: str) -> tuple[bytes, ...]:
    """One or more keys of 32 bytes in base64, separated by commas; the first encrypts."""
    try:
        keys = tuple(base64.b64decode(key.strip(), altchars=b"-_", validate=True) for key in value.split(","))
    except ValueError:
        raise ValueError("is not base64.") from None
    if any(len(key) != 32 for key in keys):
        raise ValueError("each key is 32 bytes in base64.")
    return keys


def kept(path: Path) -> str:
    """A random key that is made once and kept in a file only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(fresh)
    except FileExistsError:
        return path.read_text().strip()
    return fresh
