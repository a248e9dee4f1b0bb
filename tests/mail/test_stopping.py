"""A signal to end waits for the letter in hand, and then takes effect."""

import os
import signal
import threading

import pytest

from supportgroup.mail.stopping import asked_to_stop


class Ended(Exception):
    pass


@pytest.fixture(autouse=True)
def ends():
    """What SIGTERM does to the process otherwise."""

    def end(_number, _frame):
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_block_comes_to_its_end_and_then_the_signal_does_what_it_would_have_done():
    steps = []
    with pytest.raises(Ended), asked_to_stop() as asked:
        steps.append(asked())
        os.kill(os.getpid(), signal.SIGTERM)
        steps.append(asked())

    assert steps == [False, True]


def test_without_a_signal_nothing_happens():
    with asked_to_stop() as asked:
        assert not asked()


def test_in_a_thread_of_its_own_nothing_is_held_back():
    found = []

    def work():
        with asked_to_stop() as asked:
            found.append(asked())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert found == [False]
