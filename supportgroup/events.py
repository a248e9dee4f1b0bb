"""What one room tells the rooms above it, at once and in the same transaction.

A room below knows nothing of those above. It raises a typed event; `app.py` holds the one table of who answers.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def answer(event: type[Event], handler: Callable[[Event], None]) -> None:
    """Let `handler` answer events of this type; saying so twice changes nothing."""
    if handler not in handlers[event]:
        handlers[event].append(handler)


def tell(event: object) -> None:
    """Call everyone who answers this event, in the order of the table. What they raise, the caller sees."""
    for handler in handlers[type(event)]:
        handler(event)
