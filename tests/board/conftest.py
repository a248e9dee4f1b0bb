"""A circle to tell stories about: Ada facilitates, Ben and Cleo are in it; Dan is not."""

from dataclasses import dataclass, field

import pytest

from supportgroup.accounts.models import Account
from supportgroup.board import rounds
from supportgroup.board.models import Ask
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, Group, Membership, Role
from supportgroup.mail.models import Letter
from tests.factories import make_account, make_ask, make_group, make_help, make_meeting, make_membership, make_presence


@dataclass
class Circle:
    """A group in Paris, its people's places in it, and a browser for each of them."""

    group: Group
    ada: Membership
    ben: Membership
    cleo: Membership
    dan: Account
    sign_in: object
    browsers: dict = field(default_factory=dict)

    def path(self, *parts: object) -> str:
        return "/".join([f"/g/{self.group.slug}/board", *map(str, parts)])

    def path_of(self, ask: Ask, *parts: object) -> str:
        return self.path("asks", ask.id, *parts)

    def browser(self, who: Membership | Account):
        """The browser of a member, or of an account."""
        account = db.session.get_one(Account, who.account_id) if isinstance(who, Membership) else who
        if account.id not in self.browsers:
            self.browsers[account.id] = self.sign_in(account)
        return self.browsers[account.id]

    def press(self, who: Membership | Account, ask: Ask, what: str, **data: object):
        return self.browser(who).post(self.path_of(ask, what), data=data)

    def page(self, who: Membership | Account, ask: Ask) -> str:
        """The page of an ask as this person sees it."""
        response = self.browser(who).get(self.path_of(ask))
        assert response.status_code == 200, response.status_code
        return response.text

    def board(self, who: Membership) -> str:
        return self.browser(who).get(self.path()).text

    def join(self, name: str, **columns: object) -> Membership:
        """One more member."""
        with transaction():
            return make_membership(self.group, make_account(name), **columns)

    def email(self, who: Membership) -> str:
        return db.session.get_one(Account, who.account_id).email

    def ask(self, asker: Membership, **columns: object) -> Ask:
        with transaction():
            return make_ask(asker, **columns)

    def covered(self, asker: Membership, helper: Membership, **columns: object) -> Ask:
        """An ask that somebody has taken on."""
        ask = self.ask(asker, **columns)
        assert self.press(helper, ask, "accept").status_code == 303
        return ask

    def meet(self, *who: Membership) -> None:
        """These were at one meeting."""
        with transaction():
            meeting = make_meeting(self.group)
            for one in who:
                make_presence(meeting, one)


@pytest.fixture
def circle(app, frozen, sign_in):
    with transaction():
        group = make_group()
        places = [
            make_membership(group, make_account(name), asks_by_mail=AsksByMail.NEVER) for name in ("Ada", "Ben", "Cleo")
        ]
        places[0].role = Role.FACILITATOR
        return Circle(group, *places, make_account("Dan"), sign_in)


def let_rounds_go() -> None:
    """What the clock does every few seconds: letters about open asks go to the next few."""
    with transaction():
        rounds.tell_of_asks()


def kinds_owed(who: Membership) -> list[str]:
    """The kinds of letters this member is owed or was sent, in order."""
    letters = db.session.query(Letter).filter_by(recipient_id=who.account_id).order_by(Letter.id)
    return [letter.kind for letter in letters]


__all__ = ["Circle", "kinds_owed", "let_rounds_go", "make_help"]
