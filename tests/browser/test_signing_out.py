"""After signing out the browser shows nothing of what was there, not even by going back (T27)."""

import pytest

from supportgroup.accounts.models import LinkPurpose
from supportgroup.accounts.service import new_link
from supportgroup.db import db, transaction
from supportgroup.mail.links import link
from tests.browser.conftest import serving, whole_app
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]


def test_back_after_signing_out_asks_to_sign_in(chromium, tmp_path):
    app = whole_app(tmp_path)
    with app.app_context():
        with transaction():
            made = new_link(make_account("Ada"), LinkPurpose.SIGN_IN)
        door = link("sign-in", made.id)
        db.session.remove()
    with serving(app) as url:
        page = chromium.new_context().new_page()
        page.goto(url + door)
        page.get_by_role("button", name="Sign in").click()
        for path in ("/me/email", "/me/ways", "/me"):
            page.goto(url + path)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{url}/")
        for _ in range(3):
            page.go_back()
            assert page.get_by_role("heading", name="Sign in").is_visible()
        page.context.close()
