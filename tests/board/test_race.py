"""Many press "I can do this" at the same moment: as many places as there are have a taker, and no more."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskState, Help, HelpState
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter
from tests.factories import make_account, make_ask, make_group, make_membership

PEOPLE = 50
ROUNDS = 30 if os.environ.get("SWEEP") == "whole" else 5  # `make test-sweeps` plays all thirty


@pytest.fixture
def crowd(committed_app, sign_in):
    """A group of many: its address, who asks, and the browsers of all the others."""
    with transaction():
        group = make_group(size_limit=PEOPLE + 1)
        asker = make_membership(group, make_account("Ada"))
        accounts = [make_account(f"P{at}") for at in range(PEOPLE)]
        for account in accounts:
            make_membership(group, account)
    return group.slug, asker, [sign_in(account) for account in accounts]


def press_at_once(slug, ask_id, browsers):
    """Everybody presses; the statuses they see."""
    start = Barrier(len(browsers))

    def press(browser):
        start.wait(timeout=30)
        return browser.post(f"/g/{slug}/board/asks/{ask_id}/accept").status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        return sorted(pool.map(press, browsers))


@pytest.mark.timeout(180)
def test_of_many_who_press_at_once_each_place_has_exactly_one_taker(committed_app, crowd):
    slug, asker, browsers = crowd
    for turn in range(ROUNDS):
        wanted = 3 if turn % 5 == 4 else 1
        ask_id = new_ask(asker, wanted)

        statuses = press_at_once(slug, ask_id, browsers)

        assert statuses == [303] * wanted + [409] * (PEOPLE - wanted)
        ask = db.session.get_one(Ask, ask_id, populate_existing=True)
        assert (len(ask.helpers), ask.state) == (wanted, AskState.COVERED)
        db.session.commit()
    assert (
        db.session.scalar(select(func.count()).select_from(Help))
        == count_letters("ask-accepted")
        == ROUNDS + 2 * (ROUNDS // 5)
    )


def new_ask(asker, wanted) -> UUID:
    with transaction():
        return make_ask(asker, helpers_wanted=wanted).id


def count_letters(kind):
    return db.session.scalar(select(func.count()).where(Letter.kind == kind))


@pytest.mark.timeout(60)
def test_when_it_is_taken_back_while_somebody_says_yes_nobody_is_left_waiting(committed_app, crowd, sign_in):
    slug, asker, browsers = crowd
    adas = sign_in(db.session.get_one(Account, asker.account_id))
    for browser in browsers[:5]:  # whoever helped already may have as much as they set themselves
        ask_id = new_ask(asker, 1)
        path = f"/g/{slug}/board/asks/{ask_id}"
        start = Barrier(2)

        def press(browser, what, path=path, start=start):
            start.wait(timeout=30)
            return browser.post(f"{path}/{what}").status_code

        with ThreadPoolExecutor(2) as pool:
            yes, back = pool.submit(press, browser, "accept"), pool.submit(press, adas, "withdraw")
        assert back.result() == 303
        assert yes.result() in (303, 404, 409)
        ask = db.session.get_one(Ask, ask_id, populate_existing=True)
        assert ask.state is AskState.WITHDRAWN
        told = db.session.scalar(select(func.count()).where(Letter.kind == "ask-withdrawn", Letter.about_id == ask_id))
        assert told == len(ask.helpers) == (1 if yes.result() == 303 else 0)
        assert all(help_.state is HelpState.NOT_DONE for help_ in ask.helpers)
        db.session.commit()


@pytest.mark.timeout(60)
def test_when_it_is_handed_back_while_the_asker_says_that_it_is_done_one_of_the_two_came_first(
    committed_app, crowd, sign_in
):
    slug, asker, browsers = crowd
    adas = sign_in(db.session.get_one(Account, asker.account_id))
    for browser in browsers[:3]:
        ask_id = new_ask(asker, 1)
        path = f"/g/{slug}/board/asks/{ask_id}"
        assert browser.post(f"{path}/accept").status_code == 303
        start = Barrier(2)

        def press(browser, what, path=path, start=start):
            start.wait(timeout=30)
            return browser.post(f"{path}/{what}").status_code

        with ThreadPoolExecutor(2) as pool:
            back, done = pool.submit(press, browser, "hand-back"), pool.submit(press, adas, "done")
        assert done.result() == 303
        assert back.result() in (303, 409)
        ask = db.session.get_one(Ask, ask_id, populate_existing=True)
        states = [help_.state for help_ in ask.helps]
        assert (ask.state, states) == (AskState.DONE, [] if back.result() == 303 else [HelpState.DONE])
        db.session.commit()
