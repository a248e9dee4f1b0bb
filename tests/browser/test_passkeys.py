"""Passkeys in a real browser, with a device that Chromium plays: made, used to sign in, used to show who one is."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from supportgroup import clock
from supportgroup.accounts.models import LinkPurpose, Passkey, Session
from supportgroup.accounts.service import new_link
from supportgroup.db import db, transaction
from supportgroup.mail.links import link
from supportgroup.valkey import free_port
from tests.browser.conftest import serving, whole_app
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The app under a name: browsers make no passkeys for a bare number. Gives it and its address."""
    port = free_port()
    url = f"http://localhost:{port}"
    app = whole_app(tmp_path_factory.mktemp("passkeys"), BASE_URL=url)
    with serving(app, port):
        yield app, url


@pytest.fixture
def web(served):
    app, url = served
    with app.app_context():
        yield url
        db.session.remove()


@pytest.fixture
def page(chromium, quiet):
    context = chromium.new_context()
    yield quiet.watch(context.new_page())
    context.close()


@pytest.fixture
def device(page):
    """The device's handle in Chromium's own protocol, and its id there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, added["authenticatorId"]


@pytest.fixture
def ada(web, page):
    """Ada, signed in by a link."""
    with transaction():
        account = make_account("Ada")
        made = new_link(account, LinkPurpose.SIGN_IN)
    page.goto(web + link("sign-in", made.id))
    page.get_by_role("button", name="Sign in").click()
    return account


def add_passkey(web, page):
    page.goto(f"{web}/me/ways")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Your spare codes").wait_for()


def refused(page, quiet):
    """The page of a refusal, which a browser complains of by its status and by nothing else."""
    page.get_by_role("heading", name="Not this time").wait_for()
    assert [said for said in quiet.complaints if "409" not in said] == []
    quiet.complaints.clear()


def sign_out(web, page):
    page.goto(f"{web}/me")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{web}/sign-in")


def test_ada_makes_a_passkey_and_signs_in_with_it_without_typing(web, page, device, ada):
    add_passkey(web, page)
    sign_out(web, page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{web}/home")

    page.goto(f"{web}/me/email")  # the passkey was first and second step in one
    assert page.get_by_role("heading", name="Your address").is_visible()


def test_it_shows_who_she_is_when_a_while_has_passed(web, page, device, ada):
    add_passkey(web, page)
    with transaction():
        db.session.execute(update(Session).values(proved_at=clock.now() - timedelta(minutes=16)))
    page.goto(f"{web}/me/ways/password")
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_role("heading", name="A password").wait_for()


def test_a_copy_of_a_passkey_that_counts_less_is_refused(web, page, device, ada, quiet):
    session, authenticator = device
    add_passkey(web, page)
    with transaction():
        db.session.execute(update(Passkey).values(sign_count=1000))
    sign_out(web, page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    refused(page, quiet)
    assert page.goto(f"{web}/me").url.startswith(f"{web}/sign-in")
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]


def test_a_device_that_says_no_leaves_the_other_ways(web, page, device, ada):
    session, authenticator = device
    add_passkey(web, page)
    sign_out(web, page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    assert not page.get_by_text("Nothing came from your device").is_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Nothing came from your device").wait_for()
    assert page.get_by_role("button", name="Send me the link").is_enabled()


def test_removed_it_opens_nothing(web, page, device, ada, quiet):
    add_passkey(web, page)
    page.goto(f"{web}/me/ways")
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("Removed.").wait_for()
    db.session.rollback()
    assert db.session.scalars(select(Passkey).where(Passkey.account_id == ada.id)).all() == []

    sign_out(web, page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    refused(page, quiet)


def test_without_javascript_the_other_ways_are_there_and_the_button_is_not(web, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{web}/sign-in")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert page.locator("noscript .hint").is_visible()
    page.get_by_role("link", name="Sign in with a password").click()
    assert page.get_by_role("heading", name="Sign in with a password").is_visible()
    context.close()
