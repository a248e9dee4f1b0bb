"""What was pressed too soon: the page that follows holds the way back, as one press, with no clock that runs."""

import pytest
from bs4 import BeautifulSoup

from supportgroup.db import db, transaction
from tests.factories import make_account, make_ask, make_group, make_help, make_membership


class Pressing:
    """A browser that presses, and looks at what follows."""

    def __init__(self, client):
        self.client, self.page = client, None

    def press(self, path):
        answer = self.client.post(path, follow_redirects=True)
        assert answer.status_code == 200
        self.page = BeautifulSoup(answer.data, "html.parser")

    def press_back(self, ending):
        """The one form on the page that leads there; it has nothing to fill in."""
        (form,) = [form for form in self.page.find_all("form") if form.get("action", "").endswith(ending)]
        assert form.select("input:not([type=hidden]), textarea, select") == []
        self.press(form["action"])


@pytest.fixture
def scene(app, sign_in):
    """Ben asks for one thing and helps with another; Cleo is there too."""
    with transaction():
        group = make_group()
        ben, cleo = (make_membership(group, make_account(name)) for name in ("Ben", "Cleo"))
        own, others = make_ask(ben), make_ask(cleo)
        make_help(others, ben)
    db.session.commit()
    return Pressing(sign_in(ben.account)), f"/g/{group.slug}", own, others, cleo


def test_what_was_pressed_too_soon_is_taken_back_in_one_press(scene):
    browser, group, own, others, cleo = scene
    for press, back in (
        (f"{group}/board/asks/{own.id}/withdraw", "/again"),
        (f"{group}/board/asks/{others.id}/hand-back", "/accept"),
        (f"{group}/members/{cleo.id}/block", f"/members/{cleo.id}/unblock"),
        (f"{group}/leave", "/come-back"),
    ):
        browser.press(press)
        browser.press_back(back)
    assert browser.client.get(f"{group}/board").status_code == 200
