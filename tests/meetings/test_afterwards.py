"""After a meeting: who was there in one press, how it was for oneself alone, a letter to those who were there."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from supportgroup.db import db, transaction
from supportgroup.groups.service import leave
from supportgroup.meetings import queries
from supportgroup.meetings.models import Answer, CheckIn, Feeling
from supportgroup.meetings.roster import met_by
from supportgroup.safety.service import block, mute
from supportgroup.ticks import TICKS
from tests.post import deliver_due, text_of

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)


@pytest.fixture
def meeting(circle):
    found = circle.meet(NEXT_WEEK, host_id=circle.cleo.id)
    circle.answer(circle.ben, found)
    circle.answer(circle.cleo, found)
    return found


def mark(client, circle, meeting, **form):
    return client.post(circle.path(meeting.id, "attendance"), data=form)


def owe_follow_ups():
    next(tick for tick in TICKS if tick.name == "owe-meeting-follow-ups").run()


def asked(circle, postbox, *members):
    return [
        [letter["Subject"] for letter in postbox.to(circle.account(member).email) if "how was it" in letter["Subject"]]
        for member in members
    ]


def test_the_host_marks_everyone_in_one_press(circle, meeting, sign_in, frozen, postbox):
    frozen.move_to(meeting.ends_at)
    cleo = sign_in(circle.account(circle.cleo))
    assert mark(cleo, circle, meeting, everyone="y").status_code == 303
    assert queries.present(meeting.id) == {circle.ben.id, circle.cleo.id}
    assert set(db.session.scalars(met_by(circle.ben))) == {circle.cleo.id}
    deliver_due()

    once = ["Blue: how was it?"]
    assert asked(circle, postbox, circle.ada, circle.ben, circle.cleo) == [[], once, once]


def test_one_by_one_and_corrected_and_nothing_of_who_was_not_there(circle, meeting, sign_in, frozen, postbox):
    frozen.move_to(meeting.ends_at)
    cleo = sign_in(circle.account(circle.cleo))
    mark(cleo, circle, meeting, present=[circle.ben.id, circle.ada.id])
    assert queries.present(meeting.id) == {circle.ben.id, circle.ada.id}

    mark(cleo, circle, meeting, present=[circle.ada.id, uuid4(), "none", "\x00"])
    assert queries.present(meeting.id) == {circle.ada.id}
    deliver_due()
    assert asked(circle, postbox, circle.ada, circle.ben, circle.cleo) == [["Blue: how was it?"], [], []]


def test_who_neither_hosts_nor_facilitates_has_no_such_page(circle, meeting, sign_in, frozen):
    frozen.move_to(meeting.ends_at)
    ben = sign_in(circle.account(circle.ben))
    assert ben.get(circle.path(meeting.id, "attendance")).status_code == 404
    assert mark(ben, circle, meeting, everyone="y").status_code == 404
    assert queries.present(meeting.id) == set()


def test_before_it_begins_nobody_was_there(circle, meeting, sign_in):
    response = mark(sign_in(circle.account(circle.ada)), circle, meeting, everyone="y")
    assert response.status_code == 409
    assert "has not begun yet" in response.text
    assert queries.present(meeting.id) == set()


def test_where_nobody_is_marked_within_a_day_those_who_said_they_come_are_asked_once(circle, meeting, frozen, postbox):
    circle.answer(circle.ada, meeting, Answer.MAYBE)
    frozen.move_to(meeting.ends_at + timedelta(hours=23))
    owe_follow_ups()
    deliver_due()
    assert asked(circle, postbox, circle.ben) == [[]]

    frozen.move_to(meeting.ends_at + timedelta(hours=25))
    for _ in range(3):
        owe_follow_ups()
        deliver_due()
    once = ["Blue: how was it?"]
    assert asked(circle, postbox, circle.ada, circle.ben, circle.cleo) == [[], once, once]


def test_long_after_nobody_is_asked(circle, meeting, frozen, postbox):
    frozen.move_to(meeting.ends_at + timedelta(hours=73))
    owe_follow_ups()
    assert deliver_due() == 0


def test_by_letter_the_first_three_times_and_then_on_the_home_page_only(circle, sign_in, frozen, postbox):
    for week in range(5):
        meeting = circle.meet(NEXT_WEEK + timedelta(weeks=week))
        circle.answer(circle.ben, meeting)
        frozen.move_to(meeting.ends_at)
        mark(sign_in(circle.account(circle.ada)), circle, meeting, everyone="y")
        deliver_due()

    assert asked(circle, postbox, circle.ben) == [["Blue: how was it?"] * 3]
    found, place = queries.how_was_it(circle.ben.account_id)
    assert (found.id, place.id) == (meeting.id, circle.ben.id)


def test_the_letter_leads_to_a_note_for_oneself_that_no_one_else_sees(circle, meeting, sign_in, frozen, postbox):
    frozen.move_to(meeting.ends_at)
    ada, ben = (sign_in(circle.account(one)) for one in (circle.ada, circle.ben))
    mark(ada, circle, meeting, everyone="y")
    deliver_due()
    (letter,) = postbox.to(circle.account(circle.ben).email)
    link = next(word for word in text_of(letter).split() if "/l/" in word)
    assert ben.get(urlsplit(link).path).location.endswith(f"{meeting.id}#check-in")

    line = "Said more than I meant to, and it was fine"
    response = ben.post(circle.path(meeting.id, "check-in"), data={"feeling": "lighter", "line": line})
    assert response.status_code == 303
    assert line in ben.get(circle.path(meeting.id)).text
    assert line not in ada.get(circle.path(meeting.id)).text
    note = queries.check_in(meeting.id, circle.ben.id)
    assert (note.feeling, note.line) == (Feeling.LIGHTER, line)
    assert line.encode() not in note.line_sealed
    assert queries.how_was_it(circle.ben.account_id) is None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_note_is_shared_with_who_was_there_and_taken_back(circle, meeting, sign_in, frozen):
    """Who will see it is said before. Not who was absent, left, or is out of sight; and a change is one's own again."""
    frozen.move_to(meeting.ends_at)
    dora, finn = circle.join("Dora"), circle.join("Finn")
    here = circle.path(meeting.id)
    people = {"ada": circle.ada, "ben": circle.ben, "cleo": circle.cleo, "dora": dora, "finn": finn}
    at = {name: sign_in(circle.account(one)) for name, one in people.items()}
    mark(at["ada"], circle, meeting, present=[one.id for one in people.values() if one is not circle.ada])
    line, ben = "Said more than I meant to", at["ben"]

    def readers():
        return [name for name in people if name != "ben" and line in at[name].get(here).text]

    assert ben.post(f"{here}/check-in/share").status_code == 409  # nothing is kept yet
    ben.post(f"{here}/check-in", data={"feeling": "lighter", "line": line})
    assert "the 3 others who were there can read it here" in ben.get(here).text
    assert readers() == []
    assert ben.post(f"{here}/check-in/share").status_code == 303
    assert "You share this" in ben.get(here).text
    assert readers() == ["cleo", "dora", "finn"]
    assert at["ada"].post(f"{here}/check-in/share").status_code == 409  # was not there
    with transaction():
        block(by=dora.id, other=circle.ben.id)
        mute(by=finn.id, other=circle.ben.id)
    assert readers() == ["cleo"]

    ben.post(f"{here}/check-in/share", data={"not": "y"})
    assert readers() == []
    ben.post(f"{here}/check-in/share")
    ben.post(f"{here}/check-in", data={"feeling": "same", "line": line})
    assert (readers(), queries.check_in(meeting.id, circle.ben.id).shared_at) == ([], None)
    ben.post(f"{here}/check-in/share")
    with transaction():
        leave(circle.ben)
    assert readers() == []


def test_where_somebody_was_marked_only_they_are_asked(circle, meeting, sign_in, frozen):
    circle.answer(circle.ada, meeting, Answer.MAYBE)
    frozen.move_to(meeting.ends_at)
    ada, ben = sign_in(circle.account(circle.ada)), sign_in(circle.account(circle.ben))
    assert ["How was it?" in one.get(circle.path(meeting.id)).text for one in (ada, ben)] == [False, True]
    mark(ada, circle, meeting, present=[circle.ada.id])
    assert ["How was it?" in one.get(circle.path(meeting.id)).text for one in (ada, ben)] == [True, False]
    assert queries.how_was_it(circle.ben.account_id) is None
    answer = ben.post(circle.path(meeting.id, "check-in"), data={"feeling": "same", "line": ""})
    assert answer.status_code == 409
    assert "a meeting you were at" in answer.text


def test_after_heavier_two_doors_are_open(circle, meeting, sign_in, frozen):
    frozen.move_to(meeting.ends_at)
    ben = sign_in(circle.account(circle.ben))
    assert "Be heard" not in ben.get(circle.path(meeting.id)).text
    ben.post(circle.path(meeting.id, "check-in"), data={"feeling": "heavier", "line": ""})

    page = ben.get(circle.path(meeting.id)).text
    assert "Be heard" in page
    assert "I need help now" in page


def test_a_note_is_changed_not_doubled(circle, meeting, sign_in, frozen):
    frozen.move_to(meeting.ends_at)
    ben = sign_in(circle.account(circle.ben))
    for feeling in ("heavier", "same"):
        ben.post(circle.path(meeting.id, "check-in"), data={"feeling": feeling, "line": ""})

    assert db.session.scalars(select(CheckIn.feeling)).all() == [Feeling.SAME]


@pytest.mark.parametrize(
    "form", [{}, {"feeling": "worse"}, {"feeling": "same", "line": "a\x00b"}, {"feeling": "same", "line": "x" * 501}]
)
def test_a_note_that_cannot_be_read_is_kept_on_the_page(circle, meeting, sign_in, frozen, form):
    frozen.move_to(meeting.ends_at)
    response = sign_in(circle.account(circle.ben)).post(circle.path(meeting.id, "check-in"), data=form)

    assert response.status_code == 422
    assert "This needs another look" in response.text
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 0
