"""`celery -A workers.app`: the settings of the workers, and one task for each tick."""

import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init

from supportgroup import config
from supportgroup.app import create_app
from supportgroup.config import BadSetting
from supportgroup.db import db
from supportgroup.ticks import TICKS
from workers import tasks

SETTINGS: dict[str, Any] = {
    # The database is the truth: results, events and arguments have no place here.
    "result_backend": None,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
    "enable_utc": True,
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "worker_hijack_root_logger": False,
    # What a worker took when it died comes back, soon: safe, since every task may run twice.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "broker_transport_options": {
        "visibility_timeout": 300,  # seconds; longer than any run
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,  # a look at every interval; kombu's own 10 makes it minutes
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "sg:",
    },
    # The broker may go and come back.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    # No run is long and none waits in a worker; a stop lets the one at hand come to its end.
    "worker_prefetch_multiplier": 1,
    "worker_eta_task_limit": 10,
    "task_soft_time_limit": 45,
    "task_time_limit": 55,
    "worker_soft_shutdown_timeout": 50,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 300_000,  # KiB
}


def make_celery() -> Celery:
    """The workers as the environment says. Ends the process with one line where a setting is missing or wrong."""
    try:
        settings = config.from_environment()
        if settings.redis_url is None:
            raise BadSetting("REDIS_URL: is not set. A worker needs it; `supportgroup up` brings a broker of its own.")
    except BadSetting as reason:
        raise SystemExit(str(reason)) from None
    # Root is often a container's only user; what Celery fears are messages that become code, and ours are JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    flask = create_app(settings)
    celery = Celery("supportgroup", broker=settings.redis_url)
    celery.conf.update(SETTINGS)
    tasks.register(celery, flask, TICKS)

    @worker_process_init.connect(weak=False)
    def begin_afresh(**_: object) -> None:
        """A worker's process shares no database connection with the one it was forked from."""
        with flask.app_context():
            db.engine.dispose(close=False)

    return celery


app = make_celery()
