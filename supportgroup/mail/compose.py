"""From what a letter says to the bytes that go out: three templates, and one function that makes headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import charset
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import css_inline
from flask import current_app

from supportgroup.mail.kinds import Kind, Recipient, Says
from supportgroup.mail.links import link
from supportgroup.secrets import keyed_hash, seal_token

# 998 is the longest line that RFC 5322 allows: links in headers are never folded, no mail program would follow them.
POLICY = compat32.clone(linesep="\r\n", max_line_length=998)
QUOTED = charset.Charset("utf-8")
QUOTED.body_encoding = charset.QP
INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who letters come from and what their links start with."""

    address: Address
    domain: str
    base_url: str
    service_name: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A letter in words, before it is packed."""

    subject: str
    text: str
    html: str


def stop_token(recipient: Recipient, kind: Kind) -> str:
    """What a stop link carries: whom it is for, and which preference it switches off."""
    return seal_token("stop", recipient.id.bytes + (kind.preference or "").encode())


def context(kind: Kind, recipient: Recipient, says: Says, sender: Sender) -> dict[str, Any]:
    """What every letter's templates can use.

    `name` is what the letter calls the group: the cover word, or in full letters the group's name. A full letter may
    name the service; a discreet one names nothing.
    """
    stop = sender.base_url + "/mail/stop/" + stop_token(recipient, kind) if kind.preference else None
    return {
        **says.more,
        "name": (says.group if recipient.full else says.cover) or says.cover,
        "full": recipient.full,
        "zone": recipient.zone,
        "recipient_name": recipient.name,
        "service_name": sender.service_name,
        "link": sender.base_url + says.link,
        "stop_url": stop,
        "preferences_url": sender.base_url + link("mail-preferences", recipient.id),
        "help_url": sender.base_url + "/help-now",
    }


def write(name: str, values: Mapping[str, Any]) -> Written:
    """Fill the three templates of this kind."""
    subject, text, html = (
        current_app.jinja_env.get_template(f"mail/{name}/{part}").render(values)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Written(subject=" ".join(subject.split()), text=text.strip() + "\n", html=INLINER.inline(html))


def compose(kind: Kind, recipient: Recipient, says: Says, sender: Sender, *, message_id: str, date: datetime) -> bytes:
    """The whole message as bytes. Raises ValueError where something would break a header."""
    written = write(kind.name, context(kind, recipient, says, sender))
    # A boundary of ours: the generator would search the whole text for one that is not in it.
    message = MIMEMultipart("alternative", boundary=f"=_{uuid4().hex}", policy=POLICY)
    for name, value in headers(kind, recipient, sender, written.subject).items():
        message[name] = value
    message["Message-ID"], message["Date"] = message_id, format_datetime(date)
    message.attach(part(written.text, "plain"))
    message.attach(part(written.html, "html"))
    if says.calendar is not None:
        message.attach(calendar_part(says))
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=POLICY).flatten(message)
    return out.getvalue()


def headers(kind: Kind, recipient: Recipient, sender: Sender, subject: str) -> dict[str, str]:
    """One sender, one recipient, and the way to stop. Control characters are refused: they could start a new header."""
    named = sender.address
    if recipient.full:
        named = Address(display_name=sender.service_name, addr_spec=sender.address.addr_spec)
    found = {
        "From": str(named),
        "To": str(Address(addr_spec=recipient.email)),
        "Subject": subject,
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if kind.preference:
        found["List-Unsubscribe"] = f"<{sender.base_url}/mail/stop/{stop_token(recipient, kind)}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        found["List-Id"] = f"<{keyed_hash(f'{recipient.id}:{kind.preference}')}.{sender.domain}>"
    for name, value in found.items():
        if any(ord(letter) < 32 or ord(letter) == 127 or letter in "\u2028\u2029\x85" for letter in value):
            raise ValueError(f"{name} has a character that no header may have.")
    return found


def part(text: str, subtype: str) -> MIMEText:
    return MIMEText(text, subtype, policy=POLICY, _charset=QUOTED)  # type: ignore[arg-type]


def calendar_part(says: Says) -> MIMEBase:
    made = MIMEBase("text", "calendar", method=says.calendar_method, charset="utf-8", policy=POLICY)
    made.set_payload((says.calendar or b"").decode(), QUOTED)
    return made
