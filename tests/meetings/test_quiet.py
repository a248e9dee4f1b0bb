"""Reminders around quiet hours, on clocks that change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.mail.quiet import quiet_hours
from supportgroup.meetings.quiet import SOON_AFTER, begins_near_quiet_hours, remind_at

TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0))
QUIET = st.one_of(st.none(), st.tuples(TIMES, TIMES))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
).map(clock.zone)
MINUTES = st.integers(0, 14 * 24 * 60)
NIGHT = (time(21), time(8))
PARIS = clock.zone("Europe/Paris")


@given(starts_at=INSTANTS, minutes=MINUTES, quiet=QUIET, zone=ZONES)
def test_a_reminder_is_never_later_than_wanted_and_less_than_a_day_earlier(starts_at, minutes, quiet, zone):
    wanted = starts_at - timedelta(minutes=minutes)
    due = remind_at(starts_at, minutes, quiet, zone)

    assert wanted - timedelta(hours=25) <= due <= wanted


@given(starts_at=INSTANTS, minutes=MINUTES, quiet=QUIET, zone=ZONES)
def test_it_is_moved_to_the_beginning_of_the_quiet_hours_it_falls_into_or_not_at_all(starts_at, minutes, quiet, zone):
    wanted = starts_at - timedelta(minutes=minutes)
    due = remind_at(starts_at, minutes, quiet, zone)
    hours = quiet_hours(wanted, quiet, zone)

    if hours is None or begins_near_quiet_hours(starts_at, quiet, zone):
        assert due == wanted
    else:
        assert due == hours[0]


@given(starts_at=INSTANTS, quiet=QUIET, zone=ZONES)
def test_a_meeting_in_quiet_hours_or_within_two_hours_after_keeps_its_reminders(starts_at, quiet, zone):
    hours = quiet_hours(starts_at, quiet, zone)
    if hours is None:
        return

    assert begins_near_quiet_hours(starts_at, quiet, zone)
    assert begins_near_quiet_hours(hours[1], quiet, zone)
    assert begins_near_quiet_hours(hours[1] + SOON_AFTER, quiet, zone)


@given(starts_at=INSTANTS, one=MINUTES, two=MINUTES, quiet=QUIET, zone=ZONES)
def test_reminders_keep_their_order(starts_at, one, two, quiet, zone):
    longer, shorter = max(one, two), min(one, two)

    assert remind_at(starts_at, longer, quiet, zone) <= remind_at(starts_at, shorter, quiet, zone)


@pytest.mark.parametrize(
    ("starts", "minutes", "due"),
    [
        ("2026-12-02 12:00", 24 * 60, "2026-12-01 12:00"),  # by day
        ("2026-12-02 12:00", 5 * 60, "2026-12-01 21:00"),  # at seven in the morning: the evening before
        ("2026-12-02 10:00", 3 * 60, "2026-12-02 07:00"),  # a meeting two hours after: its members are up
        ("2026-12-02 10:01", 3 * 60, "2026-12-01 21:00"),
        ("2026-12-02 22:00", 60, "2026-12-02 21:00"),  # a meeting within quiet hours
        ("2026-12-02 22:00", 24 * 60, "2026-12-01 22:00"),
        ("2026-12-02 08:30", 60, "2026-12-02 07:30"),
        ("2027-03-28 12:00", 9 * 60, "2027-03-27 21:00"),  # the night that is an hour short
        ("2026-10-25 12:00", 11 * 60, "2026-10-24 21:00"),  # the night that is an hour long
    ],
)
def test_on_a_clock_in_paris(starts, minutes, due):
    assert remind_at(paris(starts), minutes, NIGHT, PARIS) == paris(due)


def paris(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)
