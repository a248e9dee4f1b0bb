"""What pages weigh over the wire, and how soon they are seen: `python -m benchmarks.look` (needs a Chromium).

Bytes as Chromium counts them, with headers. A proxy in front need not compress pages, and should not: see `squeeze`.
First paint on loopback with the processor slowed four times. Figures, not tests: time is not tested on shared machines.
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

PAGES = (
    "/",
    "/help-now",
    "/home",
    "/g/{slug}",
    "/g/{slug}/board",
    "/g/{slug}/board/asks/new",
    "/g/{slug}/meetings",
    "/me",
)
TIMES, SLOWED = 5, 4
SEEN = """() => new Promise((say) => {
  let shift = 0;
  const add = (list) => list.getEntries().forEach((entry) => (shift += entry.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  setTimeout(() => say([paint ? paint.startTime : 0, shift]), 100);
})"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = whole_app(Path(folder))
        with app.app_context():
            world = make_world()
            db.session.remove()
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=OPTIONS)
            click.echo(f"{'page':<28}{'first visit':>12}{'afterwards':>12}{'first paint':>14}{'shift':>8}")
            for page in PAGES:
                first, again, paint, shift = figures(Site(url, app, world), browser, page)
                click.echo(f"{page:<28}{first / 1000:>9.1f} kB{again / 1000:>9.1f} kB{paint:>11.0f} ms{shift:>8.3f}")
            browser.close()


def figures(site: Site, browser: Browser, path: str) -> tuple[int, int, float, float]:
    """Bytes of a first visit and of those after it, milliseconds to the first paint then, and the layout's shift."""
    context = site.context(browser, "member", viewport={"width": 390, "height": 844}, service_workers="block")
    page = context.new_page()
    session, sizes = context.new_cdp_session(page), []
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    address = site.url + path.format(slug=site.world.here.group.slug)
    weights, seen = list[int](), list[Any]()
    for _ in range(TIMES + 1):
        sizes.clear()
        page.goto(address, wait_until="networkidle")
        weights.append(sum(sizes))
        seen.append(page.evaluate(SEEN))
    context.close()
    return weights[0], max(weights[1:]), median(one[0] for one in seen[1:]), max(one[1] for one in seen)


if __name__ == "__main__":
    main()
