"""A break from looking after a group, and a second one to look after it. Told with Ada, whose group it is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.groups import breaks, joining, letters, queries
from supportgroup.groups.models import Joining, Membership, MembershipState
from supportgroup.moderation import service as moderation
from supportgroup.moderation.models import Desk, Reason, Subject
from supportgroup.moderation.queries import item
from tests.factories import make_account, make_ask, make_membership
from tests.groups.steps import subjects
from tests.post import deliver_due

AGES_AGO = timedelta(days=40)


def again(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def day(days):
    return (clock.now() + timedelta(days=days)).date().isoformat()


def apply(group, name):
    with transaction():
        columns = {"state": MembershipState.APPLIED, "applied_at": clock.now(), "joined_at": None}
        one = make_membership(group, make_account(name), **columns)
        letters.owe_application(one, letters.FIRST)
    deliver_due()


def test_until_the_day_nothing_of_it_is_heard_and_then_all_is_as_before(
    frozen, group, ada, ben, change, browser_of, postbox
):
    change(joining=Joining.APPLICATION)
    browser, path = browser_of(ada), f"/g/{group.slug}"
    page = browser.get(f"{path}/manage/break").text
    assert "Nobody else looks after it meanwhile" in page
    for odd in (day(0), day(400), "", "soon"):
        assert browser.post(f"{path}/manage/break", data={"until": odd}).status_code == 422
    assert browser.post(f"{path}/manage/break", data={"until": day(20)}).status_code == 303

    apply(group, "Dan")
    assert subjects(postbox, ada) == []
    assert "You take a break" in browser.get(f"{path}/manage").text
    assert "take a break until" in browser_of(ben).get(path).text
    dan = select(Membership.state).where(Membership.group_id == group.id, Membership.name == "Dan")
    for days, seen, state in ((15, 0, "applied"), (6, 1, "applied"), (10, 1, "applied"), (1, 1, "declined")):
        frozen.shift(timedelta(days=days))
        with transaction():
            joining.remind_of_applications()
            joining.lapse_applications()
        deliver_due()
        assert (len(subjects(postbox, ada)), str(db.session.scalar(dan))) == (seen, state)
    apply(group, "Eva")
    assert len(subjects(postbox, ada)) == 2
    assert "take a break" not in browser_of(ben).get(path).text


def test_meanwhile_reports_go_to_who_runs_the_service_and_asks_wait_for_nobody(group, ada, ben, cleo, browser_of):
    with transaction():
        asked = make_ask(cleo)
        breaks.take_a_break(ada, (clock.now() + timedelta(days=9)).date())
    with transaction():
        report = moderation.report(
            me=ben, item=item(ben, Subject.ASK, asked.id), reason=Reason.HURTS, words="", named=False
        )
    assert report.desk is Desk.OPERATORS
    assert queries.on_duty(group.id) == []
    browser_of(ada).post(f"/g/{group.slug}/manage/break/end")
    assert [one.id for one in queries.on_duty(group.id)] == [ada.id]


@pytest.fixture
def old_hands(ben, cleo):
    """Ben and Cleo have been here for a while."""
    with transaction():
        for one in (ben, cleo):
            one.joined_at = clock.now() - AGES_AGO


def test_who_has_been_here_a_while_is_asked_and_nothing_changes_before_ada_says_yes(
    frozen, group, ada, ben, cleo, old_hands, browser_of, postbox
):
    with transaction():
        new = make_membership(group, make_account("Dan"))
    path = f"/g/{group.slug}/second"
    browser = browser_of(ada)
    assert browser_of(ben).get(path).status_code == 404
    assert "the 2 members" in browser.get(path).text
    browser.post(path)
    assert browser.post(path).status_code == 409
    deliver_due()
    for one in (ben, cleo):
        assert subjects(postbox, one) == ["Blue: would you look after it, too?"]
    assert subjects(postbox, new) == []
    assert browser_of(new).post(path, data={"answer": "glad"}).status_code == 404

    assert "Would you look after it, too?" in browser_of(ben).get(f"/g/{group.slug}").text
    assert browser_of(ben).post(path, data={"answer": "maybe"}).status_code == 422
    browser_of(ben).post(path, data={"answer": "not_now"})
    browser_of(cleo).post(path, data={"answer": "glad"})
    browser_of(cleo).post(path, data={"answer": "glad"})
    deliver_due()
    assert subjects(postbox, ada) == ["Blue: somebody would be glad to look after it"]
    page = browser.get(path).text
    assert "Cleo would be glad" in page
    assert "Ben would be glad" not in page
    assert not again(cleo).is_facilitator
    browser.post(f"/g/{group.slug}/members/{cleo.id}/facilitator")
    assert again(cleo).is_facilitator
    assert db.session.query(Membership).filter(Membership.glad_at.is_not(None)).count() == 0


def test_left_at_that_is_heard_by_nobody(group, ada, cleo, old_hands, browser_of, postbox):
    with transaction():
        breaks.ask_for_second(ada)
        breaks.answer(cleo, glad=True)
    deliver_due()
    postbox.clear()
    browser_of(ada).post(f"/g/{group.slug}/second/{cleo.id}/not-now")
    deliver_due()
    assert again(cleo).glad_at is None
    assert len(postbox) == 0
