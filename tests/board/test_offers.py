"""Offers: beside the asks, or to one member; a yes is a help like any other, a "not now" needs no reason."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, select

from supportgroup import clock
from supportgroup.board import planning
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import Ask, AskState, Eyes
from supportgroup.board.offer_models import Offer, OfferState
from supportgroup.db import db, transaction
from supportgroup.load.queries import went
from supportgroup.mail.models import Letter
from supportgroup.safety import service as safety
from supportgroup.safety.models import Hiding, Mute, Rule
from tests.board.conftest import kinds_owed
from tests.factories import make_ask, make_help, make_offer
from tests.post import deliver_due, text_of

MARKET = {"text": "I drive to the river on Saturdays", "kind": "errand", "size_minutes": 30, "days": ["5"]}
SOUP = {"text": "brought you soup on Thursday?", "kind": "errand", "size_minutes": 15}


def offer(circle, who, **data):
    """A standing offer, as its form makes it."""
    response = circle.browser(who).post(circle.path("offers", "new"), data={**MARKET, "eyes": "group", **data})
    assert response.status_code == 303, response.text
    return db.session.scalars(select(Offer).where(Offer.by_id == who.id)).one()


def say(circle, who, to, **data):
    """Would it help if I …?"""
    response = circle.browser(who).post(circle.path("offers", "to", to.id), data={**SOUP, **data})
    assert response.status_code == 303, response.text
    return db.session.scalars(select(Offer).where(Offer.by_id == who.id)).one()


def press(circle, who, one, what, **data):
    return circle.browser(who).post(circle.path("offers", id_of(one), what), data=data)


def page(circle, who, one):
    return circle.browser(who).get(circle.path("offers", id_of(one)))


def id_of(one):
    """Also of one that was deleted."""
    return inspect(one).identity[0]


def saturday():
    """The next one, as a form sends it. It is Wednesday."""
    return (clock.now() + timedelta(days=3)).date().isoformat()


def test_a_standing_offer_is_taken_up_and_becomes_a_help_like_any_other(circle, frozen, postbox):
    one = offer(circle, circle.ben, times="back by noon")
    board = circle.board(circle.cleo)
    assert "I drive to the river on Saturdays" in board
    assert "Saturdays" in board
    assert "back by noon" in board
    assert f'value="{saturday()}"' in page(circle, circle.cleo, one).text

    response = press(circle, circle.cleo, one, "take", day=saturday(), **{"before-uneasy_before": "quite"})
    assert response.status_code == 303
    ask = db.session.scalars(select(Ask)).one()
    assert response.location.endswith(str(ask.id))
    assert (ask.asker_id, ask.state, ask.eyes, ask.size_minutes) == (circle.cleo.id, AskState.COVERED, Eyes.CHOSEN, 30)
    assert ask.title == "Yes please: “I drive to the river on Saturdays”"
    assert press(circle, circle.cleo, one, "take", day=saturday()).location == response.location  # pressed twice
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert postbox[0]["Subject"] == "Blue: a yes please for Saturday"
    assert "river" not in text_of(postbox[0])

    assert "You thought" not in circle.page(circle.ben, ask)
    assert "What do you make of it?" in circle.page(circle.cleo, ask)  # what she noted before, to look at again
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404  # it is between the two
    assert "Yes please" not in circle.board(circle.ada)
    assert circle.press(circle.ben, ask, "messages", text="I can be there at nine").status_code == 303
    assert "at nine" in circle.page(circle.cleo, ask)
    with transaction():
        given = went(circle.ben.account_id, clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    assert len(given) == 1
    frozen.shift(timedelta(days=2))
    with transaction():
        planning.owe_help_reminders()
    assert kinds_owed(circle.ben) == ["offer-answered", "help-reminder"]

    assert circle.press(circle.ben, ask, "hand-back").status_code == 303
    assert "You handed this back" in circle.page(circle.ben, ask)
    assert "Ben can’t after all" in circle.page(circle.cleo, ask)
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404
    wider = {"title": "To the market", "kind": "errand", "when": "week", "eyes": "group"}
    assert circle.press(circle.cleo, ask, "edit", **wider).status_code == 303
    assert "To the market" in circle.board(circle.ada)


def test_yes_please_is_heard_at_once(circle, frozen, postbox):
    one = say(circle, circle.ben, circle.cleo, day=saturday())
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.cleo)
    assert "soup" not in postbox[0].as_string()
    assert "Ben" not in text_of(postbox[0])
    assert "Would it help if I brought you soup on Thursday?" in circle.browser(circle.cleo).get("/home").text
    assert "Would it help if I" in circle.board(circle.cleo)
    assert "soup" not in circle.board(circle.ada)
    assert page(circle, circle.ada, one).status_code == 404
    assert press(circle, circle.ada, one, "answer", answer="yes_please").status_code == 404
    assert press(circle, circle.ben, one, "answer", answer="yes_please").status_code == 404
    assert press(circle, circle.cleo, one, "answer", answer="maybe").status_code == 422

    assert press(circle, circle.cleo, one, "answer", answer="yes_please").status_code == 303
    ask = db.session.scalars(select(Ask)).one()
    assert ask.needed_by == one.needed_by
    assert [help_.helper_id for help_ in ask.helps] == [circle.ben.id]
    assert press(circle, circle.cleo, one, "answer", answer="yes_please").status_code == 303
    assert press(circle, circle.cleo, one, "answer", answer="not_now").status_code == 409
    assert len(db.session.scalars(select(Ask)).all()) == 1
    letter = db.session.scalars(select(Letter).where(Letter.kind == "offer-answered")).one()
    assert (letter.recipient_id, letter.priority) == (circle.ben.account_id, 1)
    assert "Yes please" in circle.browser(circle.ben).get(circle.path("offers")).text


def test_not_now_is_told_as_not_this_time_and_asks_no_reason(circle, postbox):
    one = say(circle, circle.ben, circle.cleo)
    answers = page(circle, circle.cleo, one).text
    assert answers.count('name="answer"') == 2
    assert press(circle, circle.cleo, one, "answer", answer="not_now").status_code == 303

    assert one.state is OfferState.NOT_NOW
    assert db.session.scalars(select(Ask)).all() == []
    assert deliver_due() == 1  # that there was an offer is not told any more
    assert postbox[0]["Subject"] == "Blue: not this time"
    assert "Not this time. That is about the week, not about you." in page(circle, circle.ben, one).text
    assert "soup" not in circle.board(circle.cleo)


def test_limits_and_rest_are_respected_without_saying_which(circle):
    one = offer(circle, circle.ben)
    with transaction():
        for _ in range(2):
            make_help(make_ask(circle.cleo), circle.ben)
    assert "I drive to the river" not in circle.board(circle.cleo)
    assert "This offer rests for now." in page(circle, circle.cleo, one).text
    assert press(circle, circle.cleo, one, "take", day=saturday()).status_code == 422
    assert "You have as much as you set yourself" in page(circle, circle.ben, one).text
    said = circle.browser(circle.ben).post(circle.path("offers", "to", circle.cleo.id), data=SOUP)
    assert said.status_code == 409
    assert "You set yourself two a week, and you have two." in said.text
    say_anyway = circle.browser(circle.ben).post(
        circle.path("offers", "to", circle.cleo.id), data={**SOUP, "anyway": "y"}
    )
    assert say_anyway.status_code == 303

    with transaction():
        set_wish(account_id=circle.ben.account_id, per_week=9, resting_until=None)
    assert "I drive to the river" in circle.board(circle.cleo)
    assert press(circle, circle.cleo, one, "pause", until=saturday()).status_code == 404
    press(circle, circle.ben, one, "edit", **{**MARKET, "text": "I row to the lake", "eyes": "group"})
    assert "I row to the lake" in circle.board(circle.cleo)
    press(circle, circle.ben, one, "take-down")
    assert page(circle, circle.cleo, one).status_code == 404


def test_nobody_fills_the_weeks_of_who_offers_something_by_taking_it_up_again_and_again(circle, frozen):
    one = offer(circle, circle.ben, size_minutes=5)
    weeks = [(clock.now() + timedelta(days=3 + 7 * week)).date().isoformat() for week in range(4)]
    assert [press(circle, circle.cleo, one, "take", day=day).status_code for day in weeks] == [303, 303, 303, 422]
    assert press(circle, circle.ada, one, "take", day=weeks[3]).status_code == 303
    first = db.session.scalars(select(Ask).order_by(Ask.needed_by)).first()
    assert circle.press(circle.cleo, first, "withdraw").status_code == 303
    assert press(circle, circle.cleo, one, "take", day=weeks[3]).status_code == 303


def test_a_pause_has_an_end_and_the_offer_comes_back_by_itself(circle, frozen):
    one = offer(circle, circle.ben)
    assert 'value="2027-05-26"' in page(circle, circle.ben, one).text  # two weeks, unless Ben says otherwise
    for day in ("", "2027-05-12", "2029-01-01", "soon"):
        assert press(circle, circle.ben, one, "pause", until=day).status_code == 422, day
    assert one.paused_until is None

    assert press(circle, circle.ben, one, "pause", until="2027-05-14").status_code == 303
    assert "It rests until Fri 14 May, and comes back by itself." in page(circle, circle.ben, one).text
    frozen.move_to(datetime(2027, 5, 13, 21, 59, tzinfo=UTC))  # a minute before midnight in Paris
    assert "I drive to the river" not in circle.board(circle.cleo)
    assert "This offer rests for now." in page(circle, circle.cleo, one).text
    frozen.shift(timedelta(minutes=1))
    assert "I drive to the river" in circle.board(circle.cleo)
    assert "That would help me" in page(circle, circle.cleo, one).text

    press(circle, circle.ben, one, "pause", until="2027-05-20")
    assert "I drive to the river" not in circle.board(circle.cleo)
    press(circle, circle.ben, one, "pause", again="y")
    assert "I drive to the river" in circle.board(circle.cleo)


def test_eyes_mutes_blocks_hiding_and_leaving(circle, postbox):
    dora = circle.join("Dora")
    circle.meet(circle.ben, circle.cleo)
    with transaction():
        met = make_offer(circle.ben, eyes=Eyes.MET, text="I sit with you")
        said = make_offer(circle.ben, to=circle.cleo)
    assert "I sit with you" in circle.board(circle.cleo)
    assert "I sit with you" not in circle.board(dora)
    assert page(circle, dora, met).status_code == 404
    assert press(circle, dora, met, "take").status_code == 404

    with transaction():
        db.session.add(Mute(muter_id=circle.cleo.id, muted_id=circle.ben.id, created_at=clock.now()))
    assert "I sit with you" not in circle.board(circle.cleo)
    assert "Would it help" not in circle.browser(circle.cleo).get("/home").text
    with transaction():
        db.session.query(Mute).delete()
        hiding = Hiding(
            item_id=said.id, group_id=said.group_id, author_id=circle.ben.id, rule=Rule.HURTS, hidden_at=clock.now()
        )
        db.session.add(hiding)
    assert page(circle, circle.cleo, said).status_code == 404
    assert "Only you see this for now." in page(circle, circle.ben, said).text
    path = f"/g/{circle.group.slug}/hidden/{hiding.id}"
    assert "brought you soup" in circle.browser(circle.ben).get(path).text
    with transaction():
        db.session.delete(hiding)

    report = f"/g/{circle.group.slug}/report/offer/{met.id}"
    assert circle.browser(circle.cleo).post(report, data={"reason": "hurts"}).status_code == 303
    with transaction():
        safety.block(by=circle.cleo.id, other=circle.ben.id)
    db.session.expire_all()
    assert page(circle, circle.cleo, met).status_code == 404
    assert page(circle, circle.ben, said).status_code == 404
    circle.browser(circle.ben).post(f"/g/{circle.group.slug}/leave")
    assert db.session.scalars(select(Offer)).all() == []


def test_an_unanswered_offer_rests_after_a_week(circle, frozen):
    one = say(circle, circle.ben, circle.cleo)
    again = circle.browser(circle.ben).post(
        circle.path("offers", "to", circle.cleo.id), data={**SOUP, "text": "call you"}
    )
    assert again.status_code == 422
    assert "waits for an answer still" in again.text
    frozen.shift(timedelta(days=8))
    assert press(circle, circle.cleo, one, "answer", answer="yes_please").status_code == 409
    assert "It came to rest without an answer." in page(circle, circle.ben, one).text
    assert "soup" not in circle.board(circle.cleo)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": ""}, "Say in a few words what you would be glad to do."),
        ({"text": "l" * 101}, "Up to 100 letters."),
        ({"kind": "listen"}, "Choose what kind of help it is."),
        ({"size_minutes": "7"}, "Choose about how long it takes."),
        ({"eyes": "chosen"}, "Choose who sees it."),
        ({"body": "l" * 10_000}, "Up to 1,000 letters."),
        ({"times": "a\x00b"}, "not text"),
    ],
)
def test_what_cannot_be_an_offer_is_asked_for_again(circle, data, sentence):
    response = circle.browser(circle.ben).post(circle.path("offers", "new"), data={**MARKET, "eyes": "group", **data})
    assert response.status_code == 422
    assert sentence in response.text
    assert db.session.scalars(select(Offer)).all() == []


def test_a_day_that_will_not_do_is_asked_for_again(circle):
    one = offer(circle, circle.ben)
    for day, sentence in (
        ("2027-05-14", "It is offered on Saturdays."),
        ("2027-05-11", "Choose a day from today on, within a year."),
        ("2029-05-12", "Choose a day from today on, within a year."),
        ("the 5th", "This day is not in the calendar."),
    ):
        response = press(circle, circle.cleo, one, "take", day=day)
        assert (response.status_code, sentence in response.text) == (422, True), day
    assert press(circle, circle.ben, one, "take", day=saturday()).status_code == 422
    assert circle.browser(circle.ben).get(circle.path("offers", "to", circle.ben.id)).status_code == 404
    assert db.session.scalars(select(Ask)).all() == []
