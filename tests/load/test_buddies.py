"""Buddy rounds: two by two for a week, repeats as late as can be, never two who are apart, over by themselves."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from supportgroup.load import buddies
from supportgroup.load.models import Buddy, BuddyRound
from supportgroup.safety import service as safety
from tests.factories import make_account, make_group, make_membership
from tests.post import deliver_due, text_of

MONDAY = datetime(2027, 5, 17, 9, tzinfo=ZoneInfo("Europe/Paris"))
PEOPLE = [UUID(int=number + 1) for number in range(9)]


@settings(max_examples=30, deadline=None)
@given(
    size=st.integers(2, 9),
    apart=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=6),
)
def test_everyone_who_can_be_is_with_somebody_and_never_with_whom_they_are_apart(size, apart):
    people = PEOPLE[:size]
    shut = {frozenset((PEOPLE[one], PEOPLE[other])) for one, other in apart}
    met = Counter()
    for _ in range(size // 2 if not shut else 3):
        found = buddies.circles(people, met, shut)
        together = [one for circle in found for one in circle]
        assert len(together) == len(set(together))
        assert all(2 <= len(circle) <= 3 for circle in found)
        assert sum(len(circle) == 3 for circle in found) <= (1 if not shut else len(found))
        new = [pair for circle in found for pair in buddies.pairs(sorted(circle))]
        assert not shut & set(new)
        if not shut:
            assert sorted(together) == people
            if size % 2 == 0:  # by Dirac's theorem there is a way without a repeat for so many rounds
                assert all(met[pair] == 0 for pair in new)
        met.update(new)


@pytest.mark.parametrize("size", [5, 7, 9])
def test_with_an_odd_number_the_three_goes_round(size):
    people, before = PEOPLE[:size], []
    for _ in range(26):
        before += map(sorted, buddies.circles(people, buddies.met(before), set(), buddies.in_threes(before)))
    threes = Counter(one for ones in before if len(ones) == 3 for one in ones)
    assert sum(threes.values()) == 26 * 3
    assert max(threes[one] for one in people) - min(threes[one] for one in people) <= 2


def test_a_week_with_a_buddy(app, frozen, sign_in, postbox):
    with transaction():
        group = make_group()
        ada, ben, cleo = (make_membership(group, make_account(name)) for name in ("Ada", "Ben", "Cleo"))
        ada.role = Role.FACILITATOR
    browsers = {one.name: sign_in(one.account) for one in (ada, ben, cleo)}
    path = f"/g/{group.slug}/buddies"
    assert "This group has no buddy rounds." in browsers["Ben"].get(path).text
    assert browsers["Ben"].post(f"{path}/want", data={"willing": "y"}).status_code == 409
    assert browsers["Ben"].post(f"{path}/switch", data={"on": "y"}).status_code == 404
    browsers["Ada"].post(f"{path}/switch", data={"on": "y"})
    for browser in browsers.values():
        assert browser.post(f"{path}/want", data={"willing": "y"}).status_code == 303

    frozen.move_to(MONDAY - timedelta(days=1))
    turn()
    assert db.session.query(BuddyRound).count() == 0
    frozen.move_to(MONDAY)
    turn()
    turn()
    assert db.session.query(BuddyRound).count() == 1
    assert {one.circle for one in db.session.query(Buddy)} == {0}  # an odd one makes a three
    assert deliver_due() == 3
    assert not any(name in text_of(letter) for letter in postbox for name in ("Ada", "Ben", "Cleo"))
    page = browsers["Ben"].get(path).text
    assert "Cleo" in page
    assert page.count("<li>") >= 3

    with transaction():
        safety.block(by=cleo.id, other=ben.id)
    assert "This week, with you" not in browsers["Cleo"].get(path).text
    assert "Ada" in browsers["Ben"].get(path).text
    browsers["Ada"].post(f"/g/{group.slug}/leave")
    assert "This week, with you" not in browsers["Ben"].get(path).text

    frozen.shift(timedelta(days=7))
    turn()
    assert db.session.query(BuddyRound).filter(BuddyRound.begins_at > MONDAY).count() == 0  # only two, who are apart


def turn():
    with transaction():
        buddies.turn_rounds()
    db.session.expire_all()
