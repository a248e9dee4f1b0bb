"""Whatever is moved, cancelled, paused, edited in whatever order: no date of a series is lost, and none comes twice."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.meetings import pausing, queries, series, service
from supportgroup.meetings.models import Answer, Meeting
from supportgroup.meetings.service import Plan
from tests.conftest import NOON
from tests.databases import WHOLE
from tests.meetings.conftest import make_circle
from tests.meetings.test_recurrence import PARIS, ZONES, of_the_form
from tests.meetings.test_series import begin, meetings

ACTS = ["move", "cancel", "answer", "pause", "meet-again", "following", "all", "fill", "pass"]
RULES = of_the_form().map(lambda pattern: pattern.rule())
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(-3, 9), RULES), min_size=2, max_size=6)
WEEKLY, LAST_FRIDAY = "FREQ=WEEKLY;BYDAY=TH", "FREQ=MONTHLY;BYDAY=-1FR"
PAUSED_AND_EDITED = [
    ("pause", 2, -3, WEEKLY),
    ("move", 0, 4, WEEKLY),
    ("following", 1, 8, WEEKLY),
    ("meet-again", 3, 5, WEEKLY),
]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@given(rule=RULES, zone=st.sampled_from(ZONES), steps=STEPS)
@example(rule=LAST_FRIDAY, zone=PARIS, steps=PAUSED_AND_EDITED)
@settings(
    max_examples=300 if WHOLE else 6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failing story is short already
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_date_is_lost_or_doubled(app, frozen, rule, zone, steps):
    frozen.move_to(NOON)
    circle = make_circle()
    with transaction():
        circle.group.zone = zone.key
    begin(circle, rule=rule)
    for act, which, days, edited in steps:
        with suppress(Refused), transaction():
            do(circle, frozen, act, which, days, edited)
        with transaction():
            series.fill_series()
        look(circle)


def do(circle, frozen, act, which, days, rule):
    ahead = [one for one in meetings(circle) if one.starts_at > clock.now()][: which + 1]
    one = ahead[-1] if ahead else None
    running = queries.running_series(circle.group.id)
    if act == "pass":
        frozen.shift(timedelta(days=abs(days) * 5))
    if one is None or not running:
        return
    wall = one.starts_local + timedelta(days=days, hours=days)
    plan = Plan(title="Evening circle", wall=wall)
    match act:
        case "move":
            service.change_meeting(by=circle.ada, meeting_id=one.id, plan=plan)
        case "cancel":
            service.cancel_meeting(by=circle.ada, meeting_id=one.id)
        case "answer":
            circle_answer(circle, one)
        case "pause":
            begins = one.starts_local.date()
            pausing.pause(
                by=circle.ada, series_id=running[0].id, from_on=begins, until_on=begins + timedelta(days=7 * abs(days))
            )
        case "meet-again":
            for pause in list(running[0].pauses)[:1]:
                pausing.meet_again(by=circle.ada, pause_id=pause.id)
        case "following" | "all":
            change = series.change_following if act == "following" else series.change_all
            change(by=circle.ada, meeting_id=one.id, plan=plan, rule=rule)


def circle_answer(circle, one):
    service.answers.answer(me=circle.ben, meeting_id=one.id, answer=Answer.GOING)


def look(circle):
    """Each date to come has its row, in the series that goes on, and no other row that takes place."""
    db.session.expire_all()
    (running,) = queries.running_series(circle.group.id)
    rows = db.session.scalars(select(Meeting).where(Meeting.series_id == running.id)).all()
    kept = {one.original_on for one in rows}
    dates = {one.original_on for one in series.occurrences(running, clock.now(), running.filled_until)}
    assert dates <= kept, "a date was lost"
    assert len(rows) == len(kept)
    planned = [one for one in meetings(circle) if one.starts_at > clock.now()]
    assert len({one.original_on for one in planned}) == len(planned), "a date comes twice"
    # What was edited stays, on a first date that may lie behind the horizon.
    ends = max([running.filled_until, *(one.starts_at + timedelta(days=2) for one in planned)])
    whole = {one.original_on for one in series.occurrences(running, clock.now(), ends)}
    for one in planned:
        if one.series_id != running.id:  # what was before the change that ended its series
            assert one.original_on < running.first_local.date(), "one of a series that ended takes place"
            continue
        moved = one.starts_local.date() != one.original_on
        assert (
            moved
            or one.original_on in whole
            or one.starts_local != datetime.combine(one.original_on, running.first_local.time())
        ), "one takes place on a date that is none"
