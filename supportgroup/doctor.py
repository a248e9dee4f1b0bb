"""`supportgroup doctor`: every server the service depends on, asked."""

import shutil
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import redis
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from supportgroup import clock, schema
from supportgroup.config import Settings
from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.mail import queries as mail_queries
from supportgroup.mail.compose import compose
from supportgroup.mail.kinds import KINDS, Recipient, Says
from supportgroup.mail.reputation import records
from supportgroup.mail.transport import Outcome, Relay
from supportgroup.safety import crisis

LOOKED_AT = timedelta(days=90)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `soon`: nothing fails because of it today, but somebody should look at it."""

    what: str
    well: bool
    words: str
    soon: bool = False


def findings(app: Flask, mail_to: str | None) -> Iterator[Finding]:
    """Look at everything, one after the other; sends a test letter when told where to."""
    settings: Settings = app.config["SETTINGS"]
    yield Finding("settings", True, f"{settings.environment}, {settings.base_url}")
    yield database()
    yield broker(settings)
    yield letters()
    yield relay(settings)
    yield from reputation(app, settings)
    yield discretion(settings)
    yield room_on_disk(settings)
    yield operators()
    yield crisis_help(settings)
    if mail_to:
        yield letter(app, mail_to)


def database() -> Finding:
    """Whether it answers, stands at the newest revision, and has the same time as we."""
    try:
        revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        return Finding("database", False, f"does not answer as it should ({type(error).__name__})")
    if revision != schema.newest():
        return Finding(
            "database", False, f"stands at revision {revision}, the newest is {schema.newest()}: run db upgrade"
        )
    return Finding("database", True, f"{db.engine.dialect.name}, revision {revision}")


def operators() -> Finding:
    """Whether anybody is there for what goes past the facilitators of a group."""
    try:
        there = bool(groups.operators())
    except SQLAlchemyError:
        return Finding("operators", False, "not known while the database does not answer")
    if there:
        return Finding("operators", True, "somebody looks at reports about facilitators")
    words = "no account is an operator's, so reports about facilitators reach nobody: accounts create EMAIL --operator"
    return Finding("operators", True, words, soon=True)


def crisis_help(settings: Settings) -> Finding:
    """Which facts of crisis help nobody has looked at for 90 days. They stay on the page, with their day."""
    old = crisis.stale(settings.crisis_file, clock.now().date() - LOOKED_AT)
    if not old:
        return Finding("crisis help", True, "every fact was looked at within 90 days")
    said = "; ".join(f"{one.what} ({', '.join(one.countries)}), {one.checked}" for one in old)
    return Finding("crisis help", True, f"to look at again, and to put right in CRISIS_FILE: {said}", soon=True)


def broker(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding(
            "broker", settings.development, "REDIS_URL is not set; `supportgroup up` brings a broker of its own"
        )
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return Finding("broker", False, f"does not answer ({type(error).__name__})")
    return Finding("broker", True, "answers")


def letters() -> Finding:
    """How the mail stands: what an operator has to look at."""
    now = clock.now()
    wrong = list(mail_queries.alarms(now))
    found = mail_queries.queue(now)
    well = (
        f"looked after {mail_queries.looked_after_seconds_ago(now) or 0:.0f} seconds ago, {found.owed} owed, none stuck"
    )
    return Finding("letters", not wrong, " ".join(wrong) or well)


def relay(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding(
            "mail", settings.development, "SMTP_URL is not set; `supportgroup up` brings a mailbox of its own"
        )
    made = Relay(settings.smtp_url)
    try:
        made.connect().quit()
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", False, f"the relay does not answer as it should ({type(error).__name__})")
    if not (made.tls or made.starttls) and made.host not in ("127.0.0.1", "localhost", "::1"):
        return Finding(
            "mail", False, "the relay answers, but letters go there in the clear: use starttls=1 or smtps://"
        )
    return Finding("mail", True, f"the relay answers{' over TLS' if made.tls or made.starttls else ''}")


def reputation(app: Flask, settings: Settings) -> Iterator[Finding]:
    """What the DNS says of who our letters come from."""
    domain, (made, sender) = settings.mail_from.domain, app.extensions["mail"]
    if settings.smtp_url is None or domain == "localhost":
        return
    for record in records(domain, made.host, sender.signer):
        yield Finding(record.what, record.well, record.words)


def discretion(settings: Settings) -> Finding:
    """A sender or host that names a support group gives its members away (settled point 9)."""
    telling = [word for word in ("support", "group", "therap", "help", "crisis") if word in sender_words(settings)]
    if telling:
        return Finding(
            "discretion", settings.development, f"sender or host name says {', '.join(telling)}: choose neutral ones"
        )
    return Finding("discretion", True, "sender and host name say nothing about what this is")


def sender_words(settings: Settings) -> str:
    return f"{settings.mail_from} {settings.mail_domain} {settings.base_url}".lower()


def room_on_disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.var).free // 2**20
    return Finding("disk", free > 200, f"{free} MiB free")


def letter(app: Flask, address: str) -> Finding:
    """A real letter through the real relay, composed as all are."""
    relay, sender = app.extensions["mail"]
    recipient = Recipient(id=uuid4(), email=address, name="", zone=clock.zone("UTC"), language="en")
    message = compose(
        KINDS["sign-in"],
        recipient,
        Says(link="/"),
        sender,
        message_id=f"<{uuid4().hex}@{sender.domain}>",
        date=clock.now(),
    )
    result = relay.send(sender.address.addr_spec, address, message)
    return Finding("test letter", result.outcome is Outcome.ACCEPTED, f"{result.outcome} {result.code or ''}".strip())
