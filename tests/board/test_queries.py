"""What a page asks the database: so much and no more, however many rows there are."""

from datetime import timedelta

import pytest

from supportgroup import clock
from supportgroup.board.models import AskKind, AskState, Eyes, Heard, HelpState, Message
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail
from tests.counting import count_queries
from tests.factories import make_account, make_ask, make_help, make_membership

pytestmark = pytest.mark.both_engines

BOARD, SHOW, POST = 8, 10, 12


@pytest.fixture
def crowded(circle):
    """A group of thirty with asks of every sort, each with somebody helping; and names that not everybody may see."""
    with transaction():
        people = [make_membership(circle.group, make_account(f"P{at}"), hello_at=None) for at in range(30)]
        for number in range(60):
            asker = circle.ben if number % 5 == 0 else people[number % 30]
            ask = make_ask(
                asker,
                kind=AskKind.LISTEN if number % 7 == 3 else AskKind.ERRAND,
                eyes=list(Eyes)[number % 2],
                state=list(AskState)[number % 5],
                closed_at=clock.now(),
                helpers_wanted=3,
                opened_at=clock.now() - timedelta(minutes=number),
            )
            for other in people[10:12]:
                if other is not asker:
                    make_help(ask, other)
    circle.meet(circle.ben, *people[:3])
    return people


def asked(browser, path):
    db.session.commit()
    with count_queries() as statements:
        assert browser.get(path).status_code == 200
    return len(statements), "\n\n".join(statements)


def test_the_board_asks_eight_times_at_most(circle, crowded):
    browser = circle.browser(circle.ben)
    for path in (circle.path(), circle.path("covered"), circle.path("ended")):
        number, statements = asked(browser, path)
        assert number <= BOARD, statements


def test_an_ask_asks_ten_times_at_most_however_much_is_said_and_whoever_helps(circle, crowded):
    with transaction():
        ask = make_ask(circle.ben, helpers_wanted=20)
        for other in crowded:
            make_help(ask, other, state=HelpState.DONE if other is crowded[5] else HelpState.ACCEPTED)
        for number in range(80):
            db.session.add(Message(ask_id=ask.id, author_id=crowded[1].id, text=str(number), created_at=clock.now()))
        heard = make_ask(circle.ben, kind=AskKind.LISTEN)
        for other in crowded:
            db.session.add(Heard(ask_id=heard.id, membership_id=other.id, created_at=clock.now()))
        back = make_ask(circle.ben, needed_by=clock.now() + timedelta(hours=9))
        make_help(back, crowded[1])
    circle.press(crowded[1], back, "hand-back")
    for who in (circle.ben, crowded[1], circle.cleo):
        for one in (ask, heard, back):
            number, statements = asked(circle.browser(who), circle.path_of(one))
            assert number <= SHOW, statements


def test_posting_asks_as_often_in_a_large_group_as_in_a_small_one(circle, crowded):
    for one in crowded:
        with transaction():
            one.asks_by_mail = AsksByMail.AT_ONCE
    browser = circle.browser(circle.ben)
    db.session.commit()
    with count_queries() as statements:
        form = {"title": "Bread", "kind": "errand", "when": "week"}
        assert browser.post(circle.path("asks", "new"), data=form).status_code == 303
    assert len(statements) <= POST, "\n\n".join(statements)
