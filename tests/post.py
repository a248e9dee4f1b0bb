"""The post, as tests see it: a real SMTP server in this process, and delivery of what is due."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.delivery import deliver, desk_of_app, tend
from supportgroup.valkey import free_port


class Postbox(list[EmailMessage]):
    """Letters in the order in which they arrived at `url`."""

    url: str
    answers: dict[str, str]

    def answer_next(self, words: str, to: str = "DATA") -> None:
        """Let the server answer the next RCPT or DATA with these words instead of taking the letter."""
        self.answers[to] = words

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers.pop("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert len(envelope.rcpt_tos) == 1, "a letter goes to one person"
        if "DATA" in self.answers:
            return self.answers.pop("DATA")
        self.append(email.message_from_bytes(envelope.original_content or b"", policy=default))
        return "250 Kept"

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to this address."""
        return [letter for letter in self if letter["To"].addresses[0].addr_spec == address]


def open_postbox() -> tuple[Controller, Postbox]:
    """A server that runs in a thread until its `stop`, and what arrives there."""
    postbox = Postbox()
    postbox.answers = {}
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    postbox.url = f"smtp://127.0.0.1:{controller.port}"
    controller.start()
    return controller, postbox


def text_of(letter: EmailMessage) -> str:
    """The text part of a letter."""
    body = letter.get_body(("plain",))
    assert body
    return str(body.get_content())


def deliver_due() -> int:
    """Send every letter that is due now, as the ticks do; how many were accepted."""
    with transaction():
        tend()
    sent = deliver(desk_of_app(clock.now() + timedelta(minutes=1)))
    db.session.expire_all()
    return sent
