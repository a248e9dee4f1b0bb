"""`make sheet`: every page on one sheet, phone and desk, light and dark, to be looked at: var/sheet/index.html."""

import os
import tempfile
from html import escape
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

from supportgroup.db import db
from tests.browser.conftest import OPTIONS, Site, chromium_path, serving, whole_app
from tests.browser.test_every_page import WAYS, Look, is_page, open_each, pages
from tests.sweeps.world import make_world

SHEET = Path(os.environ.get("SUPPORTGROUP_VAR", "var")) / "sheet"
LOOKS = ("member", "facilitator", "operator", "nobody")  # who shows most of a page, in this order
HEAD = "<!doctype html><meta charset=utf-8><title>Every page</title><body>"


def main() -> None:
    path = chromium_path()
    if path is None:
        raise SystemExit("No Chromium was found (Debian: apt-get install chromium).")
    SHEET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        app = whole_app(Path(folder))
        with app.app_context():
            world = make_world()
            db.session.remove()
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
            rows = take(Site(url, app, world), browser)
            browser.close()
    (SHEET / "index.html").write_text(HEAD + "".join(rows))
    click.echo(f"{SHEET / 'index.html'}: {len(rows)} pages")


def take(site: Site, browser: Browser) -> list[str]:
    """A picture of each page in each way; a row of the sheet each."""
    chosen = []
    for path, people in pages(site):
        shown = [person for person in LOOKS if person in people and is_page(site, path, person)]
        chosen += [Look(path, person) for person in shown[:1]]
    rows = []
    for page, look in open_each(site, browser, sorted(chosen, key=lambda one: one.person)):
        row = f"<h2>{escape(look.path)} as {look.person}</h2>"
        for theme, (width, height) in WAYS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)
            # What stands at the window's edges stands at the page's, too, and covers nothing.
            page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
            name = f"{len(rows):03}-{theme}-{width}.png"
            page.screenshot(path=SHEET / name, full_page=True)
            row += f'<img src="{name}" width="{300 if width < 500 else 560}"> '
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
