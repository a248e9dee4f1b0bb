"""Hiding: the author is told why, kindly, may change it, and may ask somebody else to look. Nothing is deleted."""

import pytest
from sqlalchemy import select

from supportgroup.board.models import Ask, Message
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from supportgroup.moderation.models import Report
from supportgroup.safety.models import Act, AuditEntry, Hiding
from tests.factories import make_ask, make_help
from tests.moderation.steps import letters_to
from tests.post import deliver_due, text_of


@pytest.fixture
def ask(ben):
    with transaction():
        made = make_ask(ben, title="I know a way out of this")
    return made


@pytest.fixture
def reported(group, ada, ben, cleo, ask, browser_of):
    browser_of(cleo).post(f"/g/{group.slug}/report/ask/{ask.id}", data={"reason": "danger"})
    return db.session.scalars(select(Report)).one()


def hide(browser, group, report, rule="danger"):
    return browser.post(f"/g/{group.slug}/manage/reports/{report.id}/hide", data={"rule": rule})


def hiding():
    return db.session.scalars(select(Hiding)).one()


def test_what_is_hidden_is_its_authors_alone(group, ada, ben, cleo, ask, reported, browser_of):
    assert hide(browser_of(ada), group, reported).status_code == 303

    path = f"/g/{group.slug}/board/asks/{ask.id}"
    assert browser_of(cleo).get(path).status_code == 404
    assert browser_of(ada).get(path).status_code == 404
    assert "I know a way out" not in browser_of(cleo).get(f"/g/{group.slug}/board").text
    mine = browser_of(ben).get(path).text
    assert "I know a way out" in mine
    assert "Only you see this for now" in mine
    assert db.session.get(Ask, ask.id).title == "I know a way out of this"


def test_the_author_is_told_which_rule_and_where_help_is(group, ada, ben, cleo, ask, reported, browser_of, postbox):
    hide(browser_of(ada), group, reported)
    deliver_due()

    (letter,) = letters_to(postbox, ben)
    assert "way out" not in text_of(letter) + letter["Subject"]
    page = browser_of(ben).get(f"/g/{group.slug}/hidden/{hiding().id}").text
    assert "We care how you are" in page
    assert "Change it" in page
    assert "/help-now" in page
    assert browser_of(cleo).get(f"/g/{group.slug}/hidden/{hiding().id}").status_code == 404


def test_somebody_else_looks_when_the_author_asks(group, ada, ben, cleo, olga, ask, reported, browser_of, postbox):
    hide(browser_of(ada), group, reported)
    deliver_due()
    postbox.clear()
    assert browser_of(ben).post(f"/g/{group.slug}/hidden/{hiding().id}/ask-again").status_code == 303
    deliver_due()
    assert len(letters_to(postbox, olga)) == 1
    browser = browser_of(olga)
    assert "way out" not in browser.get("/operator/reports").text

    assert "way out" in browser.post(f"/operator/hidden/{hiding().id}/open").text
    assert browser.post(f"/operator/hidden/{hiding().id}/show").status_code == 303
    assert browser_of(cleo).get(f"/g/{group.slug}/board/asks/{ask.id}").status_code == 200
    acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {Act.ITEM_HIDDEN, Act.HIDDEN_READ, Act.ITEM_SHOWN} <= acts


def test_where_it_stays_hidden_its_page_says_so(group, ada, ben, cleo, olga, ask, reported, browser_of):
    hide(browser_of(ada), group, reported)
    browser_of(ben).post(f"/g/{group.slug}/hidden/{hiding().id}/ask-again")
    assert browser_of(olga).post(f"/operator/hidden/{hiding().id}/keep").status_code == 303

    assert "it stays hidden" in browser_of(ben).get(f"/g/{group.slug}/hidden/{hiding().id}").text
    assert "Somebody would like" not in browser_of(olga).get("/operator/reports").text


def test_a_facilitator_shows_it_again_but_never_her_own(group, ada, ben, cleo, ask, reported, browser_of):
    hide(browser_of(ada), group, reported)
    with transaction():
        ben.role = Role.FACILITATOR
    assert browser_of(ben).post(f"/g/{group.slug}/manage/hidden/{hiding().id}/show").status_code == 404

    assert browser_of(ada).post(f"/g/{group.slug}/manage/hidden/{hiding().id}/show").status_code == 303
    assert browser_of(cleo).get(f"/g/{group.slug}/board/asks/{ask.id}").status_code == 200


def test_one_message_of_a_thread_can_be_hidden(group, ada, ben, cleo, browser_of):
    with transaction():
        ask = make_ask(cleo)
        make_help(ask, ben)
    path = f"/g/{group.slug}/board/asks/{ask.id}"
    browser_of(ben).post(f"{path}/messages", data={"text": "Buy my course"})
    message = db.session.scalars(select(Message)).one()
    assert f"/report/message/{message.id}" in browser_of(cleo).get(path).text
    browser_of(cleo).post(f"/g/{group.slug}/report/message/{message.id}", data={"reason": "sells"})
    report = db.session.scalars(select(Report)).one()
    assert hide(browser_of(ada), group, report, "money").status_code == 303

    assert "Buy my course" not in browser_of(cleo).get(path).text
    assert "Buy my course" in browser_of(ben).get(path).text


def test_without_a_rule_nothing_is_hidden(group, ada, ben, cleo, ask, reported, browser_of):
    answer = browser_of(ada).post(f"/g/{group.slug}/manage/reports/{reported.id}/hide", data={})

    assert answer.status_code == 422
    assert "Choose what comes closest." in answer.text
    assert not db.session.scalars(select(Hiding)).all()


def test_members_hide_nothing(group, ada, ben, cleo, ask, reported, browser_of):
    for person in (ben, cleo):
        assert hide(browser_of(person), group, reported).status_code == 404
