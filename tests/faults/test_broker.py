"""The broker carries ticks and nothing else: emptied or frozen, it costs time and no letter."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from supportgroup import clock
from tests.faults.scene import account, owe_reminders, settings_of, waiting
from tests.processes import service, until
from tests.relay import relay
from tests.services import Services

pytestmark = [pytest.mark.timeout(120), pytest.mark.parametrize("databases", ["postgresql"], indirect=True)]
LATEST = timedelta(seconds=90)  # after it was due, whatever happens to the broker


@pytest.fixture
def broker():
    """A broker of this test's own, to be mistreated."""
    made = Services()
    made.url = made.start_valkey()
    yield made
    made.started[0][0].send_signal(signal.SIGCONT)
    made.stop()


def environment(app, there, tmp_path, broker):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return settings_of(app, there.url, tmp_path, REDIS_URL=broker.url, PATH=path)


def test_emptied_and_then_frozen_it_costs_time_and_no_letter(committed_app, tmp_path, broker):
    with relay() as there, service(environment(committed_app, there, tmp_path, broker)) as running:
        for line in ("worker", "beat", "deliver"):
            running.start(line)
        owe_reminders(100)
        until(lambda: len(there.kept) > 0)
        redis.Redis.from_url(broker.url).flushall()
        until(lambda: waiting() == 0, 60)
        assert (account(there).lost, account(there).extra) == (0, 0)

        broker.started[0][0].send_signal(signal.SIGSTOP)
        begun = clock.now()
        owe_reminders(50)
        until(lambda: waiting() == 0, LATEST.total_seconds())

        assert clock.now() - begun < LATEST
        assert (account(there).lost, account(there).extra) == (0, 0)


def test_a_worker_and_its_children_that_are_asked_to_end_finish_the_letter_in_hand(committed_app, tmp_path, broker):
    """As a supervisor does that sends the signal to every process at once."""
    with relay(late=0.05) as there, service(environment(committed_app, there, tmp_path, broker)) as running:
        owe_reminders(60)
        running.start("beat")
        worker = running.start("worker")
        until(lambda: len(there.kept) > 5)
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(20)
        assert len(there.kept) < 60
        running.running.remove(worker)
        running.start("worker")
        until(lambda: waiting() == 0, 60)

        assert (account(there).lost, account(there).extra) == (0, 0)
