"""Quiet hours on the recipient's clock, through changes of it."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.mail.kinds import Recipient, quiet_until

TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])


def someone(zone, quiet):
    ada = {"id": UUID(int=1), "email": "a@example.org", "name": "Ada", "language": "en"}
    return Recipient(**ada, zone=clock.zone(zone), quiet=quiet)


@given(instant=INSTANTS, zone=ZONES, begins=TIMES, ends=TIMES)
def test_a_letter_waits_for_the_end_of_quiet_hours_and_no_longer(instant, zone, begins, ends):
    recipient = someone(zone, (begins, ends))
    later = quiet_until(instant, recipient)

    assert instant <= later <= instant + timedelta(hours=25)
    assert quiet_until(later, recipient) == later or later.astimezone(recipient.zone).time() != ends


def test_at_night_it_is_the_morning():
    ada = someone("Europe/Paris", (time(21), time(8)))

    assert quiet_until(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), ada) == datetime(2026, 12, 2, 7, 0, tzinfo=UTC)
    assert quiet_until(datetime(2026, 12, 1, 12, 0, tzinfo=UTC), ada) == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
