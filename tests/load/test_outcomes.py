"""What the board knows is filled in: whether somebody said yes, and apart from it whether it happened."""

import pytest
from sqlalchemy import select

from supportgroup.board import ending, helping
from supportgroup.board.models import AskKind, AskState, Happened, Heard, HelpState
from supportgroup.clock import now
from supportgroup.db import db, transaction
from supportgroup.load.service import note_outcomes
from supportgroup.reflections.models import Came, Guess, Reflection, Reply
from supportgroup.reflections.service import Before, note_before
from supportgroup.safety import service as safety
from tests.factories import make_ask, make_help

ASK = {
    "title": "Bring back bread",
    "kind": "errand",
    "when": "week",
    "size_minutes": "15",
    "helpers_wanted": "1",
    "eyes": "group",
}


def known():
    with transaction():
        note_outcomes()
    db.session.expire_all()
    reflection = db.session.scalars(select(Reflection)).one()
    return reflection.reply, reflection.came


@pytest.fixture
def asked(ben):
    """`asked(state=…)`: an ask of Ben's, with a guess."""

    def ask(**columns):
        made = make_ask(ben, **columns)
        before = Before(guess=Guess.HARDLY)
        note_before(account_id=ben.account_id, ask_id=made.id, about=made.title, before=before)
        return made

    return ask


def test_while_nobody_has_answered_nothing_is_filled_in(asked):
    with transaction():
        asked()
    assert known() == (None, None)


def test_a_yes_is_a_yes_before_it_happened_and_stays_one_when_handed_back(ben, cleo, asked):
    with transaction():
        ask = asked()
    with transaction():
        helping.accept_ask(me=cleo, ask_id=ask.id)
    assert known() == (Reply.YES, None)

    with transaction():
        helping.hand_back(me=cleo, ask_id=ask.id)
    assert known() == (Reply.YES, None)


def test_who_waited_for_a_word_until_the_time_was_over_had_said_yes(cleo, asked, frozen):
    with transaction():
        ask = asked(unnamed=True)
    with transaction():
        helping.accept_ask(me=cleo, ask_id=ask.id)
    assert known() == (None, None)  # it may still be taken back without a trace
    frozen.shift(8 * 24 * 3600)
    with transaction():
        ending.end_asks()
    assert known() == (Reply.YES, None)


@pytest.mark.parametrize(
    ("said", "came"),
    [(Happened.YES, Came.HAPPENED), (Happened.PARTLY, Came.PARTLY), (Happened.NO, Came.NOT)],
)
def test_what_the_asker_said_came_of_it(ben, cleo, asked, said, came):
    with transaction():
        ask = asked()
    with transaction():
        helping.accept_ask(me=cleo, ask_id=ask.id)
    with transaction():
        helping.say_what_happened(me=ben, ask_id=ask.id, happened=said)
    assert known() == (Reply.YES, came)


def test_where_the_asker_said_nothing_the_helpers_word_counts(cleo, asked):
    with transaction():
        make_help(asked(state=AskState.DONE), cleo, state=HelpState.DONE, helper_says=Happened.YES)
    assert known() == (Reply.YES, Came.HAPPENED)


def test_what_nobody_had_room_for_is_a_no_and_what_was_taken_back_is_neither(asked):
    with transaction():
        asked(state=AskState.EXPIRED)
    assert known() == (Reply.NO, None)
    with transaction():
        db.session.delete(db.session.scalars(select(Reflection)).one())
        asked(state=AskState.WITHDRAWN)
    assert known() == (None, None)


def test_being_heard_is_a_yes(cleo, asked):
    with transaction():
        ask = asked(kind=AskKind.LISTEN, size_minutes=5)
        db.session.add(Heard(ask_id=ask.id, membership_id=cleo.id, created_at=now()))
    assert known() == (Reply.YES, None)


def test_ben_guesses_asks_and_looks_again_all_on_pages(ben, cleo, browser_of):
    browser, board = browser_of(ben), f"/g/{ben.group.slug}/board/asks"
    assert "Before you ask" in browser.get(f"{board}/new").text
    guess = {"before-guess": "hardly", "before-thought": "let_down", "before-uneasy_before": "very"}
    posted = browser.post(f"{board}/new", data={**ASK, **guess})
    assert posted.status_code == 303
    ask = posted.location.rsplit("/", 1)[1]
    page = browser.get(f"{board}/{ask}").text
    assert "You said hardly. You thought: “They’ll let me down.”" in page

    browser_of(cleo).post(f"{board}/{ask}/accept")
    assert "let me down" not in browser_of(cleo).get(f"{board}/{ask}").text
    browser.post(f"{board}/{ask}/happened", data={"happened": "yes"})
    assert known() == (Reply.YES, Came.HAPPENED)
    assert "What happened: Cleo said yes, and it happened." in browser.get(f"{board}/{ask}").text
    mine = browser.get("/me/reflections").text
    assert "You said hardly once. It got a yes." in mine
    assert "What happened: Cleo said yes, and it happened." in mine
    with transaction():
        safety.block(by=ben.id, other=cleo.id)
    assert "What happened: someone said yes, and it happened." in browser.get("/me/reflections").text


def test_left_folded_nothing_is_kept_and_ben_can_still_look_back(ben, cleo, browser_of):
    browser, board = browser_of(ben), f"/g/{ben.group.slug}/board/asks"
    ask = browser.post(f"{board}/new", data=ASK).location.rsplit("/", 1)[1]
    assert db.session.scalars(select(Reflection)).all() == []
    browser.post(f"{board}/{ask}/withdraw")
    assert f"/me/reflections/asks/{ask}" in browser.get(f"{board}/{ask}").text

    answer = browser.post(f"/me/reflections/asks/{ask}")
    assert answer.status_code == 303
    reflection = db.session.scalars(select(Reflection)).one()
    assert answer.location == f"/me/reflections/{reflection.id}"
    assert (reflection.about, str(reflection.ask_id)) == ("Bring back bread", ask)
    assert browser_of(cleo).post(f"/me/reflections/asks/{ask}").status_code == 404


def test_a_problem_in_what_is_folded_keeps_what_was_typed_and_posts_nothing(ben, browser_of):
    long = {"before-own_thought": "x" * 301, "before-guess": "maybe"}
    answer = browser_of(ben).post(f"/g/{ben.group.slug}/board/asks/new", data={**ASK, **long})

    assert answer.status_code == 422
    assert "Up to 300 letters." in answer.text
    assert "Bring back bread" in answer.text
    assert '<details class="fold" open>' in answer.text
    assert db.session.scalars(select(Reflection)).all() == []


def test_what_ends_by_itself_is_noted_too(ben, asked, frozen):
    with transaction():
        asked()
    frozen.shift(8 * 24 * 3600)
    with transaction():
        ending.end_asks()
    assert known() == (Reply.NO, None)
