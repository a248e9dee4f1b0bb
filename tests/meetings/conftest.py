"""A circle to tell stories about: Ada facilitates, Ben and Cleo are in it; Dan is not."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import Engine, event

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Group, Membership, Role
from supportgroup.meetings import answers, service
from supportgroup.meetings.models import Answer, Meeting, Rsvp
from supportgroup.meetings.service import Plan
from tests.factories import make_account, make_group, make_membership


@dataclass
class Circle:
    """A group in Paris and its people's places in it."""

    group: Group
    ada: Membership
    ben: Membership
    cleo: Membership
    dan: Account

    def path(self, *parts: object) -> str:
        return "/".join([f"/g/{self.group.slug}/meetings", *map(str, parts)])

    def join(self, name: str, **columns: object) -> Membership:
        """One more member."""
        with transaction():
            return make_membership(self.group, make_account(name), **columns)

    def account(self, member: Membership) -> Account:
        return db.session.get_one(Account, member.account_id)

    def meet(self, wall: datetime, **plan: object) -> Meeting:
        """Plan a meeting at this time on the group's clock."""
        with transaction():
            return service.create_meeting(
                group=self.group, plan=Plan(**{"title": "Evening circle", **plan, "wall": wall})
            )

    def answer(self, member: Membership, meeting: Meeting, answer: Answer = Answer.GOING, **more: bool) -> Rsvp:
        with transaction():
            return answers.answer(me=member, meeting_id=meeting.id, answer=answer, **more)


@pytest.fixture
def circle(app, frozen):
    return make_circle()


def make_circle() -> Circle:
    with transaction():
        group = make_group()
        ada, ben, cleo = (make_membership(group, make_account(name)) for name in ("Ada", "Ben", "Cleo"))
        ada.role = Role.FACILITATOR
        return Circle(group, ada, ben, cleo, make_account("Dan"))


@pytest.fixture
def statements(app):
    """`with statements() as said:` what the database is asked meanwhile."""

    @contextmanager
    def listening():
        said = []

        def note(_connection, _cursor, statement, *_):
            if "SAVEPOINT" not in statement:
                said.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return listening


def local(meeting: Meeting) -> datetime:
    """The meeting's start on its group's clock, naive."""
    return meeting.starts_at.astimezone(clock.zone(meeting.zone)).replace(tzinfo=None)
