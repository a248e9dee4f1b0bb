"""Nobody finds out whether an address is known here (T1): the page is the same, and so is the work behind it.

How long the work takes is measured by `make bench`; what it consists of is held here, whatever the machine does.
"""

import re

import pytest

from supportgroup.accounts import passwords
from supportgroup.db import transaction
from tests.accounts.conftest import give_codes, give_password
from tests.counting import count_queries
from tests.factories import make_account, make_group


@pytest.fixture
def group(app):
    with transaction():
        made = make_group()
    return made


def forms(email, group):
    """The pages that take an address from anybody, with a form that would be taken."""
    more = {"name": "Dan", "zone": "Europe/Paris"}
    joining = {"email": email, "agree": "y", "consent": "y", "agreement_version": "1", **more}
    return {
        "sign-in": ("/sign-in", {"email": email}),
        "sign-up": ("/sign-up", {"email": email, "adult": "y", **more}),
        "join": (f"/g/{group.slug}/join", joining),
        "password": ("/sign-in/password", {"email": email, "password": "a lamp in no window"}),
    }


def tried(client, path, data):
    """What was answered, without what is new each time, and what the database was asked for it, in order."""
    with count_queries() as asked:
        answer = client.post(path, data=data)
    page = re.sub(r'(nonce|value)="[^"]*"', "", answer.text)
    work = [re.sub(r"\s+", " ", statement) for statement in asked]
    return (answer.status_code, page, sorted(answer.headers.keys())), work


@pytest.mark.parametrize("what", ["sign-in", "sign-up", "join", "password"])
@pytest.mark.parametrize("who", ["link", "password", "codes"])
def test_known_and_unknown_get_the_same_page_for_the_same_work(client, group, ada, what, who):
    if who != "link":
        give_password(ada)
    if who == "codes":
        give_codes(ada)
    client.get(forms("", group)[what][0])
    page, work = tried(client, *forms(ada.email, group)[what])
    other_page, other_work = tried(client, *forms("nobody@example.org", group)[what])

    assert page == other_page
    assert work == other_work


def test_one_hash_is_computed_whether_there_is_a_password_or_none(client, group, ada, monkeypatch):
    costs = []

    class Hasher:
        def verify(self, expected, _password):
            costs.append(re.match(r"\$argon2id\$v=19\$[^$]+\$", expected)[0])
            return False

    give_password(ada)
    monkeypatch.setattr(passwords, "HASHER", Hasher())
    with transaction():
        without = make_account("Ben").email
    for email in (ada.email, without, "nobody@example.org"):
        client.post(*forms(email, group)["password"][:1], data=forms(email, group)["password"][1])
    assert costs == [costs[0]] * 3  # and that cost is ours: `test_password.py`


def test_a_new_address_that_somebody_has_costs_the_same_work(ada, sign_in):
    with transaction():
        ben = make_account("Ben").email
    browser = sign_in(ada)
    browser.get("/me/email")
    first, work = tried(browser, "/me/email", {"email": ben})
    second, other_work = tried(browser, "/me/email", {"email": "nobody@example.org"})
    assert first == second
    assert work == other_work
