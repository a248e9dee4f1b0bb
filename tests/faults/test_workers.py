"""Workers, beats and the net as they run, on a real broker: the short form of `mistreated`."""

import pytest

from tests.faults.mistreated import mistreated
from tests.faults.stories import Stage

pytestmark = [pytest.mark.timeout(150), pytest.mark.parametrize("databases", ["postgresql"], indirect=True)]


def test_whatever_happens_to_workers_and_broker_no_letter_is_lost_and_only_a_kill_doubles_one(
    committed_app, nursery, tmp_path
):
    found = mistreated(Stage(nursery, committed_app, tmp_path), letters=40, hasty=True)

    assert (found.killed.lost, found.killed.held, found.killed.identities) == (0, 0, 0)
    assert found.killed.extra <= 2
    assert (found.end.lost, found.end.extra) == (0, found.killed.extra)
