"""What happens to senders and relays, at any length: short in the tests, long in `python -m tests.faults.crash`.

Each story is told to an app whose reminders are due, and returns what came of them.
"""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from flask import Flask

from tests.faults.scene import Account, account, senders, settings_of, waiting
from tests.processes import until
from tests.relay import DROP, SWALLOW, relay, seeded

LATE = 0.03  # seconds before each of the relay's answers; at once, and the letters were gone before the first kill
LATER = "451 4.3.0 Later"


def ended(
    app: Flask, var: Path, how: signal.Signals, *, times: int, seed: int, lease: float = 3, patience: float = 45
) -> Account:
    """Two senders are ended, one after the other, again and again, and others start in their place."""
    dice = random.Random(seed)
    with relay(late=LATE) as there, senders(settings_of(app, there.url, var, LEASE=str(lease))) as processes:
        working = [processes.start(), processes.start()]
        until(lambda: len(there.kept) > 5)
        for turn in range(times):
            time.sleep(dice.uniform(0.05, 0.3))
            processes.end(working[turn % 2], how)
            working[turn % 2] = processes.start()
        until(lambda: waiting() == 0, patience)
        return account(there)


def refused(app: Flask, var: Path, *, seed: int, patience: float = 45) -> tuple[Account, Counter[str]]:
    """Of the recipients 30 % are refused for now, and 5 % of the connections break while the text is handed over."""
    faults = seeded(seed, ("rcpt", LATER, 0.3), ("text", DROP, 0.05))
    with relay(faults) as there, senders(settings_of(app, there.url, var)) as processes:
        processes.start()
        processes.start()
        until(lambda: waiting() == 0, patience)
        return account(there), there.happened


def swallowed(app: Flask, var: Path, *, share: float, seed: int, patience: float = 45) -> tuple[Account, int]:
    """The relay takes a share of the letters and hangs up without a word: what came of it, and how many those were."""
    with relay(seeded(seed, ("text", SWALLOW, share))) as there, senders(settings_of(app, there.url, var)) as processes:
        processes.start()
        until(lambda: waiting() == 0, patience)
        return account(there), there.happened["text swallow"]


def frozen(app: Flask, var: Path, *, times: int, patience: float = 45) -> Account:
    """One of two senders stands still for longer than its lease, again and again."""
    with relay(late=LATE) as there, senders(settings_of(app, there.url, var, LEASE="2")) as processes:
        first, _ = processes.start(), processes.start()
        until(lambda: len(there.kept) > 5)
        for _ in range(times):
            os.kill(first, signal.SIGSTOP)
            time.sleep(3)
            os.kill(first, signal.SIGCONT)
            time.sleep(0.2)
        until(lambda: waiting() == 0, patience)
        return account(there)
