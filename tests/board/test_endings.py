"""What the clock does: asks end kindly, helpers are reminded, days' asks are gathered."""

from datetime import UTC, datetime, time, timedelta

import pytest

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board import digest, ending, planning
from supportgroup.board.models import AskState, Eyes, HelpState
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail
from supportgroup.mail.models import Letter
from tests.board.conftest import kinds_owed
from tests.factories import make_ask, make_group, make_membership
from tests.post import deliver_due, text_of

NO_ROOM = "No one had room this time. That is about the week, not about you."


def tick():
    """Everything the clock does on the board."""
    with transaction():
        ending.end_asks()
    with transaction():
        planning.owe_help_reminders()
    with transaction():
        digest.owe_digests()
    db.session.expire_all()


def let_pass(frozen, **span):
    """Time goes by, and the ticks run every few hours of it."""
    until = clock.now() + timedelta(**span)
    while clock.now() < until:
        frozen.shift(min(timedelta(hours=4), until - clock.now()))
        tick()


def test_what_nobody_had_room_for_ends_kindly(circle, frozen, postbox):
    ask = circle.ask(circle.ben, title="Bring back bread")
    let_pass(frozen, days=7)

    assert ask.state is AskState.EXPIRED
    assert deliver_due() == 1
    assert postbox[0]["Subject"] == "Blue: your ask has come to rest"
    assert "That is about the week, not about you." in text_of(postbox[0])
    page = circle.page(circle.ben, ask)
    assert NO_ROOM in page
    assert f"like={ask.id}" in page
    assert "This one rests" in circle.page(circle.cleo, ask)
    like = circle.browser(circle.ben).get(circle.path("asks", "new"), query_string={"like": ask.id}).text
    assert 'value="Bring back bread"' in like
    for what in ("edit", "accept"):
        assert circle.press(circle.ben, ask, what, title="x", kind="errand", when="week").status_code == 409
    assert circle.press(circle.ben, ask, "again").status_code == 303
    assert "Bring back bread" in circle.board(circle.cleo)


def test_where_somebody_waited_for_the_askers_word_it_does_not_say_that_nobody_had_room(circle, frozen, postbox):
    ask = circle.ask(circle.ben, unnamed=True)
    assert circle.press(circle.cleo, ask, "accept").status_code == 303
    deliver_due()
    postbox.clear()
    let_pass(frozen, days=7)

    assert (ask.state, ask.helps) == (AskState.EXPIRED, [])
    page, home = circle.page(circle.ben, ask), circle.browser(circle.ben).get("/home").text
    assert "Somebody was willing, and its time was over first." in page
    assert "Somebody was willing" in home
    assert "No one had room" not in page + home + circle.browser(circle.ben).get(circle.path("ended")).text
    assert "Cleo" not in page.partition("<main")[2]  # what waited for an answer leaves no trace
    assert "This one rests" in circle.page(circle.cleo, ask)
    assert deliver_due() == 2
    told = {letter["To"]: text_of(letter) for letter in postbox}
    assert "Somebody was willing" in told[circle.email(circle.ben)]
    assert "is not needed any more. Thanks for being willing." in told[circle.email(circle.cleo)]


def test_an_ask_without_a_day_ends_after_a_week(circle, frozen):
    circle.browser(circle.ben).post(
        circle.path("asks", "new"), data={"title": "Bread", "kind": "errand", "when": "any"}
    )
    assert "Bread" in circle.board(circle.cleo)

    let_pass(frozen, days=6, hours=23)
    assert "Bread" in circle.board(circle.cleo)
    let_pass(frozen, hours=1)
    assert "Bread" not in circle.board(circle.cleo)


def test_the_day_after_both_are_asked_whether_it_happened_and_a_week_later_it_closes(circle, frozen, postbox):
    thursday = datetime(2027, 5, 13, 21, 59, 59, tzinfo=UTC)  # the end of it, in Paris
    ask = circle.covered(circle.ben, circle.cleo, needed_by=thursday, ends_at=thursday)
    deliver_due()
    frozen.move_to(thursday + timedelta(minutes=1))
    tick()
    deliver_due()
    postbox.clear()

    frozen.move_to(datetime(2027, 5, 14, 15, 59, tzinfo=UTC))
    tick()
    assert deliver_due() == 0
    frozen.shift(timedelta(minutes=1))  # six in the evening, the hour of their letters
    assert deliver_due() == 2
    assert {letter["To"] for letter in postbox} == {circle.email(circle.ben), circle.email(circle.cleo)}
    assert {letter["Subject"] for letter in postbox} == {"Blue: did it happen?"}

    let_pass(frozen, days=6)
    assert ask.state is AskState.COVERED
    let_pass(frozen, days=2)
    assert (ask.state, ask.asker_says, ask.helps[0].state) == (AskState.DONE, None, HelpState.DONE)
    assert deliver_due() == 0


def test_who_has_said_what_happened_is_not_asked(circle, frozen):
    ask = circle.covered(circle.ben, circle.cleo)
    deliver_due()
    frozen.move_to(ask.needed_by + timedelta(minutes=1))
    tick()
    assert "ask-follow-up" in kinds_owed(circle.ben)
    circle.press(circle.ben, ask, "happened", happened="yes")

    let_pass(frozen, days=2)
    assert deliver_due() == 0


def test_those_who_are_there_when_its_time_comes_are_enough(circle, frozen):
    ask = circle.ask(circle.ben, helpers_wanted=3)
    circle.press(circle.cleo, ask, "accept")
    frozen.move_to(ask.needed_by)
    tick()

    assert ask.state is AskState.COVERED
    circle.press(circle.cleo, ask, "done")
    assert ask.state is AskState.DONE


def test_a_helper_is_reminded_the_day_before(circle, frozen, postbox):
    friday = datetime(2027, 5, 14, 16, 30, tzinfo=UTC)
    ask = circle.covered(circle.ben, circle.cleo, needed_by=friday, timed=True, ends_at=friday)
    deliver_due()
    postbox.clear()
    let_pass(frozen, hours=5)
    tick()

    frozen.move_to(datetime(2027, 5, 13, 15, 59, tzinfo=UTC))
    assert deliver_due() == 0
    frozen.shift(timedelta(minutes=1))
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.cleo)
    assert postbox[0]["Subject"] == "Blue: what you took on, tomorrow, 18:30"
    assert kinds_owed(circle.cleo) == ["help-reminder"]
    assert ask.title not in text_of(postbox[0])


def test_who_says_yes_on_the_day_needs_no_reminder(circle, frozen):
    frozen.move_to(datetime(2027, 5, 13, 17, tzinfo=UTC))  # seven in the evening, past the hour of letters
    friday = datetime(2027, 5, 14, 16, 30, tzinfo=UTC)
    circle.covered(circle.ben, circle.cleo, needed_by=friday, ends_at=friday)
    let_pass(frozen, hours=20)

    assert kinds_owed(circle.cleo) == []


def test_a_reminder_follows_the_day_it_is_for(circle, frozen):
    thursday, saturday = datetime(2027, 5, 13, 16, tzinfo=UTC), datetime(2027, 5, 15, 16, tzinfo=UTC)
    ask = circle.covered(circle.ben, circle.cleo, needed_by=thursday, ends_at=thursday)
    tick()
    edit = {"title": ask.title, "kind": "errand", "when": "day", "day": "2027-05-15", "at": "18:00"}
    circle.press(circle.ben, ask, "edit", **edit)
    assert ask.needed_by == saturday

    let_pass(frozen, days=2, hours=23)
    sent = {letter for letter in kinds_owed(circle.cleo) if letter == "help-reminder"}
    assert sent == {"help-reminder"}
    assert deliver_reminders(circle.cleo) == [datetime(2027, 5, 14, 16, tzinfo=UTC)]


def deliver_reminders(member):
    """When the reminders that are not dropped are due."""
    letters = letters_to(member, "help-reminder")
    return [letter.due_at for letter in letters if letter.state != "dropped"]


def letters_to(member, kind):
    from_table = db.session.query(Letter).filter_by(recipient_id=member.account_id, kind=kind)
    return from_table.order_by(Letter.id).all()


def test_who_handed_back_is_not_reminded(circle, frozen, postbox):
    friday = datetime(2027, 5, 14, 16, 30, tzinfo=UTC)
    ask = circle.covered(circle.ben, circle.cleo, needed_by=friday, ends_at=friday)
    tick()
    circle.press(circle.cleo, ask, "hand-back")
    deliver_due()
    postbox.clear()

    frozen.move_to(datetime(2027, 5, 13, 16, tzinfo=UTC))
    assert deliver_due() == 0


@pytest.fixture
def gathered(circle):
    """Cleo gathers asks, in this group and another."""
    with transaction():
        circle.cleo.asks_by_mail = AsksByMail.DAILY
        other = make_group(name="Second circle")
        account = db.session.get_one(Account, circle.cleo.account_id)
        make_membership(other, account, asks_by_mail=AsksByMail.DAILY, cover_word="Lamp", joined_at=clock.now())
        return make_membership(other, db.session.get_one(Account, circle.ben.account_id))


def test_the_days_asks_come_in_one_letter_at_the_hour_of_letters(circle, gathered, frozen, postbox):
    circle.ask(circle.ben)
    circle.ask(circle.ben, eyes=Eyes.FACILITATORS)
    circle.ask(circle.cleo)
    with transaction():
        make_ask(gathered, title="Water the plants")
    let_pass(frozen, hours=6)  # six in the evening in Paris

    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.cleo)
    assert postbox[0]["Subject"] == "Blue, Lamp: 2 new asks"
    assert "Blue: a new ask: 15 minutes, by" in text_of(postbox[0])
    let_pass(frozen, hours=23)
    assert deliver_due() == 0
    circle.ask(circle.ada)
    let_pass(frozen, hours=1)
    assert deliver_due() == 1
    assert postbox[1]["Subject"] == "Blue: a new ask"


def test_what_is_posted_after_the_hour_is_in_tomorrows_letter(circle, gathered, frozen):
    frozen.move_to(datetime(2027, 5, 12, 16, 5, tzinfo=UTC))
    circle.ask(circle.ben, needed_by=None, ends_at=clock.now() + timedelta(days=7))

    let_pass(frozen, hours=20)
    assert kinds_owed(circle.cleo) == []
    let_pass(frozen, hours=4)
    assert kinds_owed(circle.cleo) == ["digest"]
    assert deliver_due() == 1


def test_a_daily_letter_is_not_sent_when_nothing_is_open_any_more(circle, gathered, frozen):
    ask = circle.ask(circle.ben)
    frozen.move_to(datetime(2027, 5, 12, 16, 0, tzinfo=UTC))
    tick()
    circle.press(circle.ben, ask, "withdraw")

    assert kinds_owed(circle.cleo) == ["digest"]
    assert deliver_due() == 0


def test_each_has_an_hour_of_their_own(circle, gathered, frozen):
    with transaction():
        db.session.get_one(Account, circle.cleo.account_id).letters_at = time(7, 30)
        db.session.get_one(Account, circle.cleo.account_id).zone = "America/New_York"
    circle.ask(circle.ben)

    let_pass(frozen, hours=1)  # seven in the morning in New York
    assert kinds_owed(circle.cleo) == []
    let_pass(frozen, hours=1)
    assert kinds_owed(circle.cleo) == ["digest"]
    assert letters_to(circle.cleo, "digest")[0].due_at == datetime(2027, 5, 12, 11, 30, tzinfo=UTC)
    let_pass(frozen, hours=24)
    assert kinds_owed(circle.cleo) == ["digest"]
