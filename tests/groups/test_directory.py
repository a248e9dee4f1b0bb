"""The directory and a group's public page: what there is and when it meets, never who is in it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from supportgroup.db import db
from supportgroup.groups.models import Format, GroupState, Joining, Topic, Visibility
from supportgroup.meetings.models import MeetingState
from tests.factories import make_account, make_group, make_meeting, make_membership


def titles(page):
    return [part.partition("</a>")[0] for part in page.text.split('class="card-link"')[1:]]


def shown(client, query=""):
    page = client.get(f"/groups{query}")
    assert page.status_code == 200
    return {title.rpartition(">")[2] for title in titles(page)}


@pytest.fixture
def circles(app):
    """Three listed groups that differ, and two that are not to be found."""
    carers = make_group(public_title="Carers", language="fr", format=Format.IN_PERSON, area="Lyon")
    both = make_group(public_title="Burnout", format=Format.BOTH, purpose="100 % too much_work")
    online = make_group(public_title="Evenings", format=Format.ONLINE)
    make_group(public_title="Hidden", visibility=Visibility.UNLISTED)
    make_group(public_title="Resting", state=GroupState.RESTING)
    db.session.add_all([Topic(group_id=carers.id, word="carers"), Topic(group_id=both.id, word="work")])
    db.session.commit()
    return {"carers": carers, "both": both, "online": online}


def test_listed_groups_that_go_on_are_there_and_no_others(client, circles):
    assert shown(client) == {"Carers", "Burnout", "Evenings"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?topic=carers", {"Carers"}),
        ("?language=fr", {"Carers"}),
        ("?format=online", {"Burnout", "Evenings"}),
        ("?format=in_person", {"Carers", "Burnout"}),
        ("?q=LYON", {"Carers"}),
        ("?q=100 %25 too", {"Burnout"}),
        ("?q=_", {"Burnout"}),
        ("?topic=work&format=in_person&q=much", {"Burnout"}),
        ("?topic=work&language=fr", set()),
    ],
)
def test_filters_narrow_the_list(client, circles, query, found):
    assert shown(client, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "?topic=nothing-such",
        "?topic=%00",
        "?q=%00",
        "?q=%ed%a0%80",
        "?q=" + "a" * 5000,
        "?day=7",
        "?day=²",
        "?day=-1",
        "?day=x",
        "?format=by-post",
        "?language=%ff",
        "?after=%00",
        "?after=zzzz",
        "?after=" + "A" * 4000,
        "?topic=a&topic=b&after=&format=&language=&day=",
    ],
)
def test_what_is_no_choice_is_left_out(client, circles, query):
    assert client.get(f"/groups{query}").status_code == 200


def test_the_day_is_looked_for_on_the_readers_clock(client, circles, frozen, browser_of):
    """Wednesday 23:30 in Paris is Thursday already in Tokyo."""
    make_meeting(circles["online"], datetime(2027, 5, 19, 21, 30, tzinfo=UTC))
    make_meeting(circles["carers"], datetime(2027, 5, 21, 18, tzinfo=UTC), state=MeetingState.CANCELLED)
    paris, tokyo = browser_of(make_account("Eve")), browser_of(make_account("Kei", zone="Asia/Tokyo"))

    assert shown(paris, "?day=2") == {"Evenings"}
    assert shown(paris, "?day=3") == set()
    assert shown(tokyo, "?day=3") == {"Evenings"}
    assert shown(paris, "?day=4") == set()  # cancelled


def test_the_next_meeting_is_told_in_the_time_of_who_reads(client, circles, frozen, browser_of):
    make_meeting(circles["online"], datetime(2027, 5, 19, 17, tzinfo=UTC))
    tokyo = browser_of(make_account("Kei", zone="Asia/Tokyo")).get("/groups").text

    assert "Thursday 20 May, 02:00" in tokyo
    assert "19:00 there" in tokyo
    nobody = client.get("/groups").text
    assert "Wednesday 19 May, 19:00 (Central European Time)" in nobody
    assert 'data-local="full"' in nobody


def test_many_groups_take_no_more_queries_than_few(client, app, frozen):
    few = counted(client, "/groups")
    for number in range(15):
        group = make_group(public_title=f"Group {number}")
        db.session.add(Topic(group_id=group.id, word=f"topic {number}"))
        make_meeting(group)

    assert counted(client, "/groups") <= few + 2  # topics and meetings of the page, once there are groups at all
    assert few <= 6


def counted(client, path):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert client.get(path).status_code == 200
    return len([one for one in statements if one.startswith("SELECT")])


def test_the_list_goes_on_by_key(client, app, frozen):
    for number in range(25):
        frozen.shift(timedelta(seconds=1))
        make_group(public_title=f"Group {number}")
    first = client.get("/groups")
    older = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")

    assert len(titles(first)) == 20
    assert len(titles(client.get(older))) == 5


def test_the_public_page_says_what_it_is_and_when_and_never_who(client, group, ada, ben, dan, frozen, browser_of):
    make_meeting(group, datetime(2027, 5, 19, 17, tzinfo=UTC), place="12 Quiet Street", about="Our agenda")
    for browser in (client, browser_of(dan)):
        page = browser.get(f"/g/{group.slug}").text
        assert "Wednesday 19 May, 19:00" in page
        assert "What is said here stays here." in page
        for secret in (group.name, "12 Quiet Street", "video.example.org", "Our agenda", "Evening circle"):
            assert secret not in page
        assert not re.search(r"\b(Ada|Ben)\b", page)  # as words: a form's token is made of letters, too


def test_an_unlisted_group_is_not_there_for_others_and_looks_like_one_that_never_was(
    client, group, ada, dan, change, browser_of
):
    change(visibility=Visibility.UNLISTED)
    for browser in (client, browser_of(dan)):
        hidden, never = browser.get(f"/g/{group.slug}"), browser.get("/g/never-was")
        assert hidden.status_code == never.status_code == 404
        assert len(hidden.text) == len(never.text)
    assert browser_of(ada).get(f"/g/{group.slug}").status_code == 200


def test_how_people_join_is_said(client, group, change):
    assert ">Join</a>" in client.get(f"/g/{group.slug}").text
    change(joining=Joining.APPLICATION)
    assert ">Ask to join</a>" in client.get(f"/g/{group.slug}").text
    change(joining=Joining.INVITATION)
    page = client.get(f"/g/{group.slug}").text
    assert "by invitation" in page
    assert f"/g/{group.slug}/join" not in page


def test_the_home_of_a_group_links_its_places(group, ada, ben, frozen, browser_of):
    meeting = make_meeting(group, datetime(2027, 5, 19, 17, tzinfo=UTC), host_id=ada.id)
    page = browser_of(ben).get(f"/g/{group.slug}").text

    for path in ("board", "meetings", f"meetings/{meeting.id}", "members", "me", "leave"):
        assert f'href="/g/{group.slug}/{path}"' in page
    assert "“Blue”" in page
    assert "Ada hosts" in page


@pytest.mark.parametrize("slug", ["%00", "A", "a" * 200, "é", "..", "-", "a_b", "%2e%2e"])
def test_what_is_no_address_is_not_there(client, dan, browser_of, slug):
    for browser in (client, browser_of(dan)):
        for path in ("", "/join", "/members"):
            assert browser.get(f"/g/{slug}{path}").status_code in (303, 404)
    assert browser_of(dan).get(f"/g/{slug}/members").status_code == 404


def test_a_member_changes_their_name_word_and_letters(group, ada, ben, browser_of):
    fields = {"name": "Benny", "colour": "3", "cover_word": "Green", "asks_by_mail": "never"}
    browser = browser_of(ben)
    assert browser.post(f"/g/{group.slug}/me", data=fields).status_code == 303
    assert "Benny" in browser_of(ada).get(f"/g/{group.slug}/members").text

    for bad in (
        {"cover_word": ""},
        {"cover_word": "a\u2028b"},
        {"colour": "8"},
        {"colour": "x"},
        {"asks_by_mail": "often"},
    ):
        answer = browser.post(f"/g/{group.slug}/me", data={**fields, "name": "Kept", **bad})
        assert answer.status_code == 422
        assert 'value="Kept"' in answer.text


def test_who_may_come_and_when_is_asked_of_members_only(client, group, ada, dan, browser_of):
    make_membership(group, make_account("Eve"))
    for path in ("members", "me", "leave", "manage", "manage/edit", "manage/applications", "poster", "step-down"):
        assert client.get(f"/g/{group.slug}/{path}").status_code == 303
        assert client.get(f"/g/never-was/{path}").status_code == 303
        assert browser_of(dan).get(f"/g/{group.slug}/{path}").status_code == 404
    for path in ("leave", "come-back", "withdraw", "agreement", "take-over", "step-down", "stay-on"):
        assert client.post(f"/g/{group.slug}/{path}").status_code == 303
        assert browser_of(dan).post(f"/g/{group.slug}/{path}").status_code == 404
