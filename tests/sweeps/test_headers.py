"""Every answer of every route carries what keeps browsers from being turned against their people (T27)."""

import re

import pytest
from bs4 import BeautifulSoup
from flask import abort

from supportgroup.db import transaction
from tests.factories import make_account
from tests.post import deliver_due, text_of
from tests.sweeps.test_roles import AUDIENCE, methods, rules
from tests.sweeps.world import taken_back

pytestmark = pytest.mark.timeout(300)

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "supportgroup",
}


def policy_of(answer):
    """The directives of the policy, without the scripts, and the nonce that scripts need."""
    said = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    nonce = re.fullmatch(r"'nonce-([\w-]{22,})' 'strict-dynamic'", said.pop("script-src")).group(1)
    return said, nonce


def faults(answer, *, framed=False):
    """What is wrong with the headers and the page. Framed: /dev/mail, which shows letters and is not in production."""
    sent, wanted = answer.headers, dict(WANTED)
    if answer.mimetype == "text/calendar" and "ETag" in sent:  # a feed, kept by who subscribes, asked for anew
        wanted["Cache-Control"] = "private, no-cache"
    found = [f"{name} is {sent.get(name)!r}" for name, value in wanted.items() if sent.get(name) != value]
    if framed:
        return found
    said, nonce = policy_of(answer)
    if said != POLICY:
        found.append(f"policy {said}")
    if not answer.headers.get("Permissions-Policy", "").startswith("accelerometer=(), "):
        found.append("Permissions-Policy")
    if answer.mimetype == "text/html":
        found += page_faults(BeautifulSoup(answer.text, "html.parser"), nonce)
    return found


def page_faults(page, nonce):
    """What a page must not hold: scripts without the nonce, inline handlers and styles, anything from elsewhere."""
    for script in page("script"):
        if script.get("nonce") != nonce or script.string:
            yield f"script {script}"
    for element in page(True):
        for name, value in element.attrs.items():
            if name.startswith("on") or name == "style" or name == "srcdoc":
                yield f"{element.name} {name}"
            leads = name in ("src", "href", "action", "formaction", "poster", "data") and is_elsewhere(str(value))
            out = element.name == "a" and "noreferrer" in element.get("rel", []) and str(value).startswith("https://")
            if leads and not out:
                yield f"{element.name} {name}={value}"
    if page("style") or page("base") or page("iframe") or page("object") or page("embed"):
        yield "inline style, base or frame"


def is_elsewhere(address):
    return re.match(r"(?i)\s*(https?:|//|javascript:|vbscript:|data:text)", address) is not None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # headers are the same whatever the engine
def test_every_route_for_who_may_and_who_may_not(app, world):
    wrong = []
    for rule in rules(app):
        path, audience = world.path(app, rule), AUDIENCE[rule.endpoint]
        for person in {"nobody", "stranger", *sorted(audience)[:1], *sorted(audience & {"facilitator"})}:
            for method in methods(rule):
                with taken_back():
                    answer = world.browser(app, person).open(path, method=method, data=world.data(rule, method))
                wrong += [
                    f"{method} {rule.rule} as {person} {answer.status_code}: {fault}"
                    for fault in faults(answer, framed=rule.endpoint.startswith("dev."))
                ]
    assert wrong == []


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
