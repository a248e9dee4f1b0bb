"""How letters are, for who runs the service: on a page, and once a week by letter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from supportgroup import clock, pulse
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.queries import LETTERS
from supportgroup.mail.service import Owed, owe
from supportgroup.moderation.all_well import owe_all_well
from tests.factories import make_account
from tests.post import deliver_due

HERE = "/operator/mail"


@pytest.fixture
def stuck(app, frozen):
    """Three letters that are held, one of them for good reasons over; one refused; one from before a restore."""
    now = clock.now()
    with transaction():
        ada = make_account("Ada").id
        owe("ask-accepted", [owed(ada, now, hours) for hours in (1, 2, 3, 4, 5)])
        pulse.beat(LETTERS)
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    with transaction():
        for letter in letters[:3]:
            letter.state, letter.last_class, letter.last_code = LetterState.HELD, "ambiguous", None
        letters[0].expires_at = now
        letters[3].state, letters[3].last_class, letters[3].last_code = LetterState.UNDELIVERABLE, "distrusted", 550
        letters[4].state = LetterState.QUARANTINED
    return letters


def owed(account_id, due, hours):
    useful = due + timedelta(hours=hours)
    return Owed(recipient_id=account_id, about_id=uuid4(), occasion=f"{hours}", due_at=due, expires_at=useful)


def test_an_operator_sees_why_letters_are_stuck_and_sends_them_or_lets_them_go(stuck, olga, browser_of):
    browser = browser_of(olga)
    page = browser.get(HERE).text
    for words in (
        "3 letters are held",
        "There is no backup yet",
        "3 held: ask-accepted",
        "The last answer was 550",
        "Send 2",
    ):
        assert words in page

    held = {"state": "held", "kind": "ask-accepted", "last_class": "ambiguous"}
    assert browser.post(f"{HERE}/retry", data=held).status_code == 303
    assert [one.state for one in stuck] == ["held", "owed", "owed", "undeliverable", "quarantined"]
    browser.post(f"{HERE}/drop", data=held)
    browser.post(f"{HERE}/drop", data={"state": "quarantined", "kind": "ask-accepted"})
    assert [one.drop_reason for one in stuck] == ["by-operator", None, None, None, "by-operator"]
    for odd in ({"state": "sent", "kind": "ask-accepted"}, {"state": "held"}, {}):
        assert browser.post(f"{HERE}/drop", data=odd).status_code == 404


def test_once_a_week_operators_hear_that_all_is_well_or_what_is_not(olga, frozen, postbox):
    frozen.shift(timedelta(days=5))  # a Monday at noon
    with transaction():
        pulse.beat(LETTERS)
        pulse.beat(pulse.BACKUP)
        owe_all_well()
        owe_all_well()
    assert deliver_due() == 1
    assert postbox[0]["Subject"] == "All is well"
    assert "This week 0 went out, none is held" in postbox[0].get_body(("plain",)).get_content()

    frozen.shift(timedelta(days=7))
    with transaction():
        pulse.beat(LETTERS)
        owe_all_well()
    assert deliver_due() == 1
    assert postbox[1]["Subject"] == "Something to look at"
    assert "The last backup is 7 days old." in postbox[1].get_body(("plain",)).get_content()

    frozen.shift(timedelta(days=7))
    with transaction():
        owe_all_well()
        db.session.execute(update(type(olga)).values(is_operator=False))
    assert deliver_due() == 0
