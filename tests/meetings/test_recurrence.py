"""When a series meets, held against a slow day-by-day reading of the rule, and told as stories of clock changes."""

# ruff: noqa: DTZ001, DTZ901 - a wall time is naive on purpose

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from supportgroup.meetings import recurrence
from supportgroup.meetings.recurrence import (
    LAST,
    BadRule,
    Day,
    Every,
    Occurrence,
    Pattern,
    instant,
    next_dates,
    words,
)
from tests.databases import WHOLE

ZONES = [
    ZoneInfo(name)
    for name in (
        *(
            "UTC",
            "Europe/Paris",
            "Europe/London",
            "Europe/Dublin",
            "Atlantic/Azores",
            "Africa/Casablanca",
            "Africa/Cairo",
        ),
        *("Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe"),
        *("Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "America/New_York", "America/St_Johns"),
        *("America/Santiago", "America/Nuuk", "America/Havana"),
    )
]
PARIS, NEW_YORK, SYDNEY, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe")
)
FIRST = datetime(2026, 10, 6, 19, 0)  # a Tuesday
TEN_YEARS = timedelta(days=3653)


@dataclass(frozen=True)
class Series:
    pattern: Pattern
    first: datetime
    zone: ZoneInfo

    def between(self, after: datetime, before: datetime, skip: frozenset[date] = frozenset()) -> list[Occurrence]:
        rule = self.pattern.rule()
        return list(recurrence.starts(rule, self.first, self.zone, after=after, before=before, skip=skip))

    def decade(self) -> list[Occurrence]:
        begin = self.first.replace(tzinfo=UTC) - timedelta(days=2)
        return self.between(begin, begin + TEN_YEARS)


WEEKDAYS = st.integers(0, 6)
FIRSTS = st.datetimes(datetime(1995, 1, 1), datetime(2080, 1, 1))
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(0), timedelta(days=800))


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    every = draw(st.sampled_from(Every))
    nth = st.sampled_from([1, 2, 3, 4, LAST]) if every is Every.MONTHLY else st.just(0)
    days = st.frozensets(st.builds(Day, WEEKDAYS, nth), min_size=1, max_size=4)
    ends = draw(
        st.one_of(
            st.just({}),
            st.builds(lambda until: {"until": until}, st.dates(date(1995, 1, 1), date(2099, 1, 1))),
            st.builds(lambda count: {"count": count}, st.integers(1, 60)),
        )
    )
    interval = draw(st.one_of(st.integers(1, 4), st.integers(1, every.longest)))
    return Pattern(every=every, interval=interval, days=frozenset() if every is Every.DAILY else draw(days), **ends)


PATTERNS = patterns()


def of_the_form() -> st.SearchStrategy[Pattern]:
    """Every rule that the form for a series can make, but for when it ends."""
    weekly = st.builds(lambda day, weeks: Pattern.weekly(day, weeks=weeks), WEEKDAYS, st.integers(1, 52))
    return weekly | st.builds(Pattern.monthly, st.sampled_from([1, 2, 3, 4, LAST]), WEEKDAYS)


SERIES = st.builds(Series, PATTERNS, FIRSTS, st.sampled_from(ZONES))


def days_one_by_one(pattern: Pattern, first: date) -> Iterator[date]:
    """The rule read by asking of every single day whether it is in it: slow, and sharing nothing with the module."""
    monday = first - timedelta(days=first.weekday())

    def meets(day: date) -> bool:
        match pattern.every:
            case Every.DAILY:
                return (day - first).days % pattern.interval == 0
            case Every.WEEKLY:
                in_step = (day - monday).days // 7 % pattern.interval == 0
                return in_step and Day(day.weekday()) in pattern.days
            case Every.MONTHLY:
                in_step = ((day.year - first.year) * 12 + day.month - first.month) % pattern.interval == 0
                is_last = day.day + 7 > monthrange(day.year, day.month)[1]
                these = {Day(day.weekday(), (day.day - 1) // 7 + 1)} | (
                    {Day(day.weekday(), LAST)} if is_last else set()
                )
                return in_step and bool(these & pattern.days)

    end = pattern.until or first + TEN_YEARS
    every_day = takewhile(lambda day: day <= end, (first + timedelta(days=n) for n in range(TEN_YEARS.days)))
    return islice((day for day in every_day if meets(day)), pattern.count)


def local(series: Series, occurrence: Occurrence) -> datetime:
    return occurrence.starts_at.astimezone(series.zone).replace(tzinfo=None)


# What holds for every series


@given(pattern=PATTERNS, first=FIRSTS)
@settings(deadline=None, max_examples=60)
def test_a_series_meets_on_the_days_a_patient_reader_of_the_rule_finds(pattern: Pattern, first: datetime) -> None:
    end = first.replace(tzinfo=UTC) + timedelta(days=TEN_YEARS.days - 2)
    found = [met.original_on for met in Series(pattern, first, ZoneInfo("UTC")).between(first.replace(tzinfo=UTC), end)]

    assert found == [
        day for day in days_one_by_one(pattern, first.date()) if datetime.combine(day, first.time(), UTC) < end
    ]


@given(series=SERIES, start=INSTANTS, one=SPANS, two=SPANS)
@settings(deadline=None)
def test_two_windows_side_by_side_hold_what_one_holds(
    series: Series, start: datetime, one: timedelta, two: timedelta
) -> None:
    middle, end = start + one, start + one + two

    assert series.between(start, middle) + series.between(middle, end) == series.between(start, end)


@given(series=SERIES, cut=st.integers(0, 40))
@settings(deadline=None)
@example(Series(Pattern(every=Every.DAILY), datetime(2011, 12, 20, 19), ZoneInfo("Pacific/Apia")), 10)
@example(Series(Pattern(every=Every.DAILY), datetime(2011, 12, 20, 19), ZoneInfo("Pacific/Apia")), 11)
def test_a_window_cut_at_the_very_start_of_a_meeting_gives_it_to_the_later_half(series: Series, cut: int) -> None:
    whole = series.decade()
    assume(cut < len(whole))
    moment = whole[cut].starts_at
    begin = whole[0].starts_at

    assert series.between(begin, moment) == whole[:cut]
    assert series.between(moment, whole[-1].starts_at) == whole[cut:-1]


@given(series=SERIES)
@settings(deadline=None)
def test_meetings_come_in_order_and_never_two_on_one_day(series: Series) -> None:
    for one, two in pairwise(series.decade()):
        assert one.original_on < two.original_on
        assert one.starts_at < two.starts_at


@given(series=SERIES)
@settings(deadline=None)
def test_a_meeting_keeps_its_wall_time_but_in_a_gap(series: Series) -> None:
    for met in series.decade():
        wall = datetime.combine(met.original_on, series.first.time())
        assert met.starts_at.utcoffset() == timedelta(0)
        if local(series, met) != wall:  # then no instant has that wall time: it lies in a gap, and moves on by it
            either_side = [wall.replace(tzinfo=series.zone, fold=fold).utcoffset() for fold in (0, 1)]
            assert local(series, met) - wall == either_side[1] - either_side[0] > timedelta(0)


@given(series=SERIES, start=INSTANTS, span=SPANS)
@settings(deadline=None)
def test_a_window_holds_only_what_lies_in_it(series: Series, start: datetime, span: timedelta) -> None:
    assert all(start <= met.starts_at < start + span for met in series.between(start, start + span))


@given(series=SERIES)
@settings(deadline=None)
def test_a_series_keeps_to_its_first_day_its_last_day_and_its_count(series: Series) -> None:
    met = series.decade()

    assert all(day.original_on >= series.first.date() for day in met)
    assert all(day.original_on <= (series.pattern.until or date.max) for day in met)
    assert len(met) <= (series.pattern.count or len(met))


@given(series=SERIES, picks=st.sets(st.integers(0, 30)))
@settings(deadline=None)
def test_skipped_days_are_left_out_and_nothing_else_changes(series: Series, picks: set[int]) -> None:
    assume(series.zone.key != "Pacific/Apia")  # skipping the day it left out brings back the one it fell on
    whole = series.decade()
    assume(whole)
    skip = frozenset(met.original_on for at, met in enumerate(whole) if at in picks)
    begin, end = whole[0].starts_at, whole[0].starts_at + TEN_YEARS

    assert series.between(begin, end, skip) == [
        met for met in series.between(begin, end) if met.original_on not in skip
    ]


@given(pattern=PATTERNS, first=FIRSTS)
def test_a_pattern_reads_back_as_itself(pattern: Pattern, first: datetime) -> None:
    assert Pattern.read(pattern.rule(), first) == pattern
    assert Pattern.read(pattern.rule().lower(), first) == pattern
    assert words(pattern.rule(), first) == pattern.words()


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(pattern=of_the_form(), first=FIRSTS, step=st.integers(1, 200))
@settings(deadline=None, max_examples=100 if WHOLE else 2)
def test_in_every_zone_a_rule_of_the_form_keeps_day_and_hour_for_ten_years_however_it_is_filled(
    zone: ZoneInfo, pattern: Pattern, first: datetime, step: int
) -> None:
    series, begin = Series(pattern, first, zone), first.replace(tzinfo=UTC) - timedelta(days=2)
    whole, end = series.decade(), begin + TEN_YEARS
    edges = [*(begin + timedelta(days=step * number) for number in range(TEN_YEARS.days // step + 1)), end]
    filled = [met for since, until in pairwise(edges) for met in series.between(since, until)]
    assert filled == whole
    elsewhere = {met.original_on for met in Series(pattern, first, ZoneInfo("UTC")).decade()}
    near_the_edge = {met.original_on for met in whole} ^ elsewhere
    assert all(abs(datetime.combine(day, first.time(), UTC) - end) < timedelta(days=2) for day in near_the_edge) or (
        zone.key == "Pacific/Apia"  # it left a day out
    )
    for met in whole:
        wall = datetime.combine(met.original_on, first.time())
        offsets = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
        assert local(series, met) == wall or len(offsets) == 2  # a gap moves it forward


# Clocks


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        (PARIS, datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 1, 30)),  # gap: 03:30
        (PARIS, datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30)),  # twice: the first
        (NEW_YORK, datetime(2027, 3, 14, 2, 30), datetime(2027, 3, 14, 7, 30)),
        (NEW_YORK, datetime(2026, 11, 1, 1, 30), datetime(2026, 11, 1, 5, 30)),
        (SYDNEY, datetime(2026, 10, 4, 2, 30), datetime(2026, 10, 3, 16, 30)),
        (SYDNEY, datetime(2027, 4, 4, 2, 30), datetime(2027, 4, 3, 15, 30)),
        (ZoneInfo("America/Santiago"), datetime(2026, 9, 6, 0, 30), datetime(2026, 9, 6, 4, 30)),  # at midnight
        (LORD_HOWE, datetime(2026, 10, 4, 2, 15), datetime(2026, 10, 3, 15, 45)),  # half an hour: 02:45
        (LORD_HOWE, datetime(2027, 4, 4, 1, 45), datetime(2027, 4, 3, 14, 45)),
        (ZoneInfo("Asia/Kathmandu"), datetime(2027, 1, 1, 19, 0), datetime(2027, 1, 1, 13, 15)),
    ],
)
def test_a_gap_moves_forward_and_of_two_the_first_is_meant(zone: ZoneInfo, wall: datetime, utc: datetime) -> None:
    assert instant(wall, zone) == utc.replace(tzinfo=UTC)
    assert instant(wall.replace(fold=1), zone) == utc.replace(tzinfo=UTC)


def test_half_past_two_on_the_sunday_the_clock_jumps_is_half_past_three() -> None:
    assert instant(datetime(2027, 3, 28, 2, 30), PARIS).astimezone(PARIS).time() == time(3, 30)


@pytest.mark.parametrize("zone", [PARIS, NEW_YORK, SYDNEY, LORD_HOWE], ids=str)
def test_seven_in_the_evening_stays_seven_in_the_evening(zone: ZoneInfo) -> None:
    met = next_dates("FREQ=WEEKLY;BYDAY=TU", FIRST, zone, after=datetime(2026, 1, 1, tzinfo=UTC), count=53)

    assert {one.starts_at.astimezone(zone).time() for one in met} == {time(19, 0)}
    assert len({one.starts_at.time() for one in met}) == 2  # in UTC it moves: the clocks did change


def test_a_weekly_meeting_in_the_gap_is_late_once_and_back_the_week_after() -> None:
    met = next_dates(
        "FREQ=WEEKLY", datetime(2027, 3, 21, 2, 30), PARIS, after=datetime(2027, 3, 1, tzinfo=UTC), count=3
    )

    assert [one.starts_at.astimezone(PARIS).time() for one in met] == [time(2, 30), time(3, 30), time(2, 30)]
    assert [one.original_on for one in met] == [date(2027, 3, 21), date(2027, 3, 28), date(2027, 4, 4)]


def test_a_gap_before_midnight_moves_the_meeting_but_not_its_key() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    (met,) = next_dates(
        "FREQ=DAILY;COUNT=1", datetime(2027, 3, 27, 23, 30), nuuk, after=datetime(2027, 1, 1, tzinfo=UTC)
    )

    assert met.original_on == date(2027, 3, 27)
    assert met.starts_at.astimezone(nuuk).replace(tzinfo=None) == datetime(2027, 3, 28, 0, 30)


def test_a_day_that_samoa_left_out_does_not_meet_twice_the_day_after() -> None:
    apia = ZoneInfo("Pacific/Apia")
    met = next_dates("FREQ=DAILY", datetime(2011, 12, 29, 19), apia, after=datetime(2011, 12, 1, tzinfo=UTC), count=3)

    assert [one.starts_at.astimezone(apia).date().isoformat() for one in met] == [
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_a_wall_time_with_a_zone_of_its_own_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="naive"):
        instant(datetime(2027, 1, 1, tzinfo=UTC), PARIS)


@pytest.mark.parametrize("wall", [datetime.min, datetime(1969, 12, 31), datetime(2200, 1, 1), datetime.max])
def test_a_day_of_another_age_is_refused(wall: datetime) -> None:
    with pytest.raises(BadRule, match="between 1970 and 2199"):
        instant(wall, NEW_YORK)
    with pytest.raises(BadRule, match="between 1970 and 2199"):
        recurrence.starts(
            "FREQ=WEEKLY", wall, NEW_YORK, after=FIRST.replace(tzinfo=UTC), before=FIRST.replace(tzinfo=UTC)
        )


def test_a_window_may_be_as_wide_as_time() -> None:
    begin, end = (
        day.replace(tzinfo=timezone(timedelta(hours=h))) for day, h in ((datetime.min, 14), (datetime.max, -14))
    )
    met = Series(Pattern.monthly(1, 0), datetime(1970, 1, 1), NEW_YORK).between(begin, end)

    assert len(met) == 230 * 12
    assert Series(Pattern.weekly(0), FIRST, NEW_YORK).between(end, end) == []
