"""What happens by the clock: each tick's function, period and expiry, as one table.

A tick takes nothing and may run twice, late, or beside itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import current_app

from supportgroup import pulse
from supportgroup.accounts import service as accounts
from supportgroup.board import base_rate, digest, ending, listening, planning, rounds
from supportgroup.db import transaction
from supportgroup.groups import facilitating, joining, removing
from supportgroup.load import buddies
from supportgroup.load import service as load
from supportgroup.mail import epoch
from supportgroup.mail.delivery import deliver_for, tend
from supportgroup.mail.leases import forget_old
from supportgroup.meetings import afterwards, asking, clocks, reminders, resting, rota, series
from supportgroup.moderation import all_well
from supportgroup.moderation import service as moderation
from supportgroup.privacy import building, erasing, retention

RUN = timedelta(seconds=5)  # of deliveries: short, so that a deploy can wait for the end of it


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One thing that happens every so many seconds. A run that waited past its turn is dropped: the next does it."""

    name: str
    every: float
    run: Callable[[], None]

    @property
    def expires(self) -> float:
        return self.every


TICKS: list[Tick] = []


def tick(name: str, *, every: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function as a tick, every so many seconds. Each run leaves its pulse."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            function()
            with transaction():
                pulse.beat(name)

        TICKS.append(Tick(name=name, every=every, run=run))
        return function

    return register


@tick("deliver-letters", every=2)
def deliver_letters() -> None:
    deliver_for(RUN)


@tick("tend-letters", every=30)
def tend_letters() -> None:
    with transaction():
        tend()
    epoch.turn(var())


@tick("forget-letters", every=3600)
def forget_letters() -> None:
    with transaction():
        forget_old()


@tick("remove-unconfirmed", every=3600)
def remove_unconfirmed() -> None:
    with transaction():
        accounts.remove_unconfirmed()


@tick("remind-of-applications", every=3600)
def remind_of_applications() -> None:
    with transaction():
        joining.remind_of_applications()


@tick("lapse-applications", every=3600)
def lapse_applications() -> None:
    with transaction():
        joining.lapse_applications()


@tick("watch-reports", every=60)
def watch_reports() -> None:
    with transaction():
        moderation.watch_reports()


@tick("owe-all-well", every=3600)
def owe_all_well() -> None:
    with transaction():
        all_well.owe_all_well()


@tick("rest-groups", every=3600)
def rest_groups() -> None:
    with transaction():
        facilitating.rest_groups()


@tick("end-places", every=3600)
def end_places() -> None:
    with transaction():
        removing.end_places()


REMINDERS = "owe-meeting-reminders"


@tick(REMINDERS, every=60)
def owe_meeting_reminders() -> None:
    with transaction():
        reminders.catch_up(pulse.last(REMINDERS))


@tick("owe-meeting-follow-ups", every=600)
def owe_meeting_follow_ups() -> None:
    with transaction():
        afterwards.owe_follow_ups()


@tick("fill-series", every=3600)
def fill_series() -> None:
    with transaction():
        series.fill_series()


@tick("find-hosts", every=300)
def find_hosts() -> None:
    with transaction():
        rota.find_hosts()


@tick("ask-whether", every=60)
def ask_whether() -> None:
    with transaction():
        asking.ask_whether()


@tick("follow-the-clocks", every=3600)
def follow_the_clocks() -> None:
    with transaction():
        clocks.follow_the_clocks()


@tick("ask-about-quiet-series", every=24 * 3600)
def ask_about_quiet_series() -> None:
    with transaction():
        resting.ask_about_quiet_series()


@tick("end-asks", every=60)
def end_asks() -> None:
    with transaction():
        ending.end_asks()


@tick("tell-of-asks", every=10)
def tell_of_asks() -> None:
    with transaction():
        rounds.tell_of_asks()


@tick("find-listeners", every=300)
def find_listeners() -> None:
    with transaction():
        listening.find_listeners()


@tick("owe-help-reminders", every=60)
def owe_help_reminders() -> None:
    with transaction():
        planning.owe_help_reminders()


@tick("owe-digests", every=300)
def owe_digests() -> None:
    with transaction():
        digest.owe_digests()


@tick("count-base-rates", every=6 * 3600)
def count_base_rates() -> None:
    with transaction():
        base_rate.count_base_rates()


@tick("suggest-small-asks", every=3600)
def suggest_small_asks() -> None:
    with transaction():
        load.suggest_small_asks()


@tick("turn-buddy-rounds", every=900)
def turn_buddy_rounds() -> None:
    with transaction():
        buddies.turn_rounds()


@tick("note-outcomes", every=60)
def note_outcomes() -> None:
    with transaction():
        load.note_outcomes()


@tick("build-exports", every=5)
def build_exports() -> None:
    building.build_exports()


@tick("erase-accounts", every=60)
def erase_accounts() -> None:
    erasing.erase_due(ledger())


@tick("honour-erasures", every=24 * 3600)
def honour_erasures() -> None:
    erasing.honour(ledger())


def ledger() -> Path:
    """Where erasures are remembered outside the database, for after a restore."""
    return var() / erasing.LEDGER


def var() -> Path:
    """Where files are kept."""
    folder: Path = current_app.config["SETTINGS"].var
    return folder


@tick("let-go-of-old", every=3600)
def let_go_of_old() -> None:
    with transaction():
        retention.let_go_of_old()


@tick("empty-left-places", every=3600)
def empty_left_places() -> None:
    with transaction():
        retention.empty_left_places()


@tick("note-last-seen", every=6 * 3600)
def note_last_seen() -> None:
    with transaction():
        retention.note_last_seen()


@tick("let-go-of-unused", every=6 * 3600)
def let_go_of_unused() -> None:
    with transaction():
        retention.let_go_of_unused()
