"""Stolen passwords: a list of any length, imported by the operator, searched on disk, never asked of anybody else."""

import hashlib
import io

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportgroup import cli
from supportgroup.accounts import breached, queries
from supportgroup.accounts.passwords import problem
from supportgroup.cli import base
from supportgroup.db import transaction
from tests.accounts.conftest import give_codes, give_passkey, give_password, is_in, reload


@pytest.fixture(autouse=True)
def file(tmp_path, app):
    before = breached.Breached.path
    breached.install(tmp_path / breached.FILE)
    yield tmp_path / breached.FILE
    breached.Breached.path = before


def load(file, lines):
    return breached.import_list(io.BytesIO(b"\n".join(lines)), file, lambda _read: None)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), min_size=1), unique=True)
)
def test_what_was_imported_is_known_and_nothing_else(file, monkeypatch, words):
    monkeypatch.setattr(breached, "RUN", 3)
    half = words[::2]
    assert load(file, [word.encode() for word in half] * 2) == len(half)
    assert [breached.contains(word) for word in words] == [word in half for word in words]


def test_lists_of_hashes_are_read_as_such(file):
    hashed = hashlib.sha1(b"winter is coming soon", usedforsecurity=False).hexdigest().upper()
    assert load(file, [hashed.encode() + b":37", b"", b"another stolen one\r"]) == 2
    assert breached.contains("winter is coming soon")
    assert breached.contains("another stolen one")


def test_without_a_list_nothing_is_known_and_an_empty_one_is_none(file):
    assert not breached.contains("password")
    load(file, [])
    assert not breached.contains("password")


def test_a_stolen_password_is_not_taken_in_capitals_either(file, ada, sign_in):
    load(file, [b"correct horse battery staple"])
    assert "stolen" in problem("Correct Horse Battery Staple", account=ada, codes=False, words=[])
    answer = sign_in(ada).post("/me/ways/password", data={"password": "correct horse battery staple"})
    assert answer.status_code == 422
    assert "correct horse" not in answer.text


@pytest.fixture
def run(app, monkeypatch):
    """A command on the app of the test."""
    monkeypatch.setattr(base, "create_app", lambda: app)
    return lambda *words: CliRunner().invoke(cli.main, words, catch_exceptions=False)


def test_the_command_reads_a_file_and_says_how_many(run, tmp_path, app):
    (tmp_path / "list").write_text("one stolen word\nanother\n")
    answer = run("passwords", "import", str(tmp_path / "list"))
    assert answer.exit_code == 0
    assert "2 stolen passwords are known now." in answer.output
    (app.config["SETTINGS"].var / breached.FILE).unlink()


def test_an_operator_helps_somebody_who_has_lost_phone_and_paper(run, ada, sign_in, client, frozen):
    give_codes(ada)
    give_passkey(ada)
    give_password(ada)
    browser = sign_in(ada)
    answer = run("accounts", "reset-steps", ada.email)

    assert answer.exit_code == 0
    assert not queries.ways(ada.id).has_second
    assert queries.ways(ada.id).spare_codes == 0
    assert queries.ways(ada.id).password is not None
    assert not is_in(browser)
    assert reload(ada).confirmed_at


def test_operators_made_on_the_command_line_have_their_days_to_set_up_a_second_step(run, app):
    run("accounts", "create", "op@example.org", "--name", "Op", "--operator")
    with transaction():
        assert queries.account_of("op@example.org").powers_at is not None
