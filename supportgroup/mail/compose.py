"""From what a letter says to the bytes that go out: three templates, one function that makes headers, one that packs.

A letter's shape is always the same, so it is written down as bytes: the email package would weigh every header and
search every text, and took most of a sender's time. Tests read each letter back with that package.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, formataddr
from functools import cached_property
from typing import Any

from flask import current_app
from jinja2 import Template

from supportgroup import clock
from supportgroup.languages import FORMATS, direction, language, speaking
from supportgroup.mail.kinds import KINDS, Kind, Recipient, Says, Scope
from supportgroup.mail.links import link
from supportgroup.mail.passing_on import stopping_token
from supportgroup.mail.signing import Signer
from supportgroup.secrets import keyed_hash, seal_token

PARTS = ("subject.txt", "body.txt", "body.html")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
NEVER_IN_HEADERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # they could begin a new header
BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")  # what is left where templates say nothing: one empty line will do
LONGEST = 900  # of a header: RFC 5322 allows lines of 998. Links are never folded, no mail program would follow them
BOUNDARY = "=_part"  # can be in no part: quoted-printable writes every "=" as "=3D"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who letters come from and what their links start with."""

    address: Address
    domain: str
    base_url: str
    service_name: str
    signer: Signer | None = None

    @cached_property
    def discreet(self) -> str:
        """The From of letters that name nothing."""
        return formataddr((self.address.display_name, self.address.addr_spec))

    @cached_property
    def full(self) -> str:
        """The From of letters that may name the service."""
        return formataddr((self.service_name, self.address.addr_spec))


@dataclass(frozen=True)
class Written:
    """A letter in words, before it is packed."""

    subject: str
    text: str
    html: str


def stop_url(kind: Kind, recipient: Recipient, sender: Sender) -> str | None:
    """The link that stops letters of this sort: it carries whom it is for and which preference it switches off."""
    if kind.passed_on:
        return f"{sender.base_url}/mail/stop/passed-on/{stopping_token(recipient.email)}"
    if kind.preference is None:
        return None
    return sender.base_url + "/mail/stop/" + seal_token("stop", recipient.id.bytes + kind.preference.encode())


def context(kind: Kind, recipient: Recipient, says: Says, sender: Sender, stop: str | None) -> dict[str, Any]:
    """What every letter's templates can use.

    `name` is what the letter calls the group: the cover word, or in full letters the group's name. A full letter may
    name the service; a discreet one names nothing.
    """
    code = language()
    return {
        **says.more,
        "lang": FORMATS[code],
        "dir": direction(code),
        "name": (says.group if recipient.full else says.cover) or says.cover,
        "full": recipient.full,
        "zone": recipient.zone,
        "recipient_name": recipient.name,
        "service_name": sender.service_name,
        "link": sender.base_url + says.link,
        "stop_url": stop,
        "preferences_url": sender.base_url + link("mail-preferences", recipient.id) if kind.preference else None,
        "help_url": sender.base_url + "/help-now",
    }


def templates(name: str) -> list[Template]:
    return [current_app.jinja_env.get_template(f"mail/{name}/{part}") for part in PARTS]


def write(name: str, values: Mapping[str, Any]) -> Written:
    """Fill the three templates of this kind."""
    subject, text, html = (template.render(values) for template in templates(name))
    return Written(" ".join(subject.split()), BLANKS.sub("\n\n", text).strip() + "\n", html.strip() + "\n")


def compose(kind: Kind, recipient: Recipient, says: Says, sender: Sender, *, message_id: str, date: datetime) -> bytes:
    """The whole message as bytes. Raises ValueError where something would break a header."""
    stop = stop_url(kind, recipient, sender)
    with speaking(recipient.language):
        written = write(kind.name, context(kind, recipient, says, sender, stop))
    named = headers(kind, recipient, sender, written.subject, stop)
    message = pack(named | {"Message-ID": message_id, "Date": format_datetime(date)}, written, says)
    return message if sender.signer is None else sender.signer.signed(message)


@dataclass(frozen=True)
class Example:
    """A letter to look at."""

    sender: str
    written: Written


def example(
    name: str, reader: Recipient, scope: Scope | None, sender: Sender, *, full: bool, sample: int = 0
) -> Example:
    """What a letter of this kind would say to this reader about this group, tomorrow; nobody is written to."""
    kind, reader = KINDS[name], replace(reader, full=full)
    cover, group = (scope.cover, scope.name) if scope else ("Blue", "Evening circle")
    says = Says(link="/l/…", cover=cover, group=group, more=tomorrow(kind.samples[sample]))
    with speaking(reader.language):
        stops = kind.preference or kind.passed_on
        values = context(kind, reader, says, sender, f"{sender.base_url}/mail/stop/…" if stops else None)
        if kind.preference:
            values["preferences_url"] = values["link"]
        return Example(sender.full if full else sender.discreet, write(name, values))


def tomorrow(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The sample with its days moved so that the last of them is tomorrow."""
    days = [value.date() for value in sample.values() if isinstance(value, datetime)]
    move = clock.now().date() + timedelta(days=1) - max(days) if days else timedelta(0)
    return {name: value + move if isinstance(value, datetime) else value for name, value in sample.items()}


def headers(kind: Kind, recipient: Recipient, sender: Sender, subject: str, stop: str | None) -> dict[str, str]:
    """One sender, one recipient, and the way to stop. Control characters are refused: they could start a new header."""
    found = {
        "From": sender.full if recipient.full else sender.discreet,
        "To": addressed(recipient.email),
        "Subject": encoded(subject),
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if stop:
        found["List-Unsubscribe"] = f"<{stop}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        found["List-Id"] = f"<{keyed_hash(f'{recipient.id}:{kind.preference}')}.{sender.domain}>"
    return found


def addressed(email: str) -> str:
    """The one address a letter goes to. Raises ValueError for what no header can hold."""
    if not PLAIN_ADDRESS.fullmatch(email):
        raise ValueError("The address has a character that no header may have.")
    return email


def encoded(text: str) -> str:
    """A header's text, as ASCII (RFC 2047). Raises ValueError for what would begin a new header, or be too long."""
    if NEVER_IN_HEADERS.search(text) or len(text) > LONGEST:
        raise ValueError("There is something in this text that no header may have.")
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def pack(named: Mapping[str, str], written: Written, says: Says) -> bytes:
    """Headers and parts as the bytes of a message: text first, then HTML that says the same, then the calendar."""
    lines = [f"{name}: {value}" for name, value in named.items()]
    lines += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"', ""]
    packed = ["\r\n".join(lines).encode("ascii"), part("text/plain", written.text), part("text/html", written.html)]
    if says.calendar is not None:
        packed.append(part(f"text/calendar; method={says.calendar_method}", says.calendar.decode()))
    return b"".join(packed) + f"\r\n--{BOUNDARY}--\r\n".encode()


def part(sort: str, text: str) -> bytes:
    """One part, its text in quoted-printable and with the line ends of mail."""
    head = f"\r\n--{BOUNDARY}\r\nContent-Type: {sort}; charset=utf-8\r\n"
    head += "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    lined = text.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"
    return head.encode() + binascii.b2a_qp(lined.encode(), istext=True)
