"""Asking without a name: who could do it shows theirs first, and hears the asker's with their yes alone."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskState, Chosen, Eyes, HelpState
from supportgroup.db import db, transaction
from supportgroup.moderation.models import Report
from supportgroup.privacy import parts
from tests.board.conftest import kinds_owed
from tests.post import deliver_due, text_of

FORM = {"title": "Bring back bread", "kind": "errand", "when": "week"}


def post(circle, who, **fields):
    """Post an ask by the form; the ask."""
    response = circle.browser(who).post(circle.path("asks", "new"), data={**FORM, **fields})
    assert response.status_code == 303, response.text
    return db.session.get_one(Ask, UUID(response.location.rpartition("/")[2]))


def main_of(page):
    return page.partition("<main")[2].partition("</main")[0]


@pytest.fixture
def unnamed(circle):
    """Ben asks without his name; only his own greeting on the page says Ben."""
    return post(circle, circle.ben, unnamed="y", place="Rue du Four 7")


def answer(circle, ask, says):
    (help_,) = ask.proposals
    return circle.press(circle.ben, ask, "answer", help_id=help_.id, answer=says)


def test_nobody_hears_who_asked_until_the_asker_says_that_it_is_fine(circle, unnamed, postbox):
    for page in (circle.page(circle.cleo, unnamed), circle.board(circle.cleo)):
        assert "Bring back bread" in page
        assert "Ben" not in main_of(page)
    response = circle.press(circle.cleo, unnamed, "accept")
    assert response.status_code == 303
    assert circle.press(circle.cleo, unnamed, "accept").status_code == 303  # twice is once
    assert (unnamed.state, len(unnamed.proposals), unnamed.helpers) == (AskState.OPEN, 1, [])

    page = main_of(circle.page(circle.cleo, unnamed))
    assert "Ben" not in page
    assert "Rue du Four" not in page
    assert circle.press(circle.cleo, unnamed, "messages", text="hello").status_code == 404
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert postbox[0]["Subject"].startswith("Blue: somebody could, for")
    assert "Cleo" not in text_of(postbox[0])
    assert "Cleo" in main_of(circle.page(circle.ben, unnamed))
    assert "look who" in circle.browser(circle.ben).get("/home").text
    assert "look who" in circle.board(circle.ben)

    assert answer(circle, unnamed, "yes").status_code == 303
    assert unnamed.state is AskState.COVERED
    page = main_of(circle.page(circle.cleo, unnamed))
    assert "Ben" in page
    assert "Rue du Four 7" in page
    assert "Ben" not in main_of(circle.page(circle.ada, unnamed))
    postbox.clear()
    assert deliver_due() == 1
    assert (postbox[0]["To"], "that is fine" in postbox[0]["Subject"]) == (circle.email(circle.cleo), True)


def test_not_this_time_says_no_more_and_is_not_kept(circle, unnamed, postbox):
    circle.press(circle.cleo, unnamed, "accept")
    deliver_due()
    postbox.clear()
    assert circle.press(circle.ben, unnamed, "answer", help_id=unnamed.proposals[0].id).status_code == 422
    assert answer(circle, unnamed, "no").status_code == 303

    assert deliver_due() == 1
    assert postbox[0]["Subject"] == "Blue: not this time"
    page = main_of(circle.page(circle.cleo, unnamed))
    assert "Not this time. Thanks for being willing." in page
    assert "Ben" not in page
    again = circle.press(circle.cleo, unnamed, "accept")
    assert again.status_code == 409
    assert "Not this time" in again.text
    circle.press(circle.ben, unnamed, "withdraw")
    assert unnamed.helps == []


def test_who_could_takes_it_back_without_a_trace(circle, unnamed):
    assert circle.press(circle.cleo, unnamed, "accept").status_code == 303
    assert circle.press(circle.cleo, unnamed, "hand-back").status_code == 303
    assert unnamed.helps == []
    assert deliver_due() == 0
    circle.press(circle.ada, unnamed, "accept")
    late_id = unnamed.proposals[0].id
    circle.press(circle.ada, unnamed, "hand-back")
    late = circle.press(circle.ben, unnamed, "answer", help_id=late_id, answer="yes")
    assert late.status_code == 404
    assert unnamed.state is AskState.OPEN


def test_who_is_blocked_while_their_word_waits_hears_what_they_would_hear_had_its_asker_left(circle, unnamed):
    circle.press(circle.cleo, unnamed, "accept")
    circle.browser(circle.ben).post(f"/g/{circle.group.slug}/members/{circle.cleo.id}/block")
    assert unnamed.state is AskState.WITHDRAWN
    assert deliver_due() == 1


def test_reports_copies_and_looks_of_others_hold_no_name(circle, unnamed):
    reported = circle.browser(circle.cleo).post(
        f"/g/{circle.group.slug}/report/ask/{unnamed.id}", data={"reason": "hurts"}
    )
    assert reported.status_code == 303, reported.text
    report = db.session.scalars(select(Report)).one()
    assert "Ben" not in report.copy
    look = circle.browser(circle.ada).get(f"/g/{circle.group.slug}/manage/reports/{report.id}")
    assert "Ben" not in main_of(look.text)
    assert str(circle.ben.id) not in look.text
    circle.press(circle.cleo, unnamed, "accept")
    account = db.session.get_one(Account, circle.cleo.account_id)
    assert "Ben" not in json.dumps(
        [part(account) for _, _, part in parts.PARTS if part is not parts.groups], default=str
    )


def test_a_named_ask_stays_named_and_an_unnamed_one_may_get_its_name(circle, unnamed):
    named = post(circle, circle.ben, title="Water the plants")
    refused = circle.press(circle.ben, named, "edit", **FORM, unnamed="y")
    assert refused.status_code == 422
    assert "People have seen that it is yours." in refused.text
    assert circle.press(circle.ben, unnamed, "edit", **FORM).status_code == 303
    assert "Ben" in main_of(circle.page(circle.cleo, unnamed))


def test_mute_tells_nothing_of_who_asked(circle, unnamed):
    circle.browser(circle.cleo).post(f"/g/{circle.group.slug}/members/{circle.ben.id}/mute")
    assert "Bring back bread" in circle.board(circle.cleo)


def test_only_the_chosen_see_it(circle):
    page = circle.browser(circle.ben).get(circle.path("asks", "new")).text
    assert "People I choose" in page
    refused = circle.browser(circle.ben).post(circle.path("asks", "new"), data={**FORM, "eyes": "chosen"})
    assert refused.status_code == 422
    assert "Choose at least one person." in refused.text
    stranger = {**FORM, "eyes": "chosen", "chosen": [str(circle.ben.id), "x"]}
    assert circle.browser(circle.ben).post(circle.path("asks", "new"), data=stranger).status_code == 422

    ask = post(circle, circle.ben, eyes="chosen", chosen=[str(circle.cleo.id)])
    assert db.session.scalars(select(Chosen.membership_id)).all() == [circle.cleo.id]
    assert "People I choose: 1 person" in circle.page(circle.ben, ask)
    assert "People the asker chose" in circle.page(circle.cleo, ask)
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404
    again = {**FORM, "eyes": "chosen", "chosen": [str(circle.ada.id)]}
    assert circle.press(circle.ben, ask, "edit", **again).status_code == 303
    assert circle.browser(circle.cleo).get(circle.path_of(ask)).status_code == 404
    assert "Bring back bread" in circle.page(circle.ada, ask)
    assert ask.eyes is Eyes.CHOSEN


def test_the_asker_ends_a_help_as_quietly_as_it_is_handed_back(circle, frozen, postbox):
    ask = circle.covered(circle.ben, circle.cleo)
    deliver_due()
    postbox.clear()
    frozen.shift(timedelta(minutes=1))
    (help_,) = ask.helps

    assert circle.press(circle.ben, ask, "end-help", help_id=help_.id).status_code == 303
    assert circle.press(circle.ben, ask, "end-help", help_id=help_.id).status_code == 409
    assert (ask.state, help_.state) == (AskState.OPEN, HelpState.NOT_THIS_TIME)
    assert kinds_owed(circle.cleo) == ["help-ended"]
    assert deliver_due() == 1
    assert "not needed from you any more" in text_of(postbox[0])
    assert "Thanks for being willing" in circle.page(circle.cleo, ask)
    with transaction():
        assert ask.helpers == []
