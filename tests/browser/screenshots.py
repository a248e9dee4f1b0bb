"""`make screenshots`: pictures of the demo for the README, of the board, and of a meeting's steps, taken anew."""

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, sync_playwright
from sqlalchemy import select

from supportgroup import clock, demo
from supportgroup.app import create_app
from supportgroup.config import load
from supportgroup.db import db, transaction
from supportgroup.mail.links import link
from supportgroup.meetings.models import Meeting
from supportgroup.valkey import free_port
from tests.browser.board_pictures import FOLDER, take_board
from tests.browser.conftest import OPTIONS, chromium_path
from tests.browser.pictures import DESKTOP, PHONE, PICTURES, picture, signed_in
from tests.processes import Service, service

SLUG = "evening-circle"
CIRCLE = f"/g/{SLUG}"
DAY = timedelta(days=1)
SHOTS = (
    ("home-phone-dark", "/home", PHONE, "dark"),
    ("board-phone", f"{CIRCLE}/board", PHONE, "light"),
    ("ask-phone", "first open ask", PHONE, "light"),
    ("group-desktop", CIRCLE, DESKTOP, "light"),
    ("meetings-desktop", f"{CIRCLE}/meetings", DESKTOP, "dark"),
)


def main() -> None:
    path = chromium_path()
    if path is None:
        raise SystemExit("No Chromium was found (Debian: apt-get install chromium).")
    (PICTURES / FOLDER).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var:
        environ = {
            "SUPPORTGROUP_VAR": var,
            "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        with service(environ) as running, sync_playwright() as playwright:
            links = subprocess.run(
                [Path(sys.executable).parent / "supportgroup", "demo"],
                env=running.environ,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            running.start("web")
            running.wait_for_web()
            doors = dict(line.split(": ", 1) for line in links.splitlines() if line.startswith(("Ada: ", "Ben: ")))
            browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
            ada, ben = (signed_in(browser, doors[name]) for name in ("Ada", "Ben"))
            take(browser, running.url, ben)
            take_board(browser, running, ben)
            take_meeting(browser, running, ada, ben)


def take(browser: Browser, url: str, ben: StorageState) -> None:
    """The README's, as Ben sees them."""
    for name, path, size, scheme in SHOTS:
        with picture(browser, name, size, scheme=scheme, who=ben, sharp=size is PHONE) as page:
            if path.startswith("/"):
                page.goto(url + path)
            else:
                page.goto(f"{url}{CIRCLE}/board")
                page.get_by_role("link", name="Pick up milk on your way").first.click()


def take_meeting(browser: Browser, running: Service, ada: StorageState, ben: StorageState) -> None:
    """The steps of a meeting: a series is typed, a change checked, the way in opens, whoever hosts has its page."""
    way_in, hosting, edit = begin_soon(running)
    for kind, size in (("phone", PHONE), ("desktop", DESKTOP)):
        with picture(browser, f"series-{kind}", size, who=ada, whole=True) as page:
            page.goto(f"{running.url}{CIRCLE}/meetings/new")
            type_series(page)
        with picture(browser, f"told-{kind}", size, who=ada) as page:
            page.goto(running.url + edit)
            page.get_by_label("Time", exact=True).fill("18:30")
            page.get_by_role("button", name="Save").click()
            page.get_by_role("heading", name="Before it is saved").wait_for()
        with picture(browser, f"way-in-{kind}", size) as page:
            page.goto(running.url + way_in)
            page.get_by_role("button", name="Show me the way in").click()
            page.get_by_role("link", name="Open the call").wait_for()
        with picture(browser, f"hosting-{kind}", size, who=ben) as page:
            page.goto(running.url + hosting)


def type_series(page: Page) -> None:
    """A series in the form, up to where its next dates stand beneath, without anything saved."""
    page.get_by_label("What is it called").fill("Morning circle")
    page.get_by_label("Day", exact=True).fill((clock.now() + timedelta(days=8)).date().isoformat())
    page.get_by_label("Time", exact=True).fill("09:30")
    page.get_by_text("It repeats", exact=True).click()
    page.get_by_label("Every week", exact=True).check()
    dates = page.get_by_role("heading", name="The next dates would be")
    dates.wait_for()


def begin_soon(running: Service) -> tuple[str, str, str]:
    """Let the demo's next meeting have begun with this quarter of an hour.

    Gives Ada's way in, the page of Ben, who hosts, and the form to change the meeting after it, which Ada has.
    """
    app = create_app(load(running.environ))
    with app.app_context(), transaction():
        meeting = db.session.get_one(Meeting, demo.key(SLUG, "soon"))
        now = clock.now()
        starts_at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
        meeting.starts_local += starts_at - meeting.starts_at
        meeting.starts_at, meeting.ends_at = starts_at, starts_at + timedelta(minutes=meeting.duration_minutes)
        later = select(Meeting.id).where(Meeting.group_id == meeting.group_id, Meeting.starts_at > now + DAY)
        after = db.session.scalars(later.order_by(Meeting.starts_at).limit(1)).one()
        room = f"{CIRCLE}/meetings"
        way_in = link("way-in", meeting.id, demo.key(SLUG, "Ada"))
        return way_in, f"{room}/{meeting.id}/hosting", f"{room}/{after}/edit"


if __name__ == "__main__":
    main()
