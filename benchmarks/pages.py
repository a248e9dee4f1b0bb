"""Pages of a full group, by the real web process, beside the least a page can cost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.load import measure
from supportgroup import clock, schema
from supportgroup.accounts.service import start_session
from supportgroup.app import create_app
from supportgroup.config import load
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from supportgroup.up import listens
from supportgroup.valkey import free_port
from tests.factories import make_account, make_ask, make_group, make_meeting, make_membership, make_rsvp
from tests.processes import until

ROUNDS, SECONDS = 3, 3.0
MEMBERS, ROWS, GROUPS = 50, 60, 50


def run(database_url: str, var: Path) -> list[dict[str, Any]]:
    """Measure each page in turns with its floor; the best round of each counts."""
    environ = {"DATABASE_URL": database_url, "SUPPORTGROUP_VAR": str(var), "SMTP_URL": "smtp://127.0.0.1:9"}
    slug, cookie = build(environ)
    found = []
    with web("supportgroup.app:create_app(statement_seconds=5)", environ) as (port, process):
        for name, path in (("board", f"/g/{slug}/board"), ("meetings", f"/g/{slug}/meetings"), ("home", "/home")):
            size = measure(port, path, cookie, 0.5).bytes
            with web("benchmarks.floor:make()", {"FLOOR_DATABASE": database_url, "FLOOR_BYTES": str(size)}) as (
                other,
                _,
            ):
                pairs = [
                    (measure(port, path, cookie, SECONDS), measure(other, "/", cookie, SECONDS)) for _ in range(ROUNDS)
                ]
            best = max((pair[0] for pair in pairs), key=lambda load: load.per_second)
            floor = max(pair[1].per_second for pair in pairs)
            found.append({"page": name, **asdict(best), "floor_per_second": floor, "ratio": best.per_second / floor})
        found.append({"page": "memory", "web_mib": memory(process)})
    return found


def build(environ: dict[str, str]) -> tuple[str, str]:
    """A group with many rows among many others. Returns its slug, and the cookie of one who is in it."""
    app = create_app(load(environ))
    with app.app_context():
        schema.upgrade(db.engine)
        with transaction():
            accounts = [make_account(f"Ben{number}") for number in range(MEMBERS)]
            for number in range(GROUPS):
                group = make_group(size_limit=100)
                members = [make_membership(group, account) for account in accounts[: MEMBERS if number == 0 else 3]]
                members[0].role = Role.FACILITATOR
                for row in range(ROWS if number == 0 else 3):
                    make_ask(members[row % len(members)])
                    meeting = make_meeting(group, clock.now() + timedelta(days=row + 1))
                    make_rsvp(meeting, members[1])
                if number == 0:
                    slug = group.slug
            reference = start_session(accounts[1], device="Firefox on Linux")
        db.engine.dispose()
    return slug, f"sid={reference}"


@contextmanager
def web(application: str, environ: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The application under the Procfile's server; its port and process."""
    port = free_port()
    options = f"--bind 127.0.0.1:{port} --worker-class gthread --workers 2 --threads 8 --no-control-socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, *options.split()],
        env={**os.environ, **environ, "PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: listens(port))
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def memory(process: subprocess.Popen[bytes]) -> float:
    """Memory of the server and its workers, in MiB, each shared page counted once among those who share it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    total = 0
    for pid in [str(process.pid), *children]:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return round(total / 1024, 1)
