"""Without a network: help-now is there, every other page says honestly that it is not, and nothing personal is kept."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CONTROLLED = """async () => {
  const worker = navigator.serviceWorker;
  await (worker.controller || new Promise((done) => { worker.oncontrollerchange = done; }));
}"""
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      kept.push([new URL(request.url).pathname, await (await caches.match(request)).text()]);
    }
  }
  return kept;
}"""


def test_help_now_is_kept_and_nothing_personal(site_of_world, chromium):
    context = site_of_world.context(chromium, "member")
    page = context.new_page()
    page.goto(f"{site_of_world.url}/home")
    page.evaluate(CONTROLLED)
    page.goto(f"{site_of_world.url}/g/{site_of_world.world.here.group.slug}/board")

    kept = dict(page.evaluate(KEPT))
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline", "/help-now"}
    assert not [path for path, text in kept.items() if "Member" in text or site_of_world.world.here.group.slug in text]

    context.set_offline(True)
    page.goto(f"{site_of_world.url}/help-now")
    expect(page.get_by_role("heading", level=1)).to_have_text("Need help now?")
    assert page.evaluate("document.styleSheets.length") == 1
    page.goto(f"{site_of_world.url}/home")
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection right now")
    page.get_by_role("link", name="Crisis help, kept on this device").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Need help now?")

    context.set_offline(False)
    page.goto(f"{site_of_world.url}/home")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Member")
    context.close()


def test_what_was_not_sent_is_said_and_stays(site_of_world, chromium):
    world = site_of_world.world.here
    context = site_of_world.context(chromium, "blocked")
    page = context.new_page()
    page.goto(f"{site_of_world.url}/g/{world.group.slug}/meetings/{world.meeting.id}")
    context.set_offline(True)
    page.get_by_role("button", name="Maybe").click()

    expect(page.locator("#said")).to_contain_text("There is no connection right now")
    assert page.url.endswith(str(world.meeting.id))
    context.close()


def test_who_is_not_signed_in_keeps_nothing(site_of_world, chromium):
    context = site_of_world.context(chromium)
    page = context.new_page()
    page.goto(f"{site_of_world.url}/", wait_until="networkidle")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
    context.close()


def test_it_can_be_installed_and_every_picture_it_names_is_there(client):
    said = client.get("/manifest.webmanifest")
    assert said.content_type == "application/manifest+json"
    for one in said.json["icons"]:
        with client.get(one["src"]) as answer:
            assert answer.status_code == 200
