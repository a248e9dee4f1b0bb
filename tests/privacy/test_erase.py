"""Erasure: hidden at once, seven days to keep it after all, then gone, row by row; and gone again after a restore."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from supportgroup.accounts.models import Account
from supportgroup.accounts.queries import account_of as account_at
from supportgroup.board.models import Ask, AskState, HelpState, Message
from supportgroup.db import db, transaction
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership, MembershipState, Role
from supportgroup.mail.models import Letter
from supportgroup.meetings.models import CheckIn, Presence, Rsvp
from supportgroup.moderation.models import Report
from supportgroup.privacy import erasing, retention
from supportgroup.privacy.fates import FATES
from supportgroup.privacy.models import Erased, Erasure
from supportgroup.reflections.models import Note, Reflection
from supportgroup.secrets import blind_indexes
from tests.factories import make_ask, make_help
from tests.moderation.steps import account_of, letters_to
from tests.post import deliver_due
from tests.rows import restore, snapshot, tables

pytestmark = pytest.mark.both_engines  # one deletes what others point at


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "erased"


def ask_erasure(browser):
    assert browser.get("/me/data/erase").status_code == 200
    assert browser.post("/me/data/erase").status_code == 303


def pass_days(frozen, ledger, days=7):
    frozen.shift(timedelta(days=days, minutes=1))
    erasing.erase_due(ledger)
    deliver_due()
    erasing.erase_due(ledger)
    db.session.expire_all()


def test_ben_is_hidden_at_once(frozen, group, ada, ben, cleo, life, browser_of, postbox):
    with transaction():
        running = make_ask(ben, title="Carry it")
        make_help(running, cleo)
        taken = make_ask(ada, title="Ada needs a hand")
        make_help(taken, ben)
        running.settle(running.created_at)
        taken.settle(taken.created_at)
    ask_erasure(browser_of(ben))

    assert browser_of(ben).get(f"/g/{group.slug}/board").status_code == 404
    assert "Ben" not in browser_of(cleo).get(f"/g/{group.slug}/members").text
    assert db.session.get(Ask, running.id).state is AskState.WITHDRAWN
    assert db.session.get(Ask, taken.id).state is AskState.OPEN
    deliver_due()
    assert not letters_to(postbox, ben)


def test_every_other_browser_is_signed_out(frozen, group, ben, life, browser_of):
    other, this = browser_of(ben), browser_of(ben)
    ask_erasure(this)

    assert this.get("/me/data").status_code == 200
    assert other.get("/me/data").status_code == 303


def test_within_seven_days_ben_keeps_his_account_after_all(frozen, group, ada, ben, cleo, life, browser_of, ledger):
    browser = browser_of(ben)
    ask_erasure(browser)
    frozen.shift(timedelta(days=6))
    erasing.erase_due(ledger)
    browser = browser_of(ben)
    assert "You can keep it after all" in browser.get("/home").text
    assert "Keep my account" in browser.get("/me/data").text

    assert browser.post("/me/data/keep").status_code == 303
    assert browser.get(f"/g/{group.slug}/board").status_code == 200
    pass_days(frozen, ledger, 30)
    assert db.session.get(Ask, life["done"]).title


def test_after_seven_days_one_letter_goes_out_and_then_the_address(
    frozen, group, ada, ben, cleo, life, browser_of, ledger, postbox
):
    address = account_of(ben).email
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    assert [letter["Subject"] for letter in postbox.to(address)] == ["Goodbye"]
    assert account_at(address) is None


def test_what_ben_wrote_is_gone_and_what_others_had_a_part_in_keeps_the_month(
    frozen, group, ada, ben, cleo, life, browser_of, ledger
):
    former, account_id = ben.id, ben.account_id
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    done = db.session.get(Ask, life["done"])
    assert (done.title, done.body, done.place, done.created_at.day, done.created_at.hour) == ("", "", "", 1, 0)
    assert done.help_of(cleo.id).state is HelpState.DONE
    assert db.session.get(Ask, life["alone"]) is None
    theirs = db.session.get(Ask, life["theirs"])
    assert theirs.title == "Bread from the baker"
    helped = theirs.help_of(former)
    assert (helped.state, helped.thanks, helped.accepted_at.day) == (HelpState.DONE, "", 1)
    assert db.session.get(Message, life["mine"]).text == ""
    assert db.session.get(Message, life["reply"]).text == "That is kind"
    for table, column in (
        (Rsvp, Rsvp.membership_id),
        (Presence, Presence.membership_id),
        (CheckIn, CheckIn.membership_id),
    ):
        assert db.session.scalar(select(func.count()).select_from(table).where(column == former)) == 0
    for table in (Reflection, Note):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    place = db.session.get(Membership, former)
    assert (place.name, place.cover_word, place.answers, place.state) == ("", "", "", MembershipState.LEFT)
    assert place.account_id != account_id
    assert "A former member" in browser_of(cleo).get(f"/g/{group.slug}/board/asks/{life['theirs']}").text


def test_no_column_of_any_table_leads_to_ben_any_more(frozen, group, ada, ben, cleo, life, browser_of, ledger):
    address, account_id = account_of(ben).email, ben.account_id
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    wanted = {account_id.hex, str(account_id), address, "Ben", *(index.hex() for index in blind_indexes(address))}
    for table in tables():
        for row in db.session.execute(select(table)):
            for value in row:
                found = value.hex() if isinstance(value, bytes) else str(value)
                assert found not in wanted, f"{table.name}: {row}"
                assert account_id.hex not in found, f"{table.name}: {row}"


def test_reports_stay_for_a_year_without_a_name(frozen, group, ada, ben, cleo, life, browser_of, ledger):
    browser_of(cleo).post(f"/g/{group.slug}/report/member/{ben.id}", data={"reason": "hurts", "words": "He shouted"})
    browser_of(ben).post(f"/g/{group.slug}/report/member/{cleo.id}", data={"reason": "other"})
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    about, by = db.session.scalars(select(Report).order_by(Report.words_sealed.is_(None))).all()
    assert (about.words, about.reported.name) == ("He shouted", "")
    assert by.reporter.name == ""


def test_letters_to_ben_go_with_him(frozen, group, ada, ben, cleo, life, browser_of, ledger):
    account_id = ben.account_id
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    keys = db.session.scalars(select(Letter.key)).all()
    assert not [key for key in keys if account_id.hex in key]


def test_a_group_that_ben_looked_after_alone_is_asked_for_someone_else(
    frozen, group, ben, cleo, life, browser_of, postbox
):
    with transaction():
        ben.role = Role.FACILITATOR
        for one in groups.facilitators(group.id):
            one.role = Role.FACILITATOR if one.id == ben.id else Role.MEMBER
    ask_erasure(browser_of(ben))
    deliver_due()

    assert db.session.get(type(group), group.id).rests_at is not None
    assert letters_to(postbox, cleo)


def test_a_restored_backup_is_emptied_of_who_was_erased(frozen, group, ada, ben, cleo, life, browser_of, ledger):
    account_id = ben.account_id
    ask_erasure(browser_of(ben))
    backup = snapshot()
    pass_days(frozen, ledger)
    assert db.session.get(Account, account_id) is None

    restore(backup)
    assert db.session.get(Account, account_id) is not None
    assert erasing.honour(ledger) == 1
    db.session.expire_all()
    assert db.session.get(Account, account_id) is None
    assert db.session.get(Ask, life["done"]).title == ""
    assert erasing.honour(ledger) == 0


def test_what_is_kept_of_an_account_is_a_hash_and_the_dates_of_consent(frozen, group, ben, life, browser_of, ledger):
    ask_erasure(browser_of(ben))
    pass_days(frozen, ledger)

    kept = db.session.scalars(select(Erased)).one()
    assert [version for version, *_ in kept.consents] == [1]
    assert ledger.read_text().split() == [kept.account_hash.hex()]
    assert oct(ledger.stat().st_mode)[-3:] == "600"


def test_in_the_last_hour_it_cannot_be_kept_any_more(frozen, group, ben, life, browser_of, ledger):
    ask_erasure(browser_of(ben))
    frozen.shift(timedelta(days=7, minutes=1))
    browser = browser_of(ben)
    erasing.erase_due(ledger)

    assert browser.post("/me/data/keep").status_code == 409


def test_a_relay_that_is_away_does_not_keep_the_account(frozen, group, ben, life, browser_of, ledger):
    account_id = ben.account_id
    ask_erasure(browser_of(ben))
    frozen.shift(timedelta(days=7, minutes=1))
    erasing.erase_due(ledger)
    erasing.erase_due(ledger)
    assert db.session.get(Account, account_id, populate_existing=True) is not None

    frozen.shift(timedelta(hours=1))
    erasing.erase_due(ledger)
    db.session.expire_all()
    assert db.session.get(Account, account_id) is None
    assert db.session.scalars(select(Erasure)).all() == []


def test_leaving_a_group_erases_what_one_wrote_there_after_thirty_days(frozen, group, ada, ben, cleo, life, browser_of):
    assert browser_of(ben).post(f"/g/{group.slug}/leave").status_code == 303
    empty()
    assert db.session.get(Ask, life["done"]).title

    frozen.shift(timedelta(days=30, minutes=1))
    empty()
    assert db.session.get(Ask, life["done"]).title == ""
    assert db.session.get(Message, life["mine"]).text == ""
    assert db.session.get(Membership, ben.id).account_id == ben.account_id
    assert db.session.scalars(select(Reflection)).all()


def test_ben_can_have_it_erased_at_once_and_comes_back_as_somebody_new(frozen, group, ada, ben, cleo, life, browser_of):
    browser_of(ben).post(f"/g/{group.slug}/leave")
    browser = browser_of(ben)
    assert "Erase it now" in browser.get("/me/data").text

    assert browser.post(f"/me/data/groups/{ben.id}/erase").status_code == 303
    assert db.session.get(Ask, life["done"]).title == ""
    assert "Erase it now" not in browser.get("/me/data").text
    assert browser_of(cleo).post(f"/me/data/groups/{ben.id}/erase").status_code == 404


def empty():
    with transaction():
        retention.empty_left_places()
    db.session.expire_all()


def test_every_table_has_a_fate(app):
    """A new table says what becomes of its rows when their account goes, or that they are nobody's."""
    assert {table.name for table in tables()} == set(FATES)


def test_every_table_stands_in_the_paper_on_privacy_in_one_row():
    paper = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
    named = [
        name for row in paper.splitlines() if row[:2] == "| " for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]

    assert sorted(named) == sorted(FATES)
