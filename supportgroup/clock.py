"""The one place that reads the time, and the one that turns a zone's name into a zone."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


class BadZone(ValueError):
    """No such time zone."""


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The IANA names a person may choose from, sorted: `Area/City` and UTC."""
    areas = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return ("UTC", *sorted(name for name in available_timezones() if name.split("/")[0] in areas))


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises BadZone for anything that is not a zone's name."""
    if name not in available_timezones():
        raise BadZone(f"There is no time zone of the name {name[:60]!r}.")
    return ZoneInfo(name)
