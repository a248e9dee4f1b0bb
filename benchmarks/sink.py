"""An SMTP server that takes every letter, throws it away and counts, so light that the sender is what is measured."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


@dataclass(frozen=True)
class Sink:
    """Where it is, how many letters it took, of how many bytes, and when the first and the last came (wall clock)."""

    port: Any
    taken: Any
    bytes: Any
    first: Any
    last: Any

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port.value}"

    def reset(self) -> None:
        self.taken.value, self.bytes.value, self.first.value, self.last.value = 0, 0, 0.0, 0.0


class Conversation(asyncio.Protocol):
    def __init__(self, sink: Sink, late: float) -> None:
        self.sink, self.late, self.held, self.in_text = sink, late, b"", False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.held += data
        while True:
            mark = b"\r\n.\r\n" if self.in_text else b"\r\n"
            at = self.held.find(mark)
            if at < 0:
                return
            verb, self.held = self.held[:4].upper(), self.held[at + len(mark) :]
            if self.in_text:
                self.in_text = False
                self.count(at)
                self.say(b"250 taken\r\n")
            else:
                self.in_text = verb == b"DATA"
                self.say(ANSWERS.get(verb, b"250 fine\r\n"))

    def count(self, size: int) -> None:
        now = time.time()
        self.sink.taken.value += 1
        self.sink.bytes.value += size
        self.sink.first.value = self.sink.first.value or now
        self.sink.last.value = now

    def say(self, words: bytes) -> None:
        if self.late:
            asyncio.get_running_loop().call_later(self.late, self.write, words)
        else:
            self.write(words)

    def write(self, words: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(words)


def serve(sink: Sink, late: float) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Conversation(sink, late), "127.0.0.1", 0)
        sink.port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def sink(late: float = 0) -> Iterator[Sink]:
    """A sink in a process of its own. `late`: seconds before each of its answers."""
    made = Sink(*(multiprocessing.Value(sort) for sort in ("i", "i", "L", "d", "d")))
    process = multiprocessing.Process(target=serve, args=(made, late), daemon=True)
    process.start()
    while not made.port.value:
        time.sleep(0.01)
    try:
        yield made
    finally:
        process.terminate()
        process.join()
