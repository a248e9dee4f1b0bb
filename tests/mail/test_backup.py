"""Backups, and what a restore may not do: send again what went out since, or bring back who was erased."""

import stat
from datetime import timedelta
from functools import cache
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from supportgroup import cli, clock, pulse
from supportgroup.accounts.models import Account
from supportgroup.cli import base
from supportgroup.db import db, transaction
from supportgroup.mail import epoch, service
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import Owed, Stuck, owe
from supportgroup.privacy import erasing
from supportgroup.ticks import tend_letters
from tests.factories import make_account
from tests.post import deliver_due
from tests.services import postgresql_binaries

pytestmark = pytest.mark.both_engines


@pytest.fixture
def command(databases, make_app, tmp_path, monkeypatch):
    """`command(url, words…)`: run `supportgroup` on the database of this URL; its exit code and what it said."""
    monkeypatch.setenv("PATH", f"{postgresql_binaries()}:/usr/bin:/bin")

    @cache
    def app_on(url):
        return make_app(url, SUPPORTGROUP_VAR=str(tmp_path / "var"))

    def run(url, *words):
        monkeypatch.setattr(base, "create_app", lambda: app_on(url))
        done = CliRunner().invoke(cli.main, words)
        return done.exit_code, done.output

    yield run
    app_on.cache_clear()


def owe_reminder(account, due, **more):
    occasion = {"about_id": uuid4(), "occasion": uuid4().hex}
    owe("meeting-reminder", [Owed(recipient_id=account.id, due_at=due, **occasion, **more)])


def test_a_backup_comes_back_without_who_was_erased_and_without_sending_anything_twice(
    databases, make_app, command, tmp_path
):
    url, var, file, now = databases.copy(), tmp_path / "var", tmp_path / "backup", clock.now()
    app = make_app(url, SUPPORTGROUP_VAR=str(var))
    with app.app_context():
        with transaction():
            ada, ben = make_account("Ada"), make_account("Ben")
            owe_reminder(ada, now, expires_at=now + timedelta(hours=2))
            owe_reminder(ada, now, expires_at=now + timedelta(hours=1))
            owe_reminder(ada, now + timedelta(hours=1), expires_at=now + timedelta(hours=2))
            late = Letter.expires_at < now + timedelta(hours=2)
            db.session.execute(update(Letter).where(late).values(expires_at=now))
        epoch.look(var)
        tend_letters()

        code, said = command(url, "backup", str(file))
        assert code == 0, said
        assert "The keys are not in it" in said
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert pulse.last(pulse.BACKUP) is not None
        assert command(url, "backup", str(file))[0] == 1
        with transaction():
            erasing.erase_account(ben.id, var / erasing.LEDGER)

    assert command(url, "restore", str(file)) == (
        1,
        "The database is not empty, and is left as it is. Make a new one for DATABASE_URL.\n",
    )
    fresh = databases.new()
    code, said = command(fresh, "restore", str(file))
    assert code == 0, said
    assert "1 letters were due then and may have been sent since" in said

    with make_app(fresh, SUPPORTGROUP_VAR=str(var)).app_context():
        assert list(db.session.scalars(select(Account.name))) == ["Ada"]
        letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        assert [one.state for one in letters] == ["quarantined", "dropped", "owed"]
        assert deliver_due() == 0
        db.session.remove()
    assert command(fresh, "mail", "release")[1] == "1 to be sent.\n"
    assert command(fresh, "mail", "drop")[1] == "0 dropped.\n"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_said_in_one_line(databases, command):
    url = databases.copy()
    for words in (("restore", "nothing"), ("restore", __file__), ("backup", "/nowhere/at/all")):
        code, said = command(url, *words)
        assert code == 1
        assert said.count("\n") == 1


@pytest.fixture
def ada(app, frozen, all_wanted):
    with transaction():
        return make_account("Ada")


def due(account):
    with transaction():
        owe_reminder(account, clock.now(), expires_at=clock.now() + timedelta(hours=1))


def state_of_all():
    return [one.state for one in db.session.scalars(select(Letter).order_by(Letter.id))]


def test_a_database_put_back_by_other_means_is_noticed_before_anything_is_sent(app, ada, frozen, postbox):
    """As by a snapshot of the disk: the row is from an earlier day than the file."""
    due(ada)
    var = app.config["SETTINGS"].var
    epoch.look(var)
    tend_letters()
    remembered = var / epoch.FILE
    name, turns = remembered.read_text().split()
    remembered.write_text(f"{name} {int(turns) + 5}")

    assert deliver_due() == 0
    assert state_of_all() == [LetterState.QUARANTINED]
    frozen.shift(timedelta(seconds=1))
    due(ada)
    assert deliver_due() == 1
    db.session.expire_all()
    assert state_of_all() == [LetterState.QUARANTINED, LetterState.SENT]


def test_what_planners_owe_anew_for_the_days_before_waits_too_and_what_is_released_goes(app, ada, frozen, postbox):
    epoch.begin_anew(app.config["SETTINGS"].var)
    with transaction():
        owe_reminder(ada, clock.now() - timedelta(minutes=5), expires_at=clock.now() + timedelta(hours=1))
    assert deliver_due() == 0
    tend_letters()
    db.session.expire_all()
    assert state_of_all() == [LetterState.QUARANTINED]

    frozen.shift(timedelta(minutes=1))
    with transaction():
        assert service.retry(Stuck([LetterState.QUARANTINED])) == 1
    assert deliver_due() == 1


def test_a_machine_that_remembers_nothing_trusts_a_database_that_is_awake_and_no_copy_of_one(app, ada, frozen):
    var = app.config["SETTINGS"].var
    epoch.look(var)
    epoch.turn(var)
    (var / epoch.FILE).unlink()
    assert epoch.look(var) == epoch.EVER

    frozen.shift(timedelta(minutes=11))
    (var / epoch.FILE).unlink()
    due(ada)
    assert epoch.look(var) == clock.now()
    assert state_of_all() == [LetterState.QUARANTINED]
