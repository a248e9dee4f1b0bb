"""The way in: an hour before, by the link in the reminder, without signing in."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta

import pytest

from supportgroup.db import transaction
from supportgroup.groups import service as groups
from supportgroup.mail.links import token
from supportgroup.meetings import service
from supportgroup.meetings.models import Answer
from supportgroup.secrets import seal_token
from tests.meetings.test_reminders import run_until
from tests.post import text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
HOUR = timedelta(hours=1)
PLACE, CALL = "Mill Lane 3", "https://video.example.org/room"


@pytest.fixture
def meeting(circle):
    found = circle.meet(NEXT_WEEK, place=PLACE, video_url=CALL)
    circle.answer(circle.ben, found)
    return found


def path(meeting, member):
    return f"/meetings/way-in/{token('way-in', meeting.id, member.id)}"


def shows_the_way(page):
    return PLACE in page and CALL in page


def test_the_reminder_of_the_hour_before_leads_ben_in_without_signing_in(circle, meeting, client, postbox, frozen):
    run_until(frozen, meeting.starts_at - HOUR)
    day_before, hour_before = postbox.to(circle.account(circle.ben).email)
    link = re.search(r"https?://[^/\s]+(/l/\S+)", text_of(hour_before)).group(1)
    page = client.get(link, follow_redirects=True)

    assert page.status_code == 200
    assert "Show me the way in" in page.text
    assert not shows_the_way(page.text)
    assert circle.group.name not in page.text
    assert meeting.title not in page.text

    assert shows_the_way(client.post(page.request.path).text)
    assert "/meetings/way-in/" not in client.get(re.search(r"(/l/\S+)", text_of(day_before)).group(1)).location


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (timedelta(days=-1), False),
        (-HOUR - timedelta(seconds=1), False),
        (-HOUR, True),
        (timedelta(minutes=89), True),
        (timedelta(minutes=90), False),
    ],
)
def test_it_is_open_from_sixty_minutes_before_to_the_end(circle, meeting, client, frozen, at, opens):
    frozen.move_to(meeting.starts_at + at)
    page = path(meeting, circle.ben)

    assert ("Show me the way in" in client.get(page).text) is opens
    assert shows_the_way(client.post(page).text) is opens
    if at < -HOUR:
        assert re.search(r"The way in opens here at <time[^>]*>18:00</time>", client.get(page).text)


def test_it_is_for_those_who_come_and_for_maybe_while_places_remain(circle, meeting, client, frozen):
    frozen.move_to(meeting.starts_at)
    assert not shows_the_way(client.post(path(meeting, circle.cleo)).text)

    circle.answer(circle.cleo, meeting, Answer.MAYBE)
    assert shows_the_way(client.post(path(meeting, circle.cleo)).text)

    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    page = client.post(path(meeting, circle.ben)).text
    assert not shows_the_way(page)
    assert "shown to those who come" in page


def test_a_cancelled_meeting_has_no_way_in(circle, meeting, client, frozen):
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)
    frozen.move_to(meeting.starts_at)
    page = client.post(path(meeting, circle.ben)).text

    assert "was cancelled" in page
    assert not shows_the_way(page)


def test_the_link_of_who_left_leads_nowhere(circle, meeting, client, frozen):
    with transaction():
        groups.leave(circle.ben)
    frozen.move_to(meeting.starts_at)

    assert client.get(path(meeting, circle.ben)).status_code == 404
    assert client.post(path(meeting, circle.ben)).status_code == 404


def test_a_link_of_another_purpose_or_another_group_leads_nowhere(circle, meeting, client, frozen):
    frozen.move_to(meeting.starts_at)
    wrong = [
        "x",
        "x" * 3000,
        token("meeting", meeting.id),
        token("way-in", meeting.id),
        token("way-in", circle.ben.id, meeting.id),
        token("way-in", meeting.id, circle.dan.id),
        seal_token("letter", b"way-in\0short"),
        seal_token("letter", b"\xff\xff"),
    ]
    for text in wrong:
        assert client.post(f"/meetings/way-in/{text}").status_code == 404
