"""What a relay does, and what is made of it."""

import socket
import time
from datetime import timedelta

import pytest

from supportgroup.mail import transport
from supportgroup.mail.transport import Outcome, Relay, Result
from tests.relay import DROP, SWALLOW, once, relay

LETTER = b"From: a@example.org\r\n\r\n.begins with a dot\r\n..two\r\n"
ME, YOU = "me@example.org", "you@example.org"


@pytest.fixture
def sender_to():
    """`sender_to(url)`: a relay as senders know it, its connection closed after the test."""
    made = []

    def make(url):
        made.append(Relay(url))
        return made[-1]

    yield make
    for one in made:
        one.abandon()


def send(sender, times=1):
    results = [sender.send(ME, YOU, LETTER) for _ in range(times)]
    return results if times > 1 else results[0]


@pytest.mark.parametrize("pipelining", [True, False])
def test_letters_arrive_as_they_were_over_one_connection(pipelining, sender_to):
    with relay(pipelining=pipelining) as there:
        results = send(sender_to(there.url), 3)

    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 3
    assert there.kept == [(YOU, LETTER)] * 3
    assert there.connections == 1


def test_a_connection_carries_two_hundred_letters_and_no_more(monkeypatch, sender_to):
    monkeypatch.setattr(transport, "KEPT_LETTERS", 2)
    with relay() as there:
        send(sender_to(there.url), 5)

    assert there.connections == 3


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("mail", "451 4.3.0 Later", Outcome.TRANSIENT),
        ("mail", "550 5.7.1 Not from you", Outcome.DISTRUSTED),
        ("rcpt", "451 4.7.1 Greylisted", Outcome.TRANSIENT),
        ("rcpt", "550 5.1.1 Nobody of that name", Outcome.BAD_ADDRESS),
        ("rcpt", "550 5.1.8 Your own address is wrong", Outcome.DISTRUSTED),
        ("rcpt", "552 5.2.2 Mailbox full", Outcome.REFUSED),
        ("rcpt", "421 4.3.2 Going down", Outcome.UNREACHABLE),
        ("data", "554 5.5.1 No", Outcome.REFUSED),
        ("text", "452 4.2.2 Later", Outcome.TRANSIENT),
        ("text", "550 5.7.515 Not authenticated", Outcome.DISTRUSTED),
        ("text", "554 5.1.1 Too late to say so", Outcome.REFUSED),
        ("mail", DROP, Outcome.UNREACHABLE),
        ("data", DROP, Outcome.UNREACHABLE),
        ("text", DROP, Outcome.AMBIGUOUS),
        ("text", SWALLOW, Outcome.AMBIGUOUS),
    ],
)
def test_each_step_has_its_own_meaning_and_the_next_letter_goes_out(step, answer, outcome, pipelining, sender_to):
    with relay(once((step, answer)), pipelining=pipelining) as there:
        sender = sender_to(there.url)
        first, second = send(sender, 2)

    assert first == Result(outcome, None if answer in (DROP, SWALLOW) else int(answer[:3]))
    assert second == Result(Outcome.ACCEPTED, 250)
    assert [text for _, text in there.kept] == [LETTER] * (2 if answer == SWALLOW else 1)


def test_a_refusal_counts_where_the_relay_then_hangs_up(sender_to):
    with relay(once(("rcpt", "550 5.1.1 Nobody"), ("data", DROP))) as there:
        assert send(sender_to(there.url)) == Result(Outcome.BAD_ADDRESS, 550)


def test_an_empty_letter_is_never_handed_over(sender_to):
    with relay(once(("rcpt", "550 5.1.1 Nobody"))) as there:  # and DATA is answered 354 all the same
        send(sender_to(there.url), 2)

    assert [text for _, text in there.kept] == [LETTER]


def test_a_kept_connection_that_was_closed_meanwhile_costs_the_letter_nothing(sender_to):
    with relay() as there:
        sender = sender_to(there.url)
        send(sender)
        there.fault = once(("mail", "421 4.4.2 You said nothing for long"))
        assert send(sender).outcome is Outcome.ACCEPTED
        there.fault = once(("mail", DROP))
        assert send(sender).outcome is Outcome.ACCEPTED

    assert len(there.kept) == 3


def test_five_letters_in_a_row_that_reach_nobody_let_the_relay_rest_for_half_a_minute(frozen, sender_to):
    sender = sender_to(f"smtp://127.0.0.1:{unused_port()}")
    send(sender, 4)
    assert not sender.rests()
    send(sender)
    assert sender.rests()
    frozen.shift(timedelta(seconds=29))
    assert sender.rests()
    frozen.shift(timedelta(seconds=2))
    assert not sender.rests()

    send(sender)  # one more that reaches nobody is enough now
    assert sender.rests()


def test_a_sender_that_stood_still_too_long_does_not_hand_the_text_over(monkeypatch, sender_to):
    with relay(once(("data", 0.4))) as there:
        monkeypatch.setattr(transport, "LETTER", 0.3)
        assert send(sender_to(there.url)).outcome is Outcome.UNREACHABLE

    assert there.kept == []


def test_a_relay_that_does_not_answer_is_not_waited_for_for_ever(monkeypatch, sender_to):
    monkeypatch.setattr(transport, "FINAL_DOT", 0.2)
    with relay(once(("text", 5))) as there:
        begun = time.monotonic()
        assert send(sender_to(there.url)).outcome is Outcome.AMBIGUOUS

    assert time.monotonic() - begun < 2


def test_a_relay_without_tls_gets_no_letter_where_tls_was_asked_for(sender_to):
    with relay() as there:
        assert send(sender_to(f"{there.url}?starttls=1")).outcome is Outcome.UNREACHABLE

    assert there.kept == []


def unused_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
