"""What Alembic runs: always online, on the connection it was handed."""

from typing import Any, Literal

from alembic import context

from supportgroup.db import Base, UTCDateTime


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own column types by the plain types they are made of, so that old migrations never depend on our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=False,
    compare_server_default=True,
)
context.run_migrations()
