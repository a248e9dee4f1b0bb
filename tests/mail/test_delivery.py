"""A letter is sent once, never lost, and never when it is not wanted any more."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts import service as accounts
from supportgroup.db import db, transaction
from supportgroup.mail import delivery
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import Owed, drop, owe
from tests.factories import make_account
from tests.post import deliver_due


@pytest.fixture
def ada(app):
    with transaction():
        account = make_account("Ada")
    return account


@pytest.fixture
def letter(ada):
    """A sign-in letter that is due."""
    with transaction():
        accounts.request_link(email=ada.email, browser=None)
    return db.session.scalars(select(Letter)).one()


def state_of(letter):
    return db.session.get_one(Letter, letter.id, populate_existing=True)


def test_a_due_letter_goes_out_once(letter, ada, postbox):
    assert deliver_due() == 1
    assert deliver_due() == 0

    (message,) = postbox
    assert message["To"] == ada.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert "Supportgroup" not in message.as_string()
    assert state_of(letter).state is LetterState.SENT


def test_the_same_occasion_owes_one_letter(ada):
    owed = Owed(recipient_id=ada.id, about_id=uuid4(), occasion="once", due_at=clock.now())
    with transaction():
        owe("sign-in", [owed, owed])
        owe("sign-in", [owed])

    assert len(db.session.scalars(select(Letter)).all()) == 1


def test_a_letter_dropped_while_it_lies_in_a_batch_does_not_go_out(letter, ada, postbox, monkeypatch):
    say = KINDS["sign-in"].says

    def drop_meanwhile(letters):
        said = say(letters)
        with transaction():
            assert drop("gone", recipient_id=ada.id) == 1
        return said

    monkeypatch.setattr(delivery, "KINDS", {**KINDS, "sign-in": replaced(KINDS["sign-in"], says=drop_meanwhile)})

    assert deliver_due() == 0
    assert len(postbox) == 0
    assert state_of(letter).drop_reason == "gone"


def test_a_relay_that_says_later_gets_the_same_letter_again(letter, postbox):
    postbox.answer_next("451 4.3.0 Later")
    assert deliver_due() == 0
    first = state_of(letter)
    assert (first.state, first.last_code) == (LetterState.OWED, 451)
    assert first.next_attempt_at > clock.now() + timedelta(seconds=40)

    make_due(letter)
    assert deliver_due() == 1
    assert postbox[0]["Message-ID"] == first.message_id


def test_an_address_refused_for_good_is_not_tried_again(letter, ada, postbox):
    postbox.answer_next("550 5.1.1 No such user", to="RCPT")
    assert deliver_due() == 0

    assert state_of(letter).state is LetterState.UNDELIVERABLE
    assert db.session.get_one(type(ada), ada.id, populate_existing=True).address_refused_at is not None


def test_what_a_dead_sender_had_claimed_is_sent_by_the_next(letter, postbox):
    put(letter, state=LetterState.CLAIMED, lease_owner=uuid4(), lease_until=clock.now() - timedelta(seconds=1))

    assert deliver_due() == 1
    assert len(postbox) == 1


def test_what_a_dead_sender_was_sending_waits_longer_and_is_held_the_third_time(letter, postbox):
    for crashes in (1, 2, 3):
        put(letter, state=LetterState.SENDING, lease_owner=uuid4(), lease_until=clock.now() - timedelta(seconds=1))
        assert deliver_due() == 0
        assert state_of(letter).crash_count == crashes

    assert state_of(letter).state is LetterState.HELD
    assert len(postbox) == 0


def test_a_letter_that_cannot_be_written_stops_nobody_elses(letter, postbox, monkeypatch):
    with transaction():
        accounts.request_link(email=make_account("Ben").email, browser=None)

    def break_on_first(letters):
        if any(one.id == letter.id for one in letters):
            raise ZeroDivisionError
        return say(letters)

    say = KINDS["sign-in"].says
    monkeypatch.setattr(delivery, "KINDS", {**KINDS, "sign-in": replaced(KINDS["sign-in"], says=break_on_first)})

    assert deliver_due() == 1
    assert state_of(letter).crash_count == 1


def test_a_letter_too_late_to_be_of_use_is_dropped_and_says_so(letter, postbox):
    put(letter, expires_at=clock.now() - timedelta(seconds=1))

    assert deliver_due() == 0
    assert (state_of(letter).state, state_of(letter).drop_reason) == (LetterState.DROPPED, "late")


def put(letter, **columns):
    with transaction():
        row = state_of(letter)
        for column, value in columns.items():
            setattr(row, column, value)


def make_due(letter):
    put(letter, next_attempt_at=clock.now())


def replaced(kind, **changes):
    return type(kind)(**{**vars(kind), **changes})
