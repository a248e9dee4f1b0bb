"""What is done where it stands: nothing loads anew, the focus stays where it was, and what came of it is said."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from supportgroup.db import db
from tests.browser.conftest import Site, serving, whole_app
from tests.sweeps.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HELD = "document.activeElement.textContent.trim()"
WITHIN = "(id) => document.getElementById(id).contains(document.activeElement)"


@pytest.fixture(scope="module")
def open_page(chromium, tmp_path_factory):
    """`open_page("member", "/home")`: a page of theirs that would forget `window.stayed` if it were loaded anew."""
    app = whole_app(tmp_path_factory.mktemp("in-place"))
    with app.app_context():
        world = make_world()
        db.session.remove()
    contexts = []
    with serving(app) as url:
        site = Site(url, app, world)

        def opened(person: str, path: str) -> Page:
            contexts.append(site.context(chromium, person))
            page = contexts[-1].new_page()
            page.goto(url + path.format(slug=world.here.group.slug, **world.here.ids))
            page.evaluate("window.stayed = true")
            return page

        yield opened
        for context in contexts:
            context.close()


def assert_stayed(page: Page) -> None:
    """Nothing was loaded anew, and screen readers heard what came of it."""
    expect(page.locator("#announcer")).not_to_have_text("")
    assert page.evaluate("window.stayed") is True


def test_an_answer_on_the_home_page(open_page: Callable[..., Page]):
    page = open_page("member", "/home")

    page.get_by_role("button", name="Maybe").click()

    expect(page.get_by_role("button", name="Maybe")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(HELD) == "Maybe"
    assert_stayed(page)


def test_taking_on_writing_and_handing_back(open_page):
    page = open_page("blocked", "/g/{slug}/board/asks/{ask_id}")

    page.get_by_role("button", name="I can do this").click()
    expect(page.get_by_role("button", name="Hand it back")).to_be_visible()
    assert page.evaluate(WITHIN, "ask")
    assert_stayed(page)

    page.reload()  # what was taken on brings a place to write, beneath what was swapped
    page.evaluate("window.stayed = true")
    page.get_by_label("Write to each other").fill("I can be there at six.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread")).to_contain_text("I can be there at six.")
    assert page.evaluate(WITHIN, "writing")
    assert_stayed(page)

    page.get_by_role("button", name="Hand it back").click()
    expect(page.get_by_role("button", name="I can do this")).to_be_visible()
    assert_stayed(page)


def test_looking_for_a_group(open_page):
    page = open_page("nobody", "/groups")

    page.get_by_text("Look for something").click()
    page.get_by_label("Words").fill("nothing at all is called so")
    page.keyboard.press("Enter")

    expect(page.locator("#found")).to_contain_text("No group matches all of that.")
    assert "q=nothing" in page.url
    assert_stayed(page)


def test_the_next_dates_of_a_series(open_page):
    page = open_page("facilitator", "/g/{slug}/meetings/new")

    page.get_by_label("Day", exact=True).fill("2027-01-05")
    page.get_by_label("Time", exact=True).fill("19:00")
    page.get_by_text("It repeats").click()
    page.get_by_label(re.compile("Every week")).first.check()

    expect(page.locator("#dates")).to_contain_text("Tuesday 12 January")
    assert page.evaluate("window.stayed") is True
