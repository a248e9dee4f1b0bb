"""A relay that keeps account of what it accepts and misbehaves as it is told: for tests of what goes wrong.

It speaks just enough SMTP, PIPELINING too, on a thread of its own. A fault is a function of the step ("connect",
"mail", "rcpt", "data", "text") that says what happens at it: None for nothing special, an answer such as "451 4.3.0
Later", DROP to hang up, SWALLOW to keep the letter and hang up without a word, or a number of seconds to wait.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

DROP, SWALLOW = "drop", "swallow"

Fault = Callable[[str], str | float | None]


class FaultyRelay:
    """The server. `kept` are the letters it accepted, each once per copy; `happened` counts faults."""

    def __init__(self, fault: Fault, *, late: float = 0, pipelining: bool = True) -> None:
        self.fault, self.late, self.pipelining = fault, late, pipelining
        self.kept: list[tuple[str, bytes]] = []
        self.kept_at: list[datetime] = []  # when the text of each came
        self.happened: Counter[str] = Counter()
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.open: set[asyncio.Transport] = set()
        self.url = ""

    def start(self) -> None:
        self.thread.start()
        server = self.loop.create_server(lambda: Conversation(self), "127.0.0.1", 0, backlog=128)
        self.server = asyncio.run_coroutine_threadsafe(server, self.loop).result(10)
        self.url = f"smtp://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        self.server.close()
        for transport in tuple(self.open):
            transport.abort()
        await asyncio.sleep(0)
        await self.server.wait_closed()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(text, policy=default) for _, text in self.kept]

    def identities(self) -> list[str]:
        """Message-ID and Date of each letter that was accepted: what mail programs know copies by."""
        return [identity(text) for _, text in self.kept]

    def copies(self) -> Counter[str]:
        """How often each letter was accepted."""
        return Counter(self.identities())


def identity(text: bytes) -> str:
    lines = text[: text.index(b"\r\n\r\n")].decode().split("\r\n")
    return " ".join(sorted(line for line in lines if line.startswith(("Message-ID:", "Date:"))))


class Conversation(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, relay: FaultyRelay) -> None:
        self.relay, self.held, self.in_text, self.recipient, self.busy = relay, b"", False, "", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.relay.open.add(transport)
        self.relay.connections += 1
        self.answer("connect", "220 here")

    def connection_lost(self, _error: Exception | None) -> None:
        self.relay.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.held += data
        self.go_on()

    def go_on(self) -> None:
        while not self.busy and (b"\r\n.\r\n" if self.in_text else b"\r\n") in self.held:
            if self.in_text:
                text, _, self.held = self.held.partition(b"\r\n.\r\n")
                self.in_text = False
                self.take(text + b"\r\n")
            else:
                line, _, self.held = self.held.partition(b"\r\n")
                self.command(line.decode())

    def command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "EHLO":
            offers = "250-here\r\n250-PIPELINING\r\n250 8BITMIME" if self.relay.pipelining else "250 here"
            self.answer("ehlo", offers)
        elif verb == "MAIL":
            self.answer("mail", "250 2.1.0 fine")
        elif verb == "RCPT":
            self.recipient = line[line.index("<") + 1 : line.index(">")]
            self.answer("rcpt", "250 2.1.5 fine")
        elif verb == "DATA":
            self.in_text = self.answer("data", "354 go on")
        elif verb == "QUIT":
            self.transport.close()
        else:
            self.answer("other", "250 fine")

    def take(self, text: bytes) -> None:
        fault = self.relay.fault("text")
        if fault is None or fault == SWALLOW or isinstance(fault, int | float):
            self.relay.kept_at.append(datetime.now(UTC))
            self.relay.kept.append((self.recipient, text.replace(b"\r\n..", b"\r\n.")))
        self.say(fault, "text", "250 2.0.0 kept")

    def answer(self, step: str, words: str) -> bool:
        """Answer, unless a fault comes between; says whether the answer was the good one."""
        fault = self.relay.fault(step)
        return self.say(fault, step, words)

    def say(self, fault: str | float | None, step: str, words: str) -> bool:
        if fault is not None:
            self.relay.happened[f"{step} {fault}"] += 1
        if fault in (DROP, SWALLOW):
            self.transport.abort()
            return False
        if isinstance(fault, str):
            words = fault
        wait = self.relay.late + (0 if fault is None or isinstance(fault, str) else fault)
        if wait:
            self.busy = True
            self.relay.loop.call_later(wait, self.write, words)
        else:
            self.transport.write(f"{words}\r\n".encode())
        return not isinstance(fault, str)

    def write(self, words: str) -> None:
        self.busy = False
        if not self.transport.is_closing():
            self.transport.write(f"{words}\r\n".encode())
            self.go_on()


@contextmanager
def relay(fault: Fault = lambda _step: None, *, late: float = 0, pipelining: bool = True) -> Iterator[FaultyRelay]:
    """A relay that is there while the block lasts. `late`: seconds before each of its answers."""
    made = FaultyRelay(fault, late=late, pipelining=pipelining)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def once(*faults: tuple[str, str | float]) -> Fault:
    """Each of these faults happens once, at the first such step after the one before it."""
    left = list(faults)

    def fault(step: str) -> str | float | None:
        return left.pop(0)[1] if left and left[0][0] == step else None

    return fault


def seeded(seed: int, *shares: tuple[str, str | float, float]) -> Fault:
    """Faults that happen at a share of their steps, the same for the same seed."""
    dice = random.Random(seed)

    def fault(step: str) -> str | float | None:
        for at, what, share in shares:
            if at == step and dice.random() < share:
                return what
        return None

    return fault
