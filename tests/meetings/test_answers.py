"""Saying whether one comes: one press, three answers; a full meeting and who waits for it."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import datetime, timedelta

import pytest

from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import service as groups
from supportgroup.meetings import queries, service
from supportgroup.meetings.models import Answer, Rsvp
from tests.factories import make_group, make_membership
from tests.post import deliver_due, text_of

THURSDAY = datetime(2027, 5, 13, 19, 0)  # tomorrow evening
NEXT_WEEK = datetime(2027, 5, 19, 19, 0)


def answer_of(member, meeting):
    found = queries.rsvp(meeting.id, member.id)
    return found and found.answer


def test_ben_answers_in_one_press(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, place="Mill Lane 3", video_url="https://video.example.org/room")
    ben = sign_in(circle.account(circle.ben))
    page = ben.get(circle.path(meeting.id)).text
    assert "Mill Lane 3" not in page
    assert "video.example.org" not in page

    response = ben.post(circle.path(meeting.id, "rsvp"), data={"answer": "going", "listening": "y"})
    assert response.status_code == 303

    page = ben.get(response.location).text
    assert "You are coming." in page
    assert "Mill Lane 3" in page
    assert "video.example.org" in page
    mine = queries.rsvp(meeting.id, circle.ben.id)
    assert (mine.answer, mine.listening) == (Answer.GOING, True)


def test_place_and_link_are_for_who_comes_and_for_maybe_while_places_remain(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, place="Mill Lane 3", size_limit=1)
    circle.answer(circle.cleo, meeting, Answer.MAYBE)
    cleo = sign_in(circle.account(circle.cleo))
    assert "Mill Lane 3" in cleo.get(circle.path(meeting.id)).text

    circle.answer(circle.ben, meeting)
    assert "Mill Lane 3" not in cleo.get(circle.path(meeting.id)).text


def test_the_host_sees_the_way_without_an_answer(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, place="Mill Lane 3", host_id=circle.cleo.id)
    assert "Mill Lane 3" in sign_in(circle.account(circle.cleo)).get(circle.path(meeting.id)).text


def test_names_of_who_comes_are_for_those_who_come(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.cleo, meeting)
    ben = sign_in(circle.account(circle.ben))
    assert "Cleo" not in ben.get(circle.path(meeting.id)).text

    circle.answer(circle.ben, meeting)
    assert "Cleo" in ben.get(circle.path(meeting.id)).text


def test_in_a_full_meeting_one_waits_and_moves_up_when_a_place_is_free(circle, postbox, sign_in):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    circle.answer(circle.ben, meeting)
    cleo = sign_in(circle.account(circle.cleo))
    cleo.post(circle.path(meeting.id, "rsvp"), data={"answer": "going"})
    assert answer_of(circle.cleo, meeting) is Answer.WAITING
    assert "It is full right now" in cleo.get(circle.path(meeting.id)).text

    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    assert answer_of(circle.cleo, meeting) is Answer.GOING

    deliver_due()
    (letter,) = postbox.to(circle.account(circle.cleo).email)
    assert letter["Subject"] == "Blue: a place is yours, 19 May 19:00"
    assert "hand it back in one press" in text_of(letter)


def test_who_waited_first_moves_up_first_and_a_newcomer_does_not_jump_the_line(circle, frozen):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    eva = circle.join("Eva")
    for member in (circle.ben, circle.cleo, eva):
        circle.answer(member, meeting)
        frozen.shift(timedelta(minutes=1))

    circle.answer(circle.ben, meeting, Answer.MAYBE)
    assert answer_of(circle.cleo, meeting) is Answer.GOING
    assert answer_of(eva, meeting) is Answer.WAITING

    circle.answer(circle.ben, meeting)
    assert answer_of(circle.ben, meeting) is Answer.WAITING


def test_in_the_last_day_all_who_wait_hear_and_the_first_to_take_it_has_it(circle, postbox, frozen, sign_in):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    eva = circle.join("Eva")
    for member in (circle.ben, circle.cleo, eva):
        circle.answer(member, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=23))
    circle.answer(circle.ben, meeting, Answer.NOT_GOING)

    assert answer_of(circle.cleo, meeting) is Answer.WAITING
    assert "Whoever takes it first has it" in sign_in(circle.account(circle.cleo)).get(circle.path(meeting.id)).text
    deliver_due()
    assert postbox.to(circle.account(circle.cleo).email)[0]["Subject"] == "Blue: a place is free, tomorrow 19:00"
    assert len(postbox.to(circle.account(eva).email)) == 1

    circle.answer(eva, meeting)
    assert answer_of(eva, meeting) is Answer.GOING
    circle.answer(circle.cleo, meeting)
    assert answer_of(circle.cleo, meeting) is Answer.WAITING


def test_a_place_that_is_gone_when_the_letter_would_go_out_is_not_offered(circle, postbox, frozen):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    for member in (circle.ben, circle.cleo):
        circle.answer(member, meeting)
    frozen.move_to(meeting.starts_at - timedelta(hours=5))
    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    circle.answer(circle.ben, meeting)

    deliver_due()
    assert [letter["Subject"] for letter in postbox.to(circle.account(circle.cleo).email)] == []


def test_more_places_let_those_who_wait_move_up(circle):
    meeting = circle.meet(NEXT_WEEK, size_limit=1)
    circle.answer(circle.ben, meeting)
    circle.answer(circle.cleo, meeting)
    with transaction():
        plan = service.Plan(title="Evening circle", wall=NEXT_WEEK, size_limit=5)
        service.change_meeting(by=circle.ada, meeting_id=meeting.id, plan=plan)
    assert answer_of(circle.cleo, meeting) is Answer.GOING


def test_who_leaves_the_group_frees_a_place_and_hosts_no_more(circle, postbox):
    meeting = circle.meet(NEXT_WEEK, size_limit=1, host_id=circle.ben.id)
    circle.answer(circle.ben, meeting)
    circle.answer(circle.cleo, meeting)
    with transaction():
        groups.leave(circle.ben)

    assert answer_of(circle.ben, meeting) is None
    assert answer_of(circle.cleo, meeting) is Answer.GOING
    assert db.session.get_one(type(meeting), meeting.id, populate_existing=True).host_id is None


def test_a_host_who_cannot_come_does_not_host(circle):
    meeting = circle.meet(NEXT_WEEK, host_id=circle.ben.id)
    circle.answer(circle.ben, meeting, Answer.NOT_GOING)
    assert queries.meeting(circle.ada, meeting.id).host_id is None


def test_a_host_lets_go_of_a_turn_in_one_press(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, host_id=circle.ben.id)
    assert sign_in(circle.account(circle.cleo)).post(circle.path(meeting.id, "pass-on")).status_code == 404

    assert sign_in(circle.account(circle.ben)).post(circle.path(meeting.id, "pass-on")).status_code == 303
    assert queries.meeting(circle.ada, meeting.id).host_id is None

    ada = sign_in(circle.account(circle.ada))
    assert "Who is told what" in ada.post(circle.path(meeting.id, "host"), data={"host": circle.cleo.id}).text
    saved = ada.post(circle.path(meeting.id, "host"), data={"host": circle.cleo.id, "confirmed": "y"})
    assert saved.status_code == 303
    assert queries.meeting(circle.ada, meeting.id).host_id == circle.cleo.id


def test_to_what_is_over_or_cancelled_there_is_no_answer(circle, sign_in, frozen):
    over, cancelled = circle.meet(THURSDAY), circle.meet(NEXT_WEEK)
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=cancelled.id)
    frozen.move_to(over.ends_at)
    ben = sign_in(circle.account(circle.ben))

    for meeting, sentence in ((over, "is over"), (cancelled, "was cancelled")):
        response = ben.post(circle.path(meeting.id, "rsvp"), data={"answer": "going"})
        assert response.status_code == 409
        assert sentence in response.text
    assert db.session.query(Rsvp).count() == 0


@pytest.mark.parametrize("answer", ["", "waiting", "yes", "going\x00"])
def test_what_is_no_answer_changes_nothing(circle, sign_in, answer):
    meeting = circle.meet(NEXT_WEEK)
    response = sign_in(circle.account(circle.ben)).post(circle.path(meeting.id, "rsvp"), data={"answer": answer})

    assert response.status_code == 422
    assert answer_of(circle.ben, meeting) is None


def test_a_stranger_finds_no_meeting(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    dan = sign_in(circle.dan)
    assert dan.get(circle.path(meeting.id)).status_code == 404
    assert dan.post(circle.path(meeting.id, "rsvp"), data={"answer": "going"}).status_code == 404


def test_nobody_answers_to_another_groups_meeting_through_their_own(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    with transaction():
        elsewhere = make_membership(make_group(), circle.dan).group
    path = f"/g/{elsewhere.slug}/meetings/{meeting.id}/rsvp"
    assert sign_in(circle.dan).post(path, data={"answer": "going"}).status_code == 404


def test_answering_after_the_membership_ended_is_refused(circle):
    meeting = circle.meet(NEXT_WEEK)
    with transaction():
        groups.leave(circle.ben)
    with pytest.raises(Refused):
        circle.answer(circle.ben, meeting)
