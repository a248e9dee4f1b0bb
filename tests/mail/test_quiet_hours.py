"""Quiet hours on the recipient's clock, through changes of it."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.mail.kinds import MORNING, Recipient, quiet_until

TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])


def someone(zone, quiet):
    ada = {"id": UUID(int=1), "email": "a@example.org", "name": "Ada", "language": "en"}
    return Recipient(**ada, zone=clock.zone(zone), quiet=quiet)


@given(instant=INSTANTS, zone=ZONES, begins=TIMES, ends=TIMES)
def test_a_letter_waits_until_an_hour_after_quiet_hours_and_no_longer(instant, zone, begins, ends):
    recipient = someone(zone, (begins, ends))
    later = quiet_until(instant, recipient)

    assert instant <= later <= instant + timedelta(hours=26)
    assert quiet_until(later, recipient) == later or (later - MORNING).astimezone(recipient.zone).time() != ends


def test_at_night_it_is_nine_in_the_morning():
    ada = someone("Europe/Paris", (time(21), time(8)))

    assert quiet_until(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), ada) == datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    assert quiet_until(datetime(2026, 12, 1, 12, 0, tzinfo=UTC), ada) == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def test_where_only_an_hour_a_day_is_not_quiet_it_is_used():
    ada = someone("UTC", (time(8), time(7, 30)))

    assert quiet_until(datetime(2026, 12, 1, 12, tzinfo=UTC), ada) == datetime(2026, 12, 2, 7, 30, tzinfo=UTC)
