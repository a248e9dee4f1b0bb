"""Every page there is, as a browser shows it: nothing that axe complains of, nothing cut off, nothing too wide.

What there is comes from the map of addresses and from the table of whom each is for, so a new page is looked at without
a word here. `make test` looks at every sixth page once, at one size in one theme, in turn; `make test-look` at each as
everyone whom it is for, light and dark, on a phone and on a desk.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

import click
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.sweeps.test_roles import AUDIENCE, rules
from tests.sweeps.world import PEOPLE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

WIDE = os.environ.get("LOOK") == "whole"
# Letters as mail programs show them, in frames of their own: they are looked at in tests of letters. And the two
# frames of the kit, whose pieces have an address of their own.
ELSEWHERE = {"dev.sample_html", "dev.letter_html", "dev.samples", "dev.kit"}
SHARE = 6
WAYS = tuple(product(("light", "dark"), ((390, 844), (1280, 860))))
MORE = ("/nothing-here", "/help-now?country=CH", "/help-now?country=AQ")  # pages that no rule of the map is alone for
CUT = Path(__file__).with_name("cut.js").read_text()
AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 160))]);
}"""
FIRST_VISIT, LATER_VISIT = 60_000, 20_000  # bytes
FROM_OURS = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
TWICE = "document.documentElement.style.fontSize = '212.5%'"  # text of 200 %
ONCE = "document.documentElement.style.removeProperty('font-size')"
UNFOLD = "document.querySelectorAll('details').forEach((fold) => (fold.open = true))"


@dataclass(frozen=True)
class Look:
    """One page, as one person sees it, in these themes at these sizes."""

    path: str
    person: str
    ways: tuple[Any, ...] = WAYS


def pages(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The address of every page, with those whom it is for."""
    for rule in rules(site.app):
        if "GET" in rule.methods and rule.endpoint not in ELSEWHERE:
            people = tuple(person for person in PEOPLE if person in AUDIENCE[rule.endpoint])
            yield site.world.path(site.app, rule), people
    for path in MORE:
        yield path, ("nobody", "member")


def test_no_page_is_heavy(site_of_world):
    """A first visit takes 60 kB at most, be it from elsewhere, where pages are not compressed; a later one 20 kB."""
    site, wrong = site_of_world, []
    looks_like = sum(path.stat().st_size for path in (site.app.config["SETTINGS"].var / "assets").glob("*.br"))
    for path, people in pages(site):
        for person in people[-1:]:
            browser = site.world.browser(site.app, person)
            first, later = browser.get(path), browser.get(path, headers=FROM_OURS)
            if first.mimetype == "text/html" and looks_like + weight(first) > FIRST_VISIT:
                wrong.append((path, person, weight(first)))
            if weight(later) > LATER_VISIT:
                wrong.append((path, person, weight(later)))
    assert wrong == []


def weight(answer: Any) -> int:
    """Bytes over the wire, with the headers."""
    return len(answer.data) + len(str(answer.headers))


def is_page(site: Site, path: str, person: str) -> bool:
    """Whether this person sees a page there, and is not sent elsewhere or given a file."""
    answer = site.world.browser(site.app, person).get(path)
    return answer.status_code in (200, 404) and answer.mimetype == "text/html"


def looks(site: Site, whose: tuple[str, ...]) -> list[Look]:
    """What these people look at, person by person, so that a browser signs in once."""
    found = []
    for at, (path, people) in enumerate(islice(pages(site), 0, None, 1 if WIDE else SHARE)):
        in_turn = people[at % len(people) :] + people[: at % len(people)] if people else ()
        shown = (person for person in in_turn if person in whose and is_page(site, path, person))
        if WIDE:
            found += [Look(path, person) for person in shown]
        else:
            found += [Look(path, person, (WAYS[at % len(WAYS)],)) for person in islice(shown, 1)]
    return sorted(found, key=lambda look: look.person)


def open_each(site: Site, chromium: Browser, chosen: list[Look]) -> Iterator[tuple[Page, Look]]:
    """Each of these in turn, in one tab for each person. Nothing moves, or colours would be looked at half way to
    others; and axe brings a script of its own.
    """
    for person in dict.fromkeys(look.person for look in chosen):
        options = {"bypass_csp": True, "reduced_motion": "reduce", "service_workers": "block"}
        context = site.context(chromium, person, **options)
        page = context.new_page()
        for look in (one for one in chosen if one.person == person):
            page.goto(site.url + look.path)
            yield page, look
        context.close()


# The long look tells how far it is: a test for each of them.
@pytest.mark.parametrize("whose", [(one,) for one in PEOPLE] if WIDE else [PEOPLE], ids=" ".join)
def test_every_page_can_be_read(site_of_world, chromium, whose, capsys):
    axe, wrong, chosen = Axe().axe_script, [], looks(site_of_world, whose)
    for page, look in open_each(site_of_world, chromium, chosen):
        page.evaluate(axe)
        for theme, (width, height) in look.ways:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)
            wrong += [(look.path, look.person, theme, width, *violation) for violation in page.evaluate(AXE)]
        wrong += [(look.path, look.person, *fault) for fault in cut_off(page)]
    with capsys.disabled():
        click.echo(f" {len(chosen)} pages, looked at {sum(len(look.ways) for look in chosen)} times ", nl=False)
    assert wrong == []


def cut_off(page: Page) -> Iterator[tuple[int, str]]:
    """What is cut off on a narrow phone, and with text twice as large, all folds open."""
    page.evaluate(UNFOLD)
    for width, text in ((320, ONCE), (390, TWICE)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(text)
        yield from ((width, fault) for fault in page.evaluate(CUT))
