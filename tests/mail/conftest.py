"""Ben is in two groups that Ada facilitates, and has letters due in both."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Group, Membership
from supportgroup.mail.kinds import KINDS, Says
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, owe
from tests.factories import make_account, make_group, make_membership


@dataclass
class Member:
    """Ben, and his places in Blue and Lamp."""

    account: Account
    blue: Group
    lamp: Group
    places: list[Membership]

    def owe(self, kind: str, group: Group | None = None, **more: object) -> int:
        """Owe him a letter of this kind that is due, about that group. Returns its id."""
        scope = (group or self.blue).id
        letter = Owed(
            **{
                "recipient_id": self.account.id,
                "about_id": scope,
                "occasion": f"{len(letters_of(self.account))}",
                "due_at": clock.now(),
                "scope_id": scope,
                **more,
            }
        )
        with transaction():
            owe(kind, [letter])
        return letters_of(self.account)[-1].id


def letters_of(account: Account) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.recipient_id == account.id).order_by(Letter.id)))


def fate(letter_id: int) -> str:
    """What became of the letter: its state, or why it was dropped."""
    letter = db.session.get_one(Letter, letter_id, populate_existing=True)
    return letter.drop_reason or str(letter.state)


@pytest.fixture
def ben(app, frozen) -> Member:
    with transaction():
        account = make_account("Ben")
        groups = [make_group(), make_group()]
        places = [
            make_membership(group, account, cover_word=word, joined_at=clock.now() - timedelta(days=days))
            for group, word, days in zip(groups, ("Blue", "Lamp"), (2, 1), strict=True)
        ]
    return Member(account, *groups, places)


@pytest.fixture
def all_wanted(monkeypatch) -> None:
    """Letters say their sample, whatever they are about: for tests of what comes before and after saying."""
    for name, kind in list(KINDS.items()):

        def say(letters, kind=kind):
            sample = kind.samples[0]
            return {one.id: Says(link="/l/x", cover="Blue", group="Circle", more=sample) for one in letters}

        monkeypatch.setitem(KINDS, name, type(kind)(**{**vars(kind), "says": say}))


@pytest.fixture
def statements_of(app):
    """`statements_of(work)`: what the database is asked meanwhile."""

    def listening(work):
        said = []
        bind = db.session.get_bind()

        def note(*call):
            if "SAVEPOINT" not in call[2]:
                said.append(call[2])

        event.listen(bind, "before_cursor_execute", note)
        try:
            work()
        finally:
            event.remove(bind, "before_cursor_execute", note)
        return said

    return listening
