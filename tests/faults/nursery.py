"""Senders as processes of their own, to be killed: `python -m tests.faults.nursery`.

It is told on its input to start one, and says the process's number. Starting is quick, since each is forked from here,
and all of them end with it. In them time runs fast: leases and waits are fractions of what they are.
"""

import os
import signal
import sys
import time
from datetime import timedelta

from supportgroup.app import create_app
from supportgroup.db import transaction
from supportgroup.mail import delivery, leases, transport
from supportgroup.supervisor import end_with_parent

RUN = timedelta(seconds=0.5)


def hasten() -> None:
    """Waits for people's mail servers and for the dead are seconds here."""
    leases.LEASE = timedelta(seconds=float(os.environ.get("LEASE", "6")))
    leases.DOUBT /= 60
    delivery.BACK_OFF = [wait / 600 for wait in delivery.BACK_OFF]
    transport.REST /= 60
    transport.CONNECT, transport.COMMAND, transport.FINAL_DOT = 2, 2, 2
    transport.LETTER = leases.LEASE.total_seconds() * 5 / 6


def send() -> None:
    """Look after letters for ever."""
    app = create_app()
    with app.app_context():
        while True:
            delivery.deliver_for(RUN)
            with transaction():
                delivery.tend()
            time.sleep(0.02)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    hasten()
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            end_with_parent()
            os.close(0)
            send()
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
