"""`make screenshots`: the README's pictures, taken anew from the demo, as Ben sees it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

from supportgroup.valkey import free_port
from tests.browser.conftest import OPTIONS, chromium_path
from tests.processes import service

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
CIRCLE = "/g/evening-circle"
PHONE, DESKTOP = (390, 844), (1280, 860)
SHOTS = (
    ("home-phone-dark", "/home", PHONE, "dark"),
    ("board-phone", f"{CIRCLE}/board", PHONE, "light"),
    ("ask-phone", "first open ask", PHONE, "light"),
    ("hard-phone", f"{CIRCLE}/board/asks/new", PHONE, "light"),
    ("group-desktop", CIRCLE, DESKTOP, "light"),
    ("meetings-desktop", f"{CIRCLE}/meetings", DESKTOP, "dark"),
)


def main() -> None:
    path = chromium_path()
    if path is None:
        raise SystemExit("No Chromium was found (Debian: apt-get install chromium).")
    PICTURES.mkdir(exist_ok=True)
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
            door = next(line.split(": ", 1)[1] for line in links.splitlines() if line.startswith("Ben: "))
            take(playwright.chromium.launch(executable_path=path, args=OPTIONS), running.url, door)


def take(browser: Browser, url: str, door: str) -> None:
    """Sign in once, and take every picture with that session."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(door)
    page.get_by_role("button", name="Sign in").click()
    signed_in = context.storage_state()
    for name, path, (width, height), scheme in SHOTS:
        shown = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            storage_state=signed_in,
            device_scale_factor=2 if width < 500 else 1,
        ).new_page()
        if path.startswith("/"):
            shown.goto(url + path)
        else:
            shown.goto(f"{url}{CIRCLE}/board")
            shown.get_by_role("link", name="Pick up milk on your way").first.click()
        shown.screenshot(path=PICTURES / f"{name}.png")
        click.echo(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    main()
