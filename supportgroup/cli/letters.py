"""Letters owed and sent, for whoever runs the service."""

import json
from dataclasses import asdict
from datetime import timedelta

import click
from flask import Flask

from supportgroup import clock
from supportgroup.cli.base import fail, in_app
from supportgroup.db import transaction
from supportgroup.mail import queries as mail_queries
from supportgroup.mail import service as mail_service
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import LetterState
from supportgroup.mail.service import Stuck


@click.group("mail")
def mail() -> None:
    """Letters owed and sent."""


@mail.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@in_app
def mail_status(_app: Flask, as_json: bool) -> None:
    """How many letters are where, how long the oldest due one waits, and what wants looking at."""
    now = clock.now()
    past = mail_queries.ended(since=now - timedelta(days=7))
    figures: dict[str, float | None] = {
        **asdict(mail_queries.queue(now)),
        "sent": past.get(LetterState.SENT, 0),
        "dropped": past.get(LetterState.DROPPED, 0),
        "last_tick_seconds": mail_queries.looked_after_seconds_ago(now),
    }
    alarms = list(mail_queries.alarms(now))
    if as_json:
        click.echo(json.dumps({**figures, "alarms": alarms}))
        return
    for name, value in figures.items():
        click.echo(f"{name.replace('_', ' '):<20} {'never' if value is None else format(value, 'g')}")
    for sentence in alarms:
        click.echo(sentence)


def known_kind(_context: click.Context, _option: click.Parameter, kind: str | None) -> str | None:
    if kind is not None and kind not in KINDS:
        fail(f"There is no kind of letter {kind!r}. There are: {', '.join(sorted(KINDS))}.")
    return kind


one_kind = click.option("--kind", callback=known_kind, help="Only letters of this kind.")


@mail.command("retry")
@one_kind
@in_app
def mail_retry(_app: Flask, kind: str | None) -> None:
    """Try letters that are held or were refused once more."""
    with transaction():
        number = mail_service.retry(Stuck([LetterState.HELD, LetterState.UNDELIVERABLE], kind))
    click.echo(f"{number} to be tried again.")


@mail.command("release")
@one_kind
@in_app
def mail_release(_app: Flask, kind: str | None) -> None:
    """Send letters that wait since a restore, as far as they are of use still. They may have been sent before."""
    with transaction():
        number = mail_service.retry(Stuck([LetterState.QUARANTINED], kind))
    click.echo(f"{number} to be sent.")


@mail.command("drop")
@one_kind
@click.option("--state", "states", multiple=True, type=click.Choice(mail_service.STUCK), help="Only letters in it.")
@in_app
def mail_drop(_app: Flask, kind: str | None, states: tuple[LetterState, ...]) -> None:
    """Drop letters that wait since a restore; with --state, that are held, undeliverable or quarantined."""
    with transaction():
        number = mail_service.drop_stuck(Stuck(states or [LetterState.QUARANTINED], kind))
    click.echo(f"{number} dropped.")
