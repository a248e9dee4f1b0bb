"""A letter as bytes: read back by the standard library, it is what was written, whatever is in it."""

import email
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.mail.compose import Sender, Written, compose, encoded, headers, pack
from supportgroup.mail.kinds import KINDS, Recipient, Says

SENDER = Sender(
    address=Address("Reminder", addr_spec="no-reply@example.org"),
    domain="example.org",
    base_url="https://example.org",
    service_name="Selbsthilfe für alle",
)
ADA = Recipient(id=UUID(int=7), email="ada@example.org", name="Ada", zone=clock.zone("Europe/Paris"), language="en")
DATE = datetime(2027, 5, 12, 10, tzinfo=UTC)
ANYTHING = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


def read_back(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=default)


def written(recipient=ADA, calendar=None):
    says = Says(link="/l/x", more={"minutes": 15}, calendar=calendar)
    return compose(KINDS["sign-in"], recipient, says, SENDER, message_id="<1@example.org>", date=DATE)


def test_a_letter_has_one_sender_one_recipient_and_says_that_a_program_wrote_it(app):
    letter = read_back(written())

    assert letter["From"] == "Reminder <no-reply@example.org>"
    assert letter["To"] == "ada@example.org"
    assert letter["Message-ID"] == "<1@example.org>"
    assert letter["Date"].datetime == DATE
    assert letter["Auto-Submitted"] == "auto-generated"
    assert [letter["Cc"], letter["Bcc"], letter["List-Unsubscribe"], letter["List-Id"]] == [None] * 4
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert letter.defects == []


def test_every_line_is_one_a_mail_server_takes(app):
    message = written()

    assert message.replace(b"\r\n", b"").count(b"\n") == message.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(len(line) for line in message.split(b"\r\n")) <= 998
    assert message.isascii()
    assert len(message) < 20_000


def test_a_full_letter_names_the_service_in_any_script(app):
    full = Recipient(**{**vars(ADA), "full": True})

    assert read_back(written(recipient=full))["From"].addresses[0].display_name == "Selbsthilfe für alle"


def test_a_calendar_part_comes_whole(app):
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Blau für dich\r\nEND:VCALENDAR\r\n"
    letter = read_back(written(calendar=calendar.encode()))
    *_, part = letter.iter_parts()

    assert part["Content-Type"].params["method"] == "REQUEST"
    assert part.get_content() == calendar


@settings(deadline=None)
@given(text=ANYTHING, html=ANYTHING)
def test_whatever_the_parts_say_arrives_as_it_was_said(text, html):
    letter = read_back(pack({"Subject": "x"}, Written("x", text + "\n", html + "\n"), Says(link="/")))

    for part, said in zip(letter.iter_parts(), (text, html), strict=True):
        lined = said.replace("\r\n", "\n").rstrip("\n").replace("\r", "\n")
        assert part.get_content().replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") == lined.rstrip("\n")


@settings(deadline=None)
@given(subject=ANYTHING)
def test_a_subject_arrives_as_it_was_or_is_refused_and_never_makes_a_header(subject):
    try:
        header = encoded(subject)
    except ValueError:
        return
    letter = read_back(pack({"Subject": header, "X": "y"}, Written("", "", ""), Says(link="/")))

    assert sorted(letter.keys()) == ["Content-Type", "MIME-Version", "Subject", "X"]
    assert "".join(letter["Subject"].split()) == "".join(subject.split())


@pytest.mark.parametrize("evil", ["\r\nBcc: b@example.org", "\n", "\r", "\x00", "\x85", "\u2028"])
def test_what_could_begin_a_header_is_refused(evil):
    with pytest.raises(ValueError, match="header"):
        encoded(f"Blue{evil}")
    with pytest.raises(ValueError, match="header"):
        headers(KINDS["sign-in"], Recipient(**{**vars(ADA), "email": f"a{evil}@b.org"}), SENDER, "Blue", None)
