"""How pages look and behave in a real browser: readable for everyone, whole without the script, better with it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Blueprint, flash, redirect, render_template_string, request
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, whole_app
from tests.processes import until

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/groups",
    "/sign-in",
    "/help-now",
    "/help-now?country=CH",
    "/help-now?country=AQ",
    "/privacy",
    "/nothing-here",
)
WIDTHS = (320, 390, 1280)
SCREEN = """
{% extends "base.html" %}
{% from "macros/forms.html" import csrf, errors, field, segmented %}
{% block title %}A meeting{% endblock %}
{% block main %}
  <h1>A meeting</h1>
  <section id="answer">
    <p id="held">{{ held }}</p>
    <form method="post" data-swap="answer">
      {{ csrf() }}
      {{ segmented("answer", answers, held, "Will you come?") }}
    </form>
  </section>
  <section id="found" data-says="These match."><p id="asked">{{ request.args.get("q", "") }}</p></section>
  <form method="get" data-swap="found"><input name="q" aria-label="Words"><button>Look</button></form>
  <form method="post" action="/elsewhere" data-autosave="/play/draft">
    {{ csrf() }}
    <textarea name="title" aria-label="What would help?"></textarea> <span role="status" data-kept="Kept."></span>
    <button>Post it</button>
  </form>
  <form><input type="hidden" name="zone" data-guess-zone></form>
  <p><time datetime="2027-01-05T18:00:00+00:00" data-local="full">18:00</time></p>
  <p><a href="#more">To what is folded</a></p>
  <details id="fold"><summary>More</summary><input id="more" aria-label="More"></details>
{% endblock %}
"""


ANSWERS = [("going", "I come"), ("maybe", "Maybe"), ("refuse", "Refuse")]


class Playground:
    """A page that uses what the script offers, and what it was told: one answer to one meeting."""

    def __init__(self) -> None:
        self.held, self.posts = "", 0
        self.drafts: list[str] = []

    def keep(self) -> tuple[str, int]:
        self.drafts.append(request.form["title"])
        return "", 204

    def page(self) -> object:
        if request.method == "GET":
            return render_template_string(SCREEN, held=self.held, answers=ANSWERS)
        self.posts += 1
        if request.form["answer"] == "refuse":
            return "<!doctype html><title>Refused</title><h1>Not this time</h1>", 409
        self.held = request.form["answer"]
        flash("Noted.")
        return redirect("/play", 303)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[tuple[str, Playground]]:
    """The real app, served by this process, with one page more to play on."""
    app, playground = whole_app(tmp_path_factory.mktemp("look")), Playground()
    room = Blueprint("play", __name__)
    room.add_url_rule("/play", view_func=playground.page, methods=["GET", "POST"])
    room.add_url_rule("/play/draft", view_func=playground.keep, methods=["POST"])
    app.register_blueprint(room)
    with serving(app) as url:
        yield url, playground


@pytest.fixture
def look(chromium: Browser, site) -> Iterator[Callable[..., Page]]:
    """`look("/groups", width=390, color_scheme="dark")`: a browser on that page."""
    contexts = []

    def open_page(path: str, width: int = 390, **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(site[0] + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def playground(site) -> Playground:
    site[1].held, site[1].posts = "", 0
    return site[1]


def test_no_page_complains_or_is_too_wide(look, site, quiet):
    page = quiet.watch(look("/help-now"))
    for path in PUBLIC[:-1]:  # the last is not there, which a browser does complain of
        page.goto(site[0] + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_help_and_the_way_out_are_in_the_same_corner_of_every_page(look, site):
    page = look("/")
    for path in PUBLIC:
        page.goto(site[0] + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for name in ("Need help now?", "Leave this page"):
                box = page.get_by_role("banner").get_by_role("link", name=name).bounding_box()
                assert box["y"] < 60, path
                assert box["x"] > width / 4, path
                assert box["height"] >= 24, path


def elsewhere(page: Page) -> None:
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>Elsewhere</title>"))


def test_leaving_takes_the_place_of_the_page(look):
    page = look("/help-now")
    elsewhere(page)
    before = page.evaluate("history.length")

    page.get_by_role("banner").get_by_role("link", name="Leave this page").click()

    expect(page).to_have_title("Elsewhere")
    assert page.evaluate("history.length") == before


def test_shift_three_times_leaves(look):
    page = look("/help-now")
    elsewhere(page)

    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    expect(page).to_have_title("Help now")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")

    expect(page).to_have_title("Elsewhere")


def test_without_the_script_leaving_is_a_link(look):
    page = look("/help-now", java_script_enabled=False)
    elsewhere(page)

    page.get_by_role("banner").get_by_role("link", name="Leave this page").click()

    expect(page).to_have_title("Elsewhere")


def test_an_answer_changes_the_page_in_place(look, quiet, playground):
    page = quiet.watch(look("/play"))
    page.evaluate("window.stayed = true")

    page.get_by_role("button", name="Maybe").click()

    expect(page.locator("#held")).to_have_text("maybe")
    expect(page.get_by_role("button", name="Maybe")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Maybe")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Noted.")
    expect(page.locator("#said")).to_contain_text("Noted.")
    assert page.evaluate("window.stayed") is True

    page.get_by_role("button", name="I come").click()  # what was swapped in works like what it took the place of
    expect(page.locator("#held")).to_have_text("going")
    assert page.evaluate("window.stayed") is True
    assert playground.posts == 2


def test_two_presses_send_one_answer(look, playground):
    page = look("/play")

    page.evaluate("() => { const b = document.querySelector('button[value=maybe]'); b.click(); b.click(); b.click(); }")

    expect(page.locator("#held")).to_have_text("maybe")
    assert playground.posts == 1


def test_a_refusal_shows_its_page(look, playground):
    page = look("/play")

    page.get_by_role("button", name="Refuse").click()

    expect(page.get_by_role("heading")).to_have_text("Not this time")
    assert playground.held == ""


def test_when_the_line_is_bad_the_form_goes_its_plain_way(look, playground):
    page = look("/play")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")

    page.get_by_role("button", name="Maybe").click()

    expect(page.locator("#held")).to_have_text("maybe")
    assert playground.posts == 1


def test_without_the_script_an_answer_is_a_plain_form(look, playground):
    page = look("/play", java_script_enabled=False)

    page.get_by_role("button", name="Maybe").click()

    expect(page.locator("#held")).to_have_text("maybe")
    expect(page.locator("#said")).to_contain_text("Noted.")


def test_what_is_looked_for_changes_the_page_in_place_and_stands_in_the_address(look, quiet):
    page = quiet.watch(look("/play"))
    page.evaluate("window.stayed = true")

    page.get_by_label("Words").fill("tea & rest")
    page.keyboard.press("Enter")

    expect(page.locator("#asked")).to_have_text("tea & rest")
    expect(page.locator("#announcer")).to_have_text("These match.")
    assert page.url.endswith("/play?q=tea+%26+rest")
    assert page.evaluate("window.stayed") is True


def test_a_draft_is_kept_while_one_types_and_when_the_page_is_left(look, quiet, playground):
    page = quiet.watch(look("/play"))
    title = page.get_by_label("What would help?")

    title.press_sequentially("Milk")
    expect(page.locator("[data-kept]")).to_have_text("Kept.")
    assert playground.drafts == ["Milk"]

    title.press_sequentially(" on Thursday")
    page.goto("about:blank")
    until(lambda: playground.drafts == ["Milk", "Milk on Thursday"])


def test_times_and_zone_are_the_visitors(look):
    page = look("/play", timezone_id="America/Lima", locale="en-GB")

    expect(page.locator("time[data-local]")).to_contain_text("Tuesday 5 January at 13:00")
    assert page.locator("input[name=zone]").input_value() == "America/Lima"


def test_a_link_into_a_fold_opens_it(look):
    page = look("/play")

    page.get_by_role("link", name="To what is folded").click()

    expect(page.locator("#more")).to_be_visible()


def test_nothing_moves_for_who_wants_it_still(look):
    page = look("/", reduced_motion="reduce")

    moving = "[...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0)"
    assert page.evaluate(f"{moving}.length") == 0


def test_what_holds_is_seen_where_the_system_chooses_all_colours(look, playground):
    playground.held = "going"
    page = look("/play", forced_colors="active")

    edges = [
        page.get_by_role("button", name=name).evaluate("(button) => getComputedStyle(button).borderInlineStartWidth")
        for name in ("I come", "Maybe")
    ]
    assert edges == ["3px", "1px"]
