"""Each tick as a task of the same name. A task takes nothing, decides nothing and may run twice."""

from collections.abc import Callable, Iterable

from celery import Celery
from flask import Flask

from supportgroup.net import survived
from supportgroup.ticks import Tick


def register(celery: Celery, flask: Flask, ticks: Iterable[Tick]) -> None:
    """Make each tick a task, and the beat that calls it. A run that waits past its turn is dropped."""
    for tick in ticks:
        celery.task(name=tick.name, shared=False)(in_context(flask, tick))
        celery.conf.beat_schedule[tick.name] = {
            "task": tick.name,
            "schedule": tick.every,
            "options": {"expires": tick.expires},
        }


def in_context(flask: Flask, tick: Tick) -> Callable[[], None]:
    """The tick, run in the app's context; leaving that gives the session back, whatever it still holds.

    What breaks is logged by its class here, since Celery would log what the error says, and go round again anyway.
    """

    def run() -> None:
        with flask.app_context(), survived(tick.name):
            tick.run()

    return run
