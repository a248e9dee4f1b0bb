"""The web killed, and PostgreSQL started anew, while people press: the short form of `web_killed` and `restarted`."""

import pytest

from tests.databases import ENGINES, WHOLE
from tests.faults import away
from tests.faults.stories import Stage

pytestmark = pytest.mark.timeout(150)


@pytest.mark.parametrize("databases", ENGINES if WHOLE else ["sqlite"], indirect=True)
def test_whatever_was_answered_before_the_web_was_killed_is_there_with_its_letter(committed_app, nursery, tmp_path):
    found = away.web_killed(Stage(nursery, committed_app, tmp_path), times=3, presses=60, seed=7, hasty=True)

    assert (found.written.lost, found.written.orphans, found.wrong) == (0, 0, 0)
    assert (found.unsent, found.copies) == (0, 0)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_while_postgresql_starts_anew_people_read_that_we_are_away_and_nothing_is_lost(
    committed_app, nursery, tmp_path
):
    with away.own_postgresql(Stage(nursery, committed_app, tmp_path)) as (there, server):
        found = away.restarted(there, server, times=2, presses=60, hasty=True)

    assert (found.written.lost, found.written.orphans, found.wrong, found.unsent) == (0, 0, 0, 0)
    assert found.copies <= 2 * 2
