"""How often an ask gets a yes: from enough asks by enough people, and told only where it helps."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import base_rate
from supportgroup.board.base_rate import Answered, count_base_rates, rates, sentence, span
from supportgroup.board.models import AskKind, AskState, Eyes
from supportgroup.board.side_models import BaseRate
from supportgroup.db import db, transaction
from tests.factories import make_account, make_ask, make_group, make_help, make_membership

GROUP = UUID(int=1)


def ended(asker, *, helper=None, hours=3, **columns):
    """An ask that came to an end a day ago: with a yes after so many hours, or because nobody had room."""
    created = clock.now() - timedelta(days=2)
    state = AskState.DONE if helper else AskState.EXPIRED
    ask = make_ask(asker, **{"state": state, "created_at": created, "closed_at": clock.now(), **columns})
    if helper:
        make_help(ask, helper, accepted_at=created + timedelta(hours=hours))
    return ask


@pytest.fixture
def askers(group):
    with transaction():
        made = [make_membership(group, make_account(f"P{number}")) for number in range(6)]
    return made


def test_ten_asks_by_five_people_are_told(group, askers):
    with transaction():
        for number in range(10):
            ended(askers[number % 5], helper=askers[5] if number else None, hours=1 + number % 3)
        count_base_rates()

    assert sentence(group.id) == "9 of 10 asks here get a yes, most within 2 hours."


@pytest.mark.parametrize(("asks", "people"), [(9, 5), (12, 4)])
def test_too_few_asks_or_people_are_not(group, askers, asks, people):
    with transaction():
        for number in range(asks):
            ended(askers[number % people], helper=askers[5])
        count_base_rates()

    assert sentence(group.id) is None
    assert db.session.get(BaseRate, group.id) is None


def test_a_rate_that_would_not_help_is_not_told(group, askers):
    with transaction():
        for number in range(10):
            ended(askers[number % 5], helper=askers[5] if number < 5 else None)
        count_base_rates()

    assert db.session.get(BaseRate, group.id).yes_of_ten == 5
    assert sentence(group.id) is None


def test_only_what_everyone_could_see_and_what_came_to_an_end_is_counted(group, askers):
    with transaction():
        for number in range(10):
            ended(askers[number % 5], helper=askers[5])
        for one in askers[:5]:
            ended(one, eyes=Eyes.FACILITATORS)
            ended(one, kind=AskKind.LISTEN)
            ended(one, state=AskState.WITHDRAWN)
            ended(one, created_at=clock.now() - timedelta(days=400))
            make_ask(one)
        count_base_rates()

    assert db.session.get(BaseRate, group.id).yes_of_ten == 10


def test_counting_again_replaces_what_was_counted_and_each_group_is_its_own(group, askers):
    with transaction():
        other = make_group()
        there = [make_membership(other, make_account(f"Q{number}")) for number in range(5)]
        for number in range(10):
            ended(askers[number % 5], helper=askers[5])
            ended(there[number % 5], helper=there[number % 5 - 1] if number < 6 else None)
        count_base_rates()
    with transaction():
        for number in range(10):
            ended(askers[number % 5], helper=None)
        count_base_rates()

    db.session.expire_all()
    found = {rate.group_id: rate.yes_of_ten for rate in db.session.scalars(select(BaseRate))}
    assert found == {group.id: 5, other.id: 6}


@given(
    asks=st.lists(st.tuples(st.integers(0, 7), st.none() | st.integers(1, 10_000)), max_size=40),
)
def test_nothing_is_told_that_few_could_be_read_from(asks):
    answered = [Answered(GROUP, UUID(int=who), after and timedelta(minutes=after)) for who, after in asks]
    found = list(rates(answered, clock.now()))
    yes = [after for _, after in asks if after]
    if not found:
        assert len(asks) < base_rate.ASKS or len({who for who, _ in asks}) < base_rate.ASKERS or not yes
        return
    (rate,) = found
    assert len(asks) >= base_rate.ASKS
    assert len({who for who, _ in asks}) >= base_rate.ASKERS
    assert rate["yes_of_ten"] <= 10 * len(yes) / len(asks) < rate["yes_of_ten"] + 1
    assert min(yes) <= rate["minutes"] + 1
    assert rate["minutes"] - 1 <= max(yes)


@given(minutes=st.integers(0, 100_000))
def test_the_span_in_words_is_never_shorter_than_it_is(minutes):
    words = span(minutes)
    number = 1 if words.startswith("a") else int(words.split()[0])
    unit = 60 if "hour" in words else 24 * 60
    assert number * unit >= minutes
    assert (number - 1) * unit < max(minutes, 1) + (unit if unit > 60 else 0)
