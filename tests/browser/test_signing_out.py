"""After signing out the browser shows nothing of what was there, not even by going back (T27)."""

import os
import sys
from pathlib import Path

import pytest

from supportgroup.accounts.models import LinkPurpose
from supportgroup.accounts.service import new_link
from supportgroup.db import transaction
from supportgroup.mail.links import link
from tests.conftest import KEYS
from tests.factories import make_account
from tests.processes import service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_back_after_signing_out_asks_to_sign_in(committed_app, open_post, tmp_path, chromium):
    with transaction():
        made = new_link(make_account("Ada"), LinkPurpose.SIGN_IN)
    settings = {
        "DATABASE_URL": committed_app.config["SQLALCHEMY_DATABASE_URI"],
        "SMTP_URL": open_post.url,
        "SUPPORTGROUP_VAR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **KEYS,
    }
    with service(settings) as running:
        running.start("web")
        running.wait_for_web()
        page = chromium.new_context().new_page()
        page.goto(running.url + link("sign-in", made.id))
        page.get_by_role("button", name="Sign in").click()
        for path in ("/me/email", "/me/ways", "/me"):
            page.goto(running.url + path)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{running.url}/")
        for _ in range(3):
            page.go_back()
            assert page.get_by_role("heading", name="Sign in").is_visible()
        page.context.close()
