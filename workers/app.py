"""`celery -A workers.app`: the workers as the environment says, with one task for each tick."""

import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init

from supportgroup import config
from supportgroup.app import create_app
from supportgroup.config import BadSetting
from supportgroup.db import db
from supportgroup.ticks import TICKS
from workers import tasks
from workers.settings import SETTINGS


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
