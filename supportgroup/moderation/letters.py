"""Letters around reports: that something waits, that something arrived, never what or about whom."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.letters import readers_of
from supportgroup.groups.models import Membership
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, drop, owe
from supportgroup.moderation import queries
from supportgroup.moderation.models import Report
from supportgroup.safety.models import Hiding, Rule
from supportgroup.safety.queries import blocked_with

WEEK = timedelta(days=7)
SOME_DAY = datetime(2027, 5, 12, 10, tzinfo=UTC)  # for samples


def owe_about(name: str, one: Report, accounts: Sequence[UUID], occasion: str, priority: int | None = None) -> None:
    """Owe these accounts a letter about a report, now."""
    letters = [
        Owed(
            recipient_id=account_id,
            about_id=one.id,
            occasion=f"{one.id.hex}:{occasion}",
            due_at=clock.now(),
            scope_id=one.group_id,
            priority=priority,
        )
        for account_id in accounts
    ]
    owe(name, letters)


def owe_receipt(one: Report) -> None:
    owe_about("report-received", one, [one.reporter.account_id], "receipt")


def owe_answered(one: Report) -> None:
    owe_about("report-answered", one, [one.reporter.account_id], "answered")


def owe_waits(one: Report, occasion: str) -> None:
    """Tell those who look at this report that it waits; at night too where somebody may be in danger."""
    urgent = 1 if one.due_at - one.created_at < timedelta(hours=12) else None
    facilitators = [me.account_id for me in queries.facilitators_for(one)]
    operators = queries.operators_for(one) if one.escalated_at or not facilitators else []
    owe_about("report-waits", one, [*facilitators, *operators], occasion, urgent)


def drop_waits(one: Report) -> None:
    """Nobody needs to be told any more that it waits."""
    drop("answered", kinds=["report-waits"], about_id=one.id)


def owe_hidden(hiding: Hiding, author: Membership) -> None:
    letter = Owed(
        recipient_id=author.account_id,
        about_id=hiding.id,
        occasion=hiding.id.hex,
        due_at=clock.now(),
        scope_id=hiding.group_id,
    )
    owe("item-hidden", [letter])


def owe_held(hiding: Hiding) -> None:
    """Tell the facilitators that a new ask waits to be looked at."""
    letters = [
        Owed(
            recipient_id=one.account_id,
            about_id=hiding.id,
            occasion=f"{hiding.id.hex}:held",
            due_at=clock.now(),
            scope_id=hiding.group_id,
        )
        for one in groups.on_duty(hiding.group_id)
        if one.id not in blocked_with(hiding.author_id)
    ]
    owe("ask-waits", letters)


def owe_asked_again(hiding: Hiding) -> None:
    letters = [
        Owed(recipient_id=account_id, about_id=hiding.id, occasion=f"{hiding.id.hex}:again", due_at=clock.now())
        for account_id in groups.operators()
    ]
    owe("asked-again", letters)


def drop_hidden(hiding: Hiding) -> None:
    drop("shown", kinds=["item-hidden", "asked-again", "ask-waits"], about_id=hiding.id)


@kind("report-received", lateness=WEEK, preference=None, samples=[{"due": SOME_DAY}])
def report_received(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """We have it, and this is when you hear more. Left out: it was answered meanwhile."""
    found = queries.reports([letter.about_id for letter in letters])
    return {
        letter.id: Says(
            link=link("reports", one.group_id),
            cover=one.reporter.cover_word,
            group=one.group.name,
            more={"due": one.due_at},
        )
        for letter in letters
        if (one := found.get(letter.about_id)) and one.is_open
    }


@kind("report-answered", lateness=WEEK, preference=None, samples=[{}])
def report_answered(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody has looked at what the reader reported."""
    found = queries.reports([letter.about_id for letter in letters])
    return {
        letter.id: Says(link=link("reports", one.group_id), cover=one.reporter.cover_word, group=one.group.name)
        for letter in letters
        if (one := found.get(letter.about_id)) and not one.is_open
    }


@kind("report-waits", lateness=WEEK, preference=None, samples=[{"soon": True}, {"soon": False}])
def report_waits(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Something waits for the reader's judgement. Left out: it was answered, or is not the reader's to look at."""
    found = queries.reports([letter.about_id for letter in letters])
    readers = readers_of(letters)
    said = {}
    for letter in letters:
        one, me = found.get(letter.about_id), readers.get(letter.id)
        if one is None or not one.is_open:
            continue
        more = {"soon": one.due_at - one.created_at < timedelta(hours=12)}
        if me is not None and any(looking.id == me.id for looking in queries.facilitators_for(one)):
            said[letter.id] = Says(
                link=link("report-queue", one.group_id), cover=me.cover_word, group=me.group.name, more=more
            )
        elif letter.recipient_id in queries.operators_for(one):
            said[letter.id] = Says(link=link("operator-reports"), more=more)
    return said


@kind("item-hidden", lateness=WEEK, preference=None, samples=[{}])
def item_hidden(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Something the reader wrote is hidden for now; the page says why, and what can be done."""
    readers = readers_of(letters)
    return {
        letter.id: Says(link=link("hidden", hiding.id), cover=me.cover_word, group=me.group.name)
        for letter in letters
        if (me := readers.get(letter.id)) and (hiding := db.session.get(Hiding, letter.about_id))
    }


@kind("ask-waits", lateness=WEEK, preference=None, samples=[{}])
def ask_waits(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Something new waits for the reader to look at it, before the others see it. Left out: somebody did."""
    readers = readers_of(letters)
    return {
        letter.id: Says(link=link("report-queue", me.group_id), cover=me.cover_word, group=me.group.name)
        for letter in letters
        if (me := readers.get(letter.id))
        and me.is_facilitator
        and (hiding := db.session.get(Hiding, letter.about_id))
        and hiding.rule is Rule.UNSEEN
    }


@kind("asked-again", lateness=WEEK, preference=None, samples=[{}])
def asked_again(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody would like an operator to look at something that was hidden."""
    return {
        letter.id: Says(link=link("operator-reports"))
        for letter in letters
        if (hiding := db.session.get(Hiding, letter.about_id)) and hiding.kept_at is None
    }
