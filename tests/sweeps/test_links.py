"""A mail program that opens every link of every letter changes nothing, and the link works afterwards (T4)."""

from inspect import signature
from itertools import product

import pytest

from supportgroup.mail.links import destinations, token
from tests.sweeps.world import taken_back

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # nothing here hangs on the engine
FROM = ("192.0.2.7", "198.51.100.9")  # a mail program at the reader's, and a scanner at their provider's


def link_to(world, name):
    """A link of this name to things of the member's, by what its function calls them."""
    ids = {
        **world.here.ids,
        "group_id": world.here.group.id,
        "account_id": world.accounts["member"].id,
        "membership_id": world.here.people["member"].id,
        "link_id": world.own["link_id"],
        "address_id": world.own["waiting_id"],
    }
    wanted = [part.strip("_") for part in signature(destinations[name]).parameters if part.strip("_") != "token"]
    return f"/l/{token(name, *(ids[part] for part in wanted))}"


@pytest.mark.parametrize("name", sorted(destinations))
def test_opening_a_link_again_and_again_changes_nothing(app, world, name):
    path = link_to(world, name)
    browsers = {"nobody": world.browser(app, "nobody"), "member": world.browser(app, "member")}
    first = {person: browser.get(path).location for person, browser in browsers.items()}
    with taken_back() as written:
        for method, address, person in product(("HEAD", "GET"), FROM, ("nobody", "member", "operator")):
            browser = world.browser(app, person)
            answer = browser.open(path, method=method, environ_base={"REMOTE_ADDR": address}, follow_redirects=True)
            assert answer.status_code in (200, 404)
        assert written == []
    assert {person: browser.get(path).location for person, browser in browsers.items()} == first
    assert all(first.values())


@pytest.mark.parametrize("name", sorted(destinations))
def test_whoever_only_holds_the_letter_does_not_learn_which_group_it_is_about(app, world, name):
    browser = world.browser(app, "nobody")
    with taken_back():
        led, page = browser.get(link_to(world, name)), browser.get(link_to(world, name), follow_redirects=True)
    assert world.here.group.slug not in led.location + page.request.url
    assert world.here.group.name not in page.text
