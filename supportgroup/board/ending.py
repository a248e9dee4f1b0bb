"""How asks come to an end by themselves, when somebody leaves, and when somebody is blocked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import covering, drafts, letters, planning, queries
from supportgroup.board.helping import give_back, take_back
from supportgroup.board.models import FOLLOW_UP, RUNNING, SETTLED, Ask, AskState, Help, HelpState
from supportgroup.board.service import withdraw
from supportgroup.db import db
from supportgroup.groups.service import MembershipEnded
from supportgroup.safety.service import Blocked

CHUNK = 200  # asks ended at a time


def end_asks() -> None:
    """Let go of what is over: open asks expire, covered ones are asked after and closed a week later."""
    now = clock.now()
    while due := asks_at_their_end(now):
        for ask in due:
            end(ask, now)
        db.session.flush()


def asks_at_their_end(now: datetime) -> Sequence[Ask]:
    due = select(Ask).where(Ask.state.in_(RUNNING), Ask.ends_at <= now).order_by(Ask.ends_at, Ask.id).limit(CHUNK)
    held = due.with_for_update(of=Ask, skip_locked=True)
    return db.session.scalars(held, execution_options=queries.FRESH).all()


def end(ask: Ask, now: datetime) -> None:
    """The next step of an ask whose time has come. The ask is locked.

    Of several helpers wanted, those who are there when its time comes are enough.
    """
    if ask.is_listen:
        close(ask, AskState.DONE, now)
    elif not ask.helpers:
        expire(ask, now)
    elif ask.state is AskState.OPEN:
        ask.helpers_wanted = len(ask.helpers)
        ask.settle(now)
    elif ask.asked_after_at is None:
        ask.asked_after_at, ask.ends_at = now, now + FOLLOW_UP + SETTLED
        planning.owe_follow_ups(ask)
    else:
        close(ask, AskState.DONE, now)


def expire(ask: Ask, now: datetime) -> None:
    """Its time is over and nobody helps. Where somebody could have, that nobody had room would not be true; and who
    waits for the word of whoever asked without a name waits no longer.
    """
    ask.was_answered, waiting = bool(ask.helps), ask.proposals
    close(ask, AskState.EXPIRED, now)
    letters.owe_helpers("ask-withdrawn", ask, waiting, occasion="expired")
    letters.owe_about("ask-expired", ask, [ask.asker.account_id], occasion="expired")


def close(ask: Ask, state: AskState, now: datetime) -> None:
    ask.close(state, now)
    letters.drop_ended(ask)


def let_go(event: MembershipEnded) -> None:
    """A member has left: what they asked for is taken back, what they took on is open again, its askers are told."""
    drafts.let_go(event.membership.id)
    covering.hold_meetings_of(event.membership.id)
    for ask in queries.running_of(event.membership.id):
        if ask.asker_id == event.membership.id:
            take_away(ask)
        elif mine := ask.help_of(event.membership.id):
            let_go_of_help(ask, mine)


def take_away(ask: Ask) -> None:
    """Its asker is not there any more: it is taken back. A turn as host that somebody took stays theirs."""
    if covering.is_covered(ask):
        close(ask, AskState.DONE, clock.now())
    else:
        withdraw(ask)


def let_go_of_help(ask: Ask, mine: Help) -> None:
    """Give back what was taken on; what was only proposed leaves no trace."""
    if mine.state is HelpState.ACCEPTED:
        give_back(ask, mine)
    elif not mine.holds:
        take_back(ask, mine)


def part(event: Blocked) -> None:
    """One member blocks another: what the two had going ends for both as if the first had left."""
    covering.hold_meetings_of(event.blocker_id)
    for ask in queries.running_of(event.blocker_id):
        helps = ask.help_of(event.blocked_id)
        mine = ask.help_of(event.blocker_id)
        if ask.asker_id == event.blocker_id and helps is not None:
            waits = helps.state is HelpState.PROPOSED  # who waits for an answer would hear that it is not needed, too
            take_away(ask) if helps.holds or waits else take_back(ask, helps)
        elif ask.asker_id == event.blocked_id and mine is not None:
            let_go_of_help(ask, mine)
