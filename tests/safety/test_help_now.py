"""Crisis help: everyone may open it, every number says where it was read, and no country ends in nothing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from supportgroup import clock, config, doctor
from supportgroup.accounts import queries
from supportgroup.db import db, transaction
from supportgroup.safety import crisis
from tests.factories import make_account, make_group, make_membership

THEIRS = """
[[emergency]]
checked = 2027-01-02
sources = ["https://example.org/numbers"]
[emergency.countries]
GB = [{ call = "112", reaches = "all" }]

[[line]]
countries = ["GB"]
name = "The line of our town"
call = ["0123 456"]
checked = 2027-01-02
sources = ["https://example.org/line"]
"""


def numbers(response):
    page = BeautifulSoup(response.data, "html.parser")
    return [link["href"] for link in page.select("a[href^='tel:'], a[href^='sms:']")]


@pytest.fixture
def theirs(tmp_path):
    """A file of the operator's."""
    path = tmp_path / "crisis.toml"
    path.write_text(THEIRS)
    return path


def test_nobody_has_to_sign_in(client):
    response = client.get("/help-now")

    assert response.status_code == 200
    assert numbers(response) == []  # no country was chosen, and none is guessed


def test_a_country_shows_its_numbers(client):
    response = client.get("/help-now?country=US")

    assert numbers(response) == ["tel:911", "tel:988", "sms:988"]
    assert b"24 November 2026" in response.data


def test_a_country_of_which_nothing_is_known_says_how_to_find_its_number(client):
    response = client.get("/help-now?country=AQ")

    assert response.status_code == 200
    assert numbers(response) == []
    assert "how to find it" in response.text


@pytest.mark.parametrize("code", ["", "xx", "USA", "../..", "\ufffd", "us' or 1=1", "9" * 5000])
def test_what_is_no_country_shows_the_page_all_the_same(client, code):
    response = client.get("/help-now", query_string={"country": code})

    assert response.status_code == 200
    assert numbers(response) == []


def test_the_operators_country_comes_first(make_app, databases):
    app = make_app(databases.copy(), CRISIS_COUNTRY="nz")

    assert "tel:111" in numbers(app.test_client().get("/help-now"))
    assert "tel:112" in numbers(app.test_client().get("/help-now?country=DE"))


@pytest.fixture
def away(app, monkeypatch):
    """The database does not answer whoever asks who is signed in."""

    def fail(_reference):
        raise OperationalError("select", {}, ConnectionError())

    return lambda: monkeypatch.setattr(queries, "session_of", fail)


def test_it_opens_when_the_database_does_not(sign_in, away):
    ada = sign_in(make_account("Ada"))
    away()

    assert "tel:112" in numbers(ada.get("/help-now?country=DE"))


def test_it_asks_nobody_who_they_are_and_is_the_same_for_everybody(app, client, sign_in, capsys):
    """So a browser may keep it for when there is no network, and nothing of it leads to anybody."""
    ada = sign_in(make_account("Ada"))
    ada.post("/me", data={"name": "Ada", "zone": "UTC", "language": "en"})  # leaves a note for her next page
    seen = []
    capsys.readouterr()
    event.listen(db.engines[None], "after_cursor_execute", lambda *_: seen.append(1))
    hers, anybodys = (browser.get("/help-now?country=DE") for browser in (ada, client))
    assert seen == []
    assert capsys.readouterr() == ("", "")
    for answer in (hers, anybodys):
        assert "Set-Cookie" not in answer.headers
    without_nonce = [re.sub(r'nonce="[^"]*"', "", answer.text) for answer in (hers, anybodys)]
    assert without_nonce[0] == without_nonce[1]
    assert "Saved." not in hers.text
    assert "Saved." in ada.get("/me").text


def test_nothing_limits_it(client):
    assert {client.get("/help-now").status_code for _ in range(60)} == {200}


def test_the_setting_names_the_operators_file_and_a_bad_one_stops_the_start(make_app, databases, theirs):
    url = databases.copy()
    app = make_app(url, CRISIS_FILE=str(theirs), CRISIS_COUNTRY="GB")
    assert "The line of our town" in app.test_client().get("/help-now").text
    with pytest.raises(config.BadSetting, match=r"CRISIS_FILE: .* no such file"):
        make_app(url, CRISIS_FILE=str(theirs.with_name("other.toml")))
    bad = theirs.with_name("bad.toml")
    bad.write_text("[[line")
    with pytest.raises(config.BadSetting, match=r"CRISIS_FILE: .*bad\.toml"):
        make_app(url, CRISIS_FILE=str(bad))


def test_the_doctor_lists_what_nobody_looked_at_for_long_and_that_nobody_is_there(app, monkeypatch, theirs):
    found = {one.what: one for one in doctor.findings(app, None)}
    assert (found["operators"].well, found["operators"].soon) == (True, True)
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], crisis_file=theirs))
    with time_machine.travel(datetime(2028, 1, 1, tzinfo=UTC), tick=False):
        found = {one.what: one for one in doctor.findings(app, None)}
    assert found["crisis help"].soon
    assert "The line of our town (GB), 2027-01-02" in found["crisis help"].words
    with transaction():
        make_account("Olga", is_operator=True)
    assert not {one.what: one for one in doctor.findings(app, None)}["operators"].soon


def test_so_does_the_page_that_says_so(app, sign_in, away):
    ada = sign_in(make_account("Ada"))
    away()
    app.testing = False
    try:
        response = ada.get("/home")
    finally:
        app.testing = True

    assert response.status_code == 503
    assert "/help-now" in response.text
    assert "Try again in a minute" in response.text


def test_the_operators_file_overrides_ours_country_by_country(theirs):
    britain, france = crisis.help_for("GB", theirs), crisis.help_for("FR", theirs)

    assert [one.call for one in britain.emergency] == ["112"]
    assert [line.name for line in britain.lines] == ["The line of our town"]
    assert france == crisis.help_for("FR")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('sources = ["https://example.org/line"]', "sources = []"),
        ('sources = ["https://example.org/line"]', 'sources = ["somebody said so"]'),
        ('checked = 2027-01-02\nsources = ["https://example.org/line"]', 'sources = ["https://example.org/line"]'),
        ('countries = ["GB"]', 'countries = ["ZZ"]'),
        ('call = ["0123 456"]', 'ring = ["0123 456"]'),
        ("[[line]]", "[[line"),
    ],
)
def test_a_file_with_a_fact_that_is_none_is_refused_by_name(theirs, wrong, why):
    assert wrong in THEIRS
    theirs.write_text(why.join(THEIRS.rsplit(wrong, 1)))

    with pytest.raises(crisis.BadCrisisFile, match=r"crisis\.toml: "):
        crisis.help_for("GB", theirs)


def test_every_fact_of_ours_has_a_source_and_a_day_in_the_past():
    today = max(clock.now().date(), date(2026, 11, 24))
    known = [crisis.help_for(country.code) for country in crisis.countries()]
    facts = [fact for found in known for fact in (*found.emergency, *found.lines)]

    assert len(facts) > 60
    assert all(fact.sources and fact.checked <= today for fact in facts)


def test_every_line_can_be_reached_somehow():
    lines = [line for country in crisis.countries() for line in crisis.help_for(country.code).lines]

    assert all(line.call or line.text or line.chat for line in lines)
    assert all(set(number) <= set("0123456789 ") for line in lines for number in (*line.call, line.text or ""))


def test_it_is_said_where_people_join_and_ask(client, sign_in):
    """Peers, not clinicians; no emergency service; not watched day and night."""
    with transaction():
        group, ada = make_group(), make_account("Ada")
        make_membership(group, ada)
    for page in (client.get(f"/g/{group.slug}/join"), sign_in(ada).get(f"/g/{group.slug}/board/asks/new")):
        for words in ("peers, not clinicians", "day and night", "/help-now"):
            assert words in page.text
