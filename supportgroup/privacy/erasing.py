"""Erasure, row by row: what goes, what stays of it for the other side, and what is remembered so that it stays gone."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, or_, select, update

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import create_account
from supportgroup.board.models import Ask, Chosen, Heard, Help, HelpState, Message
from supportgroup.board.offer_models import Offer
from supportgroup.board.side_models import Draft, SpokenAsk, Telling
from supportgroup.db import db, transaction
from supportgroup.events import tell
from supportgroup.groups import service as groups
from supportgroup.groups.inviting import forget_address
from supportgroup.groups.models import Invitation, Membership, MembershipState
from supportgroup.load.models import Buddy, BuddyWish
from supportgroup.mail.epoch import Restored
from supportgroup.mail.models import Letter
from supportgroup.meetings.models import CheckIn, GladHost, HandoverNote, HostLine, Meeting, PassedTurn, Presence, Rsvp
from supportgroup.moderation.models import DutiesAccepted, Report
from supportgroup.privacy import letters
from supportgroup.privacy.models import Erased, Erasure
from supportgroup.safety.models import Block, Hiding, Mute
from supportgroup.safety.service import AccountErased, hashed
from supportgroup.secrets import blind_indexes

LEDGER = "erased"  # the file under `var/` in which erasures are remembered outside the database
GOODBYE = timedelta(hours=1)  # how long an erasure waits for its last letter to go out


def erase_due(ledger: Path) -> None:
    """Say goodbye to accounts whose days of undo are over, and erase those that have had their last letter."""
    now = clock.now()
    with transaction():
        due = select(Erasure).where(Erasure.due_at <= now, Erasure.goodbye_at.is_(None))
        for erasure in db.session.scalars(due.with_for_update(skip_locked=True)):
            letters.owe_goodbye(erasure)
            erasure.goodbye_at = now
    for account_id in db.session.scalars(select(Erasure.account_id).where(Erasure.goodbye_at.is_not(None))).all():
        with transaction():
            going = db.session.get(Erasure, account_id, populate_existing=True, with_for_update=True)
            if going is None or going.goodbye_at is None:
                continue
            if going.goodbye_at <= clock.now() - GOODBYE or letters.goodbye_is_out(account_id):
                erase_account(account_id, ledger)


def erase_account(account_id: UUID, ledger: Path) -> None:
    """Erase an account for good, everywhere, in the caller's transaction."""
    account = db.session.get(Account, account_id)
    if account is None:
        return
    mine = select(Membership).where(Membership.account_id == account_id).order_by(Membership.group_id)
    places = list(db.session.scalars(mine))
    remember(account, places, ledger)
    for one in places:
        if one.state is MembershipState.ACTIVE:
            groups.leave(one)
        erase_place(one)
    forget_address(account.email)
    tell(AccountErased(account_id, tuple(one.id for one in places)))
    for one in places:
        part_from_account(one)
    db.session.execute(delete(Letter).where(Letter.recipient_id == account_id))
    db.session.expunge(account)
    db.session.execute(delete(Account).where(Account.id == account_id))


def remember(account: Account, places: list[Membership], ledger: Path) -> None:
    """Keep a keyed hash and the dates of consent; the hash also outside the database, for after a restore."""
    known = hashed(account.id) or b""
    if db.session.get(Erased, known) is None:
        consents = [
            [one.agreement_version, *(at and at.isoformat() for at in (one.agreed_at, one.consented_at, one.ended_at))]
            for one in places
        ]
        db.session.add(Erased(account_hash=known, erased_at=clock.now(), consents=consents))
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(ledger, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as file:
        file.write(f"{known.hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def erase_again(event: Restored) -> None:
    """A backup was restored: erase whoever it brought back, before anything is sent."""
    honour(event.var / LEDGER)


def honour(ledger: Path) -> int:
    """Erase again whoever is in the ledger and in the database: a backup brought them back. How many that were."""
    lines = ledger.read_text().split() if ledger.exists() else []
    gone = {bytes.fromhex(line) for line in lines} | set(db.session.scalars(select(Erased.account_hash)))
    back = [
        account_id
        for account_id in (db.session.scalars(select(Account.id)).all() if gone else ())
        if gone.intersection(blind_indexes(str(account_id)))
    ]
    for account_id in back:
        with transaction():
            erase_account(account_id, ledger)
    return len(back)


def erase_place(one: Membership) -> None:
    """Empty a place of what its member wrote and did there; of what others had a part in, the month stays."""
    empty_asks(one.id)
    empty_helps(one.id)
    db.session.execute(update(Message).where(Message.author_id == one.id).values(text_sealed=None))
    for table, column in (
        (Heard, Heard.membership_id),
        (SpokenAsk, SpokenAsk.for_id),
        (Chosen, Chosen.membership_id),
        (Telling, Telling.author_id),
        (Buddy, Buddy.membership_id),
        (BuddyWish, BuddyWish.membership_id),
        (Offer, Offer.by_id),
        (Offer, Offer.to_id),
        (Draft, Draft.membership_id),
        (Rsvp, Rsvp.membership_id),
        (Presence, Presence.membership_id),
        (CheckIn, CheckIn.membership_id),
        (GladHost, GladHost.membership_id),
        (HandoverNote, HandoverNote.author_id),
        (HostLine, HostLine.membership_id),
        (PassedTurn, PassedTurn.membership_id),
        (Mute, Mute.muter_id),
        (Mute, Mute.muted_id),
        (Hiding, Hiding.author_id),
        (DutiesAccepted, DutiesAccepted.membership_id),
    ):
        db.session.execute(delete(table).where(column == one.id))
    one.name, one.colour, one.answers = "", 0, None
    db.session.flush()


def empty_asks(member_id: UUID) -> None:
    """Take the words out of somebody's asks. One that others had helped with stays for them, as an ask of a month."""
    helped = exists().where(Help.ask_id == Ask.id, Help.state.in_([HelpState.DONE, HelpState.NOT_DONE]))
    own = Ask.asker_id == member_id
    db.session.execute(delete(Ask).where(own, ~helped))
    for ask in db.session.scalars(select(Ask).where(own)).unique():
        ask.title = ask.body = ask.content_note = ask.area = ask.place = None
        ask.asker_says, ask.needed_by = None, None
        ask.created_at, ask.opened_at, ask.ends_at = month(ask.created_at), month(ask.opened_at), month(ask.ends_at)
        ask.closed_at = month(ask.closed_at) if ask.closed_at else None


def empty_helps(member_id: UUID) -> None:
    """Take out of somebody's helps what was said. Whoever was helped keeps that they were, and the month."""
    own = Help.helper_id == member_id
    db.session.execute(delete(Help).where(own, Help.state.not_in([HelpState.DONE, HelpState.NOT_DONE])))
    for help_ in db.session.scalars(select(Help).where(own)):
        help_.thanks, help_.helper_says = None, None
        help_.accepted_at = month(help_.accepted_at)
        help_.ended_at = month(help_.ended_at) if help_.ended_at else None


def month(instant: datetime) -> datetime:
    """The first moment of that month, in UTC."""
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


# What another person, or safety, still needs a former member's empty place for.
NEEDED_BY: tuple[Any, ...] = (
    Ask.asker_id,
    Help.helper_id,
    Message.author_id,
    Meeting.host_id,
    Report.reporter_id,
    Report.reported_id,
    Block.blocker_id,
    Block.blocked_id,
)


def part_from_account(one: Membership) -> None:
    """Let go of an empty place; or where others need it, give it to an account that is nobody's and is in no other."""
    if not db.session.scalar(select(or_(*(exists().where(column == one.id) for column in NEEDED_BY)))):
        db.session.delete(one)
        db.session.flush()
        return
    db.session.execute(update(Invitation).where(Invitation.made_by_id == one.id).values(made_by_id=None))
    then = month(one.agreed_at)
    nobody = create_account(email=f"{uuid4().hex}@erased.invalid", name="", confirmed_at=then)
    nobody.created_at, nobody.address_refused_at = then, then
    one.account_id, one.cover_word, one.agreed_at = nobody.id, "", then
    one.applied_at = one.reminded_at = one.waiting_since = one.hello_at = one.consented_at = one.said_age = None
    one.joined_at = month(one.joined_at) if one.joined_at else None
    db.session.flush()
