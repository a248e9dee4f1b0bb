"""Ada facilitates a group, Ben and Cleo are its members, Eve has met nobody yet, and Olga runs the service."""

import pytest

from supportgroup.db import transaction
from supportgroup.groups.models import Role
from tests.factories import make_account, make_group, make_membership
from tests.moderation.steps import account_of


@pytest.fixture
def group(app):
    with transaction():
        made = make_group()
    return made


def member(group, name, **columns):
    with transaction():
        made = make_membership(group, make_account(name), **columns)
    return made


@pytest.fixture
def ada(group):
    return member(group, "Ada", role=Role.FACILITATOR)


@pytest.fixture
def ben(group):
    return member(group, "Ben")


@pytest.fixture
def cleo(group):
    return member(group, "Cleo")


@pytest.fixture
def olga(app):
    """She runs the service, and is in no group."""
    with transaction():
        made = make_account("Olga", is_operator=True)
    return made


@pytest.fixture
def browser_of(sign_in):
    """`browser_of(ada)`: the browser of a member, or of an account."""

    return lambda person: sign_in(account_of(person))
