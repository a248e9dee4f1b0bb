"""The sentences and charts of guess against outcome: what must hold whatever was noted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportgroup.charts import Bar, Chart
from supportgroup.reflections import looking_back
from supportgroup.reflections.looking_back import Look
from supportgroup.reflections.models import Came, Guess, Reply, Unease
from supportgroup.reflections.phrases import what_happened

HARDLY_YES = Look(guess=Guess.HARDLY, reply=Reply.YES)
HARDLY_NO = Look(guess=Guess.HARDLY, reply=Reply.NO)

LOOKS = st.lists(
    st.builds(
        Look,
        guess=st.none() | st.sampled_from(Guess),
        before=st.none() | st.sampled_from(Unease),
        after=st.none() | st.sampled_from(Unease),
        reply=st.none() | st.sampled_from(Reply),
        came=st.none() | st.sampled_from(Came),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("looks", "sentence"),
    [
        ([HARDLY_YES] * 4 + [HARDLY_NO], "You said hardly five times. Four of them got a yes."),
        ([HARDLY_YES], "You said hardly once. It got a yes."),
        ([HARDLY_YES] * 2, "You said hardly twice. Both got a yes."),
        ([HARDLY_YES] * 3, "You said hardly three times. All of them got a yes."),
        ([HARDLY_YES] * 13 + [HARDLY_NO], "You said hardly 14 times. 13 of them got a yes."),
        ([HARDLY_NO, Look(guess=Guess.MAYBE, reply=Reply.YES)], "You said maybe once. It got a yes."),
        ([HARDLY_NO] * 2, "No yes yet to two asks you noted here. That is about the weeks, not about you."),
        ([HARDLY_NO], "No yes yet to the one ask you noted here. That is about the weeks, not about you."),
    ],
)
def test_the_sentence_of_guesses(looks, sentence):
    assert looking_back.guesses(looks).sentence == sentence


@pytest.mark.parametrize(
    ("eased", "sentence"),
    [
        ([1, 2, 0], "Two of three times it was easier afterwards than before."),
        ([1, 1], "Both times it was easier afterwards than before."),
        ([1, 1, 3], "All three times it was easier afterwards than before."),
        ([2], "It was easier afterwards than before."),
        ([0, -1], "How uneasy it was before and afterwards, twice."),
    ],
)
def test_the_sentence_of_unease(eased, sentence):
    assert looking_back.sentence_of_unease(eased) == sentence


@given(looks=LOOKS)
def test_every_guess_with_a_known_outcome_is_in_the_chart_once_and_no_other(looks):
    chart = looking_back.guesses(looks)
    known = [look for look in looks if look.guess and look.known]
    if not known:
        assert chart is None
        return
    for bar, guess in zip(chart.bars, Guess, strict=True):
        said = [look for look in known if look.guess is guess]
        assert sum(bar.values) == len(said)
        assert bar.values[0] == sum(look.came is Came.HAPPENED for look in said)
        assert bar.values[0] + bar.values[1] == sum(look.yes for look in said)


@given(looks=LOOKS)
def test_a_yes_is_kept_apart_from_what_came_of_it(looks):
    """Whether it then happened never changes how many yeses are told."""
    chart = looking_back.guesses(looks)
    not_come = [Look(guess=look.guess, reply=Reply.YES if look.yes else look.reply) for look in looks]
    other = looking_back.guesses(not_come)
    if chart:
        assert chart.sentence == other.sentence
        assert [bar.values[2] for bar in chart.bars] == [bar.values[2] for bar in other.bars]


@given(looks=LOOKS)
def test_before_and_afterwards_count_the_same_reflections(looks):
    chart = looking_back.unease(looks)
    both = sum(bool(look.before and look.after) for look in looks)
    assert (chart is None) == (both == 0)
    if chart:
        assert [sum(bar.values) for bar in chart.bars] == [both, both]


@given(looks=LOOKS)
def test_no_sentence_scores_or_presses(looks):
    for chart in (looking_back.guesses(looks), looking_back.unease(looks)):
        if chart:
            assert not re.search(r"%|score|streak|should|only|!|wrong|failed", chart.sentence.lower())
            assert chart.sentence[0].isupper() or chart.sentence[0].isdigit()
            assert chart.sentence.endswith(".")


@given(reply=st.none() | st.sampled_from(Reply), came=st.none() | st.sampled_from(Came))
def test_what_happened_has_words_for_every_pair(reply, came):
    assert (what_happened(reply, came) == "") == (reply is None and came is None)


def test_where_the_page_knows_who_helped_it_says_so():
    assert what_happened(Reply.YES, Came.HAPPENED, "Cleo") == "Cleo said yes, and it happened."
    assert what_happened(Reply.NO, None, "Cleo") == "nobody had room this time."


@given(
    values=st.lists(
        st.lists(st.integers(min_value=0, max_value=500), min_size=3, max_size=3), min_size=1, max_size=12
    ).filter(lambda rows: any(map(any, rows)))
)
def test_segments_follow_one_another_within_the_picture_and_the_longest_bar_fills_it(values):
    chart = Chart(
        sentence="",
        caption="",
        heading="",
        parts=("a", "b", "c"),
        bars=tuple(Bar(str(number), tuple(row)) for number, row in enumerate(values)),
    )
    longest = 0.0
    for bar in chart.bars:
        end = 0.0
        for piece in chart.segments(bar):
            assert piece.length >= 0
            assert bar.values[piece.part] > 0
            assert abs(piece.start - end) < 0.05
            end = piece.start + piece.length
        assert end <= 100.05
        longest = max(longest, end)
    assert abs(longest - 100) < 0.05
