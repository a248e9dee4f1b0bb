"""Reminders come at the times somebody chose, in the group for which they chose them."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import datetime

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts import wishes
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import answers, reminders, service
from supportgroup.meetings.models import Answer
from supportgroup.meetings.service import Plan

TOMORROW = datetime(2027, 5, 13, 12, 30)  # in Paris; it is noon on the day before
HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60


@pytest.fixture
def coming(ben):
    """He comes to a meeting of each group, tomorrow."""
    for place in ben.places:
        with transaction():
            meeting = service.create_meeting(group=place.group, plan=Plan(title="Circle", wall=TOMORROW))
            answers.answer(me=place, meeting_id=meeting.id, answer=Answer.GOING)
    return ben


def times(ben, group):
    """Minutes before the group's meeting at which he will be reminded, longest first."""
    with transaction():
        reminders.catch_up(clock.now())
    waiting = select(Letter.key).where(Letter.kind == "meeting-reminder", Letter.state == LetterState.OWED)
    waiting = waiting.where(Letter.recipient_id == ben.account.id, Letter.scope_id == group.id)
    return sorted((reminders.minutes_before(key) for key in db.session.scalars(waiting)), reverse=True)


def remind(ben, *minutes, group=None):
    with transaction():
        wishes.remind_at(ben.account.id, minutes, group.id if group else wishes.EVERYWHERE)


def test_at_first_a_day_and_an_hour_before(coming):
    assert times(coming, coming.blue) == times(coming, coming.lamp) == [DAY, HOUR]


def test_other_times_hold_at_once_and_former_ones_no_more(coming):
    times(coming, coming.blue)
    remind(coming, 15, 3 * HOUR)

    assert times(coming, coming.blue) == times(coming, coming.lamp) == [3 * HOUR, 15]


def test_times_taken_up_again_are_as_they_were(coming):
    times(coming, coming.blue)
    remind(coming, 15)
    remind(coming, DAY, HOUR)

    assert times(coming, coming.blue) == [DAY, HOUR]


def test_one_group_has_times_of_its_own(coming):
    times(coming, coming.blue)
    remind(coming, 15, group=coming.lamp)
    assert (times(coming, coming.blue), times(coming, coming.lamp)) == ([DAY, HOUR], [15])

    remind(coming, 0)
    assert (times(coming, coming.blue), times(coming, coming.lamp)) == ([0], [15])

    remind(coming, group=coming.lamp)
    assert times(coming, coming.lamp) == [0]


def test_no_times_are_no_reminders(coming):
    remind(coming)

    assert times(coming, coming.blue) == []
