"""What people do in the stories about groups."""

import re

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups import queries
from supportgroup.groups.models import Membership
from tests.post import deliver_due, text_of


def fill_in(**fields):
    """The joining form, as somebody fills it in."""
    return {"name": "Dan", "agreement_version": "1", "agree": "y", "consent": "y", **fields}


def ask_by_letter(client, path, email="dan@example.org", **fields):
    """Send the joining form without being signed in."""
    return client.post(path, data=fill_in(email=email, zone="Europe/Paris", **fields))


def press_the_link(client, letter):
    """Open the link of a letter and press the button on its page; where that leads."""
    path = re.search(r"https?://[^/\s]+(/l/\S+)", text_of(letter)).group(1)
    page = client.get(path, follow_redirects=True)
    assert page.status_code == 200
    answer = client.post(page.request.path)
    assert answer.status_code == 303
    return answer.location


def join_by_letter(client, postbox, path, **fields):
    """All of it: the form, the letter, the link."""
    assert ask_by_letter(client, path, **fields).status_code == 200
    deliver_due()
    return press_the_link(client, postbox[-1])


def place_of(group, account) -> Membership | None:
    db.session.expire_all()
    return queries.place(group.id, account.id)


def account_behind(person) -> Account:
    """The account of a membership, or the account itself."""
    return db.session.get(Account, person.account_id if isinstance(person, Membership) else person.id)


def subjects(postbox, person):
    """The subjects of the letters to this person, in order."""
    return [letter["Subject"] for letter in postbox.to(account_behind(person).email)]
