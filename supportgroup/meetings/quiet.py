"""When a reminder is due, on its reader's clock. Pure: no database, no clock."""

from datetime import datetime, timedelta, tzinfo

from supportgroup.mail.quiet import Quiet, at, quiet_hours

SOON_AFTER = timedelta(hours=2)  # a meeting this soon after quiet hours is worth being reminded of within them


def remind_at(starts_at: datetime, minutes: int, quiet: Quiet, zone: tzinfo) -> datetime:
    """The instant of a reminder: `minutes` before the start, or the beginning of the quiet hours that falls into.

    It stays where it falls when the meeting itself begins in quiet hours or within two hours after them: whoever goes
    to it is up. Aware, UTC, never later than `minutes` before. The longer before, the earlier or equal.
    """
    due = starts_at - timedelta(minutes=minutes)
    hours = quiet_hours(due, quiet, zone)
    if hours is None or begins_near_quiet_hours(starts_at, quiet, zone):
        return due
    return hours[0]


def begins_near_quiet_hours(starts_at: datetime, quiet: Quiet, zone: tzinfo) -> bool:
    """Whether it begins in quiet hours, or within two hours after their end."""
    if quiet is None or quiet[0] == quiet[1]:
        return False
    if quiet_hours(starts_at, quiet, zone):
        return True
    day = starts_at.astimezone(zone).date()
    ends = (at(day - timedelta(days=back), quiet[1], zone) for back in (0, 1))
    return any(timedelta(0) <= starts_at - end <= SOON_AFTER for end in ends)
