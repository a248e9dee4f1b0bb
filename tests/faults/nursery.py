"""Senders as processes of their own, to be killed: `python -m tests.faults.nursery`.

Each line of its input is a job and the settings of one, as JSON; it starts the process and says its number. Starting is
quick, since each is forked from here, and all of them end with it. In them time runs fast: leases and waits are
fractions of what they are.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from flask import Flask, current_app
from werkzeug.serving import WSGIRequestHandler, make_server

from supportgroup import config
from supportgroup import net as beneath
from supportgroup.app import create_app
from supportgroup.db import transaction
from supportgroup.mail import delivery, leases, transport
from supportgroup.supervisor import end_with_parent
from supportgroup.ticks import TICKS

RUN = timedelta(seconds=0.5)


@cache
def app_of(settings: str) -> Flask:
    """Made before the fork, so that starting a process costs next to nothing. It has opened no connection yet."""
    return create_app(config.load(json.loads(settings)))


def hasten(lease: float) -> None:
    """Waits for people's mail servers and for the dead are seconds here."""
    leases.LEASE = timedelta(seconds=lease)
    leases.DOUBT /= 60
    delivery.BACK_OFF = [wait / 600 for wait in delivery.BACK_OFF]
    transport.REST /= 60
    transport.CONNECT, transport.COMMAND, transport.FINAL_DOT = 2, 2, 2
    transport.LETTER = leases.LEASE.total_seconds() * 5 / 6
    beneath.NET /= 10


def send() -> None:
    """Look after letters for ever, as a worker does."""
    while True:
        with beneath.survived("letters"):
            delivery.deliver_for(RUN)
            with transaction():
                delivery.tend()
        time.sleep(0.02)


def net() -> None:
    """Be the net beside the workers."""
    stop = beneath.Stop()
    while not stop.wait(0.5):
        with beneath.survived("letters"):
            beneath.send_what_others_left(stop, everything=False)


def ticks() -> None:
    """Be a beat and a worker that run every tick in turn."""
    while True:
        for tick in TICKS:
            with beneath.survived(tick.name):
                tick.run()
            time.sleep(0.02)


class Silent(WSGIRequestHandler):
    """Tells no log which pages are asked for, as the service's own web server does not."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


def web() -> None:
    """Be a web host."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    make_server("127.0.0.1", app.config["SETTINGS"].port, app, threaded=True, request_handler=Silent).serve_forever()


JOBS: dict[str, Callable[[], None]] = {"send": send, "net": net, "ticks": ticks, "web": web}


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        job, settings = json.loads(line)
        app = app_of(json.dumps(settings))
        child = os.fork()
        if not child:
            end_with_parent()
            os.close(0)
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # which is our answer to who asked
            hasten(float(settings.get("LEASE", "6")))
            with app.app_context():
                JOBS[job]()
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
