"""Whatever is typed: a sentence, what was typed still there, and nothing changed."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.meetings import series
from supportgroup.meetings.models import Meeting, Series
from supportgroup.meetings.service import Plan
from tests.databases import WHOLE

GOOD = {"title": "Evening circle", "day": "2027-05-18", "time": "19:00", "minutes": "60", "repeats": "weekly"}
NEXT_WEEK = datetime(2027, 5, 19, 19, 0)


def nothing_made():
    counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (Meeting, Series)]
    return counts == [0, 0]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("day", "2027-02-30", "not in the calendar"),
        ("day", "0001-01-01", "Choose a day between"),
        ("day", "9999-12-31", "Choose a day between"),
        ("day", "tomorrow", "not in the calendar"),
        ("day", "2027-05-18\x00", "not in the calendar"),
        ("day", "", "Choose a day"),
        ("day", "2027-05-11", "have passed"),
        ("time", "25:00", "not on the clock"),
        ("time", "\x00", "not on the clock"),
        ("title", "", "Give it a name"),
        ("title", "a\x00b", "not text"),
        ("title", "x" * 121, "Up to 120 letters"),
        ("about", "a\x07b", "not text"),
        ("place", "x" * 301, "Up to 300 letters"),
        ("minutes", "0", "from 5 to 1440"),
        ("minutes", "2628000", "from 5 to 1440"),
        ("minutes", "-60", "from 5 to 1440"),
        ("minutes", "1e3", "from 5 to 1440"),
        ("minutes", "9" * 5000, "from 5 to 1440"),
        ("minutes", "", "from 5 to 1440"),
        ("size_limit", "0", "from 1 to 500"),
        ("size_limit", "many", "from 1 to 500"),
        ("video_url", "javascript:alert(1)", "begins with https://"),
        ("video_url", "https://", "begins with https://"),
        ("video_url", "https://[", "begins with https://"),
        ("video_url", "https://a b", "begins with https://"),
        ("host", "nobody", "Choose one of these"),
        ("host", "00000000-0000-0000-0000-000000000000", "Choose one of these"),
        ("repeats", "secondly", "Choose one of these"),
        ("repeats", "FREQ=SECONDLY", "Choose one of these"),
        ("ends", "never", "Choose one of these"),
    ],
)
def test_a_field_that_says_nothing_good(circle, sign_in, field, typed, sentence):
    response = sign_in(circle.account(circle.ada)).post(circle.path("new"), data={**GOOD, field: typed})

    assert response.status_code == 422
    assert sentence in response.text
    assert "Evening circle" in response.text or field == "title"
    assert nothing_made()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"repeats": "weeks", "weeks": "0"}, "from 1 to 52"),
        ({"repeats": "weeks", "weeks": "5000"}, "from 1 to 52"),
        ({"ends": "count", "count": "0"}, "from 1 to 1000"),
        ({"ends": "count", "count": "1000000"}, "from 1 to 1000"),
        ({"ends": "count", "count": ""}, "Say how many times"),
        ({"ends": "until", "until": "2027-05-17"}, "before its first meeting"),
        ({"ends": "until", "until": "2027-13-01"}, "not in the calendar"),
        ({"ends": "until", "until": ""}, "Choose the last day"),
    ],
)
@pytest.mark.parametrize("preview", [{}, {"preview": "y"}])
def test_a_series_that_says_nothing_good(circle, sign_in, more, sentence, preview):
    response = sign_in(circle.account(circle.ada)).post(circle.path("new"), data={**GOOD, **more, **preview})

    assert response.status_code == 422
    assert sentence in response.text
    assert nothing_made()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=WEEKLY;BYHOUR=0,1,2,3,4,5,6,7,8,9",
        "FREQ=DAILY;COUNT=100000000",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "",
        "\x00",
        "RRULE:FREQ=WEEKLY",
        "FREQ=WEEKLY;" * 1000,
    ],
)
def test_a_rule_that_no_meeting_needs_is_refused(circle, rule):
    with pytest.raises(Refused), transaction():
        series.create_series(group=circle.group, plan=Plan(title="Evening circle", wall=NEXT_WEEK), rule=rule)
    assert nothing_made()


@pytest.mark.parametrize("name", ["x", "0", "..%2f", "%00", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("page", ["", "/edit", "/cancel", "/attendance", "/meeting.ics"])
def test_an_id_of_any_shape_is_not_here(circle, sign_in, name, page):
    assert sign_in(circle.account(circle.ada)).get(circle.path(name) + page).status_code == 404


@pytest.mark.parametrize("after", ["x", "\x00", "MjAyNy0wNS0xMnx4", "é", "x" * 3000])
def test_a_cursor_of_any_shape_begins_at_the_beginning(circle, sign_in, after):
    circle.meet(NEXT_WEEK)
    response = sign_in(circle.account(circle.ben)).get(circle.path(), query_string={"after": after})
    assert response.status_code == 200
    assert "Evening circle" in response.text


def test_a_facilitators_typing_is_kept_when_a_change_is_refused(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    form = {**GOOD, "about": "Bring a cushion", "day": "2027-05-01"}
    response = sign_in(circle.account(circle.ada)).post(circle.path(meeting.id, "edit"), data=form)

    assert response.status_code == 422
    assert "Bring a cushion" in response.text
    assert "have passed" in response.text


TYPED = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "0", "-1", "2027-05-18", "19:00", "60", "weekly", "monthly", "last", "until", "count", "y"]),
)


FIELDS = [*GOOD, "ends", "until", "count", "weeks", "about", "place", "video_url", "size_limit", "host", "preview"]


@settings(max_examples=60 if WHOLE else 20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.dictionaries(st.sampled_from(FIELDS), TYPED))
def test_no_form_breaks_the_page(circle, sign_in, form):
    response = sign_in(circle.account(circle.ada)).post(circle.path("new"), data={**GOOD, **form})
    assert response.status_code in (200, 303, 422)
