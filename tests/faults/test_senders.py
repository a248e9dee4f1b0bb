"""Senders that are killed, stopped, frozen and cut off, and relays that misbehave: the short form of `crash.py`."""

import signal

import pytest

from tests.databases import ENGINES, WHOLE
from tests.faults import stories
from tests.faults.scene import owe_reminders, waiting

LETTERS = 40
pytestmark = pytest.mark.timeout(120)
# Real processes take their time: what does not depend on the database is seen on one of them.
ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def owed(committed_app, nursery, tmp_path):
    owe_reminders(LETTERS)
    assert waiting() == LETTERS
    return stories.Stage(nursery, committed_app, tmp_path)


@pytest.mark.parametrize("databases", ENGINES if WHOLE else ["postgresql"], indirect=True)
def test_killed_again_and_again_nothing_is_lost_and_no_kill_costs_more_than_a_copy(owed):
    found = stories.ended(owed, signal.SIGKILL, times=3, seed=1)

    assert (found.lost, found.held, found.identities) == (0, 0, 0)
    assert found.extra <= 3
    assert found.most <= 3


@ON_SQLITE
def test_asked_to_end_again_and_again_nothing_is_lost_and_nothing_doubled(owed):
    found = stories.ended(owed, signal.SIGTERM, times=3, seed=2, lease=6)

    assert (found.lost, found.extra, found.held) == (0, 0, 0)


@ON_POSTGRESQL
def test_a_third_refused_for_now_and_some_dropped_in_the_middle_nothing_is_lost_or_doubled(owed):
    found, happened = stories.refused(owed, seed=3)

    assert happened[f"rcpt {stories.LATER}"] > LETTERS / 10
    assert (found.lost, found.extra, found.held) == (0, 0, 0)


@ON_SQLITE
def test_a_yes_that_was_swallowed_costs_one_copy_that_is_known_as_one(owed):
    found, taken = stories.swallowed(owed, share=0.1, seed=4)

    assert taken > 0
    assert (found.lost, found.identities) == (0, 0)
    assert found.extra == taken - found.held


@ON_POSTGRESQL
def test_frozen_past_its_lease_a_sender_doubles_one_letter_at_most(owed):
    found = stories.frozen(owed, times=1)

    assert (found.lost, found.held) == (0, 0)
    assert found.extra <= 1


@ON_POSTGRESQL
def test_cut_off_from_the_database_senders_go_on_and_double_what_was_in_hand_at_most(owed):
    found = stories.cut_off(owed, times=3, seed=6)

    assert (found.lost, found.held, found.identities) == (0, 0, 0)
    assert found.extra <= 3 * 2
