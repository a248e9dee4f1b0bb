"""Applications: a few words, an answer within seven days, and an apology where nobody answered."""

from datetime import timedelta

import pytest

from supportgroup.accounts.queries import account_of
from supportgroup.db import transaction
from supportgroup.groups import joining
from supportgroup.groups.models import Joining, MembershipState
from tests.factories import make_account, make_membership
from tests.groups.steps import fill_in, join_by_letter, place_of, subjects
from tests.post import deliver_due


@pytest.fixture
def asking(change):
    change(joining=Joining.APPLICATION, questions=["What brings you here?", "What would help?"])


@pytest.fixture
def applied(asking, group, ada, dan, browser_of):
    """Dan has applied."""
    browser_of(dan).post(f"/g/{group.slug}/join", data=fill_in(answer_0="My mother.", answer_1="<b>Company</b>"))
    return place_of(group, dan)


def answer(browser, group, membership, said):
    return browser.post(f"/g/{group.slug}/manage/applications/{membership.id}", data={"answer": said})


def tick(function):
    with transaction():
        function()


def test_dan_applies_by_letter_and_ada_lets_him_in(client, asking, group, ada, browser_of, postbox, frozen):
    join_by_letter(client, postbox, f"/g/{group.slug}/join", answer_0="My mother.")
    dan = place_of(group, account_of("dan@example.org"))
    assert dan.state is MembershipState.APPLIED
    page = client.get(f"/g/{group.slug}")
    assert "within seven days" in page.text
    assert group.name not in page.text

    deliver_due()
    assert subjects(postbox, ada) == ["Blue: somebody would like to join"]
    assert "My mother" not in postbox[-1].as_string()
    read = browser_of(ada).get(f"/g/{group.slug}/manage/applications")
    assert "My mother." in read.text
    assert "dan@example.org" not in read.text

    assert answer(browser_of(ada), group, dan, "yes").status_code == 303
    deliver_due()
    dan = place_of(group, account_of("dan@example.org"))
    assert dan.state is MembershipState.ACTIVE
    assert dan.hello_at is not None
    assert dan.answers == ""
    assert postbox[-1]["Subject"] == f"{dan.cover_word}: a yes"
    assert group.name in client.get(f"/g/{group.slug}").text


def test_a_no_is_said_kindly_and_the_words_are_not_kept(applied, group, ada, dan, browser_of, postbox):
    deliver_due()
    answer(browser_of(ada), group, applied, "no")
    deliver_due()

    place = place_of(group, dan)
    assert (place.state, place.answers) == (MembershipState.DECLINED, "")
    assert subjects(postbox, dan) == [f"{place.cover_word}: an answer"]
    assert "about the group, not about you" in postbox[-1].as_string().replace("=\n", "")


def test_what_was_typed_is_shown_as_text(applied, group, ada, browser_of):
    page = browser_of(ada).get(f"/g/{group.slug}/manage/applications")

    assert "&lt;b&gt;Company&lt;/b&gt;" in page.text


def test_an_application_is_answered_once(applied, group, ada, browser_of):
    browser = browser_of(ada)
    assert answer(browser, group, applied, "yes").status_code == 303
    again = answer(browser, group, applied, "no")

    assert again.status_code == 409
    assert "answer already" in again.text


def test_an_answer_that_is_none_changes_nothing(applied, group, ada, dan, browser_of):
    assert answer(browser_of(ada), group, applied, "perhaps").status_code == 422
    assert place_of(group, dan).state is MembershipState.APPLIED


def test_a_facilitator_elsewhere_cannot_answer(applied, group, dan, browser_of):
    other = make_membership(group, make_account("Eve"))

    assert answer(browser_of(other), group, applied, "yes").status_code == 404
    assert place_of(group, dan).state is MembershipState.APPLIED


def test_ada_is_reminded_on_the_third_day_and_only_once(frozen, applied, ada, postbox):
    deliver_due()
    for _ in range(4):
        frozen.shift(timedelta(days=1))
        tick(joining.remind_of_applications)
        tick(joining.remind_of_applications)
        deliver_due()

    assert subjects(postbox, ada) == [
        "Blue: somebody would like to join",
        "Blue: somebody still waits for an answer",
    ]


def test_on_day_fourteen_it_lapses_with_an_apology_and_can_be_asked_again(
    frozen, applied, group, ada, dan, browser_of, postbox
):
    frozen.shift(timedelta(days=3))
    tick(joining.remind_of_applications)
    frozen.shift(timedelta(days=10, hours=23))
    tick(joining.lapse_applications)
    assert place_of(group, dan).state is MembershipState.APPLIED

    frozen.shift(timedelta(hours=1))
    for _ in range(2):
        tick(joining.lapse_applications)
    deliver_due()
    assert place_of(group, dan).state is MembershipState.DECLINED
    assert subjects(postbox, dan) == [f"{place_of(group, dan).cover_word}: we are sorry"]

    browser_of(dan).post(f"/g/{group.slug}/join", data=fill_in(answer_0="Still."))
    assert place_of(group, dan).state is MembershipState.APPLIED


def test_an_answered_application_owes_nobody_a_letter_any_more(applied, group, ada, browser_of, postbox):
    answer(browser_of(ada), group, applied, "no")
    deliver_due()

    assert subjects(postbox, ada) == []


def test_dan_takes_his_application_back(applied, group, ada, dan, browser_of):
    browser = browser_of(dan)
    assert "Take it back" in browser.get(f"/g/{group.slug}").text
    assert browser.post(f"/g/{group.slug}/withdraw").status_code == 303

    place = place_of(group, dan)
    assert (place.state, place.answers, place.joined_at) == (MembershipState.LEFT, "", None)
    assert "Nobody waits" in browser_of(ada).get(f"/g/{group.slug}/manage/applications").text
    assert "Ask to join" in browser.get(f"/g/{group.slug}").text


def test_questions_may_be_left_open_and_long_answers_are_sent_back(asking, group, dan, browser_of):
    browser = browser_of(dan)
    too_long = browser.post(f"/g/{group.slug}/join", data=fill_in(answer_0="a" * 2001, answer_1="kept words"))
    assert too_long.status_code == 422
    assert "kept words" in too_long.text

    assert browser.post(f"/g/{group.slug}/join", data=fill_in()).status_code == 303
    assert place_of(group, dan).state is MembershipState.APPLIED
