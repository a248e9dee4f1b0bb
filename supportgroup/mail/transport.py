"""The wire: one kept SMTP connection, spoken to step by step so that the step at which it broke is known."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

CONNECT, COMMAND, FINAL_DOT = 10, 30, 120  # seconds; together below the lease of a letter
KEPT_LETTERS = 200


class Outcome(StrEnum):
    """What became of one letter, by the last step that was reached (RFC 5321, section 4.2)."""

    ACCEPTED = "accepted"
    UNREACHABLE = "unreachable"  # no connection, or it closed before the text was handed over
    TRANSIENT = "transient"  # 4xx: later
    BAD_ADDRESS = "bad-address"  # 5xx on the recipient with 5.1.x
    REFUSED = "refused"  # 5xx otherwise
    AMBIGUOUS = "ambiguous"  # the text went out and no answer came


@dataclass(frozen=True)
class Result:
    """The outcome and the relay's code, where it gave one. Never its words: they echo addresses."""

    outcome: Outcome
    code: int | None = None


class Relay:
    """The server that letters are handed to.

    The address is `smtp://user:pass@host:587?starttls=1`, or `smtps://` for TLS from the first byte.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.tls = parts.hostname or "127.0.0.1", parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.starttls = parse_qs(parts.query).get("starttls", ["0"])[0] == "1"
        self.connection: smtplib.SMTP | None = None
        self.sent = 0

    def connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context() if self.tls or self.starttls else None
        if self.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=CONNECT, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=CONNECT)
        wait(smtp, COMMAND)
        if self.starttls:
            smtp.starttls(context=context)
        if self.user:
            smtp.login(self.user, self.password)
        else:
            smtp.ehlo_or_helo_if_needed()
        return smtp

    def send(self, sender: str, recipient: str, message: bytes) -> Result:
        """Hand one message to the relay, for one recipient. Never raises for what the network does."""
        if self.connection is None or self.sent >= KEPT_LETTERS:
            self.close()
            try:
                self.connection = self.connect()
            except smtplib.SMTPResponseException as answer:
                return Result(Outcome.UNREACHABLE, answer.smtp_code)
            except (OSError, smtplib.SMTPException):
                return Result(Outcome.UNREACHABLE)
        self.sent += 1
        return self.converse(self.connection, sender, recipient, message)

    def converse(self, smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> Result:
        handed_over = False
        try:
            for step, (code, words) in enumerate(self.envelope(smtp, sender, recipient)):
                if code == 421:
                    self.abandon()
                    return Result(Outcome.UNREACHABLE, code)
                if not 200 <= code < 400:
                    smtp.rset()
                    return Result(verdict(code, words, at_recipient=step == 1), code)
            text = smtplib._quote_periods(message)  # type: ignore[attr-defined]
            smtp.send(text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n"))
            handed_over = True
            wait(smtp, FINAL_DOT)
            code, words = smtp.getreply()
            wait(smtp, COMMAND)
        except (OSError, smtplib.SMTPException):
            self.abandon()
            return Result(Outcome.AMBIGUOUS if handed_over else Outcome.UNREACHABLE)
        if code == 421:
            self.abandon()
        return Result(Outcome.ACCEPTED if code == 250 else verdict(code, words, at_recipient=False), code)

    @staticmethod
    def envelope(smtp: smtplib.SMTP, sender: str, recipient: str) -> Iterator[tuple[int, bytes]]:
        yield smtp.mail(sender)
        yield smtp.rcpt(recipient)
        yield smtp.docmd("DATA")

    def close(self) -> None:
        """End the conversation politely."""
        if self.connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.connection.quit()
        self.connection, self.sent = None, 0

    def abandon(self) -> None:
        """Drop a connection that is no good any more, without another word that could make us wait."""
        if self.connection is not None:
            self.connection.close()
        self.connection, self.sent = None, 0


def wait(smtp: smtplib.SMTP, seconds: float) -> None:
    """How long the next answer may take."""
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def verdict(code: int, words: bytes, *, at_recipient: bool) -> Outcome:
    """What a refusal means: 4xx later, 5xx never; 5.1.x for the recipient says that the address is wrong (RFC 3463)."""
    if code < 500:
        return Outcome.TRANSIENT
    return Outcome.BAD_ADDRESS if at_recipient and words.startswith(b"5.1.") else Outcome.REFUSED
