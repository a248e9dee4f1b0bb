"""The pages of meetings: what they show, on whose clock, and how little they ask of the database."""

# ruff: noqa: DTZ001 - a wall time is naive on purpose

import re
from datetime import datetime, timedelta

import pytest

from supportgroup.db import transaction
from supportgroup.groups.models import Role
from supportgroup.meetings import queries, service
from supportgroup.meetings.models import Answer
from tests.factories import make_meeting, make_presence, make_rsvp

NEXT_WEEK = datetime(2027, 5, 19, 19, 0)
MOST = 8  # queries a page, whatever the number of rows


@pytest.fixture
def busy(circle):
    """Sixty meetings ahead and sixty behind, all answered by thirty people and hosted."""
    people = [circle.ben, circle.cleo, *(circle.join(f"Member {number}", hello_at=None) for number in range(28))]
    base = circle.meet(NEXT_WEEK).starts_at
    with transaction():
        for number in range(-60, 60):
            meeting = make_meeting(circle.group, base + timedelta(hours=7 * number), host_id=people[number % 30].id)
            for member in people[:: 1 + abs(number) % 3]:
                make_rsvp(meeting, member, list(Answer)[number % 3])
            make_presence(meeting, circle.ben)
    return circle


def test_list_and_meeting_ask_eight_times_whatever_is_in_them_and_each_meeting_is_on_one_page(
    busy, sign_in, statements
):
    ben = sign_in(busy.account(busy.ben))
    ben.get(busy.path())
    for path, shown in ((busy.path(), 8 + 5), (busy.path() + "?earlier=y", 20)):
        with statements() as said:
            page = ben.get(path)
        assert page.text.count('class="card meeting"') == shown
        assert len(said) <= MOST, said

    path = busy.path(queries.upcoming(busy.group.id).items[3].id)
    with statements() as said:
        assert ben.get(path).status_code == 200
    assert len(said) <= MOST + 1, said

    seen, after = [], None
    while True:
        found = queries.upcoming(busy.group.id, after=after, limit=7)
        seen += [meeting.id for meeting in found.items]
        after = found.next
        if after is None:
            break
        assert ben.get(busy.path(), query_string={"after": after}).status_code == 200
    assert len(seen) == len(set(seen)) > 50


def test_the_list_shows_my_answer_the_host_and_what_was_cancelled(circle, sign_in):
    one = circle.meet(NEXT_WEEK, host_id=circle.cleo.id)
    two = circle.meet(NEXT_WEEK + timedelta(days=1), title="Walking circle")
    circle.answer(circle.ben, one)
    with transaction():
        service.cancel_meeting(by=circle.ada, meeting_id=two.id)
    page = sign_in(circle.account(circle.ben)).get(circle.path()).text

    assert "Cleo hosts" in page
    assert 'value="going" aria-pressed="true"' in page  # of the next one, whose answer is one press
    assert "Walking circle" in page
    assert "Cancelled" in page


def test_times_are_on_the_readers_clock_and_on_the_groups_where_it_differs(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    with transaction():
        circle.account(circle.ben).zone = "America/New_York"
    ben, cleo = sign_in(circle.account(circle.ben)), sign_in(circle.account(circle.cleo))
    page = ben.get(circle.path(meeting.id)).text
    assert "Wednesday 19 May, 13:00" in page
    assert "19:00 on the group’s clock" in page
    assert "on the group’s clock" not in cleo.get(circle.path(meeting.id)).text

    for place in (circle.path(), circle.path("hosts"), "/home", f"/g/{circle.group.slug}"):
        assert ben.get(place).text.count("(Eastern Time)") == 1
        assert "(Central European Time)" not in cleo.get(place).text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_facilitators_see_who_hosted_the_last_ten_in_order_and_nobody_is_counted(circle, sign_in):
    base = circle.meet(NEXT_WEEK).starts_at
    hosts = [circle.ben, circle.cleo]
    with transaction():
        for week in range(1, 13):
            make_meeting(circle.group, base - timedelta(weeks=week), host_id=hosts[week % 2].id)
    page = sign_in(circle.account(circle.ada)).get(circle.path("hosts")).text
    rows = re.findall(r"<dt>.*?>(\w+ \d+ \w+)<.*?</dt>\s*<dd>(.*?)</dd>", page, flags=re.DOTALL)
    assert [who for _, who in rows] == ["Ben", "Cleo"] * 5
    assert rows[0][0] == "Wednesday 5 May"
    assert not re.search(r"(Ben|Cleo)\W+(\d|five|six)", page)
    theirs = sign_in(circle.account(circle.ben)).get(circle.path("hosts")).text
    assert "<dt>" not in theirs
    assert "The last meetings" not in theirs


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_kind_words_of_two_pages(circle, sign_in, frozen):
    """Who looks after a group alone reads that two last longer; who was at a meeting may keep a note, from home."""
    manage = f"/g/{circle.group.slug}/manage"
    assert "Groups with two last longer" in sign_in(circle.account(circle.ada)).get(manage).text
    with transaction():
        circle.ben.role = Role.FACILITATOR
    assert "two last longer" not in sign_in(circle.account(circle.ada)).get(manage).text

    meeting = circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, meeting)
    frozen.move_to(meeting.ends_at)
    ben = sign_in(circle.account(circle.ben))
    assert f'{circle.path(meeting.id)}#check-in">Keep a note on how it was</a>' in ben.get("/home").text
    assert "Keep a note" not in sign_in(circle.account(circle.cleo)).get("/home").text
    ben.post(circle.path(meeting.id, "check-in"), data={"feeling": "same", "line": ""})
    assert "Keep a note" not in ben.get("/home").text


def test_home_knows_the_next_meetings_with_my_answers(circle, statements):
    later, sooner = circle.meet(NEXT_WEEK + timedelta(days=1)), circle.meet(NEXT_WEEK)
    circle.answer(circle.ben, later, listening=True)
    with statements() as said:
        found = queries.upcoming_for(circle.ben.account_id, 5)

    assert [(one.meeting.id, one.answer, one.listening) for one in found] == [
        (sooner.id, None, False),
        (later.id, Answer.GOING, True),
    ]
    assert len(said) <= 2
    assert queries.upcoming_for(circle.dan.id) == []


def test_the_next_meeting_is_answered_from_the_list_in_one_press(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK, size_limit=1, host_id=circle.ben.id)
    circle.meet(NEXT_WEEK + timedelta(days=7))
    ben = sign_in(circle.account(circle.ben))
    page = ben.get(circle.path()).text
    assert page.count('name="answer" value="going"') == 1
    assert "You host" in page
    circle.answer(circle.cleo, meeting)
    assert "Wait for a place" in ben.get(circle.path()).text

    response = ben.post(circle.path(meeting.id, "rsvp"), data={"answer": "going", "back": "list"})
    assert "You wait for a place" in ben.get(response.location).text


def test_an_answer_from_home_leads_back_home(circle, sign_in):
    meeting = circle.meet(NEXT_WEEK)
    ben = sign_in(circle.account(circle.ben))
    for back, where in (("home", "/home"), ("list", circle.path()), ("https://evil.example", circle.path(meeting.id))):
        data = {"answer": "maybe", "back": back}
        assert ben.post(circle.path(meeting.id, "rsvp"), data=data).location == where
