"""Workers, beats and the net as they run, on a real broker: two of each, one killed, the broker emptied and frozen."""

import os
import signal
import sys
from pathlib import Path

import pytest
import redis
from sqlalchemy import update

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.leases import take_back_what_the_dead_left
from supportgroup.mail.models import WAITING, Letter, LetterState
from tests.faults.scene import account, owe_reminders, senders, settings_of, waiting
from tests.processes import service, until
from tests.relay import relay
from tests.services import Services

pytestmark = [pytest.mark.timeout(150), pytest.mark.parametrize("databases", ["postgresql"], indirect=True)]


@pytest.fixture
def broker():
    """A broker of this test's own, to be mistreated."""
    made = Services()
    made.url = made.start_valkey()
    yield made
    made.started[0][0].send_signal(signal.SIGCONT)
    made.stop()


def test_whatever_happens_to_workers_and_broker_no_letter_is_lost_and_only_a_kill_doubles_one(
    committed_app, nursery, tmp_path, broker
):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    (tmp_path / "other").mkdir()
    with relay(late=0.02) as there:
        settings = settings_of(committed_app, there.url, tmp_path, REDIS_URL=broker.url, PATH=path)
        with service(settings) as running, senders(nursery, settings) as net:
            owe_reminders(150)
            running.start("beat")
            running.start("beat", SUPPORTGROUP_VAR=str(tmp_path / "other"))
            first, second = running.start("worker"), running.start("worker")
            until(lambda: len(there.kept) > 20)
            running.kill(first)  # each of its two processes has one letter in hand
            let_leases_run_out()
            until(lambda: waiting() == 0)
            after_kill = account(there)
            assert (after_kill.lost, after_kill.held, after_kill.identities) == (0, 0, 0)
            assert after_kill.extra <= 2

            redis.Redis.from_url(broker.url).flushall()
            owe_reminders(60)
            until(lambda: len(there.kept) > 160)
            os.killpg(second.pid, signal.SIGTERM)  # as supervisors do that signal every process at once
            second.wait(20)
            running.running.remove(second)
            broker.started[0][0].send_signal(signal.SIGSTOP)
            net.start("net")
            until(lambda: waiting() == 0)

    assert (account(there).lost, account(there).extra) == (0, after_kill.extra)


def let_leases_run_out():
    """What takes minutes of waiting: the dead worker's leases end, and what it was sending may be tried again."""
    past = clock.now()
    leased = update(Letter).where(Letter.state.in_(WAITING), Letter.lease_until.is_not(None))
    with transaction():
        db.session.execute(leased.values(lease_until=past))
        take_back_what_the_dead_left()
        db.session.execute(update(Letter).where(Letter.state == LetterState.OWED).values(next_attempt_at=past))
