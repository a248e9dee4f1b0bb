"""A large group, of 500 members and 20,000 asks: what pages and posting ask of the database stays as it is."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text

from supportgroup.accounts.models import Account
from supportgroup.board import rounds
from supportgroup.board.models import Ask
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, Membership
from tests.counting import count_queries
from tests.factories import make_ask

MEMBERS = 500
BOARD, POST, ROUND = 8, 12, 1
VARY = {
    "id": "lower(hex(randomblob(16)))",
    "asker_id": f"printf('%032x', 1 + i % {MEMBERS})",
    "state": "CASE WHEN i < 9600 THEN 'done' WHEN i < 19200 THEN 'expired' WHEN i < 19700 THEN 'open' "
    "ELSE 'covered' END",
    "eyes": "CASE i % 4 WHEN 0 THEN 'met' WHEN 1 THEN 'chosen' WHEN 2 THEN 'facilitators' ELSE 'group' END",
    "opened_at": "strftime('%Y-%m-%d %H:%M:%f000', opened_at, '-' || i || ' minutes')",
    "title_sealed": "NULL",
}
COLUMNS = [column.key for column in Ask.__table__.columns]
TWENTY_THOUSAND_ASKS = f"""
INSERT INTO asks ({", ".join(COLUMNS)})
WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < 19999)
SELECT {", ".join(VARY.get(name, name) for name in COLUMNS)} FROM asks, numbers
"""  # noqa: S608  nobody else's words are in it
HELPS = f"""
INSERT INTO helps (id, ask_id, helper_id, state, round, accepted_at)
SELECT lower(hex(randomblob(16))), id, printf('%032x', 1 + abs(random()) % {MEMBERS}), 'done', 1,
    strftime('%Y-%m-%d %H:%M:%f000', opened_at, '-60 days')
FROM asks WHERE state = 'done' AND rowid % 5 = 0
"""  # noqa: S608


def copies(row, ids, **columns):
    """This row under other ids; each of the columns is a function of the place among them."""
    like = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return [
        {**like, **{name: made(at) for name, made in columns.items()}, "id": new_id} for at, new_id in enumerate(ids)
    ]


@pytest.fixture
def large(circle):
    """Everybody wants a letter for each ask; most asks have ended, some hundreds go on."""
    with transaction():
        account = db.session.get_one(Account, circle.cleo.account_id)
        accounts = copies(account, [uuid4() for _ in range(MEMBERS)], email_index=lambda at: f"at {at}".encode())
        members = copies(
            circle.cleo,
            [UUID(int=at + 1) for at in range(MEMBERS)],
            account_id=lambda at: accounts[at]["id"],
            name=lambda at: f"P{at}",
            asks_by_mail=lambda _: AsksByMail.AT_ONCE,
        )
        db.session.execute(insert(Account), accounts)
        db.session.execute(insert(Membership), members)
        make_ask(circle.cleo)
        db.session.execute(text(TWENTY_THOUSAND_ASKS))
        db.session.execute(text(HELPS))
    return circle


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_board_posting_and_a_round_ask_as_much_as_in_a_small_group(large):
    browser = large.browser(large.ben)
    db.session.commit()
    for path in ("", "/covered", "/ended"):
        with count_queries() as statements:
            assert browser.get(large.path() + path).status_code == 200
        assert len(statements) <= BOARD, "\n\n".join(statements)
    with count_queries() as statements:
        response = browser.post(large.path("asks", "new"), data={"title": "Bread", "kind": "errand", "when": "week"})
    assert response.status_code == 303
    assert len(statements) <= POST, "\n\n".join(statements)

    posted = db.session.get_one(Ask, UUID(response.location.rpartition("/")[2]))
    with transaction(), count_queries() as statements:
        rounds.go(posted)
    assert len(statements) == ROUND, "\n\n".join(statements)
    with transaction(), count_queries() as statements:
        assert rounds.tell_everyone(posted) >= MEMBERS / 2
    assert len(statements) <= ROUND + 3, "\n\n".join(statements)  # who, their quiet hours, the letters, the ask
