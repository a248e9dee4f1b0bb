"""Links in letters: `/l/<token>`, which nobody can read or forge, and which leads to a page and changes nothing.

A room registers what its links lead to; the token says which room's it is and which row it is about.
"""

from collections.abc import Callable
from uuid import UUID

from supportgroup.secrets import BadToken, open_token, seal_token

PURPOSE = "letter"

Destination = Callable[..., str]

destinations: dict[str, Destination] = {}


def destination(name: str) -> Callable[[Destination], Destination]:
    """Register where links of this name lead: a function of the token and the rows in it that gives a path."""

    def register(leads_to: Destination) -> Destination:
        destinations[name] = leads_to
        return leads_to

    return register


def link(name: str, *rows: UUID) -> str:
    """The path of a link to these rows."""
    return f"/l/{token(name, *rows)}"


def token(name: str, *rows: UUID) -> str:
    return seal_token(PURPOSE, name.encode() + b"\0" + b"".join(row.bytes for row in rows))


def read(text: str, expected: str | None = None) -> tuple[str, tuple[UUID, ...]]:
    """Name and rows of a link's token. Raises BadToken for what is no link, or not of the expected name."""
    name, _, content = open_token(PURPOSE, text).partition(b"\0")
    if expected is not None and name.decode() != expected:
        raise BadToken
    return name.decode(), rows_of(content)


def rows_of(content: bytes) -> tuple[UUID, ...]:
    if len(content) % 16:
        raise BadToken
    return tuple(UUID(bytes=content[at : at + 16]) for at in range(0, len(content), 16))
