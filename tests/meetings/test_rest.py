"""A group that rests: nothing is sent, whatever the clock says; it wakes, and goes on where it is by then."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import resting
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import service
from supportgroup.meetings.models import Answer, MeetingState, Series
from supportgroup.meetings.service import Plan
from supportgroup.ticks import TICKS
from tests.meetings.test_series import begin, fill, meetings, walls
from tests.post import deliver_due
from tests.sweeps.world import make_world

TUESDAY = datetime(2027, 5, 18, 19, 0)
SAFETY = {"report-received", "report-waits", "report-answered", "item-hidden"}
SPEAKS = [tick for tick in TICKS if tick.name != "deliver-letters"]


def walk(frozen, *days):
    """Let all that happens by the clock happen, so many days later each."""
    for wait in days:
        frozen.shift(timedelta(days=wait))
        for tick in SPEAKS:
            tick.run()
        deliver_due()


def told(circle, postbox):
    deliver_due()
    people = {"ada": circle.ada, "ben": circle.ben, "cleo": circle.cleo}
    found = {name: [one["Subject"] for one in postbox.to(circle.account(who).email)] for name, who in people.items()}
    postbox.clear()
    return found


def test_a_group_rests_and_wakes(circle, postbox, sign_in, client, frozen):
    begin(circle)
    for one in meetings(circle)[:4]:
        circle.answer(circle.ben, one)
    frozen.move_to(datetime(2027, 5, 17, 16, tzinfo=UTC))
    next(tick for tick in TICKS if tick.name == "owe-meeting-reminders").run()
    ada = sign_in(circle.account(circle.ada))
    path = f"/g/{circle.group.slug}"
    assert "to each of the 2 others" in ada.get(f"{path}/manage/rest").text
    assert sign_in(circle.account(circle.ben)).post(f"{path}/manage/rest").status_code == 404
    assert ada.post(f"{path}/manage/rest").status_code == 303
    said = ["Blue: resting for now"]
    assert told(circle, postbox) == {"ada": [], "ben": said, "cleo": said}
    assert ada.post(f"{path}/manage/rest").status_code == 409

    assert "rests for now" in client.get(path).text
    assert "Those who look after it wake it up" in sign_in(circle.account(circle.ben)).get(path).text
    assert sign_in(circle.account(circle.ben)).post(f"{path}/take-over").status_code == 409
    form = {"title": "Evening circle", "day": "2027-06-18", "time": "19:00", "minutes": "60"}
    assert "Wake it up first" in ada.post(circle.path("new"), data=form).text
    with pytest.raises(Refused, match="rests for now"):
        circle.answer(circle.cleo, meetings(circle)[1], Answer.GOING)
    walk(frozen, 1, 1, 8)
    assert told(circle, postbox) == {"ada": [], "ben": [], "cleo": []}

    ada = sign_in(circle.account(circle.ada))
    assert ada.post(f"{path}/manage/wake").status_code == 303
    assert told(circle, postbox) == {"ada": [], "ben": ["Blue: going on"], "cleo": ["Blue: going on"]}
    assert [wall.day for wall in walls(circle)[:2]] == [1, 8]  # what was not held is not in the list
    assert [wall.day for wall in walls(circle, state=MeetingState.CANCELLED)] == [18, 25]
    assert walls(circle)[-1] >= datetime(2027, 9, 14)
    walk(frozen, 3.2, 0.9)
    assert [subject for subject in told(circle, postbox)["ben"] if "Blue: " in subject] == ["Blue: tomorrow 19:00"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_that_happens_by_the_clock_writes_to_a_group_that_rests(app, frozen, postbox):
    world = make_world()
    groups = {world.here.group.id, world.elsewhere.group.id}
    for place in (world.here, world.elsewhere):
        with transaction():
            begins = (Plan(title="Evening circle", wall=datetime(2027, 5, day, 19, 0)) for day in (14, 16, 23))
            for plan in begins:
                service.create_meeting(group=place.group, plan=plan)
            resting.rest(place.people["facilitator"])
    deliver_due()
    last = db.session.scalar(select(Letter.id).order_by(Letter.id.desc()).limit(1))
    postbox.clear()
    walk(frozen, 0.05, 1, 2, 8, 15)
    sent = select(Letter).where(Letter.state == LetterState.SENT, Letter.scope_id.in_(groups), Letter.id > last)
    kinds = {letter.kind for letter in db.session.scalars(sent)}
    assert {kind for kind in kinds if KINDS[kind].preference} == {"application-answered"}  # it lapsed; somebody waits
    assert kinds - {"application-answered"} <= SAFETY


def test_who_looks_after_a_series_that_nobody_needs_is_asked(circle, postbox, frozen, sign_in):
    made = begin(circle)
    used, read = (begin(circle, wall=TUESDAY.replace(hour=hour)) for hour in (9, 11))
    tick = next(tick for tick in TICKS if tick.name == "ask-about-quiet-series")
    for _ in range(4):
        tick.run()
        assert told(circle, postbox) == {"ada": [], "ben": [], "cleo": []}
        frozen.shift(timedelta(days=25))
        fill()
    circle.answer(circle.ben, [one for one in meetings(circle) if one.series_id == used.id][-1])
    looked_at = next(one for one in meetings(circle) if one.series_id == read.id)
    for _ in range(2):  # of looking the day is kept, and not who
        sign_in(circle.account(circle.cleo)).get(circle.path(looked_at.id))
    assert db.session.get(Series, read.id).last_opened_on == clock.now().date()
    deliver_due()
    postbox.clear()
    for _ in range(2):
        tick.run()
    assert told(circle, postbox) == {"ada": ["Blue: is it still wanted?"], "ben": [], "cleo": []}
    page = sign_in(circle.account(circle.ada)).get(circle.path("series")).text
    assert "let the whole group rest" in page
    assert made.title in page
