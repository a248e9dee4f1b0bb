"""The service's own processes, started as the Procfile does, for tests that end them or look through a browser."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from supportgroup.supervisor import end_with_parent
from supportgroup.up import procfile, shell
from supportgroup.valkey import free_port

PATIENCE = 45  # seconds


class Service:
    """Lines of the Procfile as processes, all with the same settings."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {**os.environ, "PORT": str(self.port), "BASE_URL": self.url, "WEB_CONCURRENCY": "1", **settings}
        self.lines = dict(procfile())
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start one line; it leads a process group of its own."""
        process = subprocess.Popen(
            shell(self.lines[name]),
            env={**self.environ, **settings},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End it and all it started, at once and without a word, as a lost machine would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def wait_for_web(self) -> None:
        def answers() -> bool:
            try:
                return bool(urllib.request.urlopen(f"{self.url}/healthz", timeout=2).status == 200)
            except (urllib.error.URLError, OSError):
                return False

        until(answers)


@contextmanager
def service(settings: Mapping[str, str]) -> Iterator[Service]:
    """A service that is gone, with everything it started, when the block ends."""
    made = Service(settings)
    try:
        yield made
    finally:
        for process in made.running:
            process.terminate()
        end = time.monotonic() + 20
        for process in made.running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until it is true; fail the test when that takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so within {seconds} seconds"
        time.sleep(0.05)
