"""What an operator does for somebody who asks by mail: a copy without what is private, and erasure."""

import json

from click.testing import CliRunner

from supportgroup import cli
from supportgroup.accounts.queries import account_of as account_at
from supportgroup.cli import base
from supportgroup.db import db
from supportgroup.privacy.parts import PRIVATE
from tests.moderation.steps import account_of
from tests.privacy.conftest import CANARIES


def run(app, monkeypatch, *arguments):
    monkeypatch.setattr(base, "create_app", lambda: app)
    db.session.commit()
    result = CliRunner().invoke(cli.main, ["accounts", *arguments])
    db.session.expire_all()
    return result


def test_a_copy_is_printed_without_reflections_and_notes(app, monkeypatch, group, ben, cleo, life, browser_of):
    result = run(app, monkeypatch, "export", account_of(ben).email)

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert CANARIES["ask"] in result.stdout
    assert not set(PRIVATE) & set(told)
    assert CANARIES["reflection"] not in result.stdout
    assert CANARIES["note"] not in result.stdout
    assert "made a copy of your data" in browser_of(ben).get("/me/data").text


def test_a_copy_in_a_file_is_its_owners_alone(app, monkeypatch, tmp_path, group, ben, life):
    path = tmp_path / "copy.json"
    result = run(app, monkeypatch, "export", account_of(ben).email, "--to", str(path))

    assert result.exit_code == 0, result.output
    assert CANARIES["ask"] in path.read_text()
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_erasing_sends_one_letter_and_leaves_nothing(app, monkeypatch, group, ada, ben, cleo, life, postbox):
    address = account_of(ben).email
    result = run(app, monkeypatch, "erase", address)

    assert result.exit_code == 0, result.output
    assert account_at(address) is None
    assert [letter["Subject"] for letter in postbox.to(address)] == ["Goodbye"]


def test_an_address_that_nobody_has_ends_with_one_line(app, monkeypatch):
    for command in ("export", "erase"):
        result = run(app, monkeypatch, command, "nobody@example.org")
        assert result.exit_code == 1
        assert result.output.count("\n") == 1
