"""Many press at the same moment: each place has one taker, and of two who undo each other one was first.

Thirty rounds of each in `make test-whole`, a few in `make test`.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.service import start_session
from supportgroup.board.models import Ask, AskState, Help, HelpState
from supportgroup.board.offer_models import Offer
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter
from tests.databases import WHOLE
from tests.factories import make_account, make_ask, make_group, make_membership, make_offer

CROWD, PAIR = 100, 2
ROUNDS = 30 if WHOLE else 3

pytestmark = pytest.mark.timeout(900)


class Crowd:
    """A group of Ada, who asks and offers, and of many more, each with a browser."""

    def __init__(self, app, people):
        with transaction():
            group = make_group(size_limit=people + 1)
            accounts = [make_account("Ada"), *(make_account(f"P{at}") for at in range(people))]
            self.ada, *self.others = [make_membership(group, account) for account in accounts]
            cookies = [start_session(account, device="Firefox on Linux") for account in accounts]
        self.ada_browser, *self.browsers = [app.test_client() for _ in cookies]
        for browser, cookie in zip([self.ada_browser, *self.browsers], cookies, strict=True):
            browser.set_cookie(cookie_name(), cookie)
        self.board = f"/g/{group.slug}/board"

    def ask(self, **columns) -> UUID:
        """Something new of Ada's. Five minutes are free, so nobody is full."""
        with transaction():
            return make_ask(self.ada, size_minutes=5, **columns).id

    def path(self, ask_id, what):
        return f"{self.board}/asks/{ask_id}/{what}"


@pytest.fixture
def crowd(committed_app, request):
    return Crowd(committed_app, request.param)


def at_once(*presses):
    """Each `(browser, path)` or `(browser, path, data)` in a thread of its own, all together; the statuses they see."""
    start = Barrier(len(presses))

    def press(browser, path, data=None):
        start.wait(timeout=30)
        return browser.post(path, data=data).status_code

    with ThreadPoolExecutor(len(presses)) as pool:
        return [done.result() for done in [pool.submit(press, *one) for one in presses]]


def fresh(ask_id):
    """The ask as it is now, in a transaction that has seen nothing before."""
    db.session.commit()
    return db.session.get_one(Ask, ask_id, populate_existing=True)


def count(*which):
    return db.session.scalar(select(func.count()).where(*which))


@pytest.mark.parametrize("crowd", [CROWD], indirect=True)
@pytest.mark.parametrize(
    ("databases", "places"),
    [("sqlite", 1), ("postgresql", 3), *([("sqlite", 3), ("postgresql", 1)] if WHOLE else [])],
    indirect=["databases"],
)
def test_of_a_hundred_who_press_at_once_each_place_has_exactly_one_taker(crowd, places):
    for _ in range(ROUNDS if WHOLE else 1):
        ask_id = crowd.ask(helpers_wanted=places)
        statuses = at_once(*((browser, crowd.path(ask_id, "accept")) for browser in crowd.browsers))

        assert sorted(statuses) == [303] * places + [409] * (CROWD - places)
        ask = fresh(ask_id)
        assert (len(ask.helps), len(ask.helpers), ask.state) == (places, places, AskState.COVERED)
        assert count(Letter.kind == "ask-accepted", Letter.about_id == ask_id) == places


@pytest.mark.parametrize("crowd", [PAIR], indirect=True)
def test_when_it_is_taken_back_while_somebody_says_yes_nobody_is_left_waiting(crowd):
    for _ in range(ROUNDS):
        ask_id = crowd.ask()
        yes, back = at_once(
            (crowd.browsers[0], crowd.path(ask_id, "accept")), (crowd.ada_browser, crowd.path(ask_id, "withdraw"))
        )

        assert back == 303
        assert yes in (303, 404, 409)
        ask = fresh(ask_id)
        assert ask.state is AskState.WITHDRAWN
        assert [help_.state for help_ in ask.helps] == ([HelpState.NOT_DONE] if yes == 303 else [])
        assert count(Letter.kind == "ask-withdrawn", Letter.about_id == ask_id) == len(ask.helps)


@pytest.mark.parametrize("crowd", [PAIR], indirect=True)
def test_when_it_is_handed_back_while_the_asker_says_that_it_is_done_one_of_the_two_came_first(crowd):
    for _ in range(ROUNDS):
        ask_id = crowd.ask()
        assert crowd.browsers[0].post(crowd.path(ask_id, "accept")).status_code == 303
        back, done = at_once(
            (crowd.browsers[0], crowd.path(ask_id, "hand-back")), (crowd.ada_browser, crowd.path(ask_id, "done"))
        )

        assert done == 303
        assert back in (303, 409)
        ask = fresh(ask_id)
        states = [help_.state for help_ in ask.helps]
        assert (ask.state, states) == (AskState.DONE, [] if back == 303 else [HelpState.DONE])


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("crowd", [5], indirect=True)
def test_an_offer_is_taken_up_as_often_as_its_giver_has_room_for(crowd):
    for turn in range(ROUNDS):
        with transaction():
            offer_id = make_offer(crowd.ada, text=f"I drive to the river, {turn}").id
            db.session.query(Help).delete()  # Ada has set herself two a week, and has none now
        path = f"{crowd.board}/offers/{offer_id}"
        statuses = at_once(*((browser, f"{path}/take") for browser in crowd.browsers for _ in range(2)))  # each twice

        db.session.commit()
        asks = db.session.scalars(select(Ask).where(Ask.offer_id == offer_id)).all()
        assert len(asks) == len({ask.asker_id for ask in asks}) == 2
        assert all(ask.state is AskState.COVERED for ask in asks)
        assert {status: statuses.count(status) for status in set(statuses)} == {303: 4, 422: 6}
        assert count(Letter.kind == "offer-answered", Letter.about_id.in_([ask.id for ask in asks])) == 2


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("crowd", [PAIR], indirect=True)
def test_an_offer_that_is_taken_back_while_its_reader_says_yes_was_there_or_was_not(crowd):
    for turn in range(ROUNDS):
        with transaction():
            offer_id = make_offer(crowd.ada, to=crowd.others[0], text=f"brought you soup, {turn}").id
        path = f"{crowd.board}/offers/{offer_id}"
        yes, back = at_once(
            (crowd.browsers[0], f"{path}/answer", {"answer": "yes_please"}), (crowd.ada_browser, f"{path}/take-down")
        )

        assert back == 303
        assert yes in (303, 404, 409)
        assert count(Offer.id == offer_id) == 0
        db.session.commit()
        came = db.session.scalars(select(Ask).order_by(Ask.created_at)).all()
        assert sum(turn_of(ask, turn) for ask in came) == (1 if yes == 303 else 0)


def turn_of(ask, turn):
    return f"brought you soup, {turn}?" in ask.title
