"""Hosts: the rota, passing a turn on, the group covering one. Told with Ada, Ben and Cleo."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from supportgroup.board.models import Ask, AskKind, AskState
from supportgroup.db import db, transaction
from supportgroup.groups import resting
from supportgroup.groups import service as groups
from supportgroup.meetings import asking, hosting, rota, service
from supportgroup.meetings.models import Answer, PassedTurn
from supportgroup.meetings.service import Plan
from tests.factories import make_meeting
from tests.post import deliver_due, text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
WEEK = timedelta(days=7)


def are_glad(*members):
    with transaction():
        for member in members:
            hosting.be_glad(member)


def tick():
    with transaction():
        rota.find_hosts()


def hosts(*meetings):
    db.session.expire_all()
    return [meeting.host_id for meeting in meetings]


def passes_on(meeting, member):
    with transaction():
        hosting.cannot_host(me=member, meeting_id=meeting.id)


def the_ask():
    db.session.expire_all()
    return db.session.scalars(select(Ask)).one()


@pytest.fixture
def weeks(circle):
    """Four meetings, a week apart; the one before them was hosted by Ben."""
    with transaction():
        make_meeting(circle.group, circle.group.created_at - timedelta(days=3), host_id=circle.ben.id)
    return [circle.meet(NEXT_WEEK + WEEK * number) for number in range(4)]


def test_turns_go_to_whom_it_is_longest_ago_never_twice_in_a_row_and_each_hears_once(circle, weeks, postbox, frozen):
    ada, ben, cleo = circle.ada, circle.ben, circle.cleo
    later = circle.meet(NEXT_WEEK + timedelta(days=60))
    are_glad(ben, ada)
    frozen.shift(1)
    are_glad(cleo)
    tick()
    tick()

    # Ada and Cleo never did, Ada said so first; Ben hosted last, so he is third; then it goes round.
    assert hosts(*weeks) == [ada.id, cleo.id, ben.id, ada.id]
    assert hosts(later) == [None]
    deliver_due()
    assert [len(postbox.to(circle.account(one).email)) for one in (ada, ben, cleo)] == [2, 1, 1]
    letter = postbox.to(circle.account(cleo).email)[0]
    assert letter["Subject"] == "Blue: your turn, 26 May 19:00"
    assert "wait on the page" in text_of(letter)


def test_who_is_the_only_one_willing_hosts_again_and_can_take_it_back(circle, weeks, sign_in):
    ben = sign_in(circle.account(circle.ben))
    assert ben.post(circle.path("hosts", "glad")).status_code == 303
    tick()
    assert hosts(*weeks) == [circle.ben.id] * 4

    ben.post(circle.path("hosts", "glad"), data={"not": "y"})
    passes_on(weeks[3], circle.ben)
    tick()
    assert hosts(weeks[3]) == [None]
    assert "You said that you are glad" not in ben.get(circle.path("hosts")).text


def test_one_press_in_the_hosts_letter_passes_the_turn_on_without_signing_in(circle, weeks, postbox, client):
    are_glad(circle.ben, circle.cleo)
    tick()
    deliver_due()
    letter = postbox.to(circle.account(circle.cleo).email)[0]
    page = client.get(re.search(r"https?://[^/\s]+(/l/\S+)", text_of(letter)).group(1), follow_redirects=True)
    first = weeks[0]
    assert "I can’t host this one" in page.text
    assert circle.group.name not in page.text
    assert hosts(first) == [circle.cleo.id]

    answer = client.post(page.request.path, follow_redirects=True)
    assert "not yours any more" in answer.text
    assert hosts(first) == [circle.ben.id]
    client.post(page.request.path)
    assert hosts(first) == [circle.ben.id]


def test_with_nobody_left_on_the_rota_the_group_is_asked_and_a_yes_makes_the_host(circle, weeks, sign_in, postbox):
    first = weeks[0]
    are_glad(circle.ben)
    tick()
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    ben.post(circle.path(first.id, "pass-on"))
    ask = the_ask()
    assert (ask.kind, ask.title, ask.needed_by) == (
        AskKind.HOST_COVER,
        "Host on Wednesday 19 May, 19:00",
        first.starts_at,
    )
    assert "The group is asked" in cleo.get(circle.path(first.id)).text

    board = f"/g/{circle.group.slug}/board/asks/{ask.id}"
    edited = ben.post(board + "/edit", data={"title": "Bread", "kind": "errand", "when": "week", "eyes": "group"})
    assert "looks for somebody to host, so it stays what it is" in edited.text
    assert the_ask().kind is AskKind.HOST_COVER
    cleo.post(board + "/accept")
    assert hosts(first) == [circle.cleo.id]
    cleo.post(board + "/hand-back")
    assert hosts(first) == [None]
    assert the_ask().state is AskState.OPEN

    # On the meeting's page it is the same yes; there, too, she may let go of it again, and the same ask is open.
    cleo.post(circle.path(first.id, "take-turn"))
    assert (hosts(first), the_ask().state) == ([circle.cleo.id], AskState.COVERED)
    assert sign_in(circle.account(circle.ada)).post(circle.path(first.id, "take-turn")).status_code == 409
    cleo.post(circle.path(first.id, "pass-on"))
    assert (hosts(first), the_ask().state) == ([None], AskState.OPEN)
    tick()
    assert hosts(first) == [None]
    assert db.session.get(PassedTurn, (first.id, circle.ben.id))


@pytest.mark.parametrize("settled", ["cancelled", "hosts after all", "Ada chooses Cleo", "somebody is glad now"])
def test_what_is_settled_elsewhere_is_not_asked_any_more(circle, weeks, settled):
    first = weeks[0]
    with transaction():
        service.set_host(by=circle.ada, meeting_id=first.id, host_id=circle.ben.id)
    passes_on(first, circle.ben)
    with transaction():
        if settled == "cancelled":
            service.cancel_meeting(by=circle.ada, meeting_id=first.id)
        elif settled == "hosts after all":
            hosting.take_turn(me=circle.ben, meeting_id=first.id)
        elif settled == "Ada chooses Cleo":
            service.set_host(by=circle.ada, meeting_id=first.id, host_id=circle.cleo.id)
    if settled == "somebody is glad now":
        are_glad(circle.cleo)
        tick()
    assert the_ask().state is AskState.WITHDRAWN


def test_a_meeting_that_moves_takes_its_ask_along(circle, weeks):
    first = weeks[0]
    with transaction():
        service.set_host(by=circle.ada, meeting_id=first.id, host_id=circle.ben.id)
    passes_on(first, circle.ben)
    wall = NEXT_WEEK + timedelta(days=1)
    with transaction():
        service.change_meeting(by=circle.ada, meeting_id=first.id, plan=Plan(title="Evening circle", wall=wall))
    assert the_ask().title == "Host on Thursday 20 May, 19:00"
    assert the_ask().needed_by == first.starts_at


def test_who_does_not_come_or_leaves_hosts_nothing_and_the_next_is_asked(circle, weeks, postbox):
    are_glad(circle.ben, circle.cleo)
    tick()
    assert hosts(*weeks[:2]) == [circle.cleo.id, circle.ben.id]
    circle.answer(circle.cleo, weeks[0], Answer.NOT_GOING)
    assert hosts(weeks[0]) == [circle.ben.id]
    with transaction():
        groups.leave(circle.ben)
    assert hosts(*weeks) == [None, circle.cleo.id, circle.cleo.id, circle.cleo.id]
    assert (the_ask().asker_id, the_ask().meeting_id) == (circle.ada.id, weeks[0].id)


def test_who_leaves_with_nobody_on_the_rota_leaves_an_ask_of_the_facilitators_at_once(circle, weeks, sign_in):
    first, second, third, _ = weeks
    with transaction():
        for one, host in zip(weeks, (circle.ben, circle.ben, circle.cleo), strict=False):
            service.set_host(by=circle.ada, meeting_id=one.id, host_id=host.id)
    passes_on(first, circle.ben)
    passes_on(third, circle.cleo)
    sign_in(circle.account(circle.ben)).post(circle.path(third.id, "take-turn"))
    with transaction():
        groups.leave(circle.ben)
    # Ben's own ask for the first is Ada's now, so is one for the second; Cleo's for the third is open again.
    open_ones = select(Ask.meeting_id, Ask.asker_id).where(Ask.state == AskState.OPEN)
    assert dict(db.session.execute(open_ones).all()) == {
        first.id: circle.ada.id,
        second.id: circle.ada.id,
        third.id: circle.cleo.id,
    }
    assert hosts(*weeks) == [None] * 4
    assert "The group is asked" in sign_in(circle.account(circle.cleo)).get(circle.path(second.id)).text


def test_an_ask_for_cover_that_is_taken_back_is_known_to_the_rota(circle, weeks, sign_in):
    first = weeks[0]
    with transaction():
        service.set_host(by=circle.ada, meeting_id=first.id, host_id=circle.ben.id)
    passes_on(first, circle.ben)
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    ben.post(f"/g/{circle.group.slug}/board/asks/{the_ask().id}/withdraw")
    page = cleo.get(circle.path(first.id)).text
    assert "Nobody yet" in page
    assert "The group is asked" not in page
    are_glad(circle.cleo)
    tick()
    assert hosts(first) == [circle.cleo.id]


def test_taking_it_back_from_who_said_yes_makes_it_the_askers_turn_again_and_leaving_does_not(circle, weeks, sign_in):
    with transaction():
        for one in weeks[:2]:
            service.set_host(by=circle.ada, meeting_id=one.id, host_id=circle.ben.id)
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    for one in weeks[:2]:
        passes_on(one, circle.ben)
        cleo.post(circle.path(one.id, "take-turn"))
    ask_id = db.session.scalar(select(Ask.id).where(Ask.meeting_id == weeks[0].id))
    ben.post(f"/g/{circle.group.slug}/board/asks/{ask_id}/withdraw")
    assert hosts(*weeks[:2]) == [circle.ben.id, circle.cleo.id]
    with transaction():
        groups.leave(circle.ben)
    assert hosts(weeks[1]) == [circle.cleo.id]


def test_a_group_that_rests_is_given_no_turns_and_asked_nothing(circle, weeks, frozen, postbox):
    are_glad(circle.cleo)
    passes_on(circle.meet(NEXT_WEEK - timedelta(days=1), host_id=circle.ben.id, least=9), circle.ben)
    with transaction():
        resting.rest(circle.ada)
    deliver_due()
    postbox.clear()
    frozen.move_to(weeks[0].starts_at - timedelta(hours=26))
    with transaction():
        rota.find_hosts()
        asking.ask_whether()
    deliver_due()
    assert hosts(*weeks) == [None] * 4
    assert not len(postbox)


def test_the_first_host_of_a_series_hears_of_it_and_whoever_plans_it_for_themselves_does_not(circle, sign_in, postbox):
    ada = sign_in(circle.account(circle.ada))
    said = {"title": "Evening circle", "day": "2027-05-19", "time": "19:00", "repeats": "weekly", "minutes": "60"}
    for host in (circle.ben, circle.ada):
        assert ada.post(circle.path("new"), data={**said, "host": str(host.id)}).status_code == 303
    deliver_due()
    assert [one["Subject"] for one in postbox] == ["Blue: your turn, 19 May 19:00"]


def test_a_facilitator_who_chooses_a_host_has_them_told(circle, weeks, sign_in, postbox):
    """It is shown before, who hosted hears of it too, and of a turn that was taken back unheard nobody does."""
    ada = sign_in(circle.account(circle.ada))
    page = circle.path(weeks[0].id, "host")

    def save(one):
        shown = ada.post(page, data={"host": str(one.id)})
        if shown.status_code == 200:
            ada.post(page, data={"host": str(one.id), "confirmed": "y"})
        return re.findall("“(It is .+)”", shown.text)

    assert save(circle.ben) == ["It is your turn to host"]
    deliver_due()
    assert ada.post(page, data={"host": str(circle.cleo.id), "back": "y"}).status_code == 303
    assert save(circle.ben) == []
    assert save(circle.ada) == ["It is not your turn any more"]
    deliver_due()
    save(circle.cleo)
    save(circle.ada)
    deliver_due()
    subjects = [[one["Subject"] for one in postbox.to(circle.account(who).email)] for who in (circle.ben, circle.cleo)]
    assert subjects == [["Blue: your turn, 19 May 19:00", "Blue: not your turn any more, 19 May 19:00"], []]
    assert not postbox.to(circle.account(circle.ada).email)
    assert ada.post(page, data={"host": str(uuid4())}).status_code == 409
