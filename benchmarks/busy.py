"""What costs much, beside people who read (T26): twenty who sign in by password without a pause, ten megabytes at once.

Promised: 95 of 100 pages come within a second meanwhile, and what is too long is refused within a second.
"""

import os
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from select import select
from socket import create_connection
from typing import Any
from urllib.parse import urlencode

from benchmarks import pages
from supportgroup.accounts import passwords
from supportgroup.app import create_app
from supportgroup.config import load
from supportgroup.db import db, transaction
from tests.factories import make_account
from tests.processes import service

SIGNING_IN, READING = 20, 10
SECONDS, PAUSE, PUT_OFF = 20.0, 0.5, 1.0  # of a reader between two pages; of who was told to come back
PIECE, PIECES = 64 * 1024, 160  # bytes; ten megabytes in all
PASSWORD = "a lamp in every window"  # noqa: S105  of accounts that live for a minute


def run(database_url: str, var: Path) -> list[dict[str, Any]]:
    """A row for readers alone and one for readers beside those who sign in, each with what became of a long body."""
    environ = {"DATABASE_URL": database_url, "SUPPORTGROUP_VAR": str(var), "SMTP_URL": "smtp://127.0.0.1:9"}
    slug, cookie = pages.build(environ)
    emails = give_passwords(environ)
    ours = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "WEB_CONCURRENCY": "2", "LOG_LEVEL": "error"}
    with service({**environ, **ours}) as running:
        running.start("web")
        running.wait_for_web()
        return [beside(running.port, f"/g/{slug}/board", cookie, some) for some in ([], emails)]


def give_passwords(environ: dict[str, str]) -> list[str]:
    """Addresses of accounts that have the password, hashed as in service."""
    app = create_app(load(environ))
    hashed = passwords.hashed(PASSWORD)
    with app.app_context(), transaction():
        accounts = [make_account("Cleo") for _ in range(SIGNING_IN)]
        for account in accounts:
            passwords.set_password(account, hash=hashed, is_short=False)
        emails = [account.email for account in accounts]
    with app.app_context():
        db.engine.dispose()
    return emails


def beside(port: int, path: str, cookie: str, emails: list[str]) -> dict[str, Any]:
    """How long the page takes whoever reads, while these sign in again and again."""
    end = time.monotonic() + SECONDS
    read: list[float] = []
    entered: list[float] = []
    with ThreadPoolExecutor(READING + SIGNING_IN) as people:
        work = [people.submit(reading, port, path, cookie, end, read) for _ in range(READING)]
        work += [people.submit(signing_in, port, email, end, entered) for email in emails]
        time.sleep(SECONDS / 2)
        status, took = too_long(port)
    for each in work:
        each.result()
    cuts = statistics.quantiles(read, n=20)
    row = {"beside": f"{len(emails)} signing in", "pages": len(read), "p50_ms": cuts[9], "p95_ms": cuts[18]}
    signed_in = {"signed_in": len(entered), "each_ms": statistics.median(entered)} if emails else {}
    return {**row, **signed_in, "long_body": status, "long_body_ms": took}


def reading(port: int, path: str, cookie: str, end: float, took: list[float]) -> None:
    """A page every half second, by a browser that keeps its connection. Raises RuntimeError for what is no page."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while (began := time.monotonic()) < end:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            took.append((time.monotonic() - began) * 1000)
            time.sleep(PAUSE)


def signing_in(port: int, email: str, end: float, took: list[float]) -> None:
    """By password, each time in a fresh browser; who is put off tries again soon. Raises RuntimeError otherwise."""
    while time.monotonic() < end:
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/sign-in/password")
            answer = connection.getresponse()
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
            jar = SimpleCookie(answer.getheader("Set-Cookie", ""))
            cookie = "; ".join(f"{name}={part.value}" for name, part in jar.items())
            data = {"email": email, "password": PASSWORD, "csrf_token": token.group(1) if token else ""}
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            began = time.monotonic()
            connection.request("POST", "/sign-in/password", urlencode(data), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (303, 503):
                raise RuntimeError(f"signing in answered {answer.status}")
            if answer.status == 303:
                took.append((time.monotonic() - began) * 1000)
            else:
                time.sleep(PUT_OFF)


def too_long(port: int) -> tuple[int, float]:
    """What ten megabytes in one form are answered, and after how many milliseconds."""
    began = time.monotonic()
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {PIECE * PIECES}\r\n"
    with create_connection(("127.0.0.1", port), timeout=30) as wire:
        with suppress(ConnectionError):  # the server need not hear the rest
            wire.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
            for _ in range(PIECES):
                if select([wire], [], [], 0)[0]:
                    break
                wire.sendall(b"a" * PIECE)
        status = int(wire.recv(PIECE).split()[1])
    return status, (time.monotonic() - began) * 1000
