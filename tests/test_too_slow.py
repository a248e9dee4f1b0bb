"""A page whose statement takes too long is put off, and nothing of it is written (T26)."""

import sqlite3

import pytest
from sqlalchemy import func, select, text

from supportgroup import config
from supportgroup.accounts.models import Account
from supportgroup.app import create_app
from supportgroup.db import db, transaction
from supportgroup.up import procfile
from tests.conftest import KEYS
from tests.factories import make_account


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_statement_of_a_page_is_given_up_and_what_came_before_it_is_not_written(databases, tmp_path):
    environ = {"DATABASE_URL": databases.copy(), "SUPPORTGROUP_VAR": str(tmp_path), **KEYS}
    app = create_app(config.load(environ), statement_seconds=1)

    @app.get("/slow")
    def slow():
        with transaction():
            make_account("Ada")
            db.session.execute(text("SELECT pg_sleep(60)"))

    browser = app.test_client()
    answer = browser.get("/slow")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Try again in a minute" in answer.text
    assert browser.get("/").status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        db.session.remove()
        db.engine.dispose()


def test_pages_alone_have_that_limit(lasting_app):
    assert "create_app(statement_seconds=5)" in dict(procfile())["web"]
    app, engine = lasting_app
    assert "connect_args" not in app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "0"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_sqlite_cannot_do_now_is_put_off_and_what_it_cannot_do_at_all_is_broken(app, client, monkeypatch):
    def full(*_args):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setitem(app.view_functions, "front.index", lambda: db.session.execute(text("SELECT * FROM nowhere")))
    assert client.get("/").status_code == 500
    monkeypatch.setattr(type(db.engine.dialect), "do_execute", full)
    assert client.get("/").status_code == 503
