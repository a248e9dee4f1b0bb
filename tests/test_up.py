"""One command starts everything that is needed, and leaves nothing behind, however it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from supportgroup import devmail
from supportgroup.up import procfile
from supportgroup.valkey import free_port
from tests.processes import until

HERE = Path(__file__).parents[1]
NAMED = ("CI", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "BASE_URL", "PORT", "BIND", "SUPPORTGROUP_ENV")


class Up:
    """`supportgroup up` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        inherited = {name: value for name, value in os.environ.items() if name not in NAMED}
        mine = {"SUPPORTGROUP_VAR": str(self.folder / "var"), "PORT": str(self.port)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "python", "-m", "supportgroup.up"],
                cwd=HERE,
                env={**inherited, **mine, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def wait(self) -> None:
        """Until it says that all is there."""
        until(lambda: "Ctrl-C ends it." in self.said() or self.ended())
        assert not self.ended(), self.said()

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def said(self) -> str:
        return self.log.read_text()

    def get(self, path: str, **headers: str) -> int:
        """The status of a page."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status

    def living(self) -> dict[str, int]:
        """What lives by this folder: the processes that have it in their environment, or live in it as Valkey does."""
        mark, found = f"SUPPORTGROUP_VAR={self.folder / 'var'}".encode(), {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                here = (process / "cwd").readlink().is_relative_to(self.folder)
                if here or mark in (process / "environ").read_bytes().split(b"\0"):
                    found[(process / "cmdline").read_bytes().replace(b"\0", b" ").decode()] = int(process.name)
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                continue
        return found

    def pid(self, words: str) -> int:
        return min(pid for command, pid in self.living().items() if words in command)


@pytest.fixture
def up(tmp_path):
    up = Up(tmp_path)
    yield up
    if not up.ended():
        up.process.kill()
        up.process.wait()


@pytest.mark.timeout(240)  # three starts of the whole service, one after the other
def test_one_command_serves_everything_and_however_it_ends_nothing_is_left_and_it_starts_again_on_the_same_state(up):
    first = up.start()
    up.wait()
    assert up.get("/healthz") == 200
    assert up.get("/dev/mail") == 200
    assert up.get("/healthz", SCRIPT_NAME="/healthz", PATH_INFO="/nowhere") == 200  # it says itself where it is
    assert f"http://127.0.0.1:{up.port}/dev/mail" in up.said()
    until(lambda: up.get("/readyz") == 200)
    assert stat_of(up.folder / "var/secret_key") == 0o600
    living = " ".join(up.living())
    assert all(words in living for words in ("gunicorn", "celery", "beat", "supportgroup deliver", "valkey", "mailbox"))

    key = (up.folder / "var/secret_key").read_text()
    first.kill()
    assert first.wait() == -signal.SIGKILL
    second = up.start()  # at once, while the children of the first may still be ending
    up.wait()
    assert (up.folder / "var/secret_key").read_text() == key

    second.send_signal(signal.SIGINT)
    assert second.wait(20) == 0
    assert up.living() == {}

    third = up.start()
    up.wait()
    os.kill(up.pid("celery --quiet --app workers.app beat"), signal.SIGKILL)
    assert third.wait(30) == 1
    assert up.said().splitlines()[-1].startswith("beat ended by itself with signal SIGKILL")
    until(lambda: up.living() == {}, 20)


def stat_of(path):
    return path.stat().st_mode & 0o777


def test_a_port_that_is_taken_is_named_and_nothing_is_started(up):
    with socket.create_server(("127.0.0.1", up.port)):
        assert up.start().wait(30) == 1
    assert up.said() == (
        f"PORT: 127.0.0.1:{up.port} is not to be had (Address already in use). For another, set PORT.\n"
    )


def test_a_wrong_setting_stops_the_start_with_a_line_that_names_it(up):
    assert up.start(MIN_AGE="young").wait(30) == 1
    assert re.fullmatch(r"MIN_AGE: .+\n", up.said())


def test_in_production_no_broker_is_made_up(up):
    production = {
        "SUPPORTGROUP_ENV": "production",
        "BASE_URL": "https://groups.example.org",
        "MAIL_FROM": "Reminder <no-reply@example.org>",
        "SMTP_URL": "smtp://127.0.0.1:25",
        "SECRET_KEY": "x" * 40,
        "DATA_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE=",
    }
    assert up.start(**production).wait(30) == 1
    assert re.fullmatch(r"REDIS_URL: .+\n", up.said())


def test_the_procfile_names_the_five_processes():
    assert [name for name, _ in procfile()] == ["release", "web", "worker", "beat", "deliver"]


def test_the_mailbox_keeps_the_newest_letters_and_finds_them_by_name_only(tmp_path, monkeypatch):
    monkeypatch.setattr(devmail, "KEPT", 3)
    for number in range(5):
        devmail.keep(tmp_path, f"Subject: number {number}\r\n\r\nhello\r\n".encode())

    letters = devmail.messages(tmp_path)
    assert [letter.message["Subject"] for letter in letters] == ["number 4", "number 3", "number 2"]
    found = devmail.message(tmp_path, letters[0].id)
    assert found is not None
    assert found.received_at == letters[0].received_at
    for name in ("", "..", "../../etc/passwd", "20270512T100000.000000Z-0badcafe", "a\0b", "\ud800"):
        assert devmail.message(tmp_path, name) is None
