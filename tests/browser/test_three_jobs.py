"""The three jobs, in a browser, against the real processes: join a group, ask and be helped, be reminded by email."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from supportgroup import clock
from supportgroup.accounts.models import LinkPurpose
from supportgroup.accounts.service import new_link
from supportgroup.db import transaction
from supportgroup.groups.models import Role
from supportgroup.mail.links import link
from tests.conftest import KEYS
from tests.factories import make_account, make_group, make_meeting, make_membership, make_rsvp
from tests.post import text_of
from tests.processes import service, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(170),
    pytest.mark.parametrize("databases", ["postgresql"], indirect=True),
]

TITLE = "A circle for people who carry a lot alone"


@pytest.fixture
def circle(committed_app):
    """Ada's open group, in which Ben is, and which meets in an hour and a moment. Gives Ben's address and door."""
    with transaction():
        group = make_group(name="Evening circle", public_title=TITLE)
        make_membership(group, make_account("Ada"), role=Role.FACILITATOR)
        ben = make_membership(group, make_account("Ben"))
        meeting = make_meeting(group, clock.now() + timedelta(minutes=60, seconds=5))
        make_rsvp(meeting, ben)
        door = new_link(ben.account, LinkPurpose.SIGN_IN)
    return ben.account.email, link("sign-in", door.id)


@pytest.fixture
def running(committed_app, circle, open_post, redis_url, tmp_path):
    """Web, worker, beat and the net, on PostgreSQL, Valkey and SMTP."""
    settings = {
        "DATABASE_URL": committed_app.config["SQLALCHEMY_DATABASE_URI"],
        "REDIS_URL": redis_url,
        "SMTP_URL": open_post.url,
        "SUPPORTGROUP_VAR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        **KEYS,
    }
    with service(settings) as made:
        for name in ("web", "worker", "beat", "deliver"):
            made.start(name)
        made.wait_for_web()
        yield made


def link_in(letter):
    return re.search(r"https?://\S+/l/\S+", text_of(letter)).group()


def letter_to(postbox, address, subject):
    """The letter to this address whose subject says this, once it is there."""

    def found():
        return [letter for letter in postbox.to(address) if subject in letter["Subject"]]

    until(found)
    return found()[0]


def test_dan_joins_asks_and_is_helped_and_ben_is_reminded(running, circle, chromium, quiet, postbox):
    ben_address, ben_door = circle
    dan, ben = quiet.watch(chromium.new_page()), quiet.watch(chromium.new_context().new_page())

    dan.goto(f"{running.url}/groups")
    dan.get_by_role("link", name=TITLE).click()
    dan.get_by_role("link", name="Join", exact=True).click()
    dan.get_by_label("Email address").fill("dan@example.org")
    dan.get_by_label(re.compile("name", re.IGNORECASE)).first.fill("Dan")
    for tick in dan.get_by_role("checkbox").all():
        tick.check()
    dan.get_by_role("button", name="Send me the link").click()
    dan.goto(link_in(letter_to(postbox, "dan@example.org", "link")))
    dan.get_by_role("button", name="Confirm and go in").click()

    dan.get_by_role("link", name="Board").first.click()
    dan.get_by_role("link", name=re.compile("Ask for something small")).first.click()
    dan.get_by_label("What would help?").fill("Pick up milk on Thursday")
    dan.get_by_role("radio", name=re.compile("Errand")).check()
    dan.get_by_role("button", name=re.compile("Post")).click()
    dan.wait_for_url(re.compile(r"/asks/[0-9a-f-]{36}"))
    expect(dan.get_by_text("Pick up milk on Thursday").first).to_be_visible()

    ben.goto(running.url + ben_door)
    ben.get_by_role("button", name="Sign in").click()
    ben.goto(dan.url.partition("/asks/")[0])  # the home of somebody new says that there is nothing to do yet
    ben.get_by_role("link", name="Pick up milk on Thursday").click()
    ben.get_by_role("button", name="I can do this").click()
    expect(ben.get_by_role("button", name=re.compile("Hand (it )?back"))).to_be_visible()

    assert "Pick up milk" not in letter_to(postbox, "dan@example.org", "a yes").as_string()
    reminder = letter_to(postbox, ben_address, "minutes")
    ben.goto(link_in(reminder))
    ben.get_by_role("button").filter(has_text=re.compile("way in", re.IGNORECASE)).click()
    expect(ben.get_by_role("link", name=re.compile("call", re.IGNORECASE))).to_be_visible()
