"""How evenly load is spread: three words, no names, and nothing in a group too small to hide in."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.board.models import Eyes
from supportgroup.db import transaction
from supportgroup.load import evenness
from supportgroup.load.evenness import FEW, MANY, SOME, sentences, step
from tests.factories import make_account, make_ask, make_help, make_meeting, make_membership

COUNTS = st.lists(st.integers(0, 50), min_size=8, max_size=40)
STEPS = {MANY: 2, SOME: 1, FEW: 0}


@given(counts=COUNTS, order=st.randoms())
def test_who_carried_what_does_not_matter(counts, order):
    shuffled = list(counts)
    order.shuffle(shuffled)
    assert step(shuffled) == step(counts)


@given(size=st.integers(8, 40), each=st.integers(1, 20))
def test_what_everyone_carries_alike_rests_on_many(size, each):
    assert step([each] * size) == MANY


@given(size=st.integers(8, 40), all_of_it=st.integers(5, 50))
def test_what_one_carries_rests_on_a_few(size, all_of_it):
    assert step([all_of_it] + [0] * (size - 1)) == FEW


@given(counts=COUNTS, factor=st.integers(1, 9))
def test_a_busier_group_is_not_a_less_even_one(counts, factor):
    assume(step(counts))
    assert step([count * factor for count in counts]) == step(counts)


@given(counts=COUNTS.filter(lambda counts: len(set(counts)) > 1))
def test_moving_one_from_the_most_to_the_least_never_makes_it_less_even(counts):
    assume(step(counts))
    evened = sorted(counts)
    evened[0], evened[-1] = evened[0] + 1, evened[-1] - 1
    assert STEPS[step(evened)] >= STEPS[step(counts)] or evened[0] > evened[-1]


@given(counts=st.lists(st.integers(0, 50), min_size=1, max_size=7))
def test_a_group_of_fewer_than_eight_is_told_nothing(counts):
    spread = dict.fromkeys(("asks", "help", "hosting"), counts)
    assert sentences(spread) == []
    assert not evenness.rests_on_few(spread, "hosting")


def grow(group, members):
    return [make_membership(group, make_account(f"Person{number}")) for number in range(members)]


def test_a_facilitator_who_asks_is_told_in_words_and_without_names(group, ada, browser_of):
    now = clock.now()
    with transaction():
        people = grow(group, 8)
        for number, one in enumerate(people):
            ask = make_ask(one)
            make_help(ask, people[number % 2 - 2])
            make_ask(one, eyes=Eyes.FACILITATORS)
        for week in range(6):
            make_meeting(group, now - timedelta(days=7 * week + 1), host_id=people[0].id)
        make_meeting(group, now - timedelta(days=200), host_id=people[1].id)

    page = browser_of(ada).get(f"/g/{group.slug}/manage/load").text
    assert "Asks come from many of you. Help comes from a few of you. Hosting rests on a few of you." in page
    assert "look at the rota, and tell the group of it" in page
    assert "Person" not in page
    assert not any(f">{number}<" in page for number in range(1, 100))


def test_a_small_group_is_told_why_it_is_told_nothing(group, ada, browser_of):
    with transaction():
        grow(group, 6)

    page = browser_of(ada).get(f"/g/{group.slug}/manage/load").text
    assert "In a group of fewer than eight, a sentence about this would point at somebody. So there is none." in page


def test_a_quiet_group_is_told_that_it_was_quiet(group, ada, browser_of):
    with transaction():
        grow(group, 8)

    assert (
        "There was too little in the last three months to tell."
        in browser_of(ada).get(f"/g/{group.slug}/manage/load").text
    )


def test_for_members_the_page_is_not_there(group, ada, ben, browser_of):
    assert browser_of(ben).get(f"/g/{group.slug}/manage/load").status_code == 404
