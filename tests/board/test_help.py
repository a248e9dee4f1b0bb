"""Helping: saying yes, handing back, done, thanks, and writing to each other."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskKind, AskState, Eyes, Happened, Help, HelpState, Message
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail
from supportgroup.mail.models import Letter
from tests.board.conftest import kinds_owed
from tests.post import deliver_due, text_of


def soon(hours=20):
    return {"needed_by": clock.now() + timedelta(hours=hours), "timed": True}


def test_the_asker_hears_of_a_yes_by_letter(circle, postbox):
    ask = circle.ask(circle.ben, title="Bring back bread", **soon(30))

    response = circle.press(circle.cleo, ask, "accept")

    assert response.status_code == 303
    assert ask.state is AskState.COVERED
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert postbox[0]["Subject"] == "Blue: a yes for tomorrow, 18:00"
    assert "Cleo" not in text_of(postbox[0])
    assert "Cleo can do this. Nothing is owed." in circle.page(circle.ben, ask)
    assert deliver_due() == 0


def test_a_second_press_of_the_same_person_changes_nothing(circle):
    ask = circle.ask(circle.ben, helpers_wanted=2)

    assert [circle.press(circle.cleo, ask, "accept").status_code for _ in range(2)] == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(Help)) == 1
    assert ask.state is AskState.OPEN
    assert kinds_owed(circle.ben) == ["ask-accepted"]


def test_of_two_who_press_one_is_told_kindly_that_somebody_was_quicker(circle):
    ask = circle.covered(circle.ben, circle.cleo)

    response = circle.press(circle.ada, ask, "accept")

    assert response.status_code == 409
    assert "Somebody was a moment quicker. Thanks for being willing." in response.text
    assert len(ask.helpers) == 1


def test_nobody_helps_themselves(circle):
    ask = circle.ask(circle.ben)

    response = circle.press(circle.ben, ask, "accept")

    assert response.status_code == 409
    assert "This is your own ask." in response.text


@pytest.mark.parametrize("state", [AskState.DONE, AskState.WITHDRAWN, AskState.EXPIRED])
def test_what_has_ended_takes_no_help(circle, state):
    ask = circle.ask(circle.ben, state=state, closed_at=clock.now())

    response = circle.press(circle.cleo, ask, "accept")

    assert response.status_code == 409
    assert "not open any more. Thanks for being willing." in response.text
    assert ask.helps == []


def test_a_yes_comes_too_late_once_its_time_is_over(circle, frozen):
    ask = circle.ask(circle.ben)
    frozen.shift(timedelta(days=8))

    assert circle.press(circle.cleo, ask, "accept").status_code == 409


def test_handing_back_opens_it_again_at_the_top(circle, frozen, postbox):
    ask = circle.covered(circle.ben, circle.cleo, title="Bring back bread")
    frozen.shift(timedelta(minutes=5))
    circle.ask(circle.ada, title="Water the plants")
    deliver_due()
    postbox.clear()
    frozen.shift(timedelta(minutes=5))

    response = circle.press(circle.cleo, ask, "hand-back")

    assert response.status_code == 303
    assert ask.state is AskState.OPEN
    board = circle.board(circle.cleo)
    assert "Thanks for being willing. The ask is open again." in board
    assert board.index("Bring back bread") < board.index("Water the plants")
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert "open again" in postbox[0]["Subject"]
    assert "Cleo can’t after all. It is open again." in circle.page(circle.ben, ask)
    assert circle.press(circle.cleo, ask, "hand-back").status_code == 409


def test_who_handed_back_may_take_it_again(circle):
    ask = circle.covered(circle.ben, circle.cleo)
    circle.press(circle.cleo, ask, "hand-back")

    assert circle.press(circle.cleo, ask, "accept").status_code == 303
    (help_,) = ask.helps
    assert (help_.state, help_.round) == (HelpState.ACCEPTED, 2)
    assert kinds_owed(circle.ben).count("ask-accepted") == 2


def test_handed_back_within_a_day_everyone_who_may_see_it_hears_at_once(circle, postbox):
    others = [circle.join(name, asks_by_mail=AsksByMail.DAILY) for name in ("Eli", "Fay")]
    circle.join("Gus", asks_by_mail=AsksByMail.NEVER)
    with transaction():
        circle.cleo.asks_by_mail = AsksByMail.AT_ONCE
    ask = circle.covered(circle.ben, circle.cleo, **soon())
    deliver_due()
    postbox.clear()

    circle.press(circle.cleo, ask, "hand-back")

    assert deliver_due() == 3
    assert {letter["To"] for letter in postbox} == {circle.email(one) for one in [circle.ben, *others]}
    assert "an ask is open again, for tomorrow, 08:00" in postbox.to(circle.email(others[0]))[0]["Subject"]
    assert "and 2 people are hearing of it now" in circle.page(circle.ben, ask)


def test_a_hand_back_that_cannot_wait_passes_quiet_hours(circle):
    ask = circle.covered(circle.ben, circle.cleo, **soon(10))
    circle.press(circle.cleo, ask, "hand-back")
    later = circle.covered(circle.ben, circle.cleo, **soon(40))
    circle.press(circle.cleo, later, "hand-back")

    assert priorities("ask-handed-back") == {ask.id: 1, later.id: 2}


def test_at_night_only_what_is_needed_by_noon_wakes_anybody_and_the_page_says_so(circle, frozen, postbox):
    frozen.move_to(datetime(2027, 5, 12, 21, tzinfo=UTC))  # eleven in the evening in Paris
    with transaction():
        circle.ada.asks_by_mail = AsksByMail.AT_ONCE
        for one in (circle.ada, circle.ben):
            account = db.session.get_one(Account, one.account_id)
            account.quiet_from, account.quiet_until = time(21), time(8)
    by_nine = circle.covered(circle.ben, circle.cleo, **soon(10))
    by_ten = circle.covered(circle.ben, circle.cleo, **soon(23))
    deliver_due()
    postbox.clear()

    circle.press(circle.cleo, by_ten, "hand-back")
    assert deliver_due() == 0
    page = circle.page(circle.ben, by_ten)
    assert "hearing of it now" not in page
    assert "letters go out from 09:00" in page

    circle.press(circle.cleo, by_nine, "hand-back")
    assert deliver_due() == 2
    assert {letter["To"] for letter in postbox} == {circle.email(circle.ada), circle.email(circle.ben)}
    page = circle.page(circle.ben, by_nine)
    assert "and 1 person is hearing of it now" in page
    assert "letters go out from" not in page

    frozen.move_to(datetime(2027, 5, 13, 7, 1, tzinfo=UTC))
    assert deliver_due() == 2
    assert "and 1 person is hearing of it now" in circle.page(circle.ben, by_ten)


def priorities(kind):
    """The priority of letters of this kind, by what they are about."""
    owed = select(Letter.about_id, Letter.priority).where(Letter.kind == kind)
    return dict(db.session.execute(owed).all())


def test_what_is_done_is_not_handed_back(circle):
    ask = circle.covered(circle.ben, circle.cleo)
    circle.press(circle.cleo, ask, "done")

    assert ask.state is AskState.DONE
    response = circle.press(circle.cleo, ask, "hand-back")
    assert response.status_code == 409
    assert "over already" in response.text


def test_with_several_helpers_it_is_done_when_each_has_done_theirs(circle):
    ask = circle.ask(circle.ben, helpers_wanted=2)
    for helper in (circle.ada, circle.cleo):
        circle.press(helper, ask, "accept")

    circle.press(circle.ada, ask, "done")
    assert ask.state is AskState.COVERED
    circle.press(circle.cleo, ask, "done")
    assert ask.state is AskState.DONE


def test_the_asker_may_say_that_it_is_done(circle):
    ask = circle.covered(circle.ben, circle.cleo)

    assert circle.press(circle.ada, ask, "done").status_code == 409
    assert circle.press(circle.ben, ask, "done").status_code == 303
    assert (ask.state, ask.asker_says, ask.helps[0].state) == (AskState.DONE, Happened.YES, HelpState.DONE)
    assert "Done, with Cleo. Nothing is owed." in circle.page(circle.ben, ask)


def test_what_did_not_happen_is_asked_for_again_or_rests(circle, frozen):
    ask = circle.covered(circle.ben, circle.cleo, title="Bring back bread", place="Rue du Four 7")
    frozen.shift(timedelta(days=7, hours=1))
    assert "Did it happen?" in circle.page(circle.ben, ask)
    assert "Did it happen?" in circle.page(circle.cleo, ask)

    circle.press(circle.cleo, ask, "happened", happened="no")
    assert ask.state is AskState.COVERED
    assert "Cleo says that it didn’t happen." in circle.page(circle.ben, ask)
    circle.press(circle.ben, ask, "happened", happened="no")

    assert (ask.state, ask.asker_says, ask.helps[0].state) == (AskState.DONE, Happened.NO, HelpState.NOT_DONE)
    assert "You can ask again, or let it rest." in circle.page(circle.ben, ask)
    assert "Bring back bread" not in circle.browser(circle.ada).get(circle.path("ended")).text

    circle.press(circle.ben, ask, "again", of_facilitators="y")
    theirs = db.session.scalars(select(Ask).where(Ask.id != ask.id)).one()
    assert theirs.eyes is Eyes.FACILITATORS
    assert circle.browser(circle.cleo).get(circle.path_of(theirs)).status_code == 404
    assert theirs.title in circle.page(circle.ada, theirs)
    frozen.shift(timedelta(minutes=2))
    response = circle.press(circle.ben, ask, "again")
    again = db.session.scalars(select(Ask).where(Ask.id.not_in([ask.id, theirs.id]))).one()
    assert response.location.endswith(str(again.id))
    assert (again.state, again.title, again.place, again.helps) == (AskState.OPEN, ask.title, ask.place, [])
    assert again.needed_by > clock.now()


def test_what_happened_can_be_said_anew_and_unknown_words_are_refused(circle):
    ask = circle.covered(circle.ben, circle.cleo)

    assert circle.press(circle.ben, ask, "happened", happened="perhaps").status_code == 422
    assert circle.press(circle.ben, ask, "happened").status_code == 422
    assert circle.press(circle.ada, ask, "happened", happened="no").status_code == 409
    assert ask.asker_says is None
    circle.press(circle.ben, ask, "happened", happened="partly")
    circle.press(circle.ben, ask, "happened", happened="yes")
    assert ask.asker_says is Happened.YES


def test_thanks_are_between_the_two(circle):
    ask = circle.covered(circle.ben, circle.cleo)
    circle.press(circle.ben, ask, "done")
    (help_,) = ask.helps

    response = circle.press(circle.ben, ask, "thank", help_id=help_.id, text="It was good bread")

    assert response.status_code == 303
    assert "It was good bread" in circle.page(circle.cleo, ask)
    assert "It was good bread" not in circle.page(circle.ada, ask)
    assert "You were thanked" in circle.browser(circle.cleo).get("/home").text
    assert circle.press(circle.cleo, ask, "thank", help_id=help_.id, text="me").status_code == 404
    assert circle.press(circle.ben, ask, "thank", help_id="x", text="you").status_code == 404
    too_long = circle.press(circle.ben, ask, "thank", help_id=help_.id, text="t" * 1001)
    assert too_long.status_code == 422
    assert "t" * 1001 in too_long.text


def test_the_thread_is_for_asker_and_helpers_only(circle, postbox, frozen):
    ask = circle.covered(circle.ben, circle.cleo)
    deliver_due()
    postbox.clear()

    assert circle.press(circle.cleo, ask, "messages", text="I can be there at six.").status_code == 303
    assert circle.press(circle.cleo, ask, "messages", text="Or at seven.").status_code == 303

    assert "I can be there at six." in circle.page(circle.ben, ask)
    assert "at six" not in circle.page(circle.ada, ask)
    assert circle.press(circle.ada, ask, "messages", text="me too").status_code == 404
    frozen.shift(timedelta(minutes=2))
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.ben)
    assert "six" not in text_of(postbox[0])


def test_who_handed_back_reads_no_further_and_who_comes_next_reads_from_then_on(circle, frozen):
    ask = circle.covered(circle.ben, circle.cleo)
    circle.press(circle.cleo, ask, "messages", text="I am in the blue house.")
    frozen.shift(timedelta(minutes=1))
    circle.press(circle.cleo, ask, "hand-back")

    assert "blue house" not in circle.page(circle.cleo, ask)
    assert circle.press(circle.cleo, ask, "messages", text="hello?").status_code == 404
    frozen.shift(timedelta(minutes=1))
    circle.press(circle.ada, ask, "accept")
    assert "blue house" not in circle.page(circle.ada, ask)
    circle.press(circle.ben, ask, "messages", text="Thank you Ada")
    assert "Thank you Ada" in circle.page(circle.ada, ask)
    assert "Thank you Ada" not in circle.page(circle.cleo, ask)
    assert "blue house" in circle.page(circle.ben, ask)


def test_a_helper_sees_the_others_without_their_names(circle):
    ask = circle.ask(circle.ben, helpers_wanted=2)
    for helper in (circle.ada, circle.cleo):
        circle.press(helper, ask, "accept")
    circle.press(circle.cleo, ask, "messages", text="I bring a ladder")

    page = circle.page(circle.ada, ask).partition('id="main"')[2]
    assert "Another helper" in page
    assert "Cleo" not in page
    assert "Cleo" in circle.page(circle.ben, ask)


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "Write a line first."), ("m" * 4001, "Up to 4,000"), ("\x00", "not text")]
)
def test_a_message_that_cannot_be_read_is_kept(circle, text, sentence):
    ask = circle.covered(circle.ben, circle.cleo)

    response = circle.press(circle.ben, ask, "messages", text=text)

    assert response.status_code == 422
    assert sentence in response.text
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_who_leaves_lets_go_of_what_they_asked_and_took_on(circle, postbox):
    hers = circle.covered(circle.cleo, circle.ada)
    taken = circle.covered(circle.ben, circle.cleo)
    alone = circle.ask(circle.cleo, kind=AskKind.COMPANY)
    deliver_due()
    postbox.clear()

    circle.browser(circle.cleo).post(f"/g/{circle.group.slug}/leave")

    assert (hers.state, alone.state, taken.state) == (AskState.WITHDRAWN, AskState.WITHDRAWN, AskState.OPEN)
    assert deliver_due() == 2
    assert {letter["To"] for letter in postbox} == {circle.email(circle.ada), circle.email(circle.ben)}
    assert kinds_owed(circle.ben) == ["ask-accepted", "ask-handed-back"]


def test_home_says_what_came_of_my_asks_and_what_i_took_on(circle, frozen):
    circle.covered(circle.ben, circle.cleo, title="Bring back bread")
    circle.ask(circle.ben, title="Walk in the park")
    failed = circle.covered(circle.ben, circle.ada, title="Water the plants")
    circle.press(circle.ben, failed, "happened", happened="no")
    circle.ask(circle.cleo, title="A long evening", size_minutes=60)
    circle.ask(circle.ada, title="Post a letter", size_minutes=5)

    home = circle.browser(circle.ben).get("/home").text
    assert home.count("can do this") == 1
    assert "Cleo can do this" in home
    assert "It didn’t happen this time" in home
    assert "Post a letter" in home
    assert "A long evening" not in home
    assert "What you took on" in circle.browser(circle.cleo).get("/home").text
    frozen.shift(timedelta(days=8))
    assert "Water the plants" not in circle.browser(circle.ben).get("/home").text
