"""What is kept no longer than it is needed: each rule a day before its time, and a day after."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from supportgroup import clock
from supportgroup.accounts.models import Account, LinkPurpose, Session, SignInLink
from supportgroup.accounts.service import new_link, start_session
from supportgroup.board import drafts
from supportgroup.board.models import Ask, AskState, Help, HelpState, Message
from supportgroup.board.side_models import Draft
from supportgroup.db import db, transaction
from supportgroup.groups.letters import owe_to_member
from supportgroup.limits import Allowance, Bucket
from supportgroup.mail.models import Letter
from supportgroup.meetings.models import HandoverNote, Meeting, Presence, Rsvp
from supportgroup.moderation.models import Desk, Outcome, Reason, Report, ReportState, Subject
from supportgroup.privacy import erasing, retention
from supportgroup.privacy.models import Erased, Erasure, Export, ExportState, LastSeen
from supportgroup.privacy.service import ask_for_copy
from supportgroup.safety import service as safety
from supportgroup.safety.models import Act, AuditEntry, Block
from supportgroup.ticks import TICKS
from tests.factories import make_account, make_ask, make_help, make_meeting, make_presence, make_rsvp
from tests.moderation.steps import letters_to
from tests.post import deliver_due

pytestmark = pytest.mark.both_engines  # one deletes what others point at

KEEPERS = ("let-go-of-old", "remove-unconfirmed", "forget-letters")


def let_go():
    """What the clock does about it."""
    for tick in TICKS:
        if tick.name in KEEPERS:
            tick.run()
    db.session.expire_all()


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def add(row):
    with transaction():
        db.session.add(row)
        db.session.flush()


def an_ask(ada, ben):
    with transaction():
        ask = make_ask(ada, body="More of it", place="Elm Street", state=AskState.DONE, closed_at=clock.now())
        make_help(ask, ben, state=HelpState.DONE, thanks="Thank you")
    return lambda: bool(db.session.get(Ask, ask.id).title or db.session.scalars(select(Help)).one().thanks)


def a_draft(ada, ben):
    with transaction():
        drafts.keep(me=ben, fields={"title": ["Bring back bread"]})
    return lambda: count(Draft) == 1


def a_message(ada, ben):
    with transaction():
        ask = make_ask(ada)
    add(Message(ask_id=ask.id, author_id=ada.id, text="Hello", created_at=clock.now()))
    return lambda: count(Message) == 1


def an_answer(ada, ben):
    with transaction():
        make_rsvp(make_meeting(ada.group, clock.now() - timedelta(hours=1)), ben)
    return lambda: count(Rsvp) == 1


def a_handover_note(ada, ben):
    with transaction():
        meeting = make_meeting(ada.group, clock.now() - timedelta(hours=1))
    add(HandoverNote(meeting_id=meeting.id, author_id=ada.id, text="Bring tea", created_at=clock.now()))
    return lambda: count(HandoverNote) == 1


def a_presence(ada, ben):
    with transaction():
        meeting = make_meeting(ada.group, clock.now() - timedelta(hours=1), host_id=ada.id)
        make_presence(meeting, ben)
    return lambda: count(Presence) == 1 and db.session.get(Meeting, meeting.id).host_id is not None


def a_throttle(ada, ben):
    Allowance("tries", 5, timedelta(hours=1)).take("somebody")
    return lambda: count(Bucket) == 1


def a_log_entry(ada, ben):
    with transaction():
        safety.note(Act.DATA_ASKED, about=ben.account_id)
    return lambda: count(AuditEntry) == 1


def an_answered_report(ada, ben):
    now = clock.now()
    add(
        Report(
            group_id=ada.group_id,
            reporter_id=ada.id,
            reported_id=ben.id,
            subject=Subject.MEMBER,
            subject_id=ben.id,
            reason=Reason.OTHER,
            copy="[]",
            desk=Desk.FACILITATORS,
            state=ReportState.ANSWERED,
            outcome=Outcome.NOTHING,
            created_at=now,
            due_at=now,
            answered_at=now,
        )
    )
    return lambda: count(Report) == 1


def a_proof(ada, ben):
    add(Erased(account_hash=b"x" * 32, erased_at=clock.now(), consents=[]))
    return lambda: count(Erased) == 1


def an_unconfirmed_account(ada, ben):
    with transaction():
        make_account("Dan", confirmed_at=None)
    return lambda: bool(db.session.scalar(select(Account.id).where(Account.name == "Dan")))


def a_session(ada, ben):
    with transaction():
        start_session(db.session.get_one(Account, ben.account_id), device="Firefox")
    return lambda: count(Session) == 1


def a_used_link(ada, ben):
    with transaction():
        new_link(db.session.get_one(Account, ben.account_id), LinkPurpose.SIGN_IN).used_at = clock.now()
    return lambda: count(SignInLink) == 1


def a_sent_letter(ada, ben):
    with transaction():
        owe_to_member("welcome", ben)
    deliver_due()
    return lambda: count(Letter) == 1


def a_copy(ada, ben):
    with transaction():
        export = ask_for_copy(db.session.get_one(Account, ben.account_id))
        export.state, export.ready_at, export.content = ExportState.READY, clock.now(), "sealed"
    return lambda: bool(db.session.get_one(Export, export.id).content)


@pytest.mark.parametrize(
    ("make", "days"),
    [
        (an_unconfirmed_account, 7),
        (a_session, 30),
        (a_used_link, 1),
        (a_sent_letter, 37),
        (a_copy, 1),
        (an_ask, 30),
        (a_draft, 30),
        (a_message, 365),
        (an_answer, 90),
        (a_handover_note, 60),
        (a_presence, 730),
        (a_throttle, 30),
        (a_log_entry, 400),
        (an_answered_report, 365),
        (a_proof, 3 * 365),
    ],
)
def test_it_is_kept_as_long_as_it_is_needed_and_no_longer(frozen, group, ada, ben, make, days):
    is_there = make(ada, ben)

    frozen.shift(timedelta(days=days - 1))
    let_go()
    assert is_there()

    frozen.shift(timedelta(days=2))
    let_go()
    assert not is_there()


def test_a_running_ask_keeps_its_words(frozen, group, ada, ben):
    with transaction():
        ask = make_ask(ada)
    frozen.shift(timedelta(days=400))
    let_go()

    assert db.session.get(Ask, ask.id).title == "Bring back bread"


def test_an_open_report_waits_however_old_it_is(frozen, group, ada, ben):
    is_there = an_answered_report(ada, ben)
    with transaction():
        report = db.session.scalars(select(Report)).one()
        report.state, report.answered_at = ReportState.OPEN, None
    frozen.shift(timedelta(days=800))
    let_go()

    assert is_there()


def test_a_block_stands_while_both_are_there_and_a_year_longer(frozen, group, ada, ben, cleo, browser_of):
    with transaction():
        safety.block(by=cleo.id, other=ben.id)
    frozen.shift(timedelta(days=800))
    let_go()
    assert count(Block) == 1

    browser_of(ben).post(f"/g/{group.slug}/leave")
    frozen.shift(timedelta(days=364))
    let_go()
    assert count(Block) == 1
    frozen.shift(timedelta(days=2))
    let_go()
    assert count(Block) == 0


def unused():
    with transaction():
        retention.note_last_seen()
    with transaction():
        retention.let_go_of_unused()
    deliver_due()
    db.session.expire_all()


@pytest.fixture
def gone_quiet(frozen, group, ben, browser_of):
    """Ben was here today, and his browser's session ends."""
    browser_of(ben).get("/home")
    unused()
    with transaction():
        db.session.execute(delete(Session))
    return ben


def test_an_account_nobody_uses_is_told_after_18_and_23_months_and_goes_after_24(frozen, gone_quiet, postbox, tmp_path):
    ben, account_id = gone_quiet, gone_quiet.account_id
    told = []
    for days in (540, 8, 150, 3, 28):
        frozen.shift(timedelta(days=days))
        unused()
        told.append(len(letters_to(postbox, ben)))
    assert told == [0, 1, 1, 2, 2]
    assert db.session.scalars(select(Erasure)).all() == []

    frozen.shift(timedelta(days=2))
    unused()
    assert db.session.get(Erasure, account_id) is not None
    frozen.shift(timedelta(days=1, minutes=1))
    for _ in range(2):
        erasing.erase_due(tmp_path / "erased")
        deliver_due()
    db.session.expire_all()
    assert db.session.get(Account, account_id) is None


def test_who_comes_back_after_the_first_letter_stays(frozen, gone_quiet, browser_of, postbox):
    frozen.shift(timedelta(days=550))
    unused()
    assert len(letters_to(postbox, gone_quiet)) == 1
    browser_of(gone_quiet).get("/home")
    unused()

    frozen.shift(timedelta(days=200))
    unused()
    assert len(letters_to(postbox, gone_quiet)) == 1
    assert db.session.get(LastSeen, gone_quiet.account_id).told == 0


def test_a_service_that_was_off_for_years_still_gives_time_between_its_letters(frozen, gone_quiet, postbox):
    frozen.shift(timedelta(days=3000))
    for _ in range(5):
        unused()
    assert len(letters_to(postbox, gone_quiet)) == 1

    frozen.shift(timedelta(days=29))
    unused()
    unused()
    assert len(letters_to(postbox, gone_quiet)) == 2
    assert db.session.scalars(select(Erasure)).all() == []
