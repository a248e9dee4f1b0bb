"""Senders that are killed, stopped and frozen, and relays that misbehave: nothing lost, next to nothing doubled."""

import signal

import pytest

from tests.faults import stories
from tests.faults.scene import owe_reminders, waiting

LETTERS = 90
pytestmark = pytest.mark.timeout(120)
# Real processes take their time: what does not depend on the database is seen on one of them.
ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def owed(committed_app):
    owe_reminders(LETTERS)
    assert waiting() == LETTERS
    return committed_app


def test_killed_again_and_again_nothing_is_lost_and_no_kill_costs_more_than_a_copy(owed, tmp_path):
    found = stories.ended(owed, tmp_path, signal.SIGKILL, times=6, seed=1)

    assert (found.lost, found.held, found.identities) == (0, 0, 0)
    assert found.extra <= 6
    assert found.most <= 3


def test_asked_to_end_again_and_again_nothing_is_lost_and_nothing_doubled(owed, tmp_path):
    found = stories.ended(owed, tmp_path, signal.SIGTERM, times=6, seed=2, lease=6)

    assert (found.lost, found.extra, found.held) == (0, 0, 0)


@ON_POSTGRESQL
def test_a_third_refused_for_now_and_some_dropped_in_the_middle_nothing_is_lost_or_doubled(owed, tmp_path):
    found, happened = stories.refused(owed, tmp_path, seed=3)

    assert happened[f"rcpt {stories.LATER}"] > LETTERS / 10
    assert (found.lost, found.extra, found.held) == (0, 0, 0)


@ON_SQLITE
def test_a_yes_that_was_swallowed_costs_one_copy_that_is_known_as_one(owed, tmp_path):
    found, taken = stories.swallowed(owed, tmp_path, share=0.05, seed=4)

    assert taken > 0
    assert (found.lost, found.identities) == (0, 0)
    assert found.extra == taken - found.held


@ON_POSTGRESQL
def test_frozen_past_its_lease_a_sender_doubles_one_letter_at_most(owed, tmp_path):
    found = stories.frozen(owed, tmp_path, times=2)

    assert (found.lost, found.held) == (0, 0)
    assert found.extra <= 2
