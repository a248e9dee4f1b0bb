"""What people come for, by keyboard alone: with the script, and with none."""

import re

import pytest
from playwright.sync_api import Page, expect

from supportgroup.db import db
from supportgroup.groups.models import Joining
from tests.browser.conftest import Site, serving, whole_app
from tests.sweeps.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FAR = 150  # presses of Tab, at most, to anything on a page
HELD = """() => {
  const held = document.activeElement;
  return held.ariaLabel || held.labels?.[0]?.innerText || held.innerText || held.value || "";
}"""


@pytest.fixture(scope="module", params=[True, False], ids=["script", "no-script"])
def page_of(request, chromium, tmp_path_factory):
    """`page_of("member")`: a page in a browser of theirs, in a world that may be changed."""
    app = whole_app(tmp_path_factory.mktemp("keyboard"))
    with app.app_context():
        world = make_world()
        world.here.group.joining = Joining.OPEN
        db.session.commit()
        db.session.remove()
    contexts = []
    with serving(app) as url:
        site = Site(url, app, world)

        def open_page(person: str, path: str) -> Page:
            contexts.append(site.context(chromium, person, java_script_enabled=request.param))
            page = contexts[-1].new_page()
            page.goto(url + path.format(slug=world.here.group.slug, **world.here.ids))
            return page

        yield open_page
        for context in contexts:
            context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called this has the focus."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if re.match(name, page.evaluate(HELD).strip()):
            return
    raise AssertionError(f"no way to {name!r} by keyboard")


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def test_dan_joins(page_of):
    page = page_of("nobody", "/g/{slug}")
    press(page, "Join$")
    page.wait_for_url("**/join")
    tab_to(page, "Email")
    page.keyboard.type("dan@example.org")
    tab_to(page, ".*[Nn]ame")
    page.keyboard.type("Dan")
    press(page, "I have read this", "Space")
    press(page, "(I|Yes|Keep|You may)", "Space")
    press(page, "Send me the link")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Join")


def test_ben_says_maybe(page_of):
    page = page_of("blocked", "/g/{slug}/meetings/{meeting_id}")
    press(page, "Maybe")
    expect(page.get_by_role("button", name="Maybe")).to_have_attribute("aria-pressed", "true")


def test_ben_asks_for_something_small(page_of):
    page = page_of("member", "/g/{slug}/board/asks/new")
    tab_to(page, "What would help")
    page.keyboard.type("Pick up milk on Thursday")
    press(page, "Errand", "Space")
    press(page, "Post it")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pick up milk on Thursday")


def test_ada_sees_what_a_tick_is_about_once_it_is_set(page_of):
    page = page_of("member", "/me/mail")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    press(page, "Keep quiet hours", "Space")
    expect(page.get_by_label("From", exact=True)).to_be_visible()


def test_cleo_can_do_this(page_of):
    page = page_of("blocked", "/g/{slug}/board/asks/{ask_id}")
    press(page, "I can do this")
    expect(page.get_by_role("button", name=re.compile("[Hh]and it back"))).to_be_visible()


def test_cleo_reports_something(page_of):
    page = page_of("blocked", "/g/{slug}/board/asks/{ask_id}")
    press(page, "Report this")
    page.wait_for_url("**/report/**")
    tab_to(page, "(?s).*")
    while page.evaluate("document.activeElement.type") != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press(page, "Send it")
    expect(page.locator("#said")).to_be_visible()


def test_anybody_leaves_the_page(page_of):
    page = page_of("member", "/home")
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>Elsewhere</title>"))
    press(page, "Leave this page")
    expect(page).to_have_title("Elsewhere")
