"""Today was hard: said in one press, answered by "I hear you", at rest after two days."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.board import digest, ending
from supportgroup.board.models import Ask, AskKind, AskState, Heard, Hearing
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail
from tests.board.conftest import kinds_owed
from tests.factories import make_group, make_membership
from tests.post import deliver_due, text_of

SORRY = "This one wasn’t seen in time. We’re sorry. It was right to say it."


def say(circle, who, **data):
    response = circle.browser(who).post(circle.path("hard"), data=data)
    assert response.status_code == 303, response.text
    return db.session.scalars(select(Ask).where(Ask.asker_id == who.id)).one()


def test_one_press_says_that_today_was_hard(circle):
    ask = say(circle, circle.ben)

    assert (ask.kind, ask.title, ask.body, ask.size_minutes) == (AskKind.LISTEN, "Today was hard", "", 5)
    assert "Today was hard" in circle.board(circle.cleo)
    assert say(circle, circle.ben).id == ask.id  # pressed twice


def test_the_home_page_has_the_button_and_a_choice_in_several_groups(circle):
    home = circle.browser(circle.ben).get("/home").text
    assert f'action="/g/{circle.group.slug}/board/hard"' in home
    assert "formaction" not in home

    with transaction():
        other = make_group()
        make_membership(other, db.session.get_one(Account, circle.ben.account_id))
    home = circle.browser(circle.ben).get("/home").text
    assert f'formaction="/g/{circle.group.slug}/board/hard"' in home
    assert f'formaction="/g/{other.slug}/board/hard"' in home


def test_it_is_answered_with_i_hear_you_and_by_nothing_else(circle, postbox):
    ask = say(circle, circle.ben, line="My mother was ill again")
    page = circle.page(circle.cleo, ask)
    assert "My mother was ill again" in page
    assert "I hear you" in page
    assert "I can do this" not in page

    assert circle.press(circle.cleo, ask, "accept").status_code == 409
    assert circle.press(circle.cleo, ask, "messages", text="You should").status_code == 404
    assert circle.press(circle.ben, ask, "heard").status_code == 409
    assert circle.press(circle.cleo, ask, "heard", says="cheer up").status_code == 422
    assert circle.press(circle.cleo, ask, "heard").status_code == 303
    assert circle.press(circle.ada, ask, "heard", says="sitting_with_you").status_code == 303

    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert "hears you" in text_of(postbox[0])
    assert "Cleo" not in text_of(postbox[0])
    answers = circle.page(circle.ben, ask)
    assert "<q>I hear you</q>" in answers
    assert "<q>Sitting with you</q>" in answers


def test_saying_it_again_changes_the_words(circle):
    ask = say(circle, circle.ben)
    for says in ("i_hear_you", "me_too"):
        circle.press(circle.cleo, ask, "heard", says=says)

    (heard,) = db.session.scalars(select(Heard)).all()
    assert heard.says is Hearing.ME_TOO
    assert kinds_owed(circle.ben) == ["ask-heard"]


def test_it_comes_to_rest_after_two_days_and_only_its_writer_reads_it_then(circle, frozen):
    ask = say(circle, circle.ben, line="My mother was ill again")
    frozen.shift(timedelta(hours=47))
    end_asks()
    assert ask.state is AskState.OPEN
    circle.press(circle.cleo, ask, "heard")

    frozen.shift(timedelta(hours=1))
    end_asks()
    assert ask.state is AskState.DONE
    assert "<q>I hear you</q>" in circle.page(circle.ben, ask)
    assert SORRY not in circle.page(circle.ben, ask)
    assert "My mother" not in circle.page(circle.cleo, ask)
    assert circle.press(circle.cleo, ask, "heard").status_code == 409
    assert "Today was hard" not in circle.browser(circle.ada).get(circle.path("ended")).text


def test_what_nobody_saw_is_met_with_a_kind_sentence_and_help_beside_it(circle, frozen, postbox):
    ask = say(circle, circle.ben)
    frozen.shift(timedelta(hours=48))
    end_asks()

    page = circle.page(circle.ben, ask)
    assert SORRY in page
    assert "help that answers now" in page
    assert deliver_due() == 0


def test_its_writer_may_let_it_rest_or_take_it_back(circle):
    ask = say(circle, circle.ben)
    circle.press(circle.ben, ask, "done")

    assert ask.state is AskState.DONE
    assert "You let it rest." in circle.page(circle.ben, ask)
    other = say(circle, circle.cleo)
    circle.press(circle.cleo, other, "withdraw")
    assert other.state is AskState.WITHDRAWN


def test_it_is_in_no_digest_and_on_no_list_of_things_to_do(circle, frozen):
    with transaction():
        circle.cleo.asks_by_mail = AsksByMail.DAILY
    ask = say(circle, circle.ben)
    assert "Something small you could carry" not in circle.browser(circle.cleo).get("/home").text

    frozen.shift(timedelta(hours=7))
    with transaction():
        digest.owe_digests()
    assert kinds_owed(circle.cleo) == []
    assert ask.state is AskState.OPEN


def test_it_does_not_become_an_errand(circle):
    ask = say(circle, circle.ben)

    response = circle.press(circle.ben, ask, "edit", title="Bread", kind="errand", when="week")
    assert response.status_code == 422
    assert ask.kind is AskKind.LISTEN
    changed = circle.press(circle.ben, ask, "edit", title="A long day", kind="listen", when="week", body="Rain")
    assert changed.status_code == 303
    assert (ask.title, ask.needed_by) == ("A long day", None)


@pytest.mark.parametrize(("line", "sentence"), [("l" * 1001, "Up to 1,000 letters."), ("a\x00b", "not text")])
def test_a_line_that_cannot_be_read_is_kept(circle, line, sentence):
    response = circle.browser(circle.ben).post(circle.path("hard"), data={"line": line})

    assert response.status_code == 422
    assert sentence in response.text
    assert line in response.text
    assert db.session.scalars(select(Ask)).all() == []


def end_asks():
    with transaction():
        ending.end_asks()
    db.session.expire_all()
