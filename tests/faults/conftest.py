"""One process that all senders of these tests are forked from."""

from collections.abc import Iterator

import pytest

from tests.faults.scene import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.stop()
