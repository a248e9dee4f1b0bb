"""A first ask by somebody who types slowly, and a yes to it: how many pages, presses and keys that takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from supportgroup.accounts.models import Account, LinkPurpose
from supportgroup.accounts.service import new_link
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from supportgroup.mail.links import link
from tests.browser.conftest import serving, whole_app
from tests.factories import make_account, make_group, make_membership

pytestmark = pytest.mark.browser

KEYS_A_SECOND = 2  # of somebody who looks for each key
PRESS = 3  # seconds: finding what to press, and pressing it
TITLE = "Pick up milk on Thursday"


@dataclass
class Slow:
    """Somebody who has come in, and what it takes them from there. Nothing waits: the seconds are reckoned."""

    page: Page
    pages: list[str] = field(default_factory=list)
    presses: int = 0
    keys: int = 0

    def __post_init__(self) -> None:
        self.pages.append(self.page.url)
        self.page.on("domcontentloaded", lambda page: self.pages.append(page.url))

    @property
    def seconds(self) -> float:
        return self.keys / KEYS_A_SECOND + self.presses * PRESS

    def press(self, what: Locator) -> None:
        what.click()
        self.presses += 1

    def write(self, where: Locator, words: str) -> None:
        self.press(where)
        where.press_sequentially(words)
        self.keys += len(words)


@dataclass(frozen=True)
class Site:
    url: str
    app: Flask
    people: dict[str, Account]

    def door(self, who: str) -> str:
        """The link of a letter that signs somebody in."""
        with self.app.app_context(), transaction():
            return self.url + link("sign-in", new_link(self.people[who], LinkPurpose.SIGN_IN).id)


@pytest.fixture
def site(tmp_path_factory) -> Iterator[Site]:
    """Ada's group, in which Ben and Cleo are new; served by this process."""
    app = whole_app(tmp_path_factory.mktemp("first_ask"))
    with app.app_context():
        with transaction():
            group = make_group(name="Evening circle")
            people = {name: make_account(name) for name in ("Ada", "Ben", "Cleo")}
            for name, account in people.items():
                make_membership(group, account, role=Role.FACILITATOR if name == "Ada" else Role.MEMBER)
        db.session.remove()
    with serving(app) as url:
        yield Site(url, app, people)


@pytest.fixture
def come_in(chromium: Browser, site: Site) -> Iterator[Callable[[str], Slow]]:
    """`come_in("Ben")`: Ben has signed in on a phone, and is where that leads."""
    contexts = []

    def sign_in(who: str) -> Slow:
        context = chromium.new_context(viewport={"width": 390, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.goto(site.door(who))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/home")
        return Slow(page)

    yield sign_in
    for context in contexts:
        context.close()


def test_a_first_ask_is_three_pages_and_less_than_a_minute_away_and_a_yes_to_it_one_press(come_in):
    ben = come_in("Ben")
    ben.press(ben.page.get_by_role("link", name="Ask for something small").first)
    ben.write(ben.page.get_by_label("What would help?"), TITLE)
    ben.press(ben.page.get_by_role("radio", name="Errand"))
    ben.press(ben.page.get_by_role("button", name="Post it"))
    expect(ben.page.get_by_role("heading", name=TITLE)).to_be_visible()

    home, new, posted = ben.pages  # three, and the third says that it is done
    assert (home.endswith("/home"), new.endswith("/asks/new"), "/asks/" in posted) == (True, True, True)
    assert ben.seconds <= 60, f"{ben.keys} keys and {ben.presses} presses: {ben.seconds} seconds"

    cleo = come_in("Cleo")
    cleo.page.goto(posted)
    cleo.press(cleo.page.get_by_role("button", name="I can do this"))
    expect(cleo.page.get_by_role("button", name="Hand it back")).to_be_visible()
    assert cleo.presses == 1
    ben.page.reload()
    expect(ben.page.get_by_text("Cleo can do this. Nothing is owed.")).to_be_visible()
