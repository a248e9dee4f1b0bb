"""A supervisor of processes: starts children, prints their lines, watches over them, and ends them together.

It has one thread. Its children end when one of them dies, when it is asked to stop, and, on Linux, when it is killed.
"""

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

import click

GRACE = 15  # seconds from SIGTERM to SIGKILL; one run of a tick lasts 5 at most
PATIENCE = 60  # seconds in which a server has to answer
STEP = 0.1  # seconds between two looks at the children
PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None)


class Stopped(Exception):
    """Someone asked us to stop."""


class Broken(Exception):
    """It can't go on. The message is one line that says why."""


@dataclass(eq=False)
class Child:
    """A process we started: is it there to stay, are its lines shown, does it end after the others?"""

    name: str
    process: subprocess.Popen[bytes]
    stays: bool
    shown: bool
    last: bool
    lines: list[str] = field(default_factory=list)  # whole, and not shown yet
    unfinished: bytes = b""

    def show(self) -> None:
        """Print what it has said."""
        for line in self.lines:
            click.echo(f"{click.style(self.name.ljust(8), dim=True)} {line}")
        self.lines.clear()


class Supervisor:
    """The children and their environment."""

    def __init__(self, var: Path) -> None:
        self.environ = {
            **os.environ,
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
            "PYTHONUNBUFFERED": "1",
        }
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.asked = False
        var.mkdir(parents=True, exist_ok=True)
        self.lock = os.open(var / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler. Leaves a mark for the next `look`, so that no child is lost half-way."""
        self.asked = True

    def take(self) -> None:
        """Have the folder to ourselves. The children share the lock: it is free once the last of them is gone."""

        def taken() -> bool:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            return False

        if not taken():
            click.echo("Another `supportgroup up` has this folder. Waiting for it to end.")
        self.wait(taken, "SUPPORTGROUP_VAR: the folder is in use by another `supportgroup up`.", GRACE + 5)

    def launch(
        self,
        name: str,
        command: list[str],
        *,
        stays: bool = False,
        shown: bool = True,
        last: bool = False,
        stdin: str = "",
    ) -> Child:
        """Start a child, in a session of its own: a Ctrl-C of the terminal reaches us and nobody else."""
        process = subprocess.Popen(
            command,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(self.lock,),
            preexec_fn=end_with_parent,
        )
        child = Child(name, process, stays, shown, last)
        self.children.append(child)
        if process.stdout:
            os.set_blocking(process.stdout.fileno(), False)
            self.selector.register(process.stdout, selectors.EVENT_READ, child)
        if process.stdin:
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(stdin.encode())
        return child

    def finish(self, name: str, command: list[str]) -> list[str]:
        """Run a child to its end and return its lines. Raises Broken, having shown them, if it ends badly."""
        child = self.launch(name, command, shown=False)
        while child.process.poll() is None:
            self.look()
        self.read()
        if child.process.returncode:
            child.show()
            raise Broken(f"{name} ended with {ending(child)}. Nothing was left running.")
        return child.lines

    def wait(self, ready: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
        """Look after the children until `ready`. Raises Broken with `otherwise` if that takes too long."""
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise Broken(otherwise)
            self.look()

    def look(self) -> None:
        """Print what the children say. Raises Stopped if we were asked to stop, Broken if one of them has died."""
        self.read()
        if self.asked:
            raise Stopped
        for child in self.children:
            if child.stays and child.process.poll() is not None:
                self.read()
                child.show()
                raise Broken(f"{child.name} ended by itself with {ending(child)}, so everything else was stopped too.")

    def read(self) -> None:
        """Take what is there, for at most a STEP; a line is shown once it is whole."""
        for key, _ in self.selector.select(STEP):
            child: Child = key.data
            said = os.read(key.fd, 65536)
            if not said:
                self.selector.unregister(key.fileobj)
                continue
            *whole, child.unfinished = (child.unfinished + said).split(b"\n")
            child.lines += [line.decode(errors="replace").rstrip() for line in whole if line.strip()]
            if child.shown:
                child.show()

    def stop(self) -> None:
        """End all children: first those that need broker and mailbox, then these; nobody is left behind."""
        for last in (False, True):
            group = [child for child in self.children if child.last is last]
            for child in group:
                if child.process.poll() is None:
                    child.process.terminate()
            end = time.monotonic() + GRACE
            while any(child.process.poll() is None for child in group) and time.monotonic() < end:
                self.read()
            for child in group:
                with contextlib.suppress(ProcessLookupError):  # what it started may have outlived it
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self.read()


def end_with_parent() -> None:
    """In a child, before it becomes what it is to be: ask Linux for a SIGTERM when the parent dies."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def ending(child: Child) -> str:
    code = child.process.returncode
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
