"""Three buttons behind a letter's link, without signing in."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from supportgroup.db import db, transaction
from supportgroup.groups.service import leave
from supportgroup.mail.links import token
from supportgroup.meetings import queries, service
from supportgroup.meetings.models import Answer
from tests.meetings.test_reminders import run_until
from tests.post import text_of

FRIDAY = datetime(2027, 5, 14, 19, 0)


def given(meeting, member):
    db.session.expire_all()
    mine = queries.rsvp(meeting.id, member.id)
    return mine and mine.answer


def test_a_reminder_leads_to_three_buttons_and_a_press_is_kept(circle, postbox, frozen, client):
    meeting = circle.meet(FRIDAY, title="Evening circle", place="Mill Lane 3")
    run_until(frozen, meeting.starts_at - timedelta(hours=23))
    (letter,) = postbox.to(circle.account(circle.ben).email)
    link = urlsplit(re.search(r"http\S+/l/\S+", text_of(letter))[0]).path
    for _ in range(2):
        page = client.get(link, follow_redirects=True)
    assert given(meeting, circle.ben) is None  # fetching it says nothing
    assert page.text.count('class="button button-quiet" type="submit" name="answer"') == 3
    assert "You have not said yet" in page.text
    for secret in ("Mill", "Evening", circle.group.name, "Cleo", "Ben"):
        assert secret not in page.text

    for answer, said in (("maybe", "You said maybe."), ("going", "You are coming."), ("not_going", "Not this time.")):
        page = client.post(page.request.path, data={"answer": answer, "listening": "y"}, follow_redirects=True)
        assert given(meeting, circle.ben) is Answer(answer)
        assert said in page.text
        assert f'value="{answer}" aria-pressed="true"' in page.text
    assert given(meeting, circle.cleo) is None
    assert client.post(page.request.path, data={"answer": "perhaps"}).status_code == 422


@pytest.mark.parametrize("what", ["full", "over", "cancelled", "left", "odd"])
def test_what_cannot_be_answered_says_so(circle, frozen, client, what):
    meeting = circle.meet(FRIDAY, size_limit=1)
    circle.answer(circle.cleo, meeting)
    path = f"/meetings/answer/{token('answer', meeting.id, circle.ben.id)}"
    if what == "full":
        assert "Wait for a place" in client.get(path).text
        assert "It is full right now" in client.post(path, data={"answer": "going"}, follow_redirects=True).text
        assert given(meeting, circle.ben) is Answer.WAITING
        return
    with transaction():
        if what == "cancelled":
            service.cancel_meeting(by=circle.ada, meeting_id=meeting.id)
        elif what == "left":
            leave(circle.ben)
    if what == "over":
        frozen.move_to(meeting.ends_at)
    if what == "odd":
        path = f"/meetings/answer/{token('way-in', meeting.id, circle.ben.id)}"
    missing = what in ("left", "odd")
    page = client.get(path)
    assert page.status_code == (404 if missing else 200)
    assert missing or "nothing to answer" in page.text
    assert client.post(path, data={"answer": "going"}).status_code == (404 if missing else 409)
    assert given(meeting, circle.ben) is None
