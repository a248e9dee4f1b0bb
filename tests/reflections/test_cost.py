"""What the page costs: the same number of statements for two years of asks as for one."""

from datetime import timedelta

from sqlalchemy import event

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.reflections.models import Came, Guess, Note, Prompt, Reflection, Reply, Thought, Unease
from tests.factories import make_account


def write_down(account_id, count):
    """So many reflections and notes, a few days apart."""
    with transaction():
        for number in range(count):
            at = clock.now() - timedelta(days=3 * number)
            db.session.add(
                Reflection(
                    account_id=account_id,
                    elsewhere=True,
                    about=f"Ask {number}",
                    guess=list(Guess)[number % 3],
                    uneasy_before=Unease.QUITE,
                    thought=Thought.BOTHER,
                    reply=Reply.YES,
                    came=Came.HAPPENED,
                    uneasy_after=Unease.A_BIT,
                    created_at=at,
                )
            )
            db.session.add(Note(account_id=account_id, prompt=Prompt.NEED, text="Rest", created_at=at))


def statements(browser, path):
    """How many statements the page takes."""
    counted = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "ROLLBACK")):
            counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(counted)


def test_the_page_takes_as_many_statements_for_two_years_as_for_one_ask(committed_app, sign_in):
    with transaction():
        ben = make_account("Ben")
    browser = sign_in(ben)
    write_down(ben.id, 1)
    few = statements(browser, "/me/reflections")
    write_down(ben.id, 250)

    assert statements(browser, "/me/reflections") == few
    assert few <= 5  # the session, the charts, a page of reflections, a page of notes


def test_pages_go_on_where_the_last_one_ended(ben, browser_of):
    write_down(ben.account_id, 15)
    browser = browser_of(ben)

    first = browser.get("/me/reflections").text
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(older).text
    assert "Ask 9<" in first
    assert "Ask 10<" not in first
    assert "Ask 10<" in second
    assert "Ask 14<" in second
