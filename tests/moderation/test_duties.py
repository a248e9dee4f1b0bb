"""What looking after a group asks of a person, and what to do if someone is in danger."""

from dataclasses import replace

from supportgroup.db import db
from supportgroup.moderation.models import DutiesAccepted


def test_ada_reads_the_duties_and_names_who_steps_in(group, ada, ben, browser_of):
    browser = browser_of(ada)
    path = f"/g/{group.slug}/manage/duties"
    assert "You said yes" not in browser.get(path).text
    assert browser.post(path, data={"accept": "y", "deputy_id": str(ben.id)}).status_code == 303

    assert "You said yes to this on" in browser.get(path).text
    assert db.session.get(DutiesAccepted, ada.id).deputy_id == ben.id


def test_without_the_tick_nothing_is_accepted(group, ada, ben, browser_of):
    path = f"/g/{group.slug}/manage/duties"
    for wrong in ({}, {"accept": "y", "deputy_id": "not an id"}, {"accept": "y", "deputy_id": str(group.id)}):
        assert browser_of(ada).post(path, data=wrong).status_code == 422
    assert db.session.get(DutiesAccepted, ada.id) is None


def test_if_someone_is_in_danger_the_page_names_who_is_on_duty(app, monkeypatch, group, ada, browser_of):
    path = f"/g/{group.slug}/manage/danger"
    assert "Ask the other facilitator" in browser_of(ada).get(path).text
    settings = replace(app.config["SETTINGS"], duty_contact="+44 20 0000 0000")
    monkeypatch.setitem(app.config, "SETTINGS", settings)

    page = browser_of(ada).get(path).text
    assert "+44 20 0000 0000" in page
    assert "/help-now" in page


def test_both_are_for_facilitators(group, ada, ben, browser_of):
    for page in ("duties", "danger"):
        assert browser_of(ben).get(f"/g/{group.slug}/manage/{page}").status_code == 404
