"""Logging: one line an event, words and ids only. Nothing a person wrote, no address, no link is ever logged."""

import logging

import structlog


def configure(level: str, *, json: bool) -> None:
    """Lines for people in development, JSON for machines elsewhere."""
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it says on every start which database it found
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
