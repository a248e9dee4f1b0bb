"""The development mailbox: `python -m supportgroup.mailbox PORT FOLDER` takes letters by SMTP until SIGTERM.

`supportgroup up` starts it, on loopback, where no SMTP_URL is set. It alone needs aiosmtpd; production goes without.
"""

import asyncio
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from supportgroup import devmail


class Mailbox:
    """What aiosmtpd hands letters to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        devmail.keep(self.folder, envelope.original_content or b"")
        return "250 Kept"


async def serve(port: int, folder: Path) -> None:
    """Take letters until SIGINT or SIGTERM; open connections are not waited for, whoever keeps one would keep us."""
    loop, mailbox, stop = asyncio.get_running_loop(), Mailbox(folder), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
