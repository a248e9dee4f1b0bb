"""People who can sign in, for whoever runs the service: made, helped, copied for them, erased."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import IO

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask

from supportgroup import clock
from supportgroup.accounts import breached, codes, passkeys
from supportgroup.accounts import queries as account_queries
from supportgroup.accounts import service as accounts
from supportgroup.accounts.models import Account, LinkPurpose
from supportgroup.cli.base import fail, in_app
from supportgroup.db import transaction
from supportgroup.mail.delivery import deliver as deliver_letters
from supportgroup.mail.delivery import desk_of_app
from supportgroup.mail.links import link
from supportgroup.privacy import erasing
from supportgroup.privacy import letters as farewell
from supportgroup.privacy import service as privacy
from supportgroup.privacy.compose import as_json
from supportgroup.privacy.parts import owned_parts
from supportgroup.safety import service as safety
from supportgroup.safety.models import Act

LAST_LETTER = timedelta(seconds=30)  # how long erasing an account waits for its last letter to be taken


@click.group("accounts")
def account_commands() -> None:
    """People who can sign in."""


@account_commands.command("create")
@click.argument("email")
@click.option("--name", required=True, help="The name others see.")
@click.option("--operator", is_flag=True, help="May open groups and see the operator's pages.")
@in_app
def create_account(app: Flask, email: str, name: str, operator: bool) -> None:
    """Make an account that is already confirmed, and print a link that signs in once."""
    if not name.strip() or len(name) > 40 or not name.isprintable():
        fail("--name: is a name of up to 40 letters.")
    with transaction():
        account = accounts.create_account(email=address(email), name=name.strip(), confirmed_at=clock.now())
        account.is_operator = operator
        if operator:
            accounts.note_powers(account)
        made = accounts.new_link(account, LinkPurpose.SIGN_IN)
    click.echo(f"{app.config['SETTINGS'].base_url}{link('sign-in', made.id)}")


@account_commands.command("reset-steps")
@click.argument("email")
@in_app
def reset_steps(_app: Flask, email: str) -> None:
    """Take away the passkeys and codes of somebody who has lost theirs; then a link signs them in. A letter tells them.

    Make sure first that it is them who ask.
    """
    account = account_or_end(email)
    with transaction():
        codes.remove_all(account)
        passkeys.remove_all(account)
        accounts.end_sessions(account)
    click.echo("Passkeys, codes and spare codes are gone, and every browser is signed out.")


@account_commands.command("export")
@click.argument("email")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead.")
@in_app
def export_account(_app: Flask, email: str, path: Path | None) -> None:
    """Print a copy of what an account has here, as JSON, for a person who asks you for it.

    Their reflections and notes are left out: only they take these along. They can see that you did this.
    """
    account = account_or_end(email)
    found = {}
    with click.progressbar(owned_parts(), label="Gathering", file=sys.stderr) as parts:
        for _, name, part in parts:
            found[name] = part(account)
    with transaction():
        safety.note(Act.DATA_BY_OPERATOR, about=account.id)
    text = as_json(found, clock.now())
    if path is None:
        click.echo(text)
    else:
        path.touch(mode=0o600)
        path.write_text(text)
        click.echo(f"Written to {path}. It is not locked: keep it where only that person looks.")


@account_commands.command("erase")
@click.argument("email")
@in_app
def erase_account(app: Flask, email: str) -> None:
    """Erase an account for good, at once: one last letter, and then everything of it. There is no undo."""
    account = account_or_end(email)
    with transaction():
        erasure = privacy.ask_erasure(account, undo=timedelta(0))
        erasure.due_at = clock.now()
        safety.note(Act.ERASURE_BY_OPERATOR, about=account.id)
        farewell.owe_goodbye(erasure)
        erasure.goodbye_at = clock.now()
    click.echo("It is hidden. The last letter goes out.")
    deliver_letters(desk_of_app(clock.now() + LAST_LETTER))
    with transaction():
        erasing.erase_account(account.id, app.config["SETTINGS"].var / erasing.LEDGER)
    click.echo("Erased. Backups let go of it as they are replaced.")


@account_commands.command("erase-again")
@in_app
def erase_again(app: Flask) -> None:
    """After a backup was restored: erase whoever had been erased since it was made."""
    again = erasing.honour(app.config["SETTINGS"].var / erasing.LEDGER)
    click.echo(f"Erased again: {again}.")


def account_or_end(email: str) -> Account:
    """The account of this address. Ends the command where there is none."""
    return account_queries.account_of(address(email)) or fail(f"There is no account with the address {email}.")


def address(text: str) -> str:
    """A normalised email address. Ends the command where it is none."""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        fail(f"{text!r} is not an email address such as ada@example.org.")
    return found.normalized.lower()


@click.group("passwords")
def password_commands() -> None:
    """Passwords that nobody is to choose."""


@password_commands.command("import")
@click.argument("file", type=click.File("rb"))
@in_app
def import_passwords(app: Flask, file: IO[bytes]) -> None:
    """Import a list of stolen passwords from FILE, in place of the list before.

    A password a line, or its SHA-1 in hex, with or without `:count` after it.
    """
    size = Path(file.name).stat().st_size if Path(file.name).is_file() else None
    with click.progressbar(length=size or 0, label="Reading", file=sys.stderr) as bar:
        count = breached.import_list(file, app.config["SETTINGS"].var / breached.FILE, bar.update)
    click.echo(f"{count} stolen passwords are known now.")
