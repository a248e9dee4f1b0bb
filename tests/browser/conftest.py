"""A real browser, where there is one: Debian's Chromium, driven by Playwright."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from supportgroup.accounts.access import cookie_name
from supportgroup.db import db
from supportgroup.schema import upgrade
from tests.conftest import KEYS, quick_app
from tests.sweeps.world import World, make_world

# Without them Chromium, as root and without a network, refuses to start or waits for servers of its maker.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def chromium_path() -> str | None:
    """Where a Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("No Chromium was found (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


class Quiet:
    """What a page must not do while a test looks at it: complain, or ask for what is not there."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def watch(self, page: Page) -> Page:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self.note_failed)
        return page

    def note_failed(self, request: Request) -> None:
        """A request that failed; one that the browser dropped because the page was left is none."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url} {request.failure}")


@pytest.fixture
def quiet() -> Iterator[Quiet]:
    """A watch over pages; a page that complained fails the test."""
    made = Quiet()
    yield made
    assert made.complaints == []


def whole_app(var: Path, **settings: str) -> Flask:
    """The real app on an empty database of its own; settings may be given in capitals."""
    environ = {"SUPPORTGROUP_VAR": str(var), "DATABASE_URL": f"sqlite:///{var / 'look.sqlite3'}", **KEYS, **settings}
    app = quick_app(environ)
    with app.app_context():
        upgrade(db.engine)
    return app


class Silent(WSGIRequestHandler):
    """Says nothing of requests: what a failing test has to say would drown in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The app, served by this process until the block ends, at any port that is free. Gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@dataclass(frozen=True)
class Site:
    """The app with a world in it, served."""

    url: str
    app: Flask
    world: World

    def context(self, chromium: Browser, person: str = "nobody", **options: Any) -> BrowserContext:
        """A browser in which this person is signed in."""
        made = chromium.new_context(**options)
        if person in self.world.cookies:
            with self.app.app_context():
                made.add_cookies([{"name": cookie_name(), "value": self.world.cookies[person], "url": self.url}])
        return made


@pytest.fixture(scope="session")
def site_of_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two groups with everything in them and everybody who might look, served once for all tests that look only."""
    app = whole_app(tmp_path_factory.mktemp("site"))
    with app.app_context():
        world = make_world()
        db.session.remove()
    with serving(app) as url:
        yield Site(url, app, world)
