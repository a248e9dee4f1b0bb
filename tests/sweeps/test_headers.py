"""Every answer carries what keeps browsers from being turned against their people (T27): refusals and broken pages too.

That the answers of all routes do is seen where all of them are asked for, in `test_roles.py`.
"""

import re

import pytest
from flask import abort

from supportgroup.db import transaction
from tests.factories import make_account
from tests.post import deliver_due, text_of
from tests.sweeps.answers import faults, policy_of
from tests.sweeps.test_roles import rules

pytestmark = pytest.mark.timeout(300)


def test_search_engines_may_list_the_first_page_only(app, world):
    for rule in rules(app):
        if "GET" in rule.methods:
            answer = world.browser(app, "nobody").get(world.path(app, rule))
            assert ("X-Robots-Tag" in answer.headers) is (rule.rule != "/"), rule.rule


@pytest.mark.parametrize(
    ("path", "method", "more", "status"),
    [
        ("/no-such-page", "GET", {}, 404),
        ("/home", "POST", {}, 405),
        ("/me", "POST", {"data": b"x" * 300_000, "content_type": "application/x-www-form-urlencoded"}, 413),
        ("/me", "POST", {"data": {f"f{n}": "x" for n in range(2000)}, "content_type": "multipart/form-data"}, 413),
        ("/", "GET", {"headers": {"Host": "evil.example"}}, 400),
        ("/%ff%fe", "GET", {}, 404),
    ],
)
def test_refusals_carry_them_too(app, world, path, method, more, status):
    answer = world.browser(app, "member").open(path, method=method, **more)
    assert answer.status_code == status
    assert faults(answer) == []
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_so_does_a_page_of_ours_that_broke(databases, make_app):
    app = make_app(databases.copy())
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/broken", "broken", lambda: 1 // 0)
    app.add_url_rule("/away", "away", lambda: abort(503))
    for path, status in (("/broken", 500), ("/away", 503)):
        answer = app.test_client().get(path)
        assert answer.status_code == status
        assert faults(answer) == []
        assert "division" not in answer.text


def test_each_answer_has_a_nonce_of_its_own(client):
    assert len({policy_of(client.get("/sign-in"))[1] for _ in range(20)}) == 20


def test_static_files_are_what_they_say_and_stay_here(client):
    for path in re.findall(r'"(/static/[^"]+)"', client.get("/sign-in").text):
        with client.get(path) as answer:
            assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.fixture
def served_by_https(databases, make_app):
    return make_app(
        databases.copy(),
        SUPPORTGROUP_ENV="production",
        BASE_URL="https://groups.example.org",
        MAIL_FROM="Reminder <no-reply@example.org>",
    )


def test_under_https_cookies_are_bound_to_the_host(served_by_https):
    app = served_by_https
    with app.app_context(), transaction():
        email = make_account("Ada").email
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email}, base_url="https://groups.example.org")

    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    for line in answer.headers.getlist("Set-Cookie"):
        assert re.match(r"__Host-(sid|form|known)=", line)
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line


def test_in_production_there_is_no_development_mailbox_and_no_debugger(served_by_https):
    browser = served_by_https.test_client()
    for path in ("/dev/mail", "/dev/mail/x", "/console", "/?__debugger__=yes&cmd=resource&f=style.css"):
        answer = browser.get(path, base_url="https://groups.example.org")
        assert answer.status_code == (200 if path.startswith("/?") else 404)
        assert "debugger" not in answer.text.lower()
    assert served_by_https.debug is False


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "groups.example.org.evil.example"},
        {"Host": "groups.example.org:443@evil.example"},
        {"Host": ""},
        {"Host": "evil.example", "X-Forwarded-Host": "groups.example.org"},
    ],
)
def test_another_host_name_is_refused(served_by_https, headers):
    answer = served_by_https.test_client().post("/sign-in", data={"email": "ada@example.org"}, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL"]
)
def test_no_header_moves_the_links_in_letters_or_on_pages(client, app, postbox, name):
    """Links start with BASE_URL, whatever a request says of itself (T16)."""
    with transaction():
        email = make_account("Ada").email
    headers = {name: "host=evil.example" if name == "Forwarded" else "evil.example"}
    answer = client.post("/sign-in", data={"email": email}, headers=headers)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text + str(answer.headers)

    deliver_due()
    (letter,) = postbox
    assert "http://127.0.0.1:8000/l/" in text_of(letter)
    assert "evil.example" not in letter.as_string()
