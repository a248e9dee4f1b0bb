"""Exactly which letters each member gets, once, for whatever can happen to a meeting: one table."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import UTC, date, datetime

import pytest

from supportgroup.accounts.wishes import remind_at
from supportgroup.db import transaction
from supportgroup.groups import resting
from supportgroup.groups.queries import members
from supportgroup.groups.service import leave
from supportgroup.meetings import pausing, rota, series, service
from supportgroup.meetings.models import Answer
from supportgroup.meetings.service import Plan
from tests.meetings.test_reminders import run_until
from tests.meetings.test_series import TUESDAY, WEEKLY, begin, meetings

MONDAY_NOON = datetime(2027, 5, 17, 10, tzinfo=UTC)  # Paris is two hours ahead
AFTER_BOTH = datetime(2027, 5, 19, 17, 30, tzinfo=UTC)  # when the meeting is over, moved or not
PEOPLE = ("ada", "ben", "cleo", "eva", "finn")  # facilitates; comes; does not; may; has not said


def plan(wall):
    return Plan(title="Evening circle", wall=wall)


def named(circle, name):
    return next(one.id for one in members(circle.group.id) if one.name == name)


def nothing(_circle, _first):
    pass


def move_one(circle, first):
    service.change_meeting(by=circle.ada, meeting_id=first.id, plan=plan(datetime(2027, 5, 19, 18, 0)))


def move_the_series(circle, first):
    earlier = plan(datetime(2027, 5, 18, 18, 0))
    series.change_following(by=circle.ada, meeting_id=first.id, plan=earlier, rule=WEEKLY)


def cancel_one(circle, first):
    service.cancel_meeting(by=circle.ada, meeting_id=first.id)


def change_the_host(circle, first):
    rota.give_turn(first, circle.ben.id)  # it was Ben's since long
    service.set_host(by=circle.ada, meeting_id=first.id, host_id=named(circle, "Eva"))


def pause(circle, first):
    days = {"from_on": date(2027, 5, 18), "until_on": date(2027, 6, 1)}
    pausing.pause(by=circle.ada, series_id=first.series_id, **days)


def rest(circle, _first):
    resting.rest(circle.ada)


def leaving(circle, _first):
    leave(circle.ben)


def other_times(circle, _first):
    remind_at(circle.ben.account_id, [120])


DAY, HOUR = "tomorrow 19:00", "in 60 minutes"
AS_EVER = {"ada": [DAY], "ben": [DAY, HOUR], "eva": [DAY, HOUR], "finn": [DAY]}
MOVED, DAY_18 = "now Wednesday 18:00", "tomorrow 18:00"
TURN = "your turn, tomorrow 19:00"
EARLIER, CANCELLED, PAUSED, RESTS = (
    "now tomorrow 18:00",
    "cancelled, tomorrow 19:00",
    "nothing until 1 June",
    "resting for now",
)
# What happens on the day before at noon, and what each gets from then on. Who is not named gets nothing.
TABLE = [
    (nothing, AS_EVER),
    (move_one, {"ada": [DAY_18], **{one: [MOVED, DAY_18, HOUR] for one in ("ben", "eva")}, "finn": [MOVED, DAY_18]}),
    (
        move_the_series,
        {
            "ada": [DAY_18],
            **{one: [EARLIER, DAY_18, HOUR] for one in ("ben", "eva")},
            "cleo": [EARLIER],
            "finn": [EARLIER, DAY_18],
        },
    ),
    (cancel_one, {one: [CANCELLED] for one in ("ben", "eva", "finn")}),
    (
        change_the_host,
        {**AS_EVER, "ben": ["not your turn any more, tomorrow 19:00", DAY, HOUR], "eva": [TURN, DAY, HOUR]},
    ),
    (pause, {one: [PAUSED] for one in ("ben", "cleo", "eva", "finn")}),
    (rest, {one: [RESTS] for one in ("ben", "cleo", "eva", "finn")}),
    (leaving, {**AS_EVER, "ben": []}),
    (other_times, {**AS_EVER, "ben": ["today 19:00"]}),
]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("what", "letters"), TABLE, ids=[what.__name__ for what, _ in TABLE])
def test_each_gets_these_letters_and_each_once(circle, postbox, frozen, what, letters):
    begin(circle, wall=TUESDAY)
    first, *_ = meetings(circle)
    everyone = {"ada": circle.ada, "ben": circle.ben, "cleo": circle.cleo}
    everyone |= {"eva": circle.join("Eva"), "finn": circle.join("Finn")}
    for name, answer in (("ben", Answer.GOING), ("cleo", Answer.NOT_GOING), ("eva", Answer.MAYBE)):
        circle.answer(everyone[name], first, answer)
    frozen.move_to(MONDAY_NOON)
    run_until(frozen, MONDAY_NOON)
    assert len(postbox) == 0

    with transaction():
        what(circle, first)
    run_until(frozen, AFTER_BOTH)
    got = {name: [one["Subject"] for one in postbox.to(circle.account(who).email)] for name, who in everyone.items()}
    assert got == {name: [f"Blue: {words}" for words in letters.get(name, [])] for name in PEOPLE}
