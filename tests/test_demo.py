"""The demo is a lived-in service that a newcomer can walk through."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock, demo
from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskKind, AskState
from supportgroup.db import db
from supportgroup.demo.story import GROUPS
from supportgroup.groups.models import Group
from supportgroup.groups.queries import is_quiet
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings.models import Meeting
from supportgroup.ticks import TICKS
from tests.post import deliver_due


@pytest.fixture
def loaded(app):
    demo.load()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_it_holds_three_groups_and_asks_of_every_kind_in_every_state(loaded):
    assert count(Group) == 3
    assert set(db.session.scalars(select(Ask.kind))) == set(AskKind)
    assert set(db.session.scalars(select(Ask.state))) == set(AskState)
    assert db.session.scalar(select(func.min(Meeting.starts_at))) < clock.now() - timedelta(days=50)
    assert db.session.scalar(select(func.max(Meeting.starts_at))) > clock.now() + timedelta(days=55)
    assert LetterState.SENT in set(db.session.scalars(select(Letter.state)))


def test_its_groups_are_looked_after(loaded):
    assert not any(is_quiet(group) for group in db.session.scalars(select(Group)))


def test_its_ids_are_the_same_every_time(loaded):
    assert set(db.session.scalars(select(Account.id))) == {demo.key(name) for name in ("Ada", "Ben", "Cleo", "Dan")}
    assert set(db.session.scalars(select(Group.id))) == {demo.key(told.slug) for told in GROUPS}


def test_its_links_sign_in_at_once(loaded, client):
    for name, path in demo.sign_in_links():
        page = client.get(path, follow_redirects=True)
        assert client.post(page.request.path).status_code == 303
        assert f"Hello {name}" in client.get("/home").text


def test_ada_is_reminded_within_two_minutes_of_the_first_start(app, postbox, frozen):
    demo.load()
    for _ in range(2):
        frozen.shift(timedelta(seconds=60))
        tick("owe-meeting-reminders").run()
        deliver_due()

    (reminder,) = postbox.to("ada@example.org")
    assert reminder["Subject"] == "Blue: in 60 minutes"


def tick(name):
    return next(one for one in TICKS if one.name == name)
