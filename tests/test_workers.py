"""Celery's side: every tick is a task, a task changes nothing but what its tick changes, and the beat wakes them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery
from celery.app.defaults import NAMESPACES, flatten
from flask import Flask
from kombu.transport import redis as kombu_redis

from supportgroup import clock, pulse
from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.ticks import TICKS, Tick
from tests.conftest import KEYS
from tests.factories import make_account
from tests.processes import service, until
from workers import tasks
from workers.settings import SETTINGS


@pytest.fixture
def celery():
    """Celery as the workers have it, without a broker."""
    celery = Celery("test", set_as_current=False)
    tasks.register(celery, Flask("test"), TICKS)
    return celery


def test_every_tick_has_a_task_and_its_place_in_the_beat(celery):
    for tick in TICKS:
        assert tick.name in celery.tasks
        assert celery.conf.beat_schedule[tick.name] == {
            "task": tick.name,
            "schedule": tick.every,
            "options": {"expires": tick.expires},
        }
    assert set(celery.conf.beat_schedule) == {name for name in celery.tasks if not name.startswith("celery.")}


def test_a_run_that_waited_past_its_turn_is_dropped():
    assert all(0 < tick.expires <= tick.every for tick in TICKS)


def test_a_task_runs_its_tick_in_a_session_of_its_own_and_gives_that_back(app):
    ada = make_account("Ada")
    db.session.commit()

    def forget_to_commit() -> None:
        assert db.session() is not ours
        db.session.get_one(Account, ada.id).name = "Nobody"
        db.session.flush()

    ours = db.session()
    tasks.in_context(app, Tick(name="forget-to-commit", every=1, run=forget_to_commit))()

    db.session.expire_all()
    assert ada.name == "Ada"


def test_celery_knows_every_setting_and_the_broker_every_option():
    known = {name for name, _ in flatten(NAMESPACES)}
    assert set(SETTINGS) <= known
    source = Path(kombu_redis.__file__).read_text()
    assert [option for option in SETTINGS["broker_transport_options"] if option not in source] == []


def test_what_a_dead_worker_had_taken_comes_back_only_when_no_run_can_last_that_long():
    assert SETTINGS["task_soft_time_limit"] < SETTINGS["task_time_limit"]
    assert SETTINGS["task_time_limit"] < SETTINGS["broker_transport_options"]["visibility_timeout"]


@pytest.mark.parametrize(
    ("environ", "named"), [({}, "REDIS_URL"), ({"REDIS_URL": "amqp://here"}, "REDIS_URL"), ({"PORT": "all"}, "PORT")]
)
def test_a_worker_without_its_settings_ends_with_one_line_that_names_what_is_missing(environ, named, tmp_path):
    ended = run_celery("report", {"SUPPORTGROUP_VAR": str(tmp_path), **environ}, cwd=tmp_path)

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"{named}: ")


def run_celery(command, environ, cwd):
    return subprocess.run(
        [Path(sys.executable).parent / "celery", "-A", "workers.app", command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **environ},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_beat_wakes_a_worker_and_both_end_when_they_are_asked_to(committed_app, open_post, redis_url, tmp_path):
    settings = {
        "DATABASE_URL": committed_app.config["SQLALCHEMY_DATABASE_URI"],
        "REDIS_URL": redis_url,
        "SMTP_URL": open_post.url,
        "SUPPORTGROUP_VAR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **KEYS,
    }
    with service(settings) as running:
        worker, beat = running.start("worker"), running.start("beat")
        until(lambda: last_run("deliver-letters") is not None)
        first = last_run("deliver-letters")
        until(lambda: last_run("deliver-letters") > first)
        assert (clock.now() - last_run("deliver-letters")).total_seconds() < 10
        for process in (worker, beat):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(20) for process in (worker, beat)] == [0, 0]


def last_run(name):
    db.session.rollback()
    return pulse.last(name)
