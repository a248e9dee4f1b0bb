"""Starting, looking after and looking at the service."""

import os
import sys

import click
from flask import Flask

from supportgroup import config, demo, doctor, net, schema, up
from supportgroup.cli.base import fail, in_app
from supportgroup.db import db


@click.command("up")
def start() -> None:
    """Start web, worker and beat, with a broker and a mailbox of our own where none are set."""
    try:
        settings = config.from_environment()
    except config.BadSetting as problem:
        fail(str(problem))
    sys.exit(up.run(settings))


@click.command()
def web() -> None:
    """Serve the pages alone, as the Procfile's `web` line does."""
    line = dict(up.procfile())["web"]
    os.execvp("/bin/sh", ["/bin/sh", "-c", f"exec {line}"])  # noqa: S606  the shell fills in ${PORT:-8000}  # nosec B606


@click.command("demo")
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


@click.command("doctor")
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


@click.command()
@click.option("--once", is_flag=True, help="Send what is due now and end.")
@in_app
def deliver(_app: Flask, once: bool) -> None:
    """The net: runs ticks that nobody else has run, and sends letters that are overdue by 30 seconds.

    Where no worker has looked after the letters for so long, it sends them when they are due: no broker is needed.
    """
    stop = net.Stop()
    while True:
        net.run_what_others_left()
        with net.survived("letters"):
            net.send_what_others_left(stop, everything=once)
        if once or stop.wait(2):
            return
