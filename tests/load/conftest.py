"""Ada facilitates a group, Ben and Cleo are its members."""

import pytest

from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from tests.factories import make_account, make_group, make_membership


@pytest.fixture
def group(app):
    with transaction():
        made = make_group()
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
def browser_of(sign_in):
    """`browser_of(ben)`: the browser of a member."""
    return lambda member: sign_in(db.session.get(Account, member.account_id))
