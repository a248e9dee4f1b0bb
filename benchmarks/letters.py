"""Due reminders, from the row to the relay, beside the least that such a letter can cost with the same tools.

`python -m benchmarks.letters [DUE]` runs this part alone, on a PostgreSQL of its own.
"""

import multiprocessing
import os
import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import click
import jinja2
from sqlalchemy import create_engine, make_url, text

from benchmarks import planning
from benchmarks.sink import Sink, sink
from supportgroup import schema
from supportgroup.app import create_app
from supportgroup.config import load
from supportgroup.db import db, transaction
from supportgroup.mail.delivery import deliver_for
from supportgroup.meetings import reminders
from tests.conftest import KEYS
from tests.databases import administer
from tests.faults.scene import make_due
from tests.services import Services

SENDERS, DUE, ROWS, LATE = 2, 10_000, 10, 0.002  # rows: for each that is due
PAIRS = 3  # of runs, ours and the ceiling's
# The ceiling: a row that holds all a letter says, claimed 500 at a time, rendered, built by email.mime, marked. Its
# letters are as large as ours.
CEILING = """
CREATE TABLE ceiling (id bigserial PRIMARY KEY, email text, title text, starts_at timestamptz, token text,
                      due_at timestamptz, claimed_at timestamptz, sent_at timestamptz);
INSERT INTO ceiling (email, title, starts_at, token, due_at)
    SELECT 'm' || i || '@members.example', 'Circle ' || i % 200, now() + interval '1 day', md5(i::text),
           CASE WHEN i <= :due THEN now() - interval '1 minute' ELSE now() + interval '9 days' END
    FROM generate_series(1, :rows) i;
CREATE INDEX ON ceiling (due_at) WHERE claimed_at IS NULL;
VACUUM ANALYZE ceiling
"""
OWED_AGAIN = """
UPDATE letters SET state = 'owed', sent_at = NULL, attempts = 0 WHERE state = 'sent' AND key NOT LIKE 'other:%';
UPDATE ceiling SET claimed_at = NULL, sent_at = NULL WHERE claimed_at IS NOT NULL;
VACUUM ANALYZE letters;
VACUUM ANALYZE ceiling
"""
CLAIM = text(
    "UPDATE ceiling SET claimed_at = now() WHERE id IN (SELECT id FROM ceiling WHERE claimed_at IS NULL AND"
    " due_at <= now() ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING id, email, title, starts_at, token"
)
MARK = text("UPDATE ceiling SET sent_at = now() WHERE id = ANY(:ids)")
PLAIN = (
    "{{ title }}: {{ when }}\n\n"
    + "A line about the meeting. " * 40
    + "\n\n{{ url }}\n\nStop these letters: {{ url }}\n"
)
HTML = (
    "<p>{{ title }}: {{ when }}</p>"
    + "<p>A paragraph with <b>words</b> about the meeting and who comes.</p>\n" * 22
    + '<p><a href="{{ url }}">Open your page</a></p><p><a href="{{ url }}">Stop</a></p>\n'
)


def run(server: str, var: Path, due: int = DUE) -> list[dict[str, Any]]:
    """The rate beside the ceiling, the first letter, ten times the rows, a relay that is late, and planning.

    Makes a database of its own on the PostgreSQL server of this URL.
    """
    administer(server, "DROP DATABASE IF EXISTS letters", "CREATE DATABASE letters")
    database_url = make_url(server).set(database="letters").render_as_string(hide_password=False)
    with sink() as there:
        environ = settings(database_url, var, there)
        app = create_app(load(environ))
        with app.app_context():
            schema.upgrade(db.engine)
            make_due(due)
            planned = planning.planned()
            with transaction():
                reminders.owe_reminders(since=None)
            db.session.remove()
            db.engine.dispose()
        prepare(database_url, CEILING, due)
        few = raced(there, due, send, environ)
        prepare(database_url, OWED_AGAIN, due)
        with app.app_context():
            crowd(due * (ROWS - 1))
            db.session.remove()
            db.engine.dispose()
        pairs = [pair(there, due, environ) for _ in range(PAIRS)]
    with sink(LATE) as there:
        late = raced(there, due, send, settings(database_url, var, there))
    ours, least = sorted(pairs, key=lambda found: found[0]["per_second"] / found[1]["per_second"])[PAIRS // 2]
    return [
        {
            "letters": f"{due} due of {due * ROWS}",
            **ours,
            **ratios(pairs),
            **{f"ceiling_{k}": v for k, v in least.items()},
        },
        {
            "letters": "ten times the rows",
            "ratio": ours["per_second"] / few["per_second"],
            "cpu_ratio": few["cpu_ms"] / ours["cpu_ms"],
        },
        {"letters": "relay 2 ms late", **late},
        {"letters": "planned", **planned, "ratio": planned["per_second"] / least["per_second"]},
    ]


def pair(there: Sink, due: int, environ: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours and the ceiling, one straight after the other; everything is due again afterwards."""
    ours = raced(there, due, send, environ)
    least = raced(there, due, send_the_least, environ["DATABASE_URL"], there.port.value)
    prepare(environ["DATABASE_URL"], OWED_AGAIN, due)
    return ours, least


def ratios(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, float]:
    """How near ours comes to the ceiling, the median of the pairs: in letters a second, and in the senders' work."""
    return {
        "ratio": statistics.median(ours["per_second"] / least["per_second"] for ours, least in pairs),
        "cpu_ratio": statistics.median(least["cpu_ms"] / ours["cpu_ms"] for ours, least in pairs),
    }


def settings(database_url: str, var: Path, there: Sink) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SUPPORTGROUP_VAR": str(var),
        "SMTP_URL": there.url,
        "LOG_LEVEL": "error",
        **KEYS,
    }


def crowd(rows: int) -> None:
    """Other letters, half of them sent and half of them for later."""
    columns = "kind, priority, recipient_id, about_id, about_version, scope_id, expires_at, crash_count, created_at"
    many = text(
        f"INSERT INTO letters ({columns}, key, due_at, next_attempt_at, state, attempts, sent_at)"  # noqa: S608
        f" SELECT {columns}, 'other:' || i, due_at + interval '9 days', due_at + interval '9 days',"
        " CASE WHEN i % 2 = 0 THEN 'sent' ELSE 'owed' END, 0, CASE WHEN i % 2 = 0 THEN due_at END"
        " FROM generate_series(1, :rows) i, (SELECT * FROM letters LIMIT 1) one"
    )
    with transaction():
        db.session.execute(many, {"rows": rows})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE letters"))


def prepare(database_url: str, script: str, due: int) -> None:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in script.split(";"):
            connection.execute(text(statement), {"due": due, "rows": due * ROWS} if ":due" in statement else {})
    engine.dispose()


def raced(there: Sink, due: int, work: Callable[..., Callable[[], None]], *arguments: Any) -> dict[str, Any]:
    """Two senders begin at once: letters a second, seconds to the first, processor time and machine's load a letter."""
    there.reset()
    ready, start = multiprocessing.Barrier(SENDERS + 1), multiprocessing.Value("d")
    spent = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=sender, args=(ready, spent, work, *arguments)) for _ in range(SENDERS)]
    for process in processes:
        process.start()
    ready.wait()
    start.value = time.time()
    seconds = sum(spent.get() for _ in processes)
    for process in processes:
        process.join()
    if there.taken.value != due:
        raise RuntimeError(f"{there.taken.value} letters arrived, and not {due}")
    return {
        "per_second": due / (there.last.value - start.value),
        "first_seconds": there.first.value - start.value,
        "cpu_ms": seconds * 1000 / due,
        "letter_bytes": there.bytes.value // due,
        "load": os.getloadavg()[0],
    }


def sender(ready: Any, spent: Any, work: Callable[..., Callable[[], None]], *arguments: Any) -> None:
    begin = work(*arguments)
    ready.wait()
    begun = time.process_time()
    begin()
    spent.put(time.process_time() - begun)


def send(environ: dict[str, str]) -> Callable[[], None]:
    app = create_app(load(environ))

    def begin() -> None:
        with app.app_context():
            deliver_for(timedelta(minutes=10))

    return begin


def send_the_least(database_url: str, port: int) -> Callable[[], None]:
    return lambda: send_all(database_url, port)


def send_all(database_url: str, port: int) -> None:
    """The ceiling: no re-check, no wishes, no links of one's own, a mark for 500 letters at once."""
    env = jinja2.Environment(autoescape=True)
    plain, html = env.from_string(PLAIN), env.from_string(HTML)
    engine = create_engine(make_url(database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        while rows := connection.execute(CLAIM).all():
            for row in rows:
                smtp.sendmail("circles@example.org", [row.email], build(row, plain, html))
            connection.execute(MARK, {"ids": [row.id for row in rows]})
    engine.dispose()


def build(row: Any, plain: jinja2.Template, html: jinja2.Template) -> bytes:
    values = {"title": row.title, "when": f"{row.starts_at:%A %H:%M}", "url": f"https://x.example/u/{row.token}"}
    message = MIMEMultipart("alternative")
    message["Subject"], message["From"], message["To"] = f"Reminder: {row.title}", "Circles <c@example.org>", row.email
    message["Date"], message["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="example.org")
    message["List-Unsubscribe"] = f"<{values['url']}>"
    message.attach(MIMEText(plain.render(values), "plain", "us-ascii"))
    message.attach(MIMEText(html.render(values), "html", "us-ascii"))
    return message.as_bytes()


def main() -> None:
    services = Services()
    services.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for row in run(os.environ["TEST_DATABASE_URL"], Path(folder), *map(int, sys.argv[1:])):
                click.echo("  ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))
    finally:
        services.stop()


if __name__ == "__main__":
    main()
