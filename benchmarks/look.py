"""What pages weigh over the wire, and how soon they are seen: `python -m benchmarks.look` (needs a Chromium).

Bytes as Chromium counts them, with headers. A proxy in front need not compress pages, and should not: see `squeeze`.
First paint on loopback with the processor slowed four times, beside that of a page with one word on it, visited in
turn with ours: what it takes is the browser's own. Figures, not tests: time is not tested on shared machines.
"""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
from playwright.sync_api import Browser, sync_playwright

from supportgroup.db import db
from tests.browser.conftest import OPTIONS, Site, chromium_path, serving, whole_app
from tests.sweeps.world import make_world

FLOOR = "/one-word"
ONE_WORD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>One word</title><p>Hello</p></html>'
PAGES = (
    FLOOR,
    "/",
    "/help-now",
    "/home",
    "/g/{slug}",
    "/g/{slug}/board",
    "/g/{slug}/board/asks/new",
    "/g/{slug}/meetings",
    "/me",
)
TIMES, SLOWED = 7, 4
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "service_workers": "block"}
# Milliseconds until the server answered and until the first paint, and how far things moved in the tenth of a second
# after it.
SEEN = """() => new Promise((say) => {
  let shift = 0;
  const add = (list) => list.getEntries().forEach((entry) => (shift += entry.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  const answered = performance.getEntriesByType("navigation")[0].responseStart;
  const painted = (list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (paint) setTimeout(() => say([answered, paint.startTime, shift]), 100);
  };
  new PerformanceObserver(painted).observe({ type: "paint", buffered: true });
})"""


class Seen(NamedTuple):
    """Milliseconds until the first byte came and until something was seen, and how far things moved afterwards."""

    answered: float
    painted: float
    shift: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = whole_app(Path(folder))
        app.add_url_rule(FLOOR, view_func=lambda: ONE_WORD)
        with app.app_context():
            world = make_world()
            db.session.remove()
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
            site = Site(url, app, world)
            show([weigh(site, browser, path) for path in PAGES], look(site, browser))
            browser.close()


def show(weights: list[tuple[float, float]], seen: list[list[Seen]]) -> None:
    """A line for each page, with the medians of its visits, and how far things moved at most."""
    click.echo(
        f"{'page':<28}{'first visit':>12}{'afterwards':>12}{'answer':>10}{'first paint':>14}{'x floor':>10}{'shift':>8}"
    )
    floor = median(one.painted for one in seen[0])
    for path, (first, later), visits in zip(PAGES, weights, seen, strict=True):
        answer, paint = median(one.answered for one in visits), median(one.painted for one in visits)
        times = f"{answer:>7.0f} ms{paint:>11.0f} ms{paint / floor:>10.2f}{max(one.shift for one in visits):>8.3f}"
        click.echo(f"{path:<28}{first:>9.1f} kB{later:>9.1f} kB{times}")


def weigh(site: Site, browser: Browser, path: str) -> tuple[float, float]:
    """Kilobytes over the wire for who has never been here, and for who comes again."""
    context = site.context(browser, "member", **PHONE)
    page, sizes, weights = context.new_page(), list[int](), list[float]()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    for _ in range(2):
        sizes.clear()
        page.goto(address(site, path), wait_until="networkidle")
        weights.append(sum(sizes) / 1000)
    context.close()
    return weights[0], weights[1]


def look(site: Site, browser: Browser) -> list[list[Seen]]:
    """What the visits of each page saw. One tab goes round, so that what else the machine does meets all pages alike.

    A tab for each would have them compete for the processor and be painted late.
    """
    context = site.context(browser, "member", **PHONE)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    rounds = list[list[Seen]]()
    for _ in range(TIMES + 1):  # the first fills the browser's cache
        rounds.append([])
        for path in PAGES:
            page.goto(address(site, path), wait_until="networkidle")
            rounds[-1].append(Seen(*page.evaluate(SEEN)))
    context.close()
    return [list(visits) for visits in zip(*rounds[1:], strict=True)]


def address(site: Site, path: str) -> str:
    return site.url + path.format(slug=site.world.here.group.slug)


if __name__ == "__main__":
    main()
