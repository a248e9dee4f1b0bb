"""What stories about safety need again and again."""

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.models import Membership


def account_of(person) -> Account:
    """The account of a membership, or the account itself."""
    return db.session.get(Account, person.account_id if isinstance(person, Membership) else person.id)


def letters_to(postbox, person):
    """The letters that arrived for this person."""
    return postbox.to(account_of(person).email)
