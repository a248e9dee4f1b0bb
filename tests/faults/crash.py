"""The long form of the fault tests, at the sizes of docs/reliability.md: `python -m tests.faults.crash [story …]`.

Takes a quarter of an hour. Prints a line for each story and database; ends with 1 where a promise was not kept.
"""

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from supportgroup import config
from supportgroup.app import create_app
from supportgroup.db import db
from tests.conftest import KEYS
from tests.databases import ENGINES, Databases
from tests.faults import stories
from tests.faults.scene import Account, owe_reminders
from tests.services import Services

LETTERS, PATIENCE = 2000, 600
Story = Callable[
    [Flask, Path], tuple[Account, int, bool]
]  # what came of it, how often, and whether that is as promised


def killed(app: Flask, var: Path) -> tuple[Account, int, bool]:
    found = stories.ended(app, var, signal.SIGKILL, times=200, seed=1, patience=PATIENCE)
    return found, 200, kept(found) and found.extra <= 200 and found.most <= 3


def stopped(app: Flask, var: Path) -> tuple[Account, int, bool]:
    found = stories.ended(app, var, signal.SIGTERM, times=200, seed=2, lease=12, patience=PATIENCE)
    return found, 200, kept(found) and found.extra == 0


def refused(app: Flask, var: Path) -> tuple[Account, int, bool]:
    found, happened = stories.refused(app, var, seed=3, patience=PATIENCE)
    return found, happened.total(), kept(found) and found.extra == 0


def swallowed(app: Flask, var: Path) -> tuple[Account, int, bool]:
    found, taken = stories.swallowed(app, var, share=0.02, seed=4, patience=PATIENCE)
    return found, taken, kept(found) and found.extra == taken - found.held


def frozen(app: Flask, var: Path) -> tuple[Account, int, bool]:
    found = stories.frozen(app, var, times=12, patience=PATIENCE)
    return found, 12, kept(found) and found.extra <= 12


def kept(found: Account) -> bool:
    return found.lost == 0 and found.identities == 0


STORIES: dict[str, Story] = {
    "killed": killed,
    "stopped": stopped,
    "refused": refused,
    "swallowed": swallowed,
    "frozen": frozen,
}


def tell(name: str, databases: Databases, var: Path) -> bool:
    """One story on a fresh database; prints what came of it."""
    url = databases.copy()
    app = create_app(config.load({"DATABASE_URL": url, "SUPPORTGROUP_VAR": str(var), **KEYS}))
    with app.app_context():
        owe_reminders(LETTERS)
        begun = time.monotonic()
        found, times, well = STORIES[name](app, var)
        seconds = time.monotonic() - begun
        db.session.remove()
        db.engine.dispose()
    words = f"| {name} | {databases.engine} | {times} | {found.lost} | {found.extra} | {found.most} | {found.held} |"
    sys.stdout.write(f"{words} {seconds:.0f} s |{'' if well else ' NOT AS PROMISED'}\n")
    sys.stdout.flush()
    return well


def main() -> None:
    services, well = Services(), True
    services.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for engine in ENGINES:
                databases = Databases(engine, Path(folder), "crash")
                for name in sys.argv[1:] or STORIES:
                    well = tell(name, databases, Path(folder)) and well
    finally:
        services.stop()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
