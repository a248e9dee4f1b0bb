"""Reports: three presses, a copy as it was then, past whom it is about, answered in time or handed on."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup.db import db, transaction
from supportgroup.groups.models import MembershipState, Role
from supportgroup.moderation import service
from supportgroup.moderation.models import Desk, Outcome, Report, ReportState
from supportgroup.safety.models import Act, AuditEntry
from tests.factories import make_account, make_ask, make_group, make_membership
from tests.moderation.steps import letters_to
from tests.post import deliver_due, text_of


@pytest.fixture
def ask(ben):
    with transaction():
        made = make_ask(ben, title="Lend me two hundred", body="I pay it back soon")
    return made


def report_path(group, subject, item):
    return f"/g/{group.slug}/report/{subject}/{item.id}"


def only_report():
    return db.session.scalars(select(Report)).one()


def report_ask(browser, group, ask, **fields):
    return browser.post(report_path(group, "ask", ask), data={"reason": "sells", **fields})


def test_cleo_reports_an_ask_in_three_presses_and_ada_finds_it(group, ada, ben, cleo, ask, browser_of, postbox):
    page = browser_of(cleo).get(report_path(group, "ask", ask))
    assert page.status_code == 200

    assert report_ask(browser_of(cleo), group, ask).status_code == 303
    deliver_due()

    (receipt,) = letters_to(postbox, cleo)
    (waits,) = letters_to(postbox, ada)
    assert not letters_to(postbox, ben)
    for letter in (receipt, waits):
        for secret in ("Ben", "Cleo", "hundred", group.name, "report"):
            assert secret not in text_of(letter).replace("/l/", "") + letter["Subject"]
    queue = browser_of(ada).get(f"/g/{group.slug}/manage/reports")
    assert "It sells something" in queue.text
    one = browser_of(ada).get(f"/g/{group.slug}/manage/reports/{only_report().id}")
    assert "Lend me two hundred" in one.text
    assert "Cleo" not in one.text


def test_what_was_reported_is_kept_as_it_was_then(group, ada, ben, cleo, ask, browser_of):
    report_ask(browser_of(cleo), group, ask)
    with transaction():
        ask.title = "Bring back bread"

    page = browser_of(ada).get(f"/g/{group.slug}/manage/reports/{only_report().id}")
    assert "Lend me two hundred" in page.text


def test_words_that_were_gone_already_are_said_to_be(group, ada, ben, cleo, olga, ask, browser_of):
    report_ask(browser_of(cleo), group, ask)
    with transaction():
        only_report().copy = "[]"
        only_report().desk = Desk.OPERATORS
    opened = browser_of(olga).post(f"/operator/reports/{only_report().id}/open").text
    assert "Its words were gone already." in opened
    assert "Open what was written" not in opened


def test_the_copy_is_sealed_in_the_database(group, ada, ben, cleo, ask, browser_of):
    report_ask(browser_of(cleo), group, ask, words="He asked me too")

    stored = db.session.execute(select(Report.copy_sealed, Report.words_sealed)).one()
    for sealed in stored:
        assert b"hundred" not in sealed
        assert b"asked" not in sealed


def test_a_report_about_a_facilitator_goes_past_all_of_them(group, ada, ben, cleo, olga, browser_of, postbox):
    with transaction():
        cleo.role = Role.FACILITATOR
        theirs = make_ask(ada, title="Something of Ada's")
    assert report_ask(browser_of(ben), group, theirs, reason="hurts").status_code == 303
    one = only_report()
    deliver_due()

    assert one.desk is Desk.OPERATORS
    assert not letters_to(postbox, ada)
    assert not letters_to(postbox, cleo)
    assert len(letters_to(postbox, olga)) == 1
    for facilitator in (ada, cleo):
        browser = browser_of(facilitator)
        assert "Nothing right now" in browser.get(f"/g/{group.slug}/manage/reports").text
        assert browser.get(f"/g/{group.slug}/manage/reports/{one.id}").status_code == 404
        assert browser.post(f"/g/{group.slug}/manage/reports/{one.id}/hand-over").status_code == 404
    assert "It hurts somebody" in browser_of(olga).get("/operator/reports").text


def test_an_operator_does_not_look_at_a_report_about_herself(group, ada, ben, cleo, olga, browser_of):
    with transaction():
        hers = make_membership(group, olga, role=Role.FACILITATOR)
    browser_of(ben).post(report_path(group, "member", hers), data={"reason": "other"})

    assert "Nothing right now" in browser_of(olga).get("/operator/reports").text
    assert browser_of(olga).get(f"/operator/reports/{only_report().id}").status_code == 404


def test_the_reported_and_other_members_see_nothing_of_it(group, ada, ben, cleo, ask, browser_of, postbox):
    before = browser_of(ben).get(f"/g/{group.slug}/board/asks/{ask.id}").text
    report_ask(browser_of(cleo), group, ask)
    deliver_due()

    for path in (f"/g/{group.slug}/manage/reports", f"/g/{group.slug}/manage/reports/{only_report().id}"):
        assert browser_of(ben).get(path).status_code == 404
    assert "You have reported nothing" in browser_of(ben).get(f"/g/{group.slug}/reports").text
    assert without_tokens(browser_of(ben).get(f"/g/{group.slug}/board/asks/{ask.id}").text) == without_tokens(before)
    assert not letters_to(postbox, ben)


def without_tokens(page):
    return re.sub(r'(nonce|csrf_token" value)="[^"]*"', "", page)


def test_an_answer_reaches_the_reporter_in_general_words(group, ada, ben, cleo, ask, browser_of, postbox):
    report_ask(browser_of(cleo), group, ask)
    answered = browser_of(ada).post(
        f"/g/{group.slug}/manage/reports/{only_report().id}/answer",
        data={"outcome": "spoken", "note": "Talked on the phone with Ben"},
    )
    assert answered.status_code == 303
    deliver_due()

    assert [letter["Subject"] for letter in letters_to(postbox, cleo)] == ["Blue: an answer"]
    page = browser_of(cleo).get(f"/g/{group.slug}/reports").text
    assert "did what they think is needed" in page
    assert "phone" not in page
    again = browser_of(ada).post(
        f"/g/{group.slug}/manage/reports/{only_report().id}/answer", data={"outcome": "nothing"}
    )
    assert again.status_code == 409


def test_a_report_handed_over_waits_for_the_operators(group, ada, ben, cleo, ask, olga, browser_of, postbox):
    report_ask(browser_of(cleo), group, ask)
    assert browser_of(ada).post(f"/g/{group.slug}/manage/reports/{only_report().id}/hand-over").status_code == 303
    deliver_due()

    assert len(letters_to(postbox, olga)) == 1
    assert browser_of(ada).get(f"/g/{group.slug}/manage/reports/{only_report().id}").status_code == 404
    assert browser_of(olga).get(f"/operator/reports/{only_report().id}").status_code == 200


def test_an_operator_who_opens_what_was_written_leaves_a_trace(group, ada, ben, cleo, olga, browser_of):
    browser_of(cleo).post(report_path(group, "member", ada), data={"reason": "hurts", "words": "She shouted at me"})
    browser = browser_of(olga)
    path = f"/operator/reports/{only_report().id}"
    assert "shouted" not in browser.get(path).text

    assert "shouted" in browser.post(f"{path}/open").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.REPORT_READ)).one()
    assert entry.object_id == only_report().id


@pytest.mark.parametrize(("reason", "hours"), [("danger", 2), ("hurts", 24)])
def test_what_nobody_answers_in_time_goes_to_the_operators_too(
    frozen, group, ada, ben, cleo, ask, olga, browser_of, postbox, reason, hours
):
    report_ask(browser_of(cleo), group, ask, reason=reason)
    deliver_due()
    assert len(letters_to(postbox, ada)) == 1
    postbox.clear()

    frozen.shift(timedelta(hours=hours / 2, minutes=1))
    watch()
    watch()
    deliver_due()
    assert len(letters_to(postbox, ada)) == 1
    assert not letters_to(postbox, olga)
    postbox.clear()

    frozen.shift(timedelta(hours=hours / 2))
    watch()
    watch()
    deliver_due()
    assert len(letters_to(postbox, olga)) == 1
    assert "An ask" in browser_of(olga).get("/operator/reports").text
    assert browser_of(ada).get(f"/g/{group.slug}/manage/reports/{only_report().id}").status_code == 200


def watch():
    with transaction():
        service.watch_reports()


def test_the_same_thing_reported_twice_is_one_report(group, ada, ben, cleo, ask, browser_of):
    report_ask(browser_of(cleo), group, ask)
    report_ask(browser_of(cleo), group, ask, reason="other")

    assert only_report().state is ReportState.OPEN


@pytest.mark.parametrize("subject", ["ask", "message", "member"])
def test_what_one_cannot_see_cannot_be_reported(group, ada, ben, cleo, subject, browser_of):
    with transaction():
        elsewhere = make_membership(make_group(), make_account("Eve"))
        ask = make_ask(elsewhere)
    item = {"ask": ask, "message": ask, "member": elsewhere}[subject]

    assert browser_of(cleo).get(report_path(group, subject, item)).status_code == 404
    assert browser_of(cleo).post(report_path(group, subject, item), data={"reason": "other"}).status_code == 404
    assert browser_of(cleo).get(report_path(group, "member", cleo)).status_code == 404


def test_many_reports_hide_nothing_by_themselves(group, ada, ben, cleo, ask, browser_of):
    for number in range(5):
        with transaction():
            one = make_membership(group, make_account(f"Member {number}", email=f"m{number}@example.org"))
        report_ask(browser_of(one), group, ask)

    assert browser_of(cleo).get(f"/g/{group.slug}/board/asks/{ask.id}").status_code == 200


def test_without_a_reason_the_form_says_what_would_help(group, ada, ben, cleo, ask, browser_of):
    page = browser_of(cleo).post(report_path(group, "ask", ask), data={"words": "He pressed me"})

    assert page.status_code == 422
    assert "Choose what comes closest." in page.text
    assert "He pressed me" in page.text
    assert not db.session.scalars(select(Report)).all()


def test_an_operator_ends_the_place_of_a_facilitator(group, ada, ben, cleo, olga, browser_of, postbox):
    browser_of(ben).post(report_path(group, "member", ada), data={"reason": "hurts"})
    browser = browser_of(ada)
    assert browser.get(f"/g/{group.slug}/board").status_code == 200

    assert browser_of(olga).post(f"/operator/reports/{only_report().id}/remove").status_code == 303
    assert browser.get(f"/g/{group.slug}/board").status_code == 404
    assert db.session.get(type(ada), ada.id).state is MembershipState.REMOVED
    removed = db.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.MEMBER_REMOVED)).one()
    assert removed.about is not None


def test_members_have_no_operators_pages(group, ada, ben, browser_of):
    for person in (ada, ben):
        assert browser_of(person).get("/operator/reports").status_code == 404


def test_the_outcome_is_kept_for_those_who_look(group, ada, ben, cleo, ask, browser_of):
    report_ask(browser_of(cleo), group, ask)
    browser_of(ada).post(
        f"/g/{group.slug}/manage/reports/{only_report().id}/answer", data={"outcome": "acted", "note": "Ben knows"}
    )

    assert only_report().outcome is Outcome.ACTED
    assert "Ben knows" in browser_of(ada).get(f"/g/{group.slug}/manage/reports/{only_report().id}").text
