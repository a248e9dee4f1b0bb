"""Every letter there can be, to look at while developing, and nowhere else."""

import pytest

from supportgroup.mail.kinds import KINDS


def test_every_kind_is_shown_in_both_modes(client):
    page = client.get("/dev/mail/samples")

    assert page.status_code == 200
    for name in KINDS:
        assert f"<h2>{name}</h2>" in page.text
    assert page.text.count("discreet, from Reminder") == sum(len(kind.samples) for kind in KINDS.values())


@pytest.mark.parametrize("mode", ["discreet", "full"])
def test_one_is_seen_as_a_mail_program_would_show_it(client, mode):
    page = client.get(f"/dev/mail/samples/meeting-reminder/0/{mode}")

    assert page.status_code == 200
    assert "script" not in page.headers["Content-Security-Policy"].replace("sandbox", "")
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("path", ["nothing/0/full", "sign-in/9/full", "sign-in/0/loud"])
def test_what_is_not_there_is_not_there(client, path):
    assert client.get(f"/dev/mail/samples/{path}").status_code == 404


def test_in_production_there_is_no_such_page(make_app, databases):
    app = make_app(
        databases.template,
        SUPPORTGROUP_ENV="production",
        BASE_URL="https://example.org",
        MAIL_FROM="Reminder <no-reply@example.org>",
    )
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]
