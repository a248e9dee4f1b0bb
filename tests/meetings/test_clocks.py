"""A zone gets other rules: meetings keep their hour, their instants move, and who comes hears of it once."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import shutil
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from supportgroup import clock
from supportgroup.db import transaction
from supportgroup.meetings import queries
from supportgroup.meetings.models import Answer
from supportgroup.ticks import TICKS
from tests.meetings.test_reminders import run_until
from tests.meetings.test_series import begin, meetings
from tests.post import deliver_due, text_of

pytestmark = pytest.mark.both_engines

FRIDAY = datetime(2027, 5, 21, 19, 0)


@pytest.fixture
def paris_follows_london(tmp_path):
    """From the moment it is called, Paris has the rules of London: other tz data on the machine."""

    def replace():
        rules = resources.files("tzdata.zoneinfo") / "Europe" / "London"
        (tmp_path / "Europe").mkdir()
        with resources.as_file(rules) as file:
            shutil.copyfile(file, tmp_path / "Europe" / "Paris")
        zoneinfo.reset_tzpath([tmp_path])
        forget_zones()

    before = zoneinfo.TZPATH
    yield replace
    zoneinfo.reset_tzpath(list(map(Path, before)))
    forget_zones()


def forget_zones():
    """What a process that starts anew has not read yet."""
    zoneinfo.ZoneInfo.clear_cache()
    clock.zone.cache_clear()


def follow():
    next(tick for tick in TICKS if tick.name == "follow-the-clocks").run()


def test_meetings_follow_new_rules_and_who_comes_is_told_once(circle, postbox, frozen, paris_follows_london):
    begin(circle)
    single = circle.meet(FRIDAY)
    with transaction():
        circle.account(circle.cleo).zone = "America/New_York"
    circle.answer(circle.ben, meetings(circle)[0])
    circle.answer(circle.cleo, single, Answer.NOT_GOING)
    follow()
    assert deliver_due() == 0
    before = [(one.id, one.starts_at, one.starts_local) for one in meetings(circle)]

    paris_follows_london()
    for _ in range(2):
        follow()
        deliver_due()
    after = [(one.id, one.starts_at - timedelta(hours=1), one.starts_local) for one in meetings(circle)]
    assert after == before
    told = {name: postbox.to(circle.account(getattr(circle, name)).email) for name in ("ada", "ben", "cleo")}
    assert [letter["Subject"] for letter in told["ben"]] == ["Blue: now Tuesday 19:00", "Blue: now 21 May 19:00"]
    assert [letter["Subject"] for letter in told["ada"]] == ["Blue: now Tuesday 19:00", "Blue: now 21 May 19:00"]
    assert [letter["Subject"] for letter in told["cleo"]] == ["Blue: now Tuesday 14:00"]
    assert "The rules of the clocks have changed where it is held" in text_of(told["cleo"][0])

    postbox.clear()
    run_until(frozen, datetime(2027, 5, 18, 18, 0, tzinfo=UTC))
    assert [letter["Subject"] for letter in postbox.to(circle.account(circle.ben).email)] == [
        "Blue: tomorrow 19:00",
        "Blue: in 60 minutes",
    ]
    assert queries.meeting(circle.ada, single.id).starts_at == datetime(2027, 5, 21, 18, 0, tzinfo=UTC)
