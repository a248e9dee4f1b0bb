"""Meetings that are moved or called off while their reminders go out: nobody is told the former time for long."""

import pytest

from tests.faults import stories

MEETINGS = 30


@pytest.mark.timeout(120)
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_no_reminder_of_the_former_time_leaves_later_than_a_second_after_the_change(committed_app, nursery, tmp_path):
    found = stories.moved(stories.Stage(nursery, committed_app, tmp_path), number=MEETINGS, seed=5)

    assert (found.stale, found.wrong) == (0, 0)
    assert found.sent < MEETINGS  # some were still to be sent when their meetings changed
