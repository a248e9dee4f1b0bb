"""The long form of the fault tests, at the sizes of docs/reliability.md: `make test-faults [ARGS="story …"]`.

Takes half an hour. Prints a line for each story and database; ends with 1 where a promise was not kept.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from supportgroup import config
from supportgroup.app import create_app
from supportgroup.db import db
from supportgroup.mail.delivery import HELPERS
from tests.conftest import KEYS
from tests.databases import ENGINES, Databases
from tests.faults import away, stories
from tests.faults.away import AWAY, Away
from tests.faults.doubled import doubled as everything_twice
from tests.faults.mistreated import mistreated
from tests.faults.posting import YES
from tests.faults.scene import Account, Nursery, owe_reminders
from tests.faults.stories import Stage
from tests.services import Services

LETTERS, PATIENCE = 2000, 900
IN_HAND = 2 * (1 + HELPERS)  # letters of one worker: two processes, each with as many connections as a slow relay gets
Told = tuple[str, bool]  # what came of it, in figures, and whether that is as promised


def killed(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found = stories.ended(on, signal.SIGKILL, times=200, seed=1)
    return figures(200, found), kept(found) and found.extra <= 200 and found.most <= 3


def stopped(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found = stories.ended(on, signal.SIGTERM, times=200, seed=2, lease=12)
    return figures(200, found), kept(found) and found.extra == 0


def refused(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found, happened = stories.refused(on, seed=3)
    return figures(happened.total(), found), kept(found) and found.extra == 0


def swallowed(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found, taken = stories.swallowed(on, share=0.02, seed=4)
    return figures(taken, found), kept(found) and found.extra == taken - found.held


def frozen(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found = stories.frozen(on, times=12)
    return figures(12, found), kept(found) and found.extra <= 12


def cut_off(on: Stage) -> Told:
    owe_reminders(LETTERS)
    found = stories.cut_off(on, times=50, seed=6)
    return figures(50, found), kept(found) and found.extra <= 50 * 2


def moved(on: Stage) -> Told:
    found = stories.moved(on, number=500, seed=5)
    return f"500 | {found.stale} stale, {found.wrong} wrong | {found.sent} sent before the change | | ", (
        found.stale == found.wrong == 0
    )


def broker(on: Stage) -> Told:
    found = mistreated(on, letters=600, hasty=False)
    after = found.end.extra - found.killed.extra
    well = kept(found.killed) and kept(found.end) and found.killed.extra <= IN_HAND and after == 0
    late = found.late.total_seconds()
    said = f"{after} after the kill, late by {late:.0f} s, slowest page {found.slowest:.2f} s"
    return f"{figures(3, found.end)}, {said}", well and late <= 90 and found.slowest < 1


def doubled(on: Stage) -> Told:
    found = everything_twice(on, seconds=600, presses=1200, meetings=120, hasty=False)
    said = f"{found.presses} twice | {found.missing} | {found.copies} | | 0, {found.owed} keys, {found.refused} refused"
    return said, found.missing == found.copies == found.refused == 0


def web_killed(on: Stage) -> Told:
    return of_away(away.web_killed(on, times=100, presses=1000, seed=7, hasty=False), 100, most=0)


def restarted(on: Stage) -> Told:
    with away.own_postgresql(on) as (there, server):
        return of_away(away.restarted(there, server, times=20, presses=1000, hasty=False), 20, most=20 * IN_HAND)


def full(on: Stage) -> Told:
    if os.geteuid():
        return "not told: only root can have a small disk | | | |", True
    with away.on_small_disk(on) as (there, disk, server):
        return of_away(away.full(there, disk, server, presses=300), 1, most=0)


def of_away(found: Away, times: int, *, most: int) -> Told:
    said = f"{times} | {found.written.lost + found.unsent} | {found.copies} | | {found.written.orphans} orphans"
    answers = f"{found.answers[YES]} of 303, {found.answers[AWAY]} of 503, {found.answers[None]} without answer"
    lost = found.written.lost or found.written.orphans or found.unsent or found.wrong
    return f"{said}, {answers}", not lost and found.copies <= most


def figures(times: int, found: Account) -> str:
    return f"{times} | {found.lost} | {found.extra} | {found.most} | {found.held}"


def kept(found: Account) -> bool:
    return found.lost == 0 and found.identities == 0


STORIES: dict[str, Callable[[Stage], Told]] = {
    one.__name__: one
    for one in (
        killed,
        stopped,
        refused,
        swallowed,
        frozen,
        cut_off,
        moved,
        broker,
        doubled,
        web_killed,
        restarted,
        full,
    )
}
ON_POSTGRESQL_ALONE = {"cut_off", "broker", "restarted"}


def tell(name: str, databases: Databases, nursery: Nursery, var: Path) -> bool:
    """One story on a fresh database; prints what came of it."""
    url = databases.copy()
    app = create_app(config.load({"DATABASE_URL": url, "SUPPORTGROUP_VAR": str(var), **KEYS}))
    load, begun = os.getloadavg()[0], time.monotonic()
    with app.app_context():
        found, well = STORIES[name](Stage(nursery, app, var, PATIENCE))
        seconds = time.monotonic() - begun
        db.session.remove()
        db.engine.dispose()
    line = f"| {name} | {databases.engine} | {found} | {seconds:.0f} s | {load:.0f} to {os.getloadavg()[0]:.0f} |"
    sys.stdout.write(f"{line}{'' if well else ' NOT AS PROMISED'}\n")
    sys.stdout.flush()
    return well


def main() -> None:
    services, nursery, well = Services(), Nursery(), True
    services.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for engine in ENGINES:
                databases = Databases(engine, Path(folder), "crash")
                for name in sys.argv[1:] or STORIES:
                    if engine == "postgresql" or name not in ON_POSTGRESQL_ALONE:
                        (var := Path(folder) / f"{engine}-{name}").mkdir()
                        well = tell(name, databases, nursery, var) and well
    finally:
        nursery.stop()
        services.stop()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
