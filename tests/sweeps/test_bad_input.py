"""Whatever is sent, the answer is a refusal or a page, never a broken one; and a refusal changes nothing.

The forms are found on the pages themselves, so that new ones are tried by themselves: fields with oddities, alone
beside sensible ones and all at once. Each form and field meets a share of the oddities, others meet others;
`make test-whole` tries every field with every one of them.
"""

import io
import re
import secrets
from pathlib import Path
from urllib.parse import quote_from_bytes
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import LargeBinary, select

from supportgroup.db import Base, UTCDateTime, db
from tests.databases import ENGINES, WHOLE
from tests.sweeps.answers import page_faults, policy_of
from tests.sweeps.conftest import some
from tests.sweeps.odd import TEXTS, forms_on, library_says
from tests.sweeps.test_roles import AUDIENCE, is_for_developers, rules
from tests.sweeps.world import UNCOUNTED, changed, taken_back

pytestmark = [
    pytest.mark.timeout(3 * 3600 if WHOLE else 600),
    # PostgreSQL takes types at their word, so one share is tried there.
    pytest.mark.parametrize("databases", ENGINES if WHOLE else ["postgresql"], indirect=True, scope="session"),
]

PEOPLE = ("nobody", "stranger", "applicant", "former", "member", "facilitator", "operator")
SEE_MOST = ("nobody", "member", "facilitator", "operator")
NOT_OURS = library_says()


@pytest.fixture(scope="module")
def found():
    """The forms that were found, for all tests of one world."""
    return {}


@pytest.fixture
def forms(app, world, found):
    """Every form, by who sees it and by its shape: lists show the same one for every row."""
    at = app.config["SQLALCHEMY_DATABASE_URI"]
    if at not in found:
        found[at] = dict(all_forms(app, world))
    assert len(found[at]) > 100
    return found[at]


def all_forms(app, world):
    world.looked_after()
    for rule in rules(app):
        if "GET" not in rule.methods or is_for_developers(rule):
            continue
        path = world.path(app, rule)
        for person in lookers(AUDIENCE[rule.endpoint]):
            with taken_back():
                answer = world.browser(app, person).get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                for form in forms_on(path, answer.text):
                    yield (form.shape(), person), form


def lookers(audience):
    """Who looks for forms on a page: everyone whom it is for, or in short those who see what there is to see."""
    there = [person for person in PEOPLE if person in audience]
    return there if WHOLE else [person for person in there if person in SEE_MOST] or there


def once(forms):
    """Each form once, as sent by the first who sees it."""
    first = {}
    for (shape, person), form in forms.items():
        first.setdefault(shape, (person, form))
    return list(first.values())


class Tries:
    """Sends what is odd and keeps what went wrong."""

    def __init__(self, app, world):
        self.app, self.world = app, world
        self.sent = self.refused = 0
        self.wrong = []

    def send(self, person, method, path, what, **more):
        browser = self.world.browser(self.app, person)
        with taken_back() as written:
            answer = browser.open(path, method=method, **more)
            self.sent += 1
            fault = self.fault(answer, written)
            if fault is None and answer.status_code == 303:
                shown = browser.get(answer.location)
                fault = self.fault(shown, []) and f"{self.fault(shown, [])} on the page after"
        if fault:
            self.wrong.append(f"{method} {path} as {person}, {what}: {fault}")

    def fault(self, answer, written):
        if answer.status_code >= 500:
            return answer.status_code
        if answer.status_code >= 400:
            self.refused += 1
            if changed(written):
                return f"{answer.status_code} and wrote {changed(written)}"
            if said := [one for one in NOT_OURS if one in answer.text]:
                return f"says {said}, in no voice and no language of ours"
        if answer.mimetype == "text/html" and "alert(1)" in answer.text:
            return next(page_faults(BeautifulSoup(answer.text, "html.parser"), policy_of(answer)[1]), None)
        return None

    def report(self):
        print(f"{self.sent} requests, {self.refused} refused, {len(self.wrong)} wrong")  # noqa: T201
        assert self.wrong == []


@pytest.fixture(autouse=True)
def nothing_broke(app):
    """No answer at all is a broken one: that of a form, of the page it is found on, of the page after."""
    yield
    assert [status for status in app.wsgi_app.answered if status >= 500] == []


@pytest.fixture
def tries(app, world):
    return Tries(app, world)


PART = b'--x\r\nContent-Disposition: form-data; name="title"'
FORM = {"content_type": "application/x-www-form-urlencoded"}


def send(tries, person, form, what, **odd):
    said = f"{what} in {list(odd)}"
    if form.method == "post":
        tries.send(person, "POST", form.action, said, data=form.body(**odd), **FORM)
    else:
        tries.send(person, "GET", f"{form.action}?{form.body(**odd).decode()}", said)


def test_all_fields_of_every_form_at_once(forms, tries):
    for person, form in [(person, form) for (_, person), form in forms.items()] if WHOLE else once(forms):
        for what in some(list(TEXTS), f"{form.shape()} {person}") if form.fields else []:
            send(tries, person, form, what, **{name: TEXTS[what] for name, _ in form.fields})
    tries.report()


def test_each_field_alone_beside_sensible_ones(forms, tries):
    for person, form in once(forms):
        for name, _ in some(form.fields, form.action, 2):
            for what in some(list(TEXTS), f"{form.shape()} {name}"):
                send(tries, person, form, what, **{name: TEXTS[what]})
    tries.report()


def test_forms_that_are_too_long(forms, tries):
    for person, form in once(forms):
        for name, _ in some(form.fields, form.action) if form.method == "post" else []:
            send(tries, person, form, "100 kB", **{name: b"x" * 100_000})
    tries.report()


def test_no_form_sets_more_than_it_shows(forms, tries):
    """Every column there is, sent along with every form, changes nothing that the form by itself does not (T13)."""
    columns = sorted({column.name for table in Base.metadata.sorted_tables for column in table.columns})
    values = ("y", "facilitator", "active", "1")
    before, wrong = {value for row in told() for value in row}, []
    for person, form in once(forms):
        if form.method != "post":
            continue
        names = {name for name, _ in form.fields}
        more = b"".join(
            b"&" + name.encode() + b"=" + values[len(name) % 4].encode() for name in columns if name not in names
        )
        after = []
        for data in (form.body(), form.body() + more):
            with taken_back() as written:
                tries.world.browser(tries.app, person).post(form.action, data=data, **FORM)
                after.append(told(before, set(written)))
        if after[0] != after[1]:
            wrong.append(f"{form.action} as {person}")
    assert wrong == []


def told(before=frozenset(), tables=frozenset(Base.metadata.tables)):
    """All rows of these tables, without what differs from one time to the next: times, what is sealed, and new ids."""
    found = set()
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.columns if not isinstance(one.type, UTCDateTime | LargeBinary)]
        counted = [one for one in columns if one.primary_key and one.type.python_type is int]
        plain = [one for one in columns if one not in counted and one.name not in ("key", "slug", "browser")]
        if plain and table.name in tables and table.name not in UNCOUNTED:
            rows = db.session.execute(select(*plain))
            found |= {(table.name, *(known(value, before) for value in row)) for row in rows}
    db.session.commit()
    return found


def known(value, before):
    return "new" if before and isinstance(value, UUID) and str(value) not in before else str(value)


def test_files_and_json_where_words_are_meant(forms, tries):
    for person, form in once(forms):
        if form.method != "post" or not form.fields:
            continue
        names = [name for name, _ in form.fields]
        files = {name: (io.BytesIO(b"words"), "words.txt") for name in names}
        ways = [("files", {"data": files})]
        for value in (1, None, True, ["a", {}], {"a": {}}, "words"):
            ways.append((f"{value} as JSON", {"json": dict.fromkeys(names, value)}))
        for what, way in some(ways, form.action):
            tries.send(person, "POST", form.action, what, **way)
    tries.report()


def test_forms_that_say_nothing_twice_or_too_much(forms, tries):
    for person, form in once(forms):
        if form.method != "post":
            continue
        odd = {
            "nothing at all": b"",
            "everything twice": form.body() + b"&" + form.body(),
            "names of any shape": b"=&&===&%00=%00&a[b][]=c&" + b"x" * 500 + b"=1",
        }
        for what, data in some(list(odd.items()), form.action):
            tries.send(person, "POST", form.action, what, data=data, **FORM)
    tries.report()


NO_FORMS = [
    ("multipart/form-data; boundary=x", PART + b"\r\n\r\nno end"),
    ("multipart/form-data; boundary=x", PART + b'; filename="a"\r\n\r\nfile\r\n--x--'),
    ("multipart/form-data", b"no boundary"),
    ("application/json", b'{"title": 1'),
    ("application/x-www-form-urlencoded; charset=utf-7", b"title=%2BADw-script"),
    ("text/html", b"<form>"),
    ("", b"\x00\x01"),
]


def test_bodies_that_are_no_forms(app, world, tries):
    for rule in rules(app):
        for content_type, body in some(NO_FORMS, rule.rule) if "POST" in rule.methods else []:
            tries.send("member", "POST", world.path(app, rule), content_type, data=body, content_type=content_type)
    tries.report()


def query_names():
    """What pages read from their addresses, as it stands in the code."""
    sources = "\n".join(path.read_text() for path in Path("supportgroup").rglob("*.py"))
    read = re.findall(r'request\.args(?:\.get\(|\[)"(\w+)"', sources) + re.findall(
        r'"(\w+)" (?:not )?in request\.args', sources
    )
    return sorted({*read, "q", "topic", "language", "format", "day"})


def test_addresses_with_odd_ends(app, world, tries):
    names = query_names()
    assert {"next", "after", "here"} <= set(names)
    for rule in rules(app):
        if "GET" not in rule.methods:
            continue
        path = world.path(app, rule)
        world.looked_after()
        for person in ("nobody", "facilitator"):
            for what in some(list(TEXTS), f"{rule.rule} {person}"):
                odd = quote_from_bytes(TEXTS[what][:3000])
                tries.send(person, "GET", f"{path}?{'&'.join(f'{name}={odd}' for name in names)}", what)
    tries.report()


PARTS = [
    "x",
    "-",
    "..",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%00",
    "%ff",
    "a" * 5000,
    "00000000-0000-0000-0000-000000000000",
    "{x}",
    "%0d%0aSet-Cookie:%20a=b",
    "%F0%9F%8C%B2",
    "1'",
    "*",
    "A" * 64,
]


def odd_paths(app, world, rule):
    """The addresses of a route with one part at a time replaced by what is none."""
    good, pattern = world.path(app, rule).split("/"), re.sub(r"<[^>]*>", "<>", rule.rule).split("/")
    for at, part in enumerate(pattern):
        if "<>" in part:
            for odd in PARTS:
                yield "/".join([*good[:at], part.replace("<>", odd), *good[at + 1 :]])


def test_addresses_with_odd_parts(app, world, tries):
    for rule in rules(app):
        for person, method in (("nobody", "GET"), ("facilitator", "GET"), ("facilitator", "POST")):
            for path in some(list(odd_paths(app, world, rule)), f"{rule.rule} {person} {method}"):
                tries.send(person, method, path, "an odd part")
    tries.report()


@pytest.mark.parametrize("cookie", ["sid", "form", "known"])
def test_odd_cookies(app, world, cookie):
    for odd in [b"", b"\x00", b"\xff\xfe", b"a" * 4000, b"eyJ.x.y", b'"; Path=/x', "é".encode(), b"[]"]:
        for path in ("/", "/home", "/sign-in", "/me/ways"):
            header = f"{cookie}=".encode() + odd
            answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": header.decode("latin-1")})
            assert answer.status_code in (200, 303), (path, odd)


def test_a_number_of_cookies_weighs_little(app, world):
    """All of ours together stay under a kilobyte, however long the way back is (ASVS 14.3.3)."""
    browser = world.browser(app, "member")
    browser.post("/sign-out")
    browser.post("/sign-in", data={"email": "ada@example.org", "next": "/" + secrets.token_hex(5000)})
    browser.post("/sign-in", data={"email": "ada@example.org", "next": "/" + secrets.token_urlsafe(370)})
    weight = sum(len(cookie.key) + len(cookie.value) + 3 for cookie in browser._cookies.values())
    assert 500 < weight < 1024
