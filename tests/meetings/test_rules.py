"""Which rules a series may have, how they are said, and that whatever else is typed is refused in a sentence."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportgroup.meetings import recurrence
from supportgroup.meetings.recurrence import LAST, BadRule, Every, Pattern, checked, next_dates, words
from tests.databases import WHOLE

PARIS, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
FIRST = datetime(2026, 10, 6, 19, 0)  # a Tuesday
PATIENCE = timedelta(seconds=5)  # far above what any case takes, far below what an unbounded one would


def meeting_days(rule: str, first: datetime = FIRST, count: int = 6) -> list[str]:
    met = next_dates(rule, first, PARIS, after=datetime(2026, 10, 1, tzinfo=UTC), count=count)
    return [f"{one.original_on:%a %d %b %y}" for one in met]


@pytest.mark.parametrize(
    ("rule", "said", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "every Tuesday", ["Tue 06 Oct 26", "Tue 13 Oct 26"]),
        ("FREQ=WEEKLY", "every Tuesday", ["Tue 06 Oct 26", "Tue 13 Oct 26"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every second Tuesday", ["Tue 06 Oct 26", "Tue 20 Oct 26"]),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=TU", "every 3 weeks on Tuesday", ["Tue 06 Oct 26", "Tue 27 Oct 26"]),
        ("FREQ=WEEKLY;BYDAY=TH,MO", "every Monday and Thursday", ["Thu 08 Oct 26", "Mon 12 Oct 26"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
            "every second week on Monday and Thursday",
            ["Thu 08 Oct 26", "Mon 19 Oct 26"],
        ),
        ("FREQ=MONTHLY;BYDAY=3WE", "third Wednesday of each month", ["Wed 21 Oct 26", "Wed 18 Nov 26"]),
        ("FREQ=MONTHLY;BYDAY=+3WE", "third Wednesday of each month", ["Wed 21 Oct 26", "Wed 18 Nov 26"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "last Friday of each month", ["Fri 30 Oct 26", "Fri 27 Nov 26"]),
        ("FREQ=MONTHLY;BYDAY=3TU,1TU", "first and third Tuesday of each month", ["Tue 06 Oct 26", "Tue 20 Oct 26"]),
        (
            "FREQ=MONTHLY;BYDAY=-1FR,2MO",
            "second Monday and last Friday of each month",
            ["Mon 12 Oct 26", "Fri 30 Oct 26"],
        ),
        ("FREQ=MONTHLY;BYDAY=4FR,-1FR", "fourth and last Friday of each month", ["Fri 23 Oct 26", "Fri 30 Oct 26"]),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "first Monday of every second month", ["Mon 07 Dec 26", "Mon 01 Feb 27"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=2MO", "second Monday, every 3 months", ["Mon 12 Oct 26", "Mon 11 Jan 27"]),
        ("FREQ=DAILY", "every day", ["Tue 06 Oct 26", "Wed 07 Oct 26"]),
        ("FREQ=DAILY;INTERVAL=2", "every second day", ["Tue 06 Oct 26", "Thu 08 Oct 26"]),
        ("FREQ=DAILY;INTERVAL=10", "every 10 days", ["Tue 06 Oct 26", "Fri 16 Oct 26"]),
    ],
)
def test_a_rule_in_words_and_in_days(rule: str, said: str, days: list[str]) -> None:
    assert words(rule, FIRST) == said
    assert meeting_days(rule, count=2) == days


def test_the_end_in_words() -> None:
    assert words("FREQ=WEEKLY;UNTIL=20270107", FIRST) == "every Tuesday, until 7 January 2027"
    assert words("FREQ=WEEKLY;COUNT=10", FIRST) == "every Tuesday, 10 times"
    assert words("FREQ=WEEKLY;COUNT=1", FIRST) == "every Tuesday, once"


def test_what_the_form_offers_becomes_a_rule() -> None:
    assert Pattern.weekly(1).rule() == "FREQ=WEEKLY;BYDAY=TU"
    assert Pattern.weekly(1, weeks=2, until=date(2027, 1, 7)).rule() == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270107"
    assert Pattern.monthly(3, 2, count=10).rule() == "FREQ=MONTHLY;BYDAY=3WE;COUNT=10"
    assert Pattern.monthly(LAST, 4).rule() == "FREQ=MONTHLY;BYDAY=-1FR"


def test_the_last_day_is_met_whether_named_as_a_day_or_as_an_instant() -> None:
    end = ["Tue 06 Oct 26", "Tue 13 Oct 26", "Tue 20 Oct 26"]

    assert meeting_days("FREQ=WEEKLY;UNTIL=20261020") == end
    assert meeting_days("FREQ=WEEKLY;UNTIL=20261020T170000Z") == end  # 19:00 in Paris, the very start
    assert meeting_days("FREQ=WEEKLY;UNTIL=20261019T220000Z") == end  # already the 20th in Paris
    assert meeting_days("FREQ=WEEKLY;UNTIL=20261019T215959Z") == end[:2]


def test_a_count_is_a_number_of_meetings_wherever_one_looks() -> None:
    assert len(meeting_days("FREQ=WEEKLY;COUNT=4")) == 4
    late = next_dates("FREQ=WEEKLY;COUNT=4", FIRST, PARIS, after=datetime(2026, 10, 14, tzinfo=UTC))
    assert [one.original_on.day for one in late] == [20, 27]
    assert next_dates("FREQ=WEEKLY;COUNT=4", FIRST, PARIS, after=datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_a_rule_is_kept_in_one_form_with_a_local_last_day() -> None:
    assert checked("byday=th,mo;interval=1;freq=weekly", FIRST, PARIS) == "FREQ=WEEKLY;BYDAY=MO,TH"
    assert checked("FREQ=WEEKLY", FIRST, PARIS) == "FREQ=WEEKLY;BYDAY=TU"
    assert checked("FREQ=DAILY;UNTIL=20261019T220000Z", FIRST, PARIS) == "FREQ=DAILY;UNTIL=20261020"


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;UNTIL=20261005", "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261006"])
def test_a_series_without_a_single_meeting_is_not_kept(rule: str) -> None:
    with pytest.raises(BadRule, match="before its first meeting"):
        checked(rule, FIRST, PARIS)
    assert meeting_days(rule) == []  # one kept earlier and ended since reads as what it is


BAD_RULES = [
    "",
    " ",
    "garbage",
    "FREQ",
    "FREQ=",
    "BYDAY=TU",
    "RRULE:FREQ=WEEKLY",
    "FREQ=WEEKLY;",
    ";FREQ=WEEKLY",
    "FREQ=WEEKLY\n",
    "FREQ=WEEKLY;BYDAY=TU\n",
    "FREQ=WEEKLY\0",
    "FREQ=WEEKLY;BYDAY=TU\0",
    "FREQ=WEEKLY;BYDAY=\ud800",
    "FREQ=WEEKLY;\u0131NTERVAL=2",  # a dotless i, which upper() makes an I
    "FREQ=WEEKLY;INTERVAL=\u0662",  # a digit two, but not ours
    "FREQ=WEEKLY;FREQ=DAILY",
    "FREQ=YEARLY",
    "FREQ=HOURLY",
    "FREQ=MINUTELY",
    "FREQ=SECONDLY",
    "FREQ=WEEKLY;BYHOUR=8,20",
    "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,1,2,3",
    "FREQ=DAILY;BYSECOND=0,1",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=WE",
    "FREQ=MONTHLY;BYDAY=5WE",
    "FREQ=MONTHLY;BYDAY=-2WE",
    "FREQ=MONTHLY;BYDAY=0WE",
    "FREQ=MONTHLY;BYDAY=3WE,TH",
    "FREQ=MONTHLY;BYDAY=53WE",
    "FREQ=WEEKLY;BYDAY=3WE",
    "FREQ=WEEKLY;BYDAY=-WE",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=TU,",
    "FREQ=WEEKLY;BYDAY=,TU",
    "FREQ=WEEKLY;BYDAY=TUTH",
    "FREQ=WEEKLY;BYDAY=",
    "FREQ=DAILY;BYDAY=MO",
    "FREQ=WEEKLY;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=0",
    "FREQ=WEEKLY;INTERVAL=-1",
    "FREQ=WEEKLY;INTERVAL=53",
    "FREQ=WEEKLY;INTERVAL=1.5",
    "FREQ=DAILY;INTERVAL=367",
    "FREQ=MONTHLY;BYDAY=1MO;INTERVAL=13",
    "FREQ=WEEKLY;INTERVAL=" + "9" * 150,
    "FREQ=WEEKLY;COUNT=0",
    "FREQ=WEEKLY;COUNT=1001",
    "FREQ=WEEKLY;COUNT=" + "9" * 150,
    "FREQ=WEEKLY;COUNT=3;UNTIL=20270107",
    "FREQ=WEEKLY;UNTIL=20270230",
    "FREQ=WEEKLY;UNTIL=20271301",
    "FREQ=WEEKLY;UNTIL=00000101",
    "FREQ=WEEKLY;UNTIL=00010101T000000Z",
    "FREQ=WEEKLY;UNTIL=99991231",
    "FREQ=WEEKLY;UNTIL=99991231T235959Z",
    "FREQ=WEEKLY;UNTIL=19691231",
    "FREQ=WEEKLY;UNTIL=20270107T250000Z",
    "FREQ=WEEKLY;UNTIL=20270107T190000",
    "FREQ=WEEKLY;UNTIL=2027-01-07",
    "FREQ=WEEKLY;UNTIL=tomorrow",
    "FREQ=WEEKLY;X-NAME=1",
    "FREQ=WEEKLY;BYDAY=" + ",".join(["TU"] * 1000),
    "FREQ=WEEKLY" * 100_000,
]


@pytest.mark.parametrize("rule", BAD_RULES, ids=lambda rule: ascii(rule[:50]))
@pytest.mark.parametrize("zone", [LORD_HOWE, NEW_YORK], ids=str)
def test_a_rule_that_no_meeting_needs_is_refused_in_a_sentence(rule: str, zone: ZoneInfo) -> None:
    with pytest.raises(BadRule) as refusal:
        recurrence.starts(rule, FIRST, zone, after=FIRST.replace(tzinfo=UTC), before=FIRST.replace(tzinfo=UTC))

    sentence = str(refusal.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert not {"invalid", "failed", "must", "just", "simply"} & set(sentence.lower().split())


@pytest.mark.parametrize(
    "made",
    [
        lambda: Pattern.weekly(7),
        lambda: Pattern.weekly(-1),
        lambda: Pattern.weekly(1, weeks=0),
        lambda: Pattern.weekly(1, weeks=10**9),
        lambda: Pattern.weekly(1, count=0),
        lambda: Pattern.weekly(1, count=10, until=date(2027, 1, 7)),
        lambda: Pattern.weekly(1, until=date.max),
        lambda: Pattern.monthly(5, 1),
        lambda: Pattern.monthly(0, 1),
        lambda: Pattern(every=Every.WEEKLY),
        lambda: Pattern(every=Every.MONTHLY),
    ],
)
def test_a_pattern_no_form_offers_cannot_be_made(made) -> None:
    with pytest.raises(BadRule):
        made()


NUMBERS = st.one_of(st.integers(-2, 60), st.integers()).map(str)
FUZZED_PARTS = st.one_of(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=SECONDLY"]),
    st.builds(
        "BYDAY={}{}".format,
        st.sampled_from(["", "1", "-1", "+4", "5", "-"]),
        st.sampled_from(["MO", "tu", "WE,FR", "X"]),
    ),
    st.builds("{}={}".format, st.sampled_from(["INTERVAL", "COUNT", "BYHOUR", "BYSETPOS", "BYMONTHDAY"]), NUMBERS),
    st.builds("UNTIL={}".format, st.from_regex(r"[0-9]{8}(T[0-9]{6}Z)?", fullmatch=True)),
    st.text(max_size=12),
)
FUZZED_RULES = st.one_of(st.text(), st.lists(FUZZED_PARTS, max_size=5).map(";".join))


@given(
    rule=FUZZED_RULES,
    first=st.datetimes(),
    zone=st.sampled_from([PARIS, NEW_YORK, LORD_HOWE]),
    after=st.datetimes(timezones=st.just(UTC)),
)
@settings(deadline=PATIENCE, max_examples=500 if WHOLE else 150)
def test_whatever_is_typed_is_a_series_or_refused(rule: str, first: datetime, zone: ZoneInfo, after: datetime) -> None:
    try:
        kept = checked(rule, first, zone)
    except BadRule:
        return
    assert checked(kept, first, zone) == kept
    assert words(kept, first)
    assert len(next_dates(rule, first, zone, after=after)) <= 6
    assert next_dates(rule, first, zone, after=after) == next_dates(kept, first, zone, after=after)
