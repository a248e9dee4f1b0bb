"""The wire: one kept SMTP connection, spoken to step by step so that the step at which it broke is known."""

import contextlib
import smtplib
import ssl
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from supportgroup import clock

CONNECT, COMMAND, FINAL_DOT = 10, 30, 120  # seconds that each may take at most
LETTER = 150  # seconds for all of one letter: less than its lease
KEPT_LETTERS, KEPT_FOR = 200, 60  # a connection carries so many letters, for so many seconds
UNREACHABLE_IN_A_ROW, REST = 5, timedelta(seconds=30)  # after so many the relay is left alone for so long

LOST = 0  # the code of an answer that never came

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of one letter, by the last step that was reached (RFC 5321, section 4.2)."""

    ACCEPTED = "accepted"
    UNREACHABLE = "unreachable"  # no connection, or it closed before the text was handed over
    TRANSIENT = "transient"  # 4xx: later
    BAD_ADDRESS = "bad-address"  # 5xx on the recipient, who has no such address
    DISTRUSTED = "distrusted"  # 5xx that is about us and not about this letter: our reputation, our rights
    REFUSED = "refused"  # 5xx otherwise
    AMBIGUOUS = "ambiguous"  # the text went out and no answer came


@dataclass(frozen=True)
class Result:
    """The outcome and the relay's code, where it gave one. Never its words: they echo addresses."""

    outcome: Outcome
    code: int | None = None


@dataclass
class Relay:
    """The server that letters are handed to, and the connection that is kept to it.

    The address is `smtp://user:pass@host:587?starttls=1`, or `smtps://` for TLS from the first byte.
    """

    url: str
    connection: smtplib.SMTP | None = None
    letters: int = 0  # that went over this connection
    spent: float = 0.0  # seconds over them
    opened: float = 0.0  # when it was, on the monotonic clock
    unreachable: int = 0  # letters in a row
    rests_until: datetime = field(default_factory=clock.now)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.host, self.tls = parts.hostname or "127.0.0.1", parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.starttls = parse_qs(parts.query).get("starttls", ["0"])[0] == "1"

    def rests(self) -> bool:
        """Whether it did not answer several times in a row, and is left alone for a while."""
        return clock.now() < self.rests_until

    def seconds_a_letter(self) -> float:
        """How long the relay takes over a letter, on this connection so far."""
        return self.spent / self.letters if self.letters else 0.0

    def connect(self) -> smtplib.SMTP:
        """A conversation up to where letters can be handed over. Raises OSError or SMTPException."""
        context = ssl.create_default_context() if self.tls or self.starttls else None
        if self.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=CONNECT, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=CONNECT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.starttls:
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def send(self, sender: str, recipient: str, message: bytes) -> Result:
        """Hand one message to the relay, for one recipient. Never raises for what the network does."""
        if self.letters >= KEPT_LETTERS or time.monotonic() - self.opened > KEPT_FOR:
            self.close()
        kept, begun = self.connection is not None, time.monotonic()
        result = self.attempt(sender, recipient, message, begun + LETTER)
        if kept and result.outcome is Outcome.UNREACHABLE:  # it had been closed from the other side meanwhile
            result = self.attempt(sender, recipient, message, begun + LETTER)
        self.spent += time.monotonic() - begun
        self.note(result)
        return result

    def note(self, result: Result) -> None:
        """Count what tells of the relay, not of the letter; what an operator has to know is logged at once."""
        if result.outcome is Outcome.DISTRUSTED:
            log.error("relay-distrusts-us", code=result.code)
        if result.outcome is not Outcome.UNREACHABLE:
            self.unreachable = 0
            return
        self.unreachable += 1
        if self.unreachable >= UNREACHABLE_IN_A_ROW:
            self.rests_until = clock.now() + REST
            log.error("relay-unreachable", code=result.code, in_a_row=self.unreachable)

    def attempt(self, sender: str, recipient: str, message: bytes, end: float) -> Result:
        """Send over the connection there is, or a new one, before the monotonic clock reads `end`."""
        if self.connection is None:
            try:
                self.connection = self.connect()
                self.letters, self.spent, self.opened = 0, 0.0, time.monotonic()
            except smtplib.SMTPResponseException as answer:
                return Result(Outcome.UNREACHABLE, answer.smtp_code)
            except (OSError, smtplib.SMTPException):
                return Result(Outcome.UNREACHABLE)
        self.letters += 1
        handed_over = False
        try:
            refusal = self.announce(self.connection, sender, recipient, end)
            if refusal:
                return refusal
            wait(self.connection, COMMAND, end)
            self.connection.send(ended_by_a_dot(message))
            handed_over = True
            wait(self.connection, FINAL_DOT, end)
            code, words = self.connection.getreply()
        except (OSError, smtplib.SMTPException):
            self.abandon()
            return Result(Outcome.AMBIGUOUS if handed_over else Outcome.UNREACHABLE)
        if code == 421:
            self.abandon()
        return Result(Outcome.ACCEPTED if 200 <= code < 300 else verdict(code, words), code)

    def announce(self, smtp: smtplib.SMTP, sender: str, recipient: str, end: float) -> Result | None:
        """MAIL, RCPT and DATA, in one go where the relay allows it (RFC 2920); why it refused, or None."""
        commands = [f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
        together = ["".join(commands)] if smtp.has_extn("pipelining") else commands
        answers: list[tuple[int, bytes]] = []
        for text in together:
            wait(smtp, COMMAND, end)
            smtp.send(text.encode("ascii"))
            for _ in range(text.count("\r\n")):
                answers.append(answer(smtp, answers))
            if refused := [step for step, (code, _) in enumerate(answers) if not 200 <= code < 400]:
                return self.refusal(smtp, answers, refused[0])
        return None

    def refusal(self, smtp: smtplib.SMTP, answers: list[tuple[int, bytes]], step: int) -> Result:
        """What the first refusal means; the conversation goes on only where it stands at a clear place."""
        code, words = answers[step]
        found = Result(verdict(code, words, at_recipient=step == 1), code)
        if found.outcome is Outcome.UNREACHABLE or answers[-1][0] in (354, LOST):
            self.abandon()  # after 354 the relay waits for a text; an empty letter is none of ours
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.rset()
        return found

    def close(self) -> None:
        """End the conversation politely."""
        if self.connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                wait(self.connection, CONNECT, time.monotonic() + CONNECT)
                self.connection.quit()
        self.abandon()

    def abandon(self) -> None:
        """Drop a connection that is no good any more, without another word that could make us wait."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def answer(smtp: smtplib.SMTP, before: list[tuple[int, bytes]]) -> tuple[int, bytes]:
    """The next answer. Where the relay refused and hung up, the refusal is what counts."""
    try:
        return smtp.getreply()
    except (OSError, smtplib.SMTPException):
        if all(200 <= code < 400 for code, _ in before):
            raise
        return LOST, b""


def wait(smtp: smtplib.SMTP, seconds: float, end: float) -> None:
    """How long the next step may take. Raises TimeoutError when the letter has had all its time, as after a stall."""
    left = min(seconds, end - time.monotonic())
    if left <= 0:
        raise TimeoutError
    if smtp.sock is not None:
        smtp.sock.settimeout(left)


def ended_by_a_dot(message: bytes) -> bytes:
    """The text as DATA wants it: lines that begin with a dot have two, and a dot alone is the end."""
    text = message.replace(b"\r\n.", b"\r\n..")
    return text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n")


def verdict(code: int, words: bytes, *, at_recipient: bool = False) -> Outcome:
    """What a refusal means: 4xx later, 5xx never, and whose it is by the status after it (RFC 3463).

    5.1.x speaks of an address, but 5.1.7 and 5.1.8 of the sender's; 5.7.x of what we may.
    """
    if code == 421 or code < 200:
        return Outcome.UNREACHABLE
    if code < 500:
        return Outcome.TRANSIENT
    if words.startswith((b"5.7.", b"5.1.7", b"5.1.8")):
        return Outcome.DISTRUSTED
    return Outcome.BAD_ADDRESS if at_recipient and words.startswith(b"5.1.") else Outcome.REFUSED
