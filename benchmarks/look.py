"""What pages weigh over the wire, and how soon they are seen: `python -m benchmarks.look` (needs a Chromium).

Bytes as Chromium counts them, with headers. A proxy in front need not compress pages, and should not: see `squeeze`.
First paint on loopback with the processor slowed four times, beside that of a page with one word on it, visited in
turn with ours: what it takes is the browser's own. Figures, not tests: time is not tested on shared machines.
"""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = whole_app(Path(folder))
        app.add_url_rule(FLOOR, view_func=lambda: ONE_WORD)
        with app.app_context():
            world = make_world()
            db.session.remove()
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
            show([Visit(Site(url, app, world), browser, path) for path in PAGES])
            browser.close()


def show(visits: list["Visit"]) -> None:
    """Visit all of them in turn, so that what else the machine does meets each alike; then print the medians."""
    for _ in range(TIMES + 1):
        for visit in visits:
            visit.again()
    floor = visits[0].first_paint
    click.echo(
        f"{'page':<28}{'first visit':>12}{'afterwards':>12}{'answer':>10}{'first paint':>14}{'x floor':>10}{'shift':>8}"
    )
    for visit in visits:
        first, later = visit.weights[0] / 1000, max(visit.weights[1:]) / 1000
        times = f"{visit.answer:>7.0f} ms{visit.first_paint:>11.0f} ms{visit.first_paint / floor:>10.2f}"
        click.echo(f"{visit.path:<28}{first:>9.1f} kB{later:>9.1f} kB{times}{visit.shift:>8.3f}")


class Visit:
    """A page that is visited again and again in a tab of its own; what visits weighed, and how soon it was seen."""

    def __init__(self, site: Site, browser: Browser, path: str) -> None:
        context = site.context(browser, "member", viewport={"width": 390, "height": 844}, service_workers="block")
        self.path, self.page = path, context.new_page()
        self.address = site.url + path.format(slug=site.world.here.group.slug)
        self.sizes, self.weights, self.seen = list[int](), list[int](), list[Any]()
        session = context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        session.on("Network.loadingFinished", lambda event: self.sizes.append(int(event["encodedDataLength"])))

    def again(self) -> None:
        self.sizes.clear()
        self.page.bring_to_front()  # what is behind something else is not painted
        self.page.goto(self.address, wait_until="networkidle")
        self.weights.append(sum(self.sizes))
        self.seen.append(self.page.evaluate(SEEN))

    @property
    def answer(self) -> float:
        """Milliseconds until the first byte came, after the first visit."""
        return median(one[0] for one in self.seen[1:])

    @property
    def first_paint(self) -> float:
        """Milliseconds until something was seen, after the first visit."""
        return median(one[1] for one in self.seen[1:])

    @property
    def shift(self) -> float:
        """How far things moved, at most."""
        return max(float(one[2]) for one in self.seen)


if __name__ == "__main__":
    main()
