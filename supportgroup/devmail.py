"""The letters that the development mailbox has kept, each a file in one folder."""

import email
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from supportgroup import clock

KEPT = 500  # letters; the oldest go first
STAMP = "%Y%m%dT%H%M%S.%fZ"
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")


@dataclass(frozen=True)
class Received:
    """One letter as it arrived. The id sorts by arrival and fits into a URL."""

    id: str
    received_at: datetime
    message: EmailMessage


def messages(folder: Path) -> list[Received]:
    """Every letter in the folder, newest first."""
    return [letter for path in reversed(files(folder)) if (letter := message(folder, path.stem))]


def message(folder: Path, letter_id: str) -> Received | None:
    """The letter of that id; None where there is none, whatever the id looks like."""
    if not NAME.fullmatch(letter_id):
        return None
    try:
        content = (folder / f"{letter_id}.eml").read_bytes()
    except FileNotFoundError:
        return None
    received_at = datetime.strptime(letter_id.split("-")[0], STAMP).replace(tzinfo=UTC)
    return Received(letter_id, received_at, email.message_from_bytes(content, policy=default))


def files(folder: Path) -> list[Path]:
    """The files of the letters, oldest first."""
    return sorted(path for path in folder.glob("*.eml") if NAME.fullmatch(path.stem))


def keep(folder: Path, content: bytes) -> None:
    """Write a letter under a name of its own in one step, so that no reader sees half of it; make room for it."""
    name = f"{clock.now().strftime(STAMP)}-{secrets.token_hex(4)}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(content)
    unfinished.rename(folder / f"{name}.eml")
    for old in files(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
