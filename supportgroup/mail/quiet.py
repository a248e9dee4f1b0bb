"""Quiet hours, on their owner's clock, through every change of it. Pure: no database, no clock.

They lie between two instants of each day, not between two positions of the hands: where the clock is put back, an hour
that comes twice is quiet by its first coming or not at all.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

Quiet = tuple[time, time] | None  # from, until, on the owner's clock; over midnight where the second is earlier
NIGHT = time(21), time(8)  # those of everybody who says nothing else
MORNING = timedelta(hours=1)  # after quiet hours, until what waited comes: at nine where they end at eight


def quiet_hours(instant: datetime, quiet: Quiet, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """Beginning and end (UTC) of the quiet hours this instant lies in; None where it lies in none."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begins, ends = quiet
    today = instant.astimezone(zone).date()
    for first in (today, today - timedelta(days=1)):
        since, until = at(first, begins, zone), at(first + timedelta(days=begins > ends), ends, zone)
        if since <= instant < until:
            return since, until
    return None


def after_quiet(instant: datetime, quiet: Quiet, zone: tzinfo) -> datetime:
    """When what can wait comes: at this instant, or in the morning where that lies in the quiet hours."""
    hours = quiet_hours(instant, quiet, zone)
    if hours is None:
        return instant
    morning = hours[1] + MORNING
    return morning if quiet_hours(morning, quiet, zone) is None else hours[1]


def at(day: date, wall: time, zone: tzinfo) -> datetime:
    """The instant of this time on this day. Of a time that comes twice the first, of one left out the moment after."""
    return datetime.combine(day, wall, zone).astimezone(UTC)
