"""Logging: one line an event, words and ids only. Nothing a person wrote, no address, no link is ever logged."""

import logging
import traceback
from typing import Any

import structlog


class Lines(logging.Formatter):
    """Lines of libraries. Of an error: its class and where it was, never its message, which may quote somebody."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  its name in logging
        where = (f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2]))
        return "\n".join((*where, ei[0].__name__))


def configure(level: str, *, json: bool) -> None:
    """Lines for people in development, JSON for machines elsewhere.

    The level is that of our own lines. Libraries warn at the most: some say at the others what is in their hands, such
    as the headers of a letter that is being signed.
    """
    lines = logging.StreamHandler()
    lines.setFormatter(Lines("%(levelname)s %(name)s %(message)s"))
    ours = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(ours, logging.WARNING), handlers=[lines])
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(ours),
    )
