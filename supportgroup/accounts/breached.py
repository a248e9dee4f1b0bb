"""Passwords that were stolen elsewhere: a file that the operator imports, so that nobody is asked over the net.

It holds the first eight bytes of each password's SHA-1, sorted; SHA-1 because that is how such lists are passed on.
It is searched on disk: a billion entries cost thirty reads and no memory.
"""

import hashlib
import heapq
import mmap
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

FILE = "breached-passwords"  # under SUPPORTGROUP_VAR
SIZE = 8  # bytes kept of each hash
RUN = 1_000_000  # hashes sorted at once
HASH = re.compile(rb"([0-9A-Fa-f]{40})(:\d+)?")


class Breached:
    """Where `create_app` puts the file's path."""

    path: Path | None = None


def install(path: Path) -> None:
    Breached.path = path


def contains(password: str) -> bool:
    """Whether the imported list has this password; never where no list was imported."""
    if Breached.path is None or not Breached.path.exists() or not Breached.path.stat().st_size:
        return False
    wanted = digest(password.encode())
    with Breached.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as hashes:
        low, high = 0, len(hashes) // SIZE
        while low < high:
            middle = (low + high) // 2
            if hashes[middle * SIZE : (middle + 1) * SIZE] < wanted:
                low = middle + 1
            else:
                high = middle
        return hashes[low * SIZE : (low + 1) * SIZE] == wanted


def digest(password: bytes) -> bytes:
    return hashlib.sha1(password, usedforsecurity=False).digest()[:SIZE]


def import_list(source: IO[bytes], target: Path, progress: Callable[[int], object]) -> int:
    """Make the file from a list: a password a line, or a SHA-1 in hex a line, with or without `:count`.

    `progress` is called with the bytes read since the last call. Returns how many entries there are. The former file
    stays until the new one is whole.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        runs = [stack.enter_context(run) for run in sorted_runs(hashes_of(source, progress))]
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as file:
            count, last = 0, b""
            for entry in heapq.merge(*map(entries, runs)):
                if entry != last:
                    file.write(entry)
                    count, last = count + 1, entry
    fresh.replace(target)
    return count


def hashes_of(source: IO[bytes], progress: Callable[[int], object]) -> Iterator[int]:
    for line in source:
        progress(len(line))
        text = line.rstrip(b"\r\n")
        if not text:
            continue
        hashed = HASH.fullmatch(text)
        found = bytes.fromhex(hashed[1].decode())[:SIZE] if hashed else digest(text)
        yield int.from_bytes(found, "big")


def sorted_runs(hashes: Iterable[int]) -> Iterator[IO[bytes]]:
    """The hashes in files of their own, each sorted: the whole list may not fit into memory."""
    run = array("Q")
    for number in hashes:
        run.append(number)
        if len(run) == RUN:
            yield written(run)
            run = array("Q")
    yield written(run)


def written(run: "array[int]") -> IO[bytes]:
    file = TemporaryFile()  # noqa: SIM115  closed, and so gone, by whoever merges the runs
    file.writelines(number.to_bytes(SIZE, "big") for number in sorted(run))
    file.seek(0)
    return file


def entries(run: IO[bytes]) -> Iterator[bytes]:
    while entry := run.read(SIZE):
        yield entry
