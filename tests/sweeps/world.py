"""Two groups with everything in them, and everyone who might look: for sweeps over all routes.

The sweeps build a world once and take back what each request did. A route whose arguments are not known here fails
them: whoever adds one says here what it is about.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event
from werkzeug.routing import Rule

from supportgroup import clock, pulse
from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.models import Account, OtherAddress
from supportgroup.accounts.service import new_link, start_session
from supportgroup.board.models import Ask, AskKind, Message
from supportgroup.board.side_models import GroupExample, SpokenAsk
from supportgroup.db import db, transaction
from supportgroup.groups.models import Group, Invitation, Membership, MembershipState, Role
from supportgroup.mail.links import token
from supportgroup.mail.passing_on import stopping_token
from supportgroup.meetings.models import CalendarWish, Meeting, TurnSwap
from supportgroup.moderation.models import Desk, Reason, Report, Subject
from supportgroup.privacy.models import Export
from supportgroup.reflections.models import Note, Prompt, Reflection
from supportgroup.safety.models import Avoided, Block, Hiding
from supportgroup.safety.models import Rule as Why
from supportgroup.secrets import seal_token, token_of
from tests.factories import (
    make_account,
    make_ask,
    make_group,
    make_help,
    make_meeting,
    make_membership,
    make_offer,
    make_pause,
    make_presence,
    make_resource,
    make_rsvp,
    make_series,
)

PEOPLE = ("nobody", "stranger", "applicant", "former", "removed", "member", "blocked", "facilitator", "operator")
UNCOUNTED = ("buckets", "guesses", "challenges")  # what a refusal may write: that somebody tried


@dataclass
class Place:
    """One group with what is in it; the ids are those that routes are about."""

    group: Group
    people: dict[str, Membership]
    meeting: Meeting
    ask: Ask
    message: Message
    ids: dict[str, Any]

    def rows(self) -> list[Any]:
        return [self.group, *self.people.values(), self.meeting, self.ask, self.message]


@dataclass
class World:
    accounts: dict[str, Account]
    here: Place
    elsewhere: Place
    own: dict[str, Any]  # things of the member's that belong to no group
    cookies: dict[str, str]

    def rows(self) -> list[Any]:
        """The rows that tests hold in their hands."""
        places = [row for place in (self.here, self.elsewhere) for row in place.rows()]
        return [*self.accounts.values(), *places]

    def path(self, app: Flask, rule: Rule, place: Place | None = None, **others: Any) -> str:
        """The address of this route in this world. An argument nobody thought of yet fails the test."""
        place = place or self.here
        special = SPECIAL.get(rule.endpoint, lambda _world, _place: {})(self, place)
        values = {"slug": place.group.slug, **place.ids, **self.own, **special, **others}
        with app.test_request_context():
            chosen = {name: values[name] for name in rule.arguments}
            return str(app.url_map.bind("localhost").build(rule.endpoint, chosen, method=None))

    def data(self, rule: Rule, method: str) -> dict[str, Any] | None:
        """What a form of this route needs for its view to look at what it is about."""
        return FORMS.get(rule.endpoint, lambda _place: {})(self.here) if method == "POST" else None

    def looked_after(self) -> None:
        """The workers are at work, however long a sweep takes: else it would be right to say that it is not ready."""
        with transaction():
            pulse.beat("deliver-letters")

    def browser(self, app: Flask, person: str) -> FlaskClient:
        """This person's browser."""
        made = app.test_client()
        if person in self.cookies:
            with app.app_context():
                made.set_cookie(cookie_name(), self.cookies[person])
        return made


def letter(name: str, *rows: Any) -> dict[str, str]:
    return {"token": token(name, *rows)}


# Where a route's argument is another one than its name says.
SPECIAL: dict[str, Callable[[World, Place], dict[str, Any]]] = {
    "accounts.stop": lambda world, _: {"token": seal_token("stop", world.accounts["member"].id.bytes + b"own-asks")},
    "accounts.stop_passed_on": lambda _world, _place: {"token": stopping_token("guest@example.org")},
    "dev.kit_in": lambda _world, _place: {"theme": "dark"},
    "dev.sample_html": lambda _world, _place: {"name": "sign-in", "at": 0, "mode": "full"},
    "accounts.mail_by_link": lambda world, _: letter("mail-preferences", world.accounts["member"].id),
    "accounts.mail_of_group": lambda _, place: {"scope_id": place.group.id},
    "accounts.use_link": lambda world, _: letter("sign-in", world.own["link_id"]),
    "accounts.confirm_email": lambda world, _: letter("address", world.own["waiting_id"]),
    "mail.follow": lambda _, place: letter("meeting", place.meeting.id),
    "meetings.way_in": lambda _, place: letter("way-in", place.meeting.id, place.people["member"].id),
    "meetings.answer_by_link": lambda _, place: letter("answer", place.meeting.id, place.people["member"].id),
    "meetings.feed_of": lambda world, _: {"token": token_of("calendar", world.own["feed_id"])},
    "meetings.turn": lambda _, place: letter("host-turn", place.meeting.id, place.people["member"].id),
    "groups.invited": lambda _, place: {"token": seal_token("invitation", place.ids["invitation_id"].bytes)},
    "groups.answer": lambda _, place: {"membership_id": place.people["applicant"].id},
    "groups.hello": lambda _, place: {"membership_id": place.people["newcomer"].id},
    "moderation.report": lambda _, place: {"subject": "ask", "item_id": place.ask.id},
    "moderation.unblock": lambda _, place: {"membership_id": place.people["blocked"].id},
    "reflections.question": lambda _world, _place: {"prompt": "need"},
    "board.offer_to": lambda _, place: {"membership_id": place.people["facilitator"].id},
    "board.answer_offer": lambda _, place: {"offer_id": place.ids["said_id"]},
    "privacy.erase_in_group": lambda _, place: {"membership_id": place.people["former"].id},
}

FORMS: dict[str, Callable[[Place], dict[str, Any]]] = {
    "board.answer": lambda place: {"help_id": place.ids["help_id"], "answer": "yes"},
    "board.end_help": lambda place: {"help_id": place.ids["help_id"]},
    "board.answer_offer": lambda _: {"answer": "not_now"},
    "board.thank": lambda place: {"help_id": place.ids["help_id"]},
    "groups.answer": lambda _: {"answer": "yes"},
    "meetings.ask_swap": lambda place: {"with": str(place.people["facilitator"].id)},
    "meetings.answer_swap": lambda _: {"answer": "not_now"},
    "moderation.answer": lambda _: {"outcome": "nothing"},
    "moderation.hide": lambda _: {"rule": "hurts"},
    "moderation.why": lambda _: {"rule": "hurts"},
    "moderation.operator_answer": lambda _: {"outcome": "nothing"},
    "moderation.operator_mail_retry": lambda _: {"state": "held", "kind": "sign-in"},
    "moderation.operator_mail_drop": lambda _: {"state": "held", "kind": "sign-in"},
    "moderation.operator_hide": lambda _: {"rule": "hurts"},
}


def make_world() -> World:
    """The world, committed, with everybody signed in."""
    with transaction():
        accounts = {name: make_account(name.title()) for name in PEOPLE[1:]}
        accounts["newcomer"] = make_account("Newcomer")
        accounts["operator"].is_operator = True
        here = make_place(accounts)
        elsewhere = make_place({name: make_account(name.title()) for name in accounts})
        own = make_own(accounts["member"])
    with transaction():
        pulse.beat("deliver-letters")
        cookies = {name: start_session(accounts[name], device="Firefox on Linux") for name in PEOPLE[1:]}
    return World(accounts, here, elsewhere, own, cookies)


def make_people(group: Group, accounts: dict[str, Account]) -> dict[str, Membership]:
    """Everybody's place in the group; strangers and operators have none."""
    now = clock.now()
    gone = {"ended_at": now - timedelta(days=1)}
    columns: dict[str, dict[str, Any]] = {
        "facilitator": {"role": Role.FACILITATOR},
        "member": {},
        "blocked": {},
        "newcomer": {"hello_at": None},
        "former": {"state": MembershipState.LEFT, **gone},
        "removed": {"state": MembershipState.REMOVED, **gone},
        "applicant": {"state": MembershipState.APPLIED, "applied_at": now, "joined_at": None, "hello_at": None},
    }
    return {name: make_membership(group, accounts[name], **more) for name, more in columns.items()}


def make_place(accounts: dict[str, Account]) -> Place:
    now = clock.now()
    group = make_group()
    people = make_people(group, accounts)
    member, facilitator = people["member"], people["facilitator"]
    meeting = make_meeting(group, now + timedelta(minutes=50), host_id=member.id, least=9)
    for name in ("member", "blocked", "facilitator"):
        make_rsvp(meeting, people[name])
    make_presence(meeting, member)
    ask = make_ask(facilitator, helpers_wanted=3)
    help_ = make_help(ask, member)
    message = Message(ask_id=ask.id, author_id=member.id, text="I can be there at six.", created_at=now)
    lasting = {"group_id": group.id, "created_at": now, "expires_at": now + timedelta(days=7)}
    invitation = Invitation(most_uses=50, **lasting)
    by_letter = Invitation(most_uses=1, email="guest@example.org", made_by_id=facilitator.id, **lasting)
    hidden = make_ask(member, title="Hidden")
    hiding = Hiding(item_id=hidden.id, group_id=group.id, author_id=member.id, rule=Why.HURTS, hidden_at=now)
    report = make_report(group, people, ask)
    block = Block(blocker_id=member.id, blocked_id=people["blocked"].id, created_at=now)
    example = GroupExample(group_id=group.id, kind=AskKind.ERRAND, size_minutes=5, title="Bread", created_at=now)
    spoken = SpokenAsk(group_id=group.id, for_id=member.id, title="Bread", created_at=now)
    swap = TurnSwap(meeting_id=meeting.id, asker_id=member.id, asked_id=facilitator.id, asked_at=now)
    db.session.add_all([message, invitation, by_letter, hiding, report, block, example, spoken, swap])
    db.session.flush()
    ids = {
        "meeting_id": meeting.id,
        "series_id": (series := make_series(group, pauses=[make_pause()])).id,
        "pause_id": series.pauses[0].id,
        "ask_id": ask.id,
        "help_id": help_.id,
        "resource_id": make_resource(group).id,
        "offer_id": make_offer(facilitator).id,
        "said_id": make_offer(facilitator, to=member).id,
        "membership_id": people["newcomer"].id,
        "invitation_id": invitation.id,
        "hiding_id": hiding.id,
        "example_id": example.id,
        "report_id": report.id,
        "spoken_id": spoken.id,
    }
    return Place(group, people, meeting, ask, message, ids)


def make_report(group: Group, people: dict[str, Membership], ask: Ask) -> Report:
    """About something that a member wrote, which both desks look at."""
    now = clock.now()
    return Report(
        group_id=group.id,
        reporter_id=people["blocked"].id,
        reported_id=people["newcomer"].id,
        subject=Subject.ASK,
        subject_id=ask.id,
        reason=Reason.HURTS,
        copy="[]",
        desk=Desk.FACILITATORS,
        created_at=now - timedelta(days=2),
        due_at=now - timedelta(days=1),
        escalated_at=now - timedelta(hours=1),
    )


def make_own(account: Account) -> dict[str, Any]:
    """What somebody has apart from groups."""
    now = clock.now()
    former, waiting = (
        OtherAddress(
            account_id=account.id,
            email=f"{account.name.lower()}-{number}@example.org",
            is_former=number == 0,
            created_at=now,
            expires_at=now + timedelta(hours=72),
        )
        for number in range(2)
    )
    reflection = Reflection(account_id=account.id, note="She will say no.", created_at=now)
    note = Note(account_id=account.id, prompt=Prompt.NEED, text="I need rest.", created_at=now)
    export = Export(account_id=account.id, asked_at=now, parts_wanted=1)
    calendar = CalendarWish(account_id=account.id, feed_id=uuid4(), by_letter=True)
    avoided = Avoided(account_id=account.id, text=f"not-{account.name.lower()}@example.org", created_at=now)
    db.session.add_all([former, waiting, reflection, note, export, calendar, avoided])
    db.session.flush()
    return {
        "address_id": former.id,
        "waiting_id": waiting.id,
        "link_id": new_link(account, "sign_in").id,
        "passkey_id": uuid4(),
        "session_id": uuid4(),
        "reflection_id": reflection.id,
        "note_id": note.id,
        "export_id": export.id,
        "feed_id": calendar.feed_id,
        "avoided_id": avoided.id,
        "letter_id": "none",
    }


@contextmanager
def taken_back() -> Iterator[list[str]]:
    """What a request did is undone when the block ends. Gives the tables in which it changed rows, each time it did.

    Only where all sessions share the fixture's one connection.
    """
    db.session.commit()  # what the test has read so far would otherwise hold a savepoint around ours
    connection: Connection = db.engines[None]
    written: list[str] = []

    def watch(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        words = statement.split()
        if words[0].upper() in ("INSERT", "UPDATE", "DELETE") and cursor.rowcount != 0:
            written.append(words[1 if words[0].upper() == "UPDATE" else 2].strip('"'))

    event.listen(connection, "after_cursor_execute", watch)
    point = connection.begin_nested()
    try:
        yield written
    finally:
        point.rollback()
        event.remove(connection, "after_cursor_execute", watch)


def changed(written: list[str]) -> set[str]:
    """The tables that a refusal must not have written to."""
    return set(written) - set(UNCOUNTED)
