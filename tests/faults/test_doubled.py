"""Two of everything: the short form of `doubled`."""

import pytest

from tests.faults.doubled import doubled
from tests.faults.stories import Stage


@pytest.mark.timeout(120)
def test_with_two_of_everything_each_key_is_one_row_and_one_letter(committed_app, nursery, tmp_path):
    found = doubled(Stage(nursery, committed_app, tmp_path), seconds=2, presses=12, meetings=3, hasty=True)

    assert (found.refused, found.missing, found.copies) == (0, 0, 0)
    assert found.owed >= 12 + 3 * 5
