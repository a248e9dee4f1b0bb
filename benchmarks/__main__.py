"""Run the benchmarks on SQLite and PostgreSQL, print a table, write `benchmarks/results.json`."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from benchmarks import busy, enumeration, letters, pages
from tests.services import Services

RESULTS = Path(__file__).with_name("results.json")
ON_BOTH = {"pages": pages.run, "busy": busy.run, "enumeration": enumeration.run}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*ON_BOTH, "letters"]))
def main(parts: tuple[str, ...]) -> None:
    """Run these PARTS, or all of them."""
    services = Services()
    services.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(parts or (*ON_BOTH, "letters"), Path(folder))
    finally:
        services.stop()
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    click.echo(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} at the end")
    for engine, rows in found.items():
        for row in rows:
            click.echo(f"{engine:<11} {line(row)}")


def measure(parts: tuple[str, ...], var: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each engine."""
    urls = {"sqlite": f"sqlite:///{var / 'bench.sqlite3'}", "postgresql": os.environ["TEST_DATABASE_URL"]}
    found = {
        engine: [row for part, run in ON_BOTH.items() if part in parts for row in run(url, var)]
        for engine, url in urls.items()
    }
    if "letters" in parts:
        found["letters"] = letters.run(urls["postgresql"], var)
    return found


def line(row: dict[str, Any]) -> str:
    return "  ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()
    )


main()
