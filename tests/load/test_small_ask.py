"""A small ask to try: for who gives and never asks, and once for newcomers. Two passed over, and it stops."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.wishes import stop
from supportgroup.board.models import AskKind, Heard, Help, HelpState
from supportgroup.board.starters import EXAMPLES
from supportgroup.db import db, transaction
from supportgroup.groups.models import GroupState
from supportgroup.load import queries, service
from supportgroup.load.models import Nudge, Why
from supportgroup.load.service import suggest_small_asks
from tests.factories import make_ask, make_help, make_meeting, make_presence, make_rsvp
from tests.post import deliver_due, text_of


def tick():
    with transaction():
        suggest_small_asks()
    db.session.expire_all()


def card(member):
    db.session.expire_all()
    return service.card(member.account_id, [member])


@pytest.fixture
def giver(frozen, ben, cleo):
    """Ben has helped twice, listened once and hosted once, and asked for nothing."""
    now = clock.now()
    with transaction():
        make_help(make_ask(cleo), ben, accepted_at=now - timedelta(days=50), state=HelpState.DONE)
        make_help(make_ask(cleo), ben)
        heard = make_ask(cleo, kind=AskKind.LISTEN, size_minutes=5)
        db.session.add(Heard(ask_id=heard.id, membership_id=ben.id, created_at=now))
        make_meeting(ben.group, now - timedelta(days=9), host_id=ben.id)
    return ben


@pytest.fixture
def by_mail(giver):
    with transaction():
        service.wish_for_cards(account_id=giver.account_id, wanted=True, by_mail=True)


def test_who_gave_four_times_and_asked_for_nothing_finds_one_small_ask_filled_in(giver, cleo, frozen, browser_of):
    tick()

    found = card(giver)
    assert (found.why, found.slug) == (Why.GIVES, giver.group.slug)
    assert EXAMPLES[found.number].title == found.title
    assert EXAMPLES[found.number].size_minutes <= 15
    assert card(cleo) is None
    filled_in = browser_of(giver).get(f"/g/{found.slug}/board/asks/new?example={found.number}").text
    assert f'value="{found.title}"' in filled_in


def test_three_times_are_not_enough_and_what_was_handed_back_does_not_count(giver, cleo):
    with transaction():
        for help_ in db.session.scalars(select(Help).where(Help.helper_id == giver.id)):
            help_.state = HelpState.HANDED_BACK

    tick()
    assert card(giver) is None


def test_who_has_asked_for_something_lately_is_left_in_peace(giver):
    with transaction():
        make_ask(giver, created_at=clock.now() - timedelta(days=59))

    tick()
    assert card(giver) is None


def test_looking_after_a_group_counts_as_giving(ada, cleo):
    with transaction():
        for _ in range(3):
            make_help(make_ask(cleo), ada)

    tick()
    assert card(ada).why is Why.GIVES


def test_the_card_goes_as_soon_as_something_is_asked_for(giver, frozen):
    tick()
    frozen.shift(timedelta(hours=1))
    with transaction():
        make_ask(giver)
    assert card(giver) is None

    tick()
    assert queries.nudge(giver.account_id).passed_over == 0


def test_not_now_twice_and_it_stops(giver, cleo, frozen, browser_of):
    for number in range(2):
        tick()
        assert card(giver) is not None
        answer = browser_of(giver).post("/me/balance/not-now", follow_redirects=True)
        assert "That is fine." in answer.text
        assert ("It does not come again" in answer.text) == (number == 1)
        assert card(giver) is None
        frozen.shift(timedelta(days=29))
        tick()
        assert card(giver) is None
        frozen.shift(timedelta(days=2))
        with transaction():
            for _ in range(4):
                make_help(make_ask(cleo), giver)

    tick()
    assert card(giver) is None


def test_the_home_page_shows_the_card_and_folds_away_what_ben_could_carry(giver, cleo, browser_of):
    with transaction():
        make_ask(cleo, title="Read one page", size_minutes=5)
    home = browser_of(giver).get("/home").text
    assert "Something small you could carry" in home
    assert "small-ask-title" not in home

    tick()
    home = browser_of(giver).get("/home").text
    assert card(giver).title in home
    assert "You have carried something for others. Here is something small for you." in home
    assert "<summary>Something small you could carry</summary>" in home
    assert "small-ask-title" not in browser_of(cleo).get("/home").text


def test_a_card_that_nobody_presses_was_passed_over_after_two_weeks(giver, frozen):
    tick()
    frozen.shift(timedelta(days=15))

    tick()
    assert card(giver) is None
    assert queries.nudge(giver.account_id).passed_over == 1


def test_it_can_be_switched_off_and_on_again(giver, cleo, browser_of, frozen):
    browser = browser_of(giver)
    tick()
    browser.post("/me/balance", data={"per_week": "2"})
    assert card(giver) is None
    frozen.shift(timedelta(days=40))
    tick()
    assert card(giver) is None
    browser = browser_of(giver)
    assert 'name="wanted" type="checkbox" value="y"' in browser.get("/me/balance").text

    browser.post("/me/balance", data={"per_week": "2", "wanted": "y"})
    with transaction():
        for _ in range(4):
            make_help(make_ask(cleo), giver)
    tick()
    assert card(giver) is not None


def test_ticking_twice_changes_nothing(giver):
    tick()
    first = queries.nudge(giver.account_id).offered_at
    tick()

    assert queries.nudge(giver.account_id).offered_at == first


def test_without_a_yes_no_letter_goes_out(giver, postbox):
    tick()

    assert deliver_due() == 0


def test_by_mail_after_a_yes_one_letter_that_tells_nothing(giver, by_mail, postbox, frozen):
    tick()
    tick()

    assert deliver_due() == 1
    letter = postbox[0]
    assert letter["Subject"] == "Something small, if you like"
    assert card(giver).title not in text_of(letter)
    for secret in (giver.group.name, giver.group.public_title, "Supportgroup", "Ben"):
        assert secret not in letter.as_string()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_whose_card_is_gone_is_not_sent(giver, by_mail, postbox, frozen):
    tick()
    with transaction():
        service.pass_over(giver.account_id)

    assert deliver_due() == 0
    assert postbox == []


def test_who_stopped_these_letters_gets_none(giver, by_mail, postbox, frozen):
    with transaction():
        stop(giver.account_id, "small-asks")
    tick()

    assert deliver_due() == 0
    assert card(giver) is not None


def test_a_newcomer_gets_one_easy_example_after_a_first_meeting(cleo, frozen, browser_of):
    with transaction():
        meeting = make_meeting(cleo.group, clock.now() - timedelta(hours=2))
        cleo.joined_at = clock.now() - timedelta(days=2)
    tick()
    assert card(cleo) is None

    with transaction():
        make_presence(meeting, cleo)
    tick()
    found = card(cleo)
    assert found.why is Why.NEW
    assert EXAMPLES[found.number].size_minutes == 5
    assert found.title in browser_of(cleo).get("/home").text

    with transaction():
        service.pass_over(cleo.account_id)
        make_presence(make_meeting(cleo.group, clock.now() - timedelta(hours=1, minutes=30)), cleo)
    for _ in range(3):
        frozen.shift(timedelta(days=5))
        tick()
        assert card(cleo) is None


def test_where_nobody_was_marked_who_said_they_come_was_there(cleo):
    with transaction():
        meeting = make_meeting(cleo.group, clock.now() - timedelta(hours=2))
        make_rsvp(meeting, cleo)
        cleo.joined_at = clock.now() - timedelta(days=2)

    tick()
    assert card(cleo).why is Why.NEW


def test_a_newcomer_who_gave_or_asked_already_needs_none(ben, cleo):
    with transaction():
        meeting = make_meeting(cleo.group, clock.now() - timedelta(hours=2))
        for one in (ben, cleo):
            one.joined_at = clock.now() - timedelta(days=2)
            make_presence(meeting, one)
        make_help(make_ask(cleo), ben)

    tick()
    assert card(ben) is None
    assert card(cleo) is None


def test_a_newcomer_who_hosted_has_given(ben, cleo):
    with transaction():
        meeting = make_meeting(cleo.group, clock.now() - timedelta(hours=2), host_id=cleo.id)
        for one in (ben, cleo):
            one.joined_at = clock.now() - timedelta(days=2)
            make_presence(meeting, one)

    tick()
    assert card(cleo) is None
    assert card(ben).why is Why.NEW


def test_a_group_that_rests_is_no_place_to_ask(giver):
    tick()
    with transaction():
        giver.group.state = GroupState.RESTING

    assert card(giver) is None


def test_pressing_not_now_without_a_card_changes_nothing(ben, browser_of):
    assert browser_of(ben).post("/me/balance/not-now").status_code == 303
    assert db.session.scalars(select(Nudge)).all() == []
