"""Quiet hours on their owner's clock, through every change of it: one rule for letters and for reminders."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.mail.quiet import MORNING, after_quiet, at, quiet_hours
from supportgroup.meetings.quiet import begins_near_quiet_hours, remind_at

TIMES = st.times(timezones=st.none()).map(lambda wall: wall.replace(second=0, microsecond=0))
NIGHT = (time(21), time(8))
# Clocks that go forward and back, by an hour or half of one, at night or at midnight; and some that never do.
NAMES = "Europe/Paris America/New_York Australia/Lord_Howe America/Havana Africa/Casablanca Asia/Kathmandu UTC"
ZONES = st.sampled_from([clock.zone(name) for name in NAMES.split()])
YEARS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


def changes_of(zone):
    """The hours at which this clock is put forward or back."""
    hours = [YEARS[0] + timedelta(hours=number) for number in range(2 * 365 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hour for hour, before, now in zip(hours[1:], offsets, offsets[1:], strict=False) if before != now]


CHANGES = [(zone, hour) for zone in (clock.zone(name) for name in NAMES.split()) for hour in changes_of(zone)]


@st.composite
def moments(draw):
    """A clock, an instant, quiet hours: near a change of that clock half of the time."""
    if draw(st.booleans()):
        zone, hour = draw(st.sampled_from(CHANGES))
        return zone, hour + timedelta(minutes=draw(st.integers(-26 * 60, 26 * 60))), draw(st.tuples(TIMES, TIMES))
    instant = draw(st.datetimes(*(year.replace(tzinfo=None) for year in YEARS), timezones=st.just(UTC)))
    return draw(ZONES), instant, draw(st.tuples(TIMES, TIMES))


@given(moments())
def test_they_lie_between_two_instants_and_whoever_is_in_them_is_before_their_end(moment):
    zone, instant, quiet = moment
    hours = quiet_hours(instant, quiet, zone)
    if hours is None:
        return
    begins, ends = hours

    assert begins <= instant < ends <= begins + timedelta(hours=25)
    assert quiet_hours(begins, quiet, zone) == hours
    assert quiet_hours(ends - timedelta(microseconds=1), quiet, zone) == hours


@given(moments())
def test_away_from_changes_of_the_clock_the_hands_say_the_same(moment):
    zone, instant, (begins, ends) = moment
    if any(zone == one and abs(instant - hour) < timedelta(hours=49) for one, hour in CHANGES):
        return
    hands = instant.astimezone(zone).time()
    inside = begins <= hands < ends if begins <= ends else hands >= begins or hands < ends

    assert (quiet_hours(instant, (begins, ends), zone) is not None) is inside


@given(moments())
def test_a_letter_waits_until_an_hour_after_them_and_no_longer(moment):
    zone, instant, quiet = moment
    hours, later = quiet_hours(instant, quiet, zone), after_quiet(instant, quiet, zone)

    assert later == instant if hours is None else later in (hours[1], hours[1] + MORNING)
    assert instant <= later <= instant + timedelta(hours=26)


@given(moments(), st.integers(0, 14 * 24 * 60))
def test_a_reminder_comes_before_the_same_hours_that_a_letter_waits_for(moment, minutes):
    zone, wanted, quiet = moment
    starts_at = wanted + timedelta(minutes=minutes)
    due = remind_at(starts_at, minutes, quiet, zone)

    assert due <= wanted <= after_quiet(wanted, quiet, zone)
    moved = after_quiet(wanted, quiet, zone) > wanted and not begins_near_quiet_hours(starts_at, quiet, zone)
    assert due == (quiet_hours(wanted, quiet, zone)[0] if moved else wanted)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-12-01 23:30", "2026-12-02 09:00"),
        ("2026-12-01 13:00", "2026-12-01 13:00"),
        ("2027-03-27 23:30", "2027-03-28 09:00"),  # the night that is an hour short
        ("2026-10-24 23:30", "2026-10-25 09:00"),  # the night that is an hour long
    ],
)
def test_at_night_it_is_nine_in_the_morning(now, then):
    paris = clock.zone("Europe/Paris")
    instant, later = (datetime.fromisoformat(text).replace(tzinfo=paris).astimezone(UTC) for text in (now, then))

    assert after_quiet(instant, NIGHT, paris) == later


def test_an_hour_that_comes_twice_is_quiet_until_its_first_end():
    paris, ends = clock.zone("Europe/Paris"), time(2, 30)
    first = at(datetime(2026, 10, 25, tzinfo=UTC).date(), ends, paris)

    assert quiet_hours(first - timedelta(minutes=1), (time(21), ends), paris)
    assert quiet_hours(first, (time(21), ends), paris) is None
    assert quiet_hours(first + timedelta(minutes=40), (time(21), ends), paris) is None  # 02:10 once more


def test_where_only_an_hour_a_day_is_not_quiet_it_is_used():
    quiet = time(8), time(7, 30)

    assert after_quiet(datetime(2026, 12, 1, 12, tzinfo=UTC), quiet, UTC) == datetime(2026, 12, 2, 7, 30, tzinfo=UTC)
