"""A picture of a page, as somebody sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, StorageState

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PHONE, DESKTOP = (390, 844), (1280, 860)


def signed_in(browser: Browser, door: str) -> StorageState:
    """What a browser keeps of somebody who signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(door)
    page.get_by_role("button", name="Sign in").click()
    return context.storage_state()


@contextmanager
def picture(
    browser: Browser,
    name: str,
    size: tuple[int, int],
    *,
    scheme: str = "light",
    who: StorageState | None = None,
    sharp: bool = False,
    whole: bool = False,
) -> Iterator[Page]:
    """A page that is taken when the block ends, as that person sees it or as somebody who is not signed in does.

    A sharp one has four times as many points, and as many octets nearly; a `whole` one is as long as the page.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        storage_state=who,
        device_scale_factor=2 if sharp else 1,
    )
    page = context.new_page()
    yield page
    if whole:  # what stands at the window's edges stands at the page's, too
        page.evaluate("window.scrollTo(0, 0)")
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()
    click.echo(f"docs/pictures/{name}.png")
