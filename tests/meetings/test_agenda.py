"""The agenda and the customs of a meeting: planned once, and shown where people look before they come."""

from sqlalchemy import select

from supportgroup.db import db
from supportgroup.meetings import phrases
from supportgroup.meetings.models import Meeting

PLAN = {
    "title": "Evening circle",
    "day": "2027-05-19",
    "time": "19:00",
    "minutes": "75",
    "repeats": "weekly",
    "ends": "open",
    "agenda": ["welcome", "small_asks", "closing"],
    "minutes_small_asks": "5",
    "customs": ["camera_off", "silence", "leaving_early"],
}


def test_what_a_series_says_is_on_each_meetings_page_and_told_to_newcomers(circle, sign_in, client):
    ada, ben = sign_in(circle.account(circle.ada)), sign_in(circle.account(circle.ben))
    assert ada.post(circle.path("new"), data=PLAN).status_code == 303
    meeting = db.session.scalars(select(Meeting).order_by(Meeting.starts_at.desc())).first()
    page = ben.get(circle.path(meeting.id)).text
    assert "A round of small asks and offers" in page
    assert "5 minutes" in page
    assert "Check-in round" not in page
    fine = "Camera off, silence and leaving early are all fine. Everyone says a word in each round."
    assert fine in page
    assert fine in client.get(f"/g/{circle.group.slug}").text

    form = ada.get(circle.path(meeting.id, "edit")).text
    assert 'value="5"' in form
    odd = ada.post(circle.path("new"), data=PLAN | {"agenda": ["dance"], "minutes_welcome": "soon"})
    assert odd.status_code == 422
    assert "Choose one of these" in odd.text


def test_customs_in_words():
    assert phrases.customs(None) == []
    assert phrases.customs(["silence"])[0] == "Silence is fine."
    assert phrases.customs(["camera_off", "silence"])[0] == "Camera off and silence are fine."
    assert len(phrases.customs([])) == 4
