"""Run every benchmark on SQLite and PostgreSQL, print a table, write `benchmarks/results.json`."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from benchmarks import enumeration, letters, pages
from tests.services import Services

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    services = Services()
    services.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            var = Path(folder)
            found = {
                engine: [*pages.run(url, var), *enumeration.run(url, var)]
                for engine, url in (
                    ("sqlite", f"sqlite:///{var / 'bench.sqlite3'}"),
                    ("postgresql", os.environ["TEST_DATABASE_URL"]),
                )
            }
            found["letters"] = letters.run(os.environ["TEST_DATABASE_URL"], var)
    finally:
        services.stop()
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    for engine, rows in found.items():
        for row in rows:
            click.echo(f"{engine:<11} {line(row)}")


def line(row: dict[str, Any]) -> str:
    return "  ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()
    )


main()
