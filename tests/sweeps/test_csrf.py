"""Nothing that changes something is taken from another site's page, whatever the form (T10)."""

import re

import pytest

from tests.sweeps.conftest import some
from tests.sweeps.test_roles import methods, rules
from tests.sweeps.world import changed, taken_back

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),  # refused before anything is read
]

FORGERS = {
    "without a token": {},
    "with nonsense for a token": {"token": "nonsense"},
    "with somebody else's token": {"token_of": "facilitator"},
    "from another site": {"token_of": "member", "headers": {"Sec-Fetch-Site": "cross-site"}},
    "from a neighbour": {"token_of": "member", "headers": {"Sec-Fetch-Site": "same-site"}},
    "from another site, in an old browser": {"token_of": "member", "headers": {"Origin": "https://evil.example"}},
    "from a name that looks like ours": {"token_of": "member", "headers": {"Origin": "http://127.0.0.1.evil.example"}},
}
EVERYWHERE = ("without a token", "from another site")  # the other forgers are at some of the forms, each at others
# The one-click stop of RFC 8058 comes from mail programs: its signed link is the permission.
BY_LINK_ALONE = {"accounts.stop", "accounts.stop_passed_on"}


@pytest.fixture(autouse=True)
def forms_with_tokens(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def token_in(browser):
    return re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/me").text).group(1)


def forms_of(app):
    return [rule for rule in rules(app) if "POST" in rule.methods and rule.endpoint not in BY_LINK_ALONE]


@pytest.mark.parametrize("how", FORGERS)
def test_a_forged_form_is_refused_and_changes_nothing(app, world, how):
    forger, wrong = FORGERS[how], []
    browser, tokens = world.browser(app, "member"), {}
    for person in ("member", "facilitator"):
        tokens[person] = token_in(browser if person == "member" else world.browser(app, person))
    token = forger.get("token") or tokens.get(forger.get("token_of"))
    for rule in forms_of(app) if how in EVERYWHERE else some(forms_of(app), how, 5):
        path = world.path(app, rule)
        with taken_back() as written:
            answer = browser.post(path, data={"csrf_token": token} if token else {}, headers=forger.get("headers"))
        if answer.status_code != 400 or written:
            wrong.append(f"{rule.rule}: {answer.status_code} {changed(written)}")
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost"},
    ],
)
def test_our_own_forms_are_taken(app, world, headers):
    browser = world.browser(app, "member")
    data = {"csrf_token": token_in(browser), "name": "Ada", "zone": "UTC", "language": "en"}
    with taken_back():
        assert browser.post("/me", data=data, headers=headers).status_code == 303


def test_only_the_stop_links_do_without(app, world):
    unsafe = {rule.endpoint for rule in rules(app) if set(methods(rule)) - {"GET"}}
    exempt = {
        endpoint
        for endpoint in unsafe
        if f"{app.view_functions[endpoint].__module__}.{app.view_functions[endpoint].__name__}"
        in app.extensions["csrf"]._exempt_views
    }
    assert exempt == BY_LINK_ALONE
    assert app.extensions["csrf"]._exempt_blueprints == set()


def test_a_token_from_before_signing_in_is_worth_nothing_after(app, world):
    """Somebody who planted one in this browser cannot use it against who signs in there (login CSRF)."""
    browser = app.test_client()
    planted = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in").text).group(1)
    path = world.path(app, next(rule for rule in rules(app) if rule.endpoint == "accounts.use_link"))
    assert browser.post(f"{path}?here=1", data={"csrf_token": planted}).status_code == 303

    data = {"csrf_token": planted, "name": "Mallory", "zone": "UTC", "language": "en"}
    assert browser.post("/me", data=data).status_code == 400


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json", "multipart/form-data; boundary=x", "application/xml"]
)
def test_a_body_of_another_kind_is_no_way_around(app, world, content_type):
    browser = world.browser(app, "member")
    for rule in some(forms_of(app), content_type, 5):
        with taken_back() as written:
            answer = browser.post(world.path(app, rule), data=b'{"csrf_token": "x"}', content_type=content_type)
        assert answer.status_code == 400, rule.rule
        assert not written
