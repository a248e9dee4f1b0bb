"""Heavy words: their writer is shown where help is. Nothing else happens, to nobody else."""

import pytest
from sqlalchemy import select

from supportgroup.board.models import Ask
from supportgroup.db import db, transaction
from supportgroup.moderation.models import Report
from supportgroup.reflections.models import Note
from supportgroup.safety.heavy import sounds_heavy
from supportgroup.safety.models import AuditEntry, Hiding
from tests.factories import make_account, make_group, make_membership

OFFER = "This sounds heavy to carry"


@pytest.mark.parametrize(
    ("text", "heavy"),
    [
        ("I want to DIE", True),
        ("I don’t want to  live\nlike this", True),
        ("thinking of suicide again", True),
        ("self-harm came back", True),
        ("Ich will nicht mehr leben.", True),
        ("j'ai envie de mourir", True),
        ("No quiero vivir", True),
        ("My phone died, and the deadline kills me", False),
        ("Could somebody bring the groceries to the suite?", False),
        ("", False),
        ("a " * 5000, False),
    ],
)
def test_which_words_are_heavy(text, heavy):
    assert sounds_heavy(None, text) is heavy


def test_ben_is_shown_where_help_is_and_what_he_wrote_goes_where_he_sent_it(app, sign_in, capsys):
    with transaction():
        group = make_group()
        ben, cleo = make_account("Ben"), make_account("Cleo")
        for account in (ben, cleo):
            make_membership(group, account)
    browser, other = sign_in(ben), sign_in(cleo)
    capsys.readouterr()
    ask = {"title": "Sit with me, I want to die", "kind": "company", "when": "week", "size_minutes": "15"}
    posted = browser.post(f"/g/{group.slug}/board/asks/new", data={**ask, "helpers_wanted": "1", "eyes": "group"})
    assert posted.status_code == 303
    page = browser.get(posted.location).text
    assert OFFER in page
    assert '<a href="/help-now">Crisis help</a>' in page
    assert OFFER not in browser.get(posted.location).text  # once
    assert db.session.scalars(select(Ask)).one().title == ask["title"]
    assert OFFER not in other.get(posted.location).text
    assert ask["title"] in other.get(posted.location).text

    browser.post(f"/g/{group.slug}/board/hard", data={"line": "I cant go on"})
    assert OFFER in browser.get("/home").text
    browser.post("/me/reflections/questions/need", data={"text": "I want to hurt myself"})
    assert OFFER in browser.get("/me/reflections").text
    browser.post("/me/reflections/questions/need", data={"text": "A walk"})
    assert OFFER not in browser.get("/me/reflections").text
    assert len(db.session.scalars(select(Note)).all()) == 2
    for table in (AuditEntry, Hiding, Report):
        assert db.session.scalars(select(table)).all() == []
    said = "".join(capsys.readouterr())
    assert "heavy" not in said
    assert "die" not in said
