"""The database: its shape, copies of it, and the keys under which its texts are sealed."""

import sys
from pathlib import Path

import click
from flask import Flask

from supportgroup import backup, keys, pulse, schema
from supportgroup.cli.base import fail, in_app, progress
from supportgroup.db import db, transaction
from supportgroup.mail import epoch


@click.group("db")
def database() -> None:
    """The database's shape."""


@database.command("upgrade")
@in_app
def upgrade(_app: Flask) -> None:
    """Bring the database to the newest revision."""
    schema.upgrade(db.engine)
    click.echo("The database is up to date.")


@database.command("revision")
@click.argument("message")
@click.argument("number")
@in_app
def revision(_app: Flask, message: str, number: str) -> None:
    """Write migration NUMBER from the difference between models and database (for contributors)."""
    schema.revise(db.engine, message, number)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def make_backup(_app: Flask, file: Path) -> None:
    """Write the whole database to FILE, which is not there yet. The service may run meanwhile."""
    with progress("Copying") as tell:
        backup.backup(db.engine, file, tell)
    with transaction():
        pulse.beat(pulse.BACKUP)
    click.echo(f"Written to {file}, for this user alone to read.")
    click.echo("The keys are not in it. Keep DATA_KEYS and SECRET_KEY in another place: without DATA_KEYS nobody")
    click.echo("can read what people wrote. Keep var/erased too, which remembers who was erased after this backup.")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def restore_backup(app: Flask, file: Path) -> None:
    """Fill the empty database from FILE. Stop everything before, start it afterwards.

    Letters that were due may have been sent since the backup: they wait until you release or drop them. Who was erased
    since then is erased again.
    """
    with progress("Copying") as tell:
        backup.restore(db.engine, file, tell)
    schema.upgrade(db.engine)
    waiting = epoch.begin_anew(app.config["SETTINGS"].var)
    click.echo("Restored, and who is in var/erased is erased again.")
    if waiting:
        click.echo(f"{waiting} letters were due then and may have been sent since. They wait for you:")
        click.echo(
            "`supportgroup mail release` sends those that are of use still, `supportgroup mail drop` lets them go."
        )


@click.group("keys")
def key_commands() -> None:
    """The keys under which texts are sealed."""


@key_commands.command("rotate")
@in_app
def rotate(_app: Flask) -> None:
    """Seal anew, under the first of DATA_KEYS, what an older one sealed. Stop it at will: begun again it goes on."""
    rest = sum(keys.left(model, texts) for model, texts in keys.sealed().items())
    shut = 0
    with click.progressbar(length=rest, label="Sealing anew", file=sys.stderr) as bar:
        for sealed, unopened in keys.reseal_all():
            bar.update(sealed)
            shut += unopened
    if shut:
        fail(f"{shut} rows hold a text that none of DATA_KEYS opens. The others are under the first key.")
    click.echo("Every text is under the first of DATA_KEYS.")
