"""What somebody has set themselves to carry: the board says so, lets them choose, and meanwhile sends them nothing."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board import rounds
from supportgroup.board.carrying import OverOwnLimit, has_room, respect, set_wish, wish_of
from supportgroup.board.models import Help, HelpState
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail
from supportgroup.mail.models import Letter
from tests.factories import make_account, make_ask, make_group, make_help, make_membership

TWO = "You set yourself two a week, and you have two. It is fine to leave this one to someone else."


def took_on(member, *, asker, **columns):
    """One more ask that the member took on."""
    size = columns.pop("size", 15)
    return make_help(make_ask(asker, size_minutes=size), member, **columns)


@pytest.fixture
def ask(cleo):
    """Cleo's ask of fifteen minutes."""
    with transaction():
        made = make_ask(cleo)
    return made


@pytest.fixture
def full(ben, cleo):
    """Ben has taken on two."""
    with transaction():
        took_on(ben, asker=cleo)
        took_on(ben, asker=cleo)


def helps_with(ask):
    return db.session.scalar(select(func.count()).select_from(Help).where(Help.ask_id == ask.id))


def test_at_the_limit_the_board_says_so_and_lets_ben_choose(ben, ask, full, browser_of):
    browser, accept = browser_of(ben), f"/g/{ask.asker.group.slug}/board/asks/{ask.id}/accept"

    answer = browser.post(accept)
    assert answer.status_code == 409
    assert TWO in answer.text
    assert "Leave it to someone else" in answer.text
    assert helps_with(ask) == 0

    assert browser.post(accept, data={"anyway": "y"}).status_code == 303
    assert helps_with(ask) == 1


def test_the_first_two_are_taken_on_in_one_press_each(ben, cleo, browser_of):
    with transaction():
        asks = [make_ask(cleo) for _ in range(3)]
    browser = browser_of(ben)

    answers = [browser.post(f"/g/{ben.group.slug}/board/asks/{ask.id}/accept").status_code for ask in asks]
    assert answers == [303, 303, 409]


def test_who_holds_a_place_is_not_asked_again(ben, cleo, full, browser_of):
    mine = db.session.scalars(select(Help).where(Help.helper_id == ben.id)).first()

    assert browser_of(ben).post(f"/g/{ben.group.slug}/board/asks/{mine.ask_id}/accept").status_code == 303


def test_five_minutes_are_free(ben, full):
    respect(account_id=ben.account_id, size_minutes=5)
    with pytest.raises(OverOwnLimit, match="two a week, and you have two"):
        respect(account_id=ben.account_id, size_minutes=15)


def test_what_was_handed_back_five_minutes_or_more_than_a_week_ago_does_not_count(ben, cleo):
    with transaction():
        took_on(ben, asker=cleo)
        took_on(ben, asker=cleo, state=HelpState.HANDED_BACK)
        took_on(ben, asker=cleo, size=5)
        took_on(ben, asker=cleo, accepted_at=clock.now() - timedelta(days=7, minutes=1))

    respect(account_id=ben.account_id, size_minutes=60)


def test_it_is_one_limit_for_all_groups(ben, cleo, full):
    with transaction():
        elsewhere = make_group()
        account = db.session.get(Account, ben.account_id)
        there = make_membership(elsewhere, account)

    with pytest.raises(OverOwnLimit):
        respect(account_id=there.account_id, size_minutes=15)


def test_ben_sets_his_own_measure_and_rests(ben, frozen, browser_of):
    frozen.move_to(clock.now())
    browser = browser_of(ben)
    page = browser.get("/me/balance").text
    assert 'value="2"' in page

    day = (clock.now() + timedelta(days=10)).date()
    wish = {"per_week": "1", "rest": "y", "rest_until": f"{day}", "wanted": "y"}
    assert browser.post("/me/balance", data=wish).status_code == 303
    kept = wish_of(ben.account_id)
    assert kept.per_week == 1
    assert kept.resting_until.astimezone(clock.zone("Europe/Paris")).isoformat()[:16] == f"{day}T00:00"
    with pytest.raises(OverOwnLimit, match="You are resting at the moment"):
        respect(account_id=ben.account_id, size_minutes=5)

    frozen.shift(timedelta(days=11))
    respect(account_id=ben.account_id, size_minutes=5)


@pytest.mark.parametrize(
    ("filled_in", "sentence"),
    [
        ({"per_week": "21"}, "Say a number from 0 to 20."),
        ({"per_week": "-1"}, "Say a number from 0 to 20."),
        ({"per_week": "two"}, "Say a number from 0 to 20."),
        ({"per_week": ""}, "Say a number from 0 to 20."),
        ({"per_week": "9" * 5000}, "Say a number from 0 to 20."),
        ({"rest": "y"}, "Choose a day after today, within a year."),
        ({"rest": "y", "rest_until": "2020-01-01"}, "Choose a day after today, within a year."),
        ({"rest": "y", "rest_until": "2999-01-01"}, "Choose a day after today, within a year."),
        ({"rest": "y", "rest_until": "2027-02-30"}, "This day is not in the calendar."),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_field(ben, browser_of, filled_in, sentence):
    answer = browser_of(ben).post("/me/balance", data={"per_week": "2", **filled_in})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert wish_of(ben.account_id).per_week == 2


@pytest.mark.parametrize(("per_week", "words"), [(0, "You set yourself none for now."), (1, "one a week")])
def test_the_sentence_says_the_number_in_words(ben, cleo, per_week, words):
    with transaction():
        set_wish(account_id=ben.account_id, per_week=per_week, resting_until=None)
        took_on(ben, asker=cleo)

    with pytest.raises(OverOwnLimit, match=words):
        respect(account_id=ben.account_id, size_minutes=30)


def test_asks_are_not_sent_to_who_is_full_or_rests(ada, ben, cleo, full):
    with transaction():
        set_wish(account_id=ada.account_id, per_week=2, resting_until=clock.now() + timedelta(days=3))
        eli = make_membership(ben.group, make_account("Eli"), asks_by_mail=AsksByMail.AT_ONCE)
        for member in (ada, ben):
            member.asks_by_mail = AsksByMail.AT_ONCE
        db.session.flush()
        rounds.tell_everyone(make_ask(cleo))

    told = db.session.scalars(select(Letter.recipient_id).where(Letter.kind == "ask-posted")).all()
    assert told == [eli.account_id]


@given(
    helps=st.lists(
        st.tuples(
            st.sampled_from([5, 15, 30, 60, 120]),
            st.sampled_from(HelpState),
            st.integers(min_value=0, max_value=10 * 24),
        ),
        max_size=5,
    ),
    per_week=st.none() | st.integers(min_value=0, max_value=4),
    rests=st.sampled_from([None, -1, 1]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_is_sent_asks_is_who_may_take_one_on_without_a_word(group, helps, per_week, rests):
    """The condition for letters and the rule at the press of a button agree, in any small world."""
    with transaction():
        me, other = (make_membership(group, make_account(name)) for name in ("Me", "Other"))
        for size, state, hours in helps:
            took_on(me, asker=other, size=size, state=state, accepted_at=clock.now() - timedelta(hours=hours))
        if per_week is not None:
            until = clock.now() + timedelta(days=rests) if rests else None
            set_wish(account_id=me.account_id, per_week=per_week, resting_until=until)
    sent = db.session.scalar(select(has_room(Account.id)).where(Account.id == me.account_id))
    try:
        respect(account_id=me.account_id, size_minutes=15)
        welcome = True
    except OverOwnLimit:
        welcome = False
    assert bool(sent) == welcome
