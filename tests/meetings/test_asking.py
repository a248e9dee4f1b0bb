"""Whether to meet, where few come or nobody hosts: who is asked, when, and what one press does."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta

import pytest

from supportgroup.db import db, transaction
from supportgroup.meetings import asking, doubts, hosting
from supportgroup.meetings.models import Answer, MeetingState
from tests.post import deliver_due, text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
SUBJECT = re.compile("do you meet")


def tick():
    with transaction():
        asking.ask_whether()
    deliver_due()


def asked(circle, postbox):
    """Who was asked so far, by name, once for each letter."""
    people = {circle.account(one).email: one.name for one in (circle.ada, circle.ben, circle.cleo)}
    return [people[letter["To"].addresses[0].addr_spec] for letter in postbox if SUBJECT.search(letter["Subject"])]


@pytest.fixture
def meeting(circle):
    return circle.meet(NEXT_WEEK, host_id=circle.ben.id, least=3)


def test_a_day_before_the_host_is_asked_once_whether_to_meet_with_few_and_decides(
    circle, meeting, postbox, frozen, sign_in
):
    ben = sign_in(circle.account(circle.ben))
    frozen.move_to(meeting.starts_at - timedelta(hours=25))
    tick()
    assert ben.get(circle.path(meeting.id, "whether")).status_code == 404
    frozen.move_to(meeting.starts_at - timedelta(hours=24))
    ben = sign_in(circle.account(circle.ben))
    tick()
    tick()
    assert asked(circle, postbox) == ["Ben"]
    link = re.search(r"https?://[^/\s]+(/l/\S+)", text_of(postbox[0])).group(1)
    assert "One person comes so far, and you wanted to be 3 or more" in ben.get(link, follow_redirects=True).text
    assert sign_in(circle.account(circle.cleo)).get(circle.path(meeting.id, "whether")).status_code == 404

    assert ben.post(circle.path(meeting.id, "whether"), data={"meet": "y"}).status_code == 303
    assert "Few come this time" not in ben.get(circle.path(meeting.id)).text
    assert ben.post(circle.path(meeting.id, "whether"), data={"meet": "n"}).status_code == 404
    tick()
    assert asked(circle, postbox) == ["Ben"]


def test_with_enough_nobody_is_asked_and_a_letter_not_yet_sent_is_left_out(circle, meeting, postbox, frozen):
    frozen.move_to(meeting.starts_at - timedelta(hours=20))
    circle.answer(circle.ada, meeting)
    with transaction():
        asking.ask_whether()
    circle.answer(circle.cleo, meeting)
    deliver_due()
    tick()
    assert asked(circle, postbox) == []
    circle.answer(circle.cleo, meeting, Answer.MAYBE)
    assert doubts.question(meeting) == doubts.FEW


def test_three_hours_before_facilitators_and_who_was_to_host_are_asked_and_one_press_cancels(
    circle, meeting, postbox, frozen, sign_in
):
    with transaction():
        hosting.cannot_host(me=circle.ben, meeting_id=meeting.id)
        meeting.meets_with_few = True
    frozen.move_to(meeting.starts_at - timedelta(hours=3, minutes=1))
    tick()
    assert asked(circle, postbox) == []
    frozen.move_to(meeting.starts_at - timedelta(hours=3))
    tick()
    assert sorted(asked(circle, postbox)) == ["Ada", "Ben"]

    ben, ada = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.ada))
    assert "Nobody hosts this one" in ada.get(circle.path(meeting.id)).text
    assert "If you cancel: who is told what" in ben.get(circle.path(meeting.id, "whether")).text
    assert ben.post(circle.path(meeting.id, "whether"), data={"meet": "n"}).status_code == 303
    db.session.expire_all()
    assert meeting.state is MeetingState.CANCELLED
    assert ada.post(circle.path(meeting.id, "whether"), data={"meet": "y"}).status_code == 409


def test_a_group_that_never_has_hosts_is_asked_nothing(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK)
    frozen.move_to(meeting.starts_at - timedelta(hours=2))
    tick()
    assert asked(circle, postbox) == []
