"""The `supportgroup` command: everything an operator does, each with one clear line when it cannot be done."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import IO, Any, NoReturn

import click
import structlog
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from supportgroup import backup, clock, config, demo, doctor, keys, pulse, schema, up
from supportgroup.accounts import breached, codes, passkeys
from supportgroup.accounts import queries as account_queries
from supportgroup.accounts import service as accounts
from supportgroup.accounts.models import Account, LinkPurpose
from supportgroup.app import create_app
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.mail import epoch
from supportgroup.mail import queries as mail_queries
from supportgroup.mail import service as mail_service
from supportgroup.mail.delivery import deliver as deliver_letters
from supportgroup.mail.delivery import desk_of_app
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.links import link
from supportgroup.mail.models import LetterState
from supportgroup.mail.service import Stuck
from supportgroup.privacy import erasing
from supportgroup.privacy import letters as farewell
from supportgroup.privacy import service as privacy
from supportgroup.privacy.compose import as_json
from supportgroup.privacy.parts import owned_parts
from supportgroup.safety import service as safety
from supportgroup.safety.models import Act
from supportgroup.ticks import TICKS

NET = timedelta(seconds=30)  # what `deliver` leaves to the workers before it does a thing itself
LAST_LETTER = timedelta(seconds=30)  # how long erasing an account waits for its last letter to be taken

log = structlog.get_logger()


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run the command inside the app; say what is wrong in one line, never in a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            app = create_app()
            with app.app_context():
                return command(app, *args, **kwargs)
        except (config.BadSetting, Refused) as problem:
            fail(str(problem))
        except SQLAlchemyError as problem:
            fail(
                f"The database does not answer as it should ({type(problem).__name__}). Try `supportgroup db upgrade`."
            )

    return run


@click.group()
def main() -> None:
    """Supportgroup: peer support groups that share the load."""


@main.command("up")
def start() -> None:
    """Start web, worker and beat, with a broker and a mailbox of our own where none are set."""
    try:
        settings = config.from_environment()
    except config.BadSetting as problem:
        fail(str(problem))
    sys.exit(up.run(settings))


@main.command()
def web() -> None:
    """Serve the pages alone, as the Procfile's `web` line does."""
    line = dict(up.procfile())["web"]
    os.execvp("/bin/sh", ["/bin/sh", "-c", f"exec {line}"])  # noqa: S606  the shell fills in ${PORT:-8000}  # nosec B606


@main.group("db")
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


@main.command("demo")
@click.option("--if-empty", is_flag=True, help="Only into a database without accounts.")
@click.option("--links", is_flag=True, help="Only print fresh sign-in links.")
@in_app
def load_demo(app: Flask, if_empty: bool, links: bool) -> None:
    """Load a lived-in service to look at, and print links that sign in."""
    if not app.config["SETTINGS"].development:
        fail("The demo is for development: SUPPORTGROUP_ENV is production.")
    schema.upgrade(db.engine)
    if not links and not (if_empty and demo.has_accounts()):
        demo.load()
    for name, made in demo.sign_in_links():
        click.echo(f"{name}: {app.config['SETTINGS'].base_url}{made}")


@main.command("doctor")
@click.option("--mail-to", metavar="ADDRESS", help="Send a test letter there.")
@in_app
def check_up(app: Flask, mail_to: str | None) -> None:
    """Check every setting and server that the service depends on, a line each."""
    sound = True
    for finding in doctor.findings(app, mail_to):
        mark = "FAIL" if not finding.well else "look" if finding.soon else "ok  "
        click.echo(f"{mark} {finding.what}: {finding.words}")
        sound = sound and finding.well
    sys.exit(0 if sound else 1)


@main.command("backup")
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


@main.command("restore")
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


@contextmanager
def progress(label: str) -> Iterator[backup.Progress]:
    """A bar, where somebody looks at a terminal, moved by the share that is done."""
    unseen = not sys.stderr.isatty()
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=unseen) as bar:
        yield lambda share: bar.update(int(share * 100) - bar.pos)


@main.group("accounts")
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


@main.command()
@click.option("--once", is_flag=True, help="Send what is due now and end.")
@in_app
def deliver(_app: Flask, once: bool) -> None:
    """The net: runs ticks that nobody else has run, and sends letters that are overdue by 30 seconds.

    Where no worker has looked after the letters for so long, it sends them when they are due: no broker is needed.
    """
    stop = Stop()
    while True:
        run_what_others_left()
        with survived("letters"):
            send_what_others_left(stop, everything=once)
        if once or stop.wait(2):
            return


def run_what_others_left() -> None:
    """Run each tick that has not run for its period and 30 seconds more."""
    for tick in TICKS:
        with survived(tick.name):
            if tick.name != mail_queries.LETTERS and pulse.silent(tick.name, timedelta(seconds=tick.every) + NET):
                tick.run()


def send_what_others_left(stop: "Stop", *, everything: bool) -> None:
    """Send for a few seconds; everything that is due where nobody else does, else what is overdue."""
    overdue_by = timedelta(0) if everything or pulse.silent(mail_queries.LETTERS, NET) else NET
    until = clock.now() + timedelta(seconds=600 if everything else 5)
    deliver_letters(desk_of_app(until, overdue_by=overdue_by, stopping=stop.asked))
    with transaction():
        pulse.beat(pulse.NET)


@contextmanager
def survived(work: str) -> Iterator[None]:
    """Outlive what breaks: a tick of ours, or a database that is away for a moment. Logged by its class only."""
    try:
        yield
    except Exception as error:
        log.error("net-broken", work=work, error=type(error).__name__)
        db.session.remove()


class Stop:
    """Whether somebody asked this process to end; the letter in hand is finished first."""

    def __init__(self) -> None:
        self.stopping = False
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.ask)

    def ask(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def asked(self) -> bool:
        return self.stopping

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake when asked to stop; says whether that was so."""
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)
        return self.stopping


@main.group("keys")
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


@main.group("passwords")
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


@main.group("mail")
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
