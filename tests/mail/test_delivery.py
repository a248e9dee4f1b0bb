"""A letter is sent once, never lost, and never when it is not wanted any more."""

import threading
from collections import Counter
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select, update

from supportgroup import clock
from supportgroup.accounts import service as accounts
from supportgroup.accounts.models import SignInLink
from supportgroup.db import Prepared, db, transaction
from supportgroup.mail import delivery, leases
from supportgroup.mail.delivery import BACK_OFF, Desk, deliver, deliver_for, desk_of_app
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.service import Owed, drop, owe
from supportgroup.mail.transport import Outcome, Relay, Result
from tests.factories import make_account
from tests.post import deliver_due
from tests.relay import relay

pytestmark = pytest.mark.both_engines  # leases are locks


@pytest.fixture
def ada(app):
    with transaction():
        account = make_account("Ada")
    return account


@pytest.fixture
def letter(ada):
    """A sign-in letter that is due."""
    with transaction():
        accounts.request_link(email=ada.email, browser=None)
    return db.session.scalars(select(Letter)).one()


@pytest.fixture
def letters(app):
    """Three sign-in letters, each to somebody else."""
    with transaction():
        for name in ("Ada", "Ben", "Cleo"):
            accounts.request_link(email=make_account(name).email, browser=None)
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


@pytest.fixture
def as_kind(monkeypatch):
    """`as_kind(again=False)`: sign-in letters of another sort."""

    def change(**changes):
        monkeypatch.setitem(KINDS, "sign-in", replaced(KINDS["sign-in"], **changes))

    return change


def state_of(letter):
    return db.session.get_one(Letter, letter.id, populate_existing=True)


def test_a_due_letter_goes_out_once(letter, ada, postbox):
    assert deliver_due() == 1
    assert deliver_due() == 0

    (message,) = postbox
    assert message["To"] == ada.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert "Supportgroup" not in message.as_string()
    assert state_of(letter).state is LetterState.SENT


def test_the_same_occasion_owes_one_letter(ada):
    owed = Owed(recipient_id=ada.id, about_id=uuid4(), occasion="once", due_at=clock.now())
    with transaction():
        owe("sign-in", [owed, owed])
        owe("sign-in", [owed])

    assert len(db.session.scalars(select(Letter)).all()) == 1


def test_letters_too_late_to_be_of_use_do_not_keep_the_others_from_being_owed(ada):
    now = clock.now()
    late = [
        Owed(recipient_id=ada.id, about_id=uuid4(), occasion=f"{n}", due_at=now - timedelta(days=1))
        for n in range(2000)
    ]
    with transaction():
        owe("sign-in", [*late, Owed(recipient_id=ada.id, about_id=uuid4(), occasion="now", due_at=now)])

    assert [letter.key.split(":")[-1] for letter in db.session.scalars(select(Letter))] == ["now"]


def test_a_letter_dropped_while_it_lies_in_a_batch_does_not_go_out(letter, ada, postbox, as_kind):
    say = KINDS["sign-in"].says

    def drop_meanwhile(letters):
        said = say(letters)
        with transaction():
            assert drop("gone", recipient_id=ada.id) == 1
        return said

    as_kind(says=drop_meanwhile)

    assert deliver_due() == 0
    assert len(postbox) == 0
    assert state_of(letter).drop_reason == "gone"


def test_a_relay_that_says_later_gets_the_same_letter_again(letter, postbox):
    postbox.answer_next("451 4.3.0 Later")
    assert deliver_due() == 0
    first = state_of(letter)
    assert (first.state, first.last_code) == (LetterState.OWED, 451)
    assert first.next_attempt_at > clock.now() + timedelta(seconds=40)

    make_due(letter)
    assert deliver_due() == 1
    assert postbox[0]["Message-ID"] == first.message_id


def test_a_try_that_the_database_forgot_is_made_under_the_same_name(letter, postbox):
    """A fence does not wait for the disk: where the database dies right after it, it never happened."""
    assert deliver_due() == 1
    with transaction():
        forgotten = {"message_id": None, "header_date": None, "sent_at": None, "attempts": 0}
        db.session.execute(update(Letter).values(state=LetterState.OWED, **forgotten))
    assert deliver_due() == 1

    assert postbox[0]["Message-ID"] == postbox[1]["Message-ID"]


def test_an_address_refused_for_good_is_not_tried_again(letter, ada, postbox):
    postbox.answer_next("550 5.1.1 No such user", to="RCPT")
    assert deliver_due() == 0

    assert state_of(letter).state is LetterState.UNDELIVERABLE
    assert db.session.get_one(type(ada), ada.id, populate_existing=True).address_refused_at is not None


def test_what_a_dead_sender_had_claimed_is_sent_by_the_next(letter, postbox):
    put(letter, state=LetterState.CLAIMED, lease_owner=uuid4(), lease_until=clock.now() - timedelta(seconds=1))

    assert deliver_due() == 1
    assert len(postbox) == 1


def test_what_a_dead_sender_was_sending_waits_longer_and_is_held_the_third_time(letter, postbox):
    for crashes in (1, 2, 3):
        put(letter, state=LetterState.SENDING, lease_owner=uuid4(), lease_until=clock.now() - timedelta(seconds=1))
        assert deliver_due() == 0
        assert state_of(letter).crash_count == crashes

    assert state_of(letter).state is LetterState.HELD
    assert len(postbox) == 0


def test_a_letter_that_cannot_be_written_stops_nobody_elses(letter, postbox, as_kind):
    with transaction():
        accounts.request_link(email=make_account("Ben").email, browser=None)

    def break_on_first(letters):
        if any(one.id == letter.id for one in letters):
            raise ZeroDivisionError
        return say(letters)

    say = KINDS["sign-in"].says
    as_kind(says=break_on_first)

    assert deliver_due() == 1
    assert state_of(letter).crash_count == 1


def test_a_letter_too_late_to_be_of_use_is_dropped_and_says_so(letter, postbox):
    put(letter, expires_at=clock.now() - timedelta(seconds=1))

    assert deliver_due() == 0
    assert (state_of(letter).state, state_of(letter).drop_reason) == (LetterState.DROPPED, "late")


def test_what_a_letter_says_is_read_again_when_it_is_older_than_a_second(frozen, letters, postbox, as_kind):
    say, reads = KINDS["sign-in"].says, []

    def say_slowly(batch):
        reads.append(len(batch))
        return say(batch) if len(reads) == 1 else {}

    as_kind(says=say_slowly)
    make_due(*letters)

    def slow(desk):
        frozen.shift(timedelta(seconds=2))
        return Result(Outcome.ACCEPTED, 250)

    assert deliver_to(slow) == 1
    assert reads == [3, 2]
    assert [state_of(one).drop_reason for one in letters] == [None, "not-wanted", "not-wanted"]


def test_a_letter_that_becomes_late_in_a_batch_is_not_sent(frozen, letters):
    make_due(*letters)
    put(letters[1], expires_at=clock.now() + timedelta(seconds=1))

    def slow(desk):
        frozen.shift(timedelta(seconds=2))
        return Result(Outcome.ACCEPTED, 250)

    assert deliver_to(slow) == 2
    assert state_of(letters[1]).drop_reason == "late"


def test_what_may_wait_waits_for_the_end_of_quiet_hours_and_nothing_is_frozen_before(frozen, letter, ada, postbox):
    with transaction():
        state_of(letter).priority = 2
        ada.quiet_from, ada.quiet_until = time(11), time(13)  # it is twelve in Paris
    make_due(letter)
    put(letter, expires_at=clock.now() + timedelta(days=1))

    assert deliver_due() == 0
    waiting = state_of(letter)
    assert (waiting.state, waiting.attempts, waiting.header_date) == (LetterState.OWED, 0, None)
    assert waiting.next_attempt_at == clock.now() + timedelta(hours=2)  # an hour after they end

    as_if_not_expired(frozen, timedelta(hours=2))
    assert deliver_due() == 1
    assert postbox[0]["Date"].datetime == clock.now()


def test_quiet_hours_longer_than_a_letter_is_of_use_drop_it(frozen, letter, ada, postbox):
    with transaction():
        state_of(letter).priority = 2
        ada.quiet_from, ada.quiet_until = time(11), time(13)
    make_due(letter)

    assert deliver_due() == 0
    assert state_of(letter).drop_reason == "late"


def test_each_try_waits_longer_give_or_take_a_fifth(frozen, letter, monkeypatch):
    put(letter, expires_at=clock.now() + timedelta(days=2))
    make_due(letter)
    for waits in [*BACK_OFF, BACK_OFF[-1]]:
        assert deliver_to(lambda desk: Result(Outcome.TRANSIENT, 451)) == 0
        next_try = state_of(letter).next_attempt_at - clock.now()
        assert 0.8 * waits <= next_try <= 1.2 * waits
        make_due(letter)


def test_a_second_copy_that_would_be_worse_than_none_is_not_sent(letter, as_kind):
    as_kind(again=False)
    make_due(letter)

    assert deliver_to(lambda desk: Result(Outcome.AMBIGUOUS)) == 0
    assert state_of(letter).state is LetterState.HELD


def test_a_letter_of_which_nobody_knows_goes_out_again_and_is_held_the_fifth_time(letter):
    for crashes in range(1, 6):
        make_due(letter)
        assert deliver_to(lambda desk: Result(Outcome.AMBIGUOUS)) == 0
        assert state_of(letter).crash_count == crashes

    assert state_of(letter).state is LetterState.HELD


def test_a_letter_that_broke_a_sender_comes_after_the_others_and_alone(letters, as_kind):
    say, batches = KINDS["sign-in"].says, []

    def note(batch):
        batches.append([one.id for one in batch])
        return say(batch)

    as_kind(says=note)
    put(letters[0], crash_count=1)
    put(letters[2], crash_count=2)

    assert deliver_to(lambda desk: Result(Outcome.ACCEPTED, 250)) == 3
    assert batches == [[letters[1].id], [letters[0].id], [letters[2].id]]


def test_kinds_that_this_version_does_not_know_are_left_to_one_that_does(letter, monkeypatch):
    monkeypatch.delitem(KINDS, "sign-in")

    assert deliver_due() == 0
    assert state_of(letter).state is LetterState.OWED


def test_who_is_asked_to_stop_finishes_the_letter_in_hand_and_gives_the_rest_back(letters):
    sent = []

    def send(desk):
        sent.append(True)
        return Result(Outcome.ACCEPTED, 250)

    desk = desk_that(send)
    desk.stopping = lambda: bool(sent)

    assert deliver(desk) == 1
    states = Counter(state_of(one).state for one in letters)
    assert states == {LetterState.SENT: 1, LetterState.OWED: 2}
    assert {(one.lease_owner, one.attempts) for one in map(state_of, letters) if one.state == LetterState.OWED} == {
        (None, 0)
    }


def test_where_a_sender_breaks_down_the_letters_it_had_not_begun_are_owed_at_once(letters):
    def break_down(desk):
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_to(break_down)

    assert [state_of(one).state for one in letters] == [LetterState.SENDING, LetterState.OWED, LetterState.OWED]


def test_a_relay_that_answers_nobody_is_left_alone_and_what_was_not_begun_is_given_back(frozen, app):
    with transaction():
        for number in range(8):
            accounts.request_link(email=make_account(f"Ben{number}").email, browser=None)
    nowhere = Relay("smtp://127.0.0.1:1")
    desk = Desk(relay=nowhere, sender=desk_of_app(clock.now()).sender, until=clock.now() + timedelta(minutes=1))

    assert deliver(desk) == 0
    letters = db.session.scalars(select(Letter)).all()
    assert Counter(one.attempts for one in letters) == {1: 5, 0: 3}
    assert {one.state for one in letters} == {LetterState.OWED}
    assert desk.closed()


def test_two_senders_never_have_the_same_letter(committed_app):
    with transaction():
        for number in range(120):
            accounts.request_link(email=make_account(f"Ben{number}").email, browser=None)
    with relay() as there:

        def work():
            with committed_app.app_context():
                sender = Relay(there.url)
                more = desk_of_app(clock.now() + timedelta(seconds=30))
                deliver(Desk(relay=sender, sender=more.sender, until=more.until))
                sender.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(there.kept) == 120
    assert len(there.copies()) == 120


def test_a_slow_relay_is_spoken_to_over_several_connections(committed_app, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 20)
    monkeypatch.setattr(leases, "CLAIM", leases.claiming(alone=False, most=20))
    with transaction():
        for number in range(160):
            accounts.request_link(email=make_account(f"Ben{number}").email, browser=None)
    with relay(late=0.005) as there:
        monkeypatch.setitem(committed_app.extensions, "mail", (Relay(there.url), desk_of_app(clock.now()).sender))
        assert deliver_for(timedelta(seconds=30)) == 160
        committed_app.extensions["mail"][0].close()

    assert there.connections > 2
    assert len(there.copies()) == 160


def test_a_hundred_letters_cost_six_statements_and_one_for_each(frozen, app, postbox, monkeypatch):
    with transaction():
        for number in range(100):
            accounts.request_link(email=make_account(f"Ben{number}").email, browser=None)
    seen, steps = [], []
    event.listen(db.session.get_bind(), "before_cursor_execute", lambda *call: seen.append(call[2]))
    monkeypatch.setattr(Prepared, "rows", lambda *call, rows=Prepared.rows: steps.append(call) or rows(*call))

    assert deliver(desk_of_app(clock.now() + timedelta(minutes=1))) == 100
    rest = [text for text in seen if "SAVEPOINT" not in text]
    idle = 6  # once a run: the last look, twice for each priority
    assert len(steps) == 101
    assert len(rest) - idle <= 6, "\n".join(text[:90] for text in rest)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_of_a_slow_relays_letters_only_those_that_go_out_soon_are_read_again(frozen, app, monkeypatch):
    """Else the rest of the batch would be read anew after every few letters."""
    with transaction():
        for number in range(60):
            accounts.request_link(email=make_account(f"Ben{number}").email, browser=None)
    together = []
    monkeypatch.setattr(
        delivery, "read", lambda letters, read=delivery.read: together.append(len(letters)) or read(letters)
    )

    def answer_late(_desk):
        frozen.shift(timedelta(seconds=0.3))
        return Result(Outcome.ACCEPTED, 250)

    assert deliver_to(answer_late) == 60
    assert together[0] == 60
    assert max(together[1:]) == delivery.AHEAD


def desk_that(answers):
    """A desk whose relay answers each letter so."""
    desk = desk_of_app(clock.now() + timedelta(minutes=1))

    class Answers:
        def send(self, *_letter):
            return answers(desk)

        def rests(self):
            return False

        def seconds_a_letter(self):
            return 0.0

    desk.relay = Answers()
    return desk


def deliver_to(answers):
    db.session.commit()
    return deliver(desk_that(answers))


def as_if_not_expired(frozen, passed):
    """Time passes, but the link in the letter stays good."""
    frozen.shift(passed)
    for row in db.session.scalars(select(SignInLink)):
        row.expires_at = clock.now() + timedelta(minutes=5)
    db.session.commit()


def put(letter, **columns):
    with transaction():
        row = state_of(letter)
        for column, value in columns.items():
            setattr(row, column, value)


def make_due(*letters):
    for letter in letters:
        put(letter, next_attempt_at=clock.now())


def replaced(kind, **changes):
    return type(kind)(**{**vars(kind), **changes})
