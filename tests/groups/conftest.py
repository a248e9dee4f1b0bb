"""Ada facilitates a group, Ben and Cleo are its members, Dan is a stranger."""

import pytest

from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from tests.factories import make_account, make_group, make_membership
from tests.groups.steps import account_behind


@pytest.fixture
def group(app):
    """Open and listed, unless a story changes it."""
    with transaction():
        made = make_group(public_title="Carrying less", purpose="For people who carry a lot alone.")
    return made


@pytest.fixture
def ada(group):
    with transaction():
        made = make_membership(group, make_account("Ada"), role=Role.FACILITATOR)
    return made


@pytest.fixture
def ben(group):
    with transaction():
        made = make_membership(group, make_account("Ben"))
    return made


@pytest.fixture
def cleo(group):
    with transaction():
        made = make_membership(group, make_account("Cleo"))
    return made


@pytest.fixture
def dan(app):
    """An account that is in no group."""
    with transaction():
        made = make_account("Dan")
    return made


@pytest.fixture
def change(group):
    """`change(size_limit=2)`: the group as a story needs it."""

    def change(**columns):
        with transaction():
            for column, value in columns.items():
                setattr(group, column, value)
            db.session.flush()

    return change


@pytest.fixture
def browser_of(sign_in):
    """`browser_of(ada)`: the browser of a member, or of an account."""
    return lambda person: sign_in(account_behind(person))
