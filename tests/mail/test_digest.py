"""The letter of the day or week: one at most, in numbers, of what may be seen, and none where there is nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from supportgroup.accounts import wishes
from supportgroup.board import digest
from supportgroup.board.models import AskKind, Eyes
from supportgroup.db import db, transaction
from supportgroup.mail.kinds import How
from supportgroup.mail.models import Letter
from tests.factories import make_account, make_ask, make_membership
from tests.mail.conftest import fate
from tests.post import deliver_due, text_of

AT_SIX = datetime(2027, 5, 12, 16, tzinfo=UTC)  # in Paris, on a Wednesday


@pytest.fixture
def others(ben):
    """Somebody else in each of his groups."""
    with transaction():
        ada = make_account("Ada")
        return [make_membership(group, ada) for group in (ben.blue, ben.lamp)]


def ask(by, **columns):
    with transaction():
        return make_ask(by, **columns)


def at(frozen, instant):
    """It is then: what is due is planned and sent."""
    frozen.move_to(instant)
    with transaction():
        digest.owe_digests()
    deliver_due()


def wish(ben, sort, how, group=None):
    with transaction():
        wishes.wish(ben.account.id, sort, how, group.id if group else wishes.EVERYWHERE)


def to_ben(ben, postbox):
    return postbox.to(ben.account.email)


def test_the_days_asks_say_how_large_they_are_and_by_when_and_no_more(ben, others, frozen, postbox):
    ask(others[0], title="Bread from the corner", needed_by=datetime(2027, 5, 13, 16, tzinfo=UTC))
    ask(others[0], size_minutes=5, needed_by=None)
    ask(others[1], size_minutes=60)
    at(frozen, AT_SIX)

    (letter,) = to_ben(ben, postbox)
    assert letter["Subject"] == "Blue, Lamp: 3 new asks"
    assert "Blue: 2 new asks: 15 minutes, tomorrow; 5 minutes." in text_of(letter)
    assert "Lamp: a new ask: an hour, by 19 May." in text_of(letter)
    assert "Bread" not in letter.as_string()


def test_none_is_sent_when_there_is_nothing(ben, others, frozen, postbox):
    at(frozen, AT_SIX)

    assert db.session.scalars(select(Letter)).all() == []


def test_none_tells_of_what_may_not_be_seen_or_is_to_be_heard(ben, others, frozen, postbox):
    ask(others[0], eyes=Eyes.FACILITATORS)
    ask(others[0], kind=AskKind.LISTEN)
    ask(ben.places[0])
    at(frozen, AT_SIX)

    assert to_ben(ben, postbox) == []


def test_there_is_one_a_day_however_often_it_is_planned(ben, others, frozen, postbox):
    ask(others[0])
    for minutes in (0, 5, 120):
        at(frozen, AT_SIX + timedelta(minutes=minutes))

    assert len(to_ben(ben, postbox)) == 1


def test_what_was_gathered_is_counted_by_group(ben, all_wanted_but_digests, frozen, postbox):
    wish(ben, "ask-messages", How.DAILY)
    letters = [ben.owe("ask-message"), ben.owe("ask-message"), ben.owe("ask-message", ben.lamp)]
    deliver_due()
    assert {fate(one) for one in letters} == {"gathered-daily"}
    at(frozen, AT_SIX)

    (letter,) = to_ben(ben, postbox)
    assert letter["Subject"] == "Blue, Lamp: what happened lately"
    assert "Blue: 2 messages." in text_of(letter)
    assert "Lamp: a message." in text_of(letter)
    at(frozen, AT_SIX + timedelta(days=1))
    assert len(to_ben(ben, postbox)) == 1


def test_what_is_wanted_once_a_week_comes_on_its_day(ben, others, all_wanted_but_digests, frozen, postbox):
    wish(ben, "asks-of-others", How.WEEKLY)
    wish(ben, "own-helps", How.WEEKLY)
    ask(others[0])
    ben.owe("ask-changed")
    deliver_due()
    at(frozen, AT_SIX)
    assert to_ben(ben, postbox) == []

    at(frozen, AT_SIX + timedelta(days=4))  # Sunday
    (letter,) = to_ben(ben, postbox)
    assert letter["Subject"] == "Blue: a new ask"
    assert "Also news of what you took on." in text_of(letter)
    at(frozen, AT_SIX + timedelta(days=11))
    assert len(to_ben(ben, postbox)) == 1


def test_on_the_day_of_the_week_one_letter_tells_of_the_day_and_of_the_week(ben, others, frozen, postbox):
    wish(ben, "asks-of-others", How.WEEKLY, ben.lamp)
    ask(others[1])
    at(frozen, AT_SIX + timedelta(days=3, hours=20))
    ask(others[0])
    at(frozen, AT_SIX + timedelta(days=4))

    (letter,) = to_ben(ben, postbox)
    assert letter["Subject"] == "Blue, Lamp: 2 new asks"


def test_it_costs_as_many_statements_for_many_as_for_one(ben, others, frozen, statements_of):
    ask(others[0])
    frozen.move_to(AT_SIX)
    with transaction():
        digest.owe_digests()
    letter = db.session.scalars(select(Letter)).one()
    db.session.commit()

    assert len(statements_of(lambda: digest.digest([letter]))) <= 4


@pytest.fixture
def all_wanted_but_digests(all_wanted, monkeypatch):
    monkeypatch.setitem(digest.KINDS, "digest", REAL)


REAL = digest.KINDS["digest"]
