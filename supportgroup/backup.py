"""Backup and restore: the whole database as one file, and back into an empty one. The keys are never in it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, inspect

from supportgroup.errors import Refused

PAGES = 1000  # of a SQLite file, copied between two words about progress
Progress = Callable[[float], None]  # told the share that is done, 0 to 1; never, where a program of others works
HEADS = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}  # how each database's backups begin
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def backup(engine: Engine, path: Path, progress: Progress) -> None:
    """Write the database to a new file that only its owner reads. Raises Refused where that cannot be.

    The service may run meanwhile: the file holds one moment of it. It appears under its name when it is whole.
    """
    if path.exists():
        raise Refused(f"{path} is there already, and is left as it is. Choose another name.")
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise Refused(f"{part} is there: another backup runs, or one was cut short. Remove it first.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from None
    try:
        if engine.dialect.name == "sqlite":
            copy_sqlite(database_file(engine), part, progress)
        else:
            run_postgresql("pg_dump", engine.url, "--format=custom", "--no-owner", "--no-acl", f"--file={part}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        path.hardlink_to(part)  # unlike renaming, never over a file that came meanwhile
    except FileExistsError:
        raise Refused(f"{path} is there already, and is left as it is. Choose another name.") from None
    finally:
        part.unlink(missing_ok=True)


def restore(engine: Engine, path: Path, progress: Progress) -> None:
    """Fill an empty database from a backup of its sort. Raises Refused where that cannot be."""
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    kind = engine.dialect.name
    with path.open("rb") as file:
        head = file.read(16)
    if not head.startswith(HEADS[kind]):
        made_of = next((NAMES[other] for other, known in HEADS.items() if head.startswith(known)), None)
        sort = f"a backup of {made_of}" if made_of else "no backup of ours"
        raise Refused(f"{path} is {sort}, and DATABASE_URL names a database of {NAMES[kind]}.")
    if inspect(engine).get_table_names():
        raise Refused("The database is not empty, and is left as it is. Make a new one for DATABASE_URL.")
    engine.dispose()
    if kind == "sqlite":
        database_file(engine).chmod(0o600)
        copy_sqlite(path, database_file(engine), progress)
    else:
        run_postgresql(
            "pg_restore", engine.url, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", str(path)
        )


def database_file(engine: Engine) -> Path:
    path = Path(engine.url.database or "")
    if not path.is_file():
        raise Refused("There is no database yet.")
    return path


def copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Copy one SQLite database into another, by its own means for copying one that is in use."""

    def tell(_status: int, left: int, whole: int) -> None:
        progress(1 - left / whole if whole else 1)

    try:
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
            there.execute("BEGIN")  # one moment of it: who writes meanwhile does not start the copy anew
            there.execute("SELECT count(*) FROM sqlite_master").fetchone()
            there.backup(here, pages=PAGES, progress=tell)
            here.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            if (found := here.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise Refused(f"The copy is damaged: {found}")
    except sqlite3.Error as error:
        raise Refused(f"The database could not be copied: {error}.") from None


def run_postgresql(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the database. The password goes by the environment."""
    binary = shutil.which(program)
    if binary is None:
        raise Refused(f"{program} is not found: install PostgreSQL's client programs, no older than the server.")
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environ = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    ran = subprocess.run(
        [binary, "--no-password", f"--dbname={plain}", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or ["it did not say why"]
        raise Refused(f"{program} could not do it: {said[0].removeprefix(f'{program}: ')}")
