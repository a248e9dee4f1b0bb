"""Crisis help by country: numbers and lines, each with the source it was read in and the day of reading.

The facts are in `crisis.toml` beside this file, which says how they are kept. An operator's file of the same shape goes
on top of it. A country of which nothing is known is still a country: its page says how to find the number.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from supportgroup.languages import FIRST, LOCALES, language

OURS = Path(__file__).with_name("crisis.toml")
# Codes in the list of territories that are no place where somebody could be in need of an ambulance.
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


class BadCrisisFile(ValueError):
    """The operator's file does not have the shape of ours. The message names the file and what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Country:
    """An ISO 3166-1 code and its name in the language that is spoken."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Emergency:
    """A number to call where somebody is in danger. `reaches`: "all", or which of police, fire, ambulance."""

    call: str
    reaches: str
    checked: date
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that listens. Numbers as people write them; `chat` is a web address; None where no source says."""

    name: str
    call: tuple[str, ...] = ()
    text: str | None = None
    chat: str | None = None
    hours: str | None = None
    languages: str | None = None
    free: bool = False
    checked: date
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CrisisHelp:
    """What is known of one country; both lists may be empty."""

    country: Country
    emergency: tuple[Emergency, ...]
    lines: tuple[Line, ...]


def countries() -> list[Country]:
    """Every country and territory, by name."""
    return sorted(names(language()).values(), key=lambda country: country.name)


def help_for(code: str, operators: Path | None = None) -> CrisisHelp:
    """What is known of the country with this code. Raises LookupError for what is no country's code.

    `operators` is the operator's own file, if there is one. Raises BadCrisisFile where it cannot be understood.
    """
    country = names(language())[code.upper()]
    emergency, lines = facts(operators)
    return CrisisHelp(
        country=country,
        emergency=emergency.get(country.code, ()),
        lines=lines.get(country.code, ()),
    )


@lru_cache
def names(code_of_language: str) -> dict[str, Country]:
    territories = {str(code): str(name) for code, name in LOCALES[code_of_language].territories.items()}
    countries = {code: name for code, name in territories.items() if len(code) == 2 and code not in NO_COUNTRIES}
    return {code: Country(code=code, name=name) for code, name in countries.items()}


Facts = tuple[dict[str, tuple[Emergency, ...]], dict[str, tuple[Line, ...]]]


@lru_cache(maxsize=8)
def facts(operators: Path | None) -> Facts:
    """Emergency numbers and lines by country: ours, and the operator's in the place of ours where there are any."""
    emergency, lines = read(OURS)
    if operators is not None:
        theirs = read(operators)
        emergency, lines = {**emergency, **theirs[0]}, {**lines, **theirs[1]}
    return emergency, lines


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Facts of some countries that nobody has looked at for long: what they are of, and when somebody last did."""

    what: str
    checked: date
    countries: tuple[str, ...]  # codes


def stale(operators: Path | None, before: date) -> list[Stale]:
    """The facts that were last looked at before this day, oldest first."""
    old: dict[tuple[str, date], list[str]] = {}
    for found in facts(operators):
        for code, known_facts in found.items():
            for fact in known_facts:
                if fact.checked < before:
                    what = fact.name if isinstance(fact, Line) else "emergency numbers"
                    old.setdefault((what, fact.checked), []).append(code)
    rows = [
        Stale(what=what, checked=checked, countries=tuple(sorted(set(codes)))) for (what, checked), codes in old.items()
    ]
    return sorted(rows, key=lambda one: (one.checked, one.what))


def read(path: Path) -> Facts:
    """The facts of one file. Raises BadCrisisFile."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return understand(content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as reason:
        raise BadCrisisFile(f"{path}: {reason}") from None


def understand(content: Mapping[str, Any]) -> Facts:
    emergency: dict[str, tuple[Emergency, ...]] = {}
    for block in content.get("emergency", []):
        for code, numbers in block["countries"].items():
            emergency[known(code)] = tuple(
                Emergency(**number, checked=block["checked"], sources=sources(block)) for number in numbers
            )
    lines: dict[str, tuple[Line, ...]] = {}
    for block in content.get("line", []):
        given = {name: value for name, value in block.items() if name not in ("call", "countries", "sources")}
        line = Line(**given, call=tuple(block.get("call", ())), sources=sources(block))
        for code in block["countries"]:
            lines[known(code)] = (*lines.get(code, ()), line)
    return emergency, lines


def known(code: str) -> str:
    if code not in names(FIRST):
        raise ValueError(f"{code!r} is no country's code.")
    return code


def sources(block: Mapping[str, Any]) -> tuple[str, ...]:
    """Where a fact was read. Without a source and a day it is no fact, and is refused."""
    found = tuple(block["sources"])
    if not found or not all(source.startswith(("https://", "http://")) for source in found):
        raise ValueError(f"sources of {block.get('name', 'emergency')!r} need a web address.")
    if not isinstance(block["checked"], date):
        raise ValueError(f"checked of {block.get('name', 'emergency')!r} needs a date.")
    return found
