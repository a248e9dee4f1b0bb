"""What somebody asked for, took on, offered, wrote and heard."""

import json

from sqlalchemy import or_, select

from supportgroup.accounts.models import Account
from supportgroup.board import queries
from supportgroup.board.models import Ask, AskState, Heard, Help, HelpState, Message
from supportgroup.board.offer_models import Offer, OfferState
from supportgroup.board.phrases import EYES, HAPPENED, HEARING, KINDS
from supportgroup.board.side_models import Draft, SpokenAsk, Telling
from supportgroup.db import db
from supportgroup.groups.defaults import WEEKDAYS
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.languages import lazy_gettext as _l
from supportgroup.load.models import Buddy, BuddyRound
from supportgroup.privacy.parts.record import Coded, Record, coded, mine
from supportgroup.words import weekday

ASK_STATES = {
    AskState.OPEN: _l("Open"),
    AskState.COVERED: _l("There are enough helpers"),
    AskState.DONE: _l("Done"),
    AskState.WITHDRAWN: _l("Taken back"),
    AskState.EXPIRED: _l("Its time was over"),
}
HELP_STATES = {
    HelpState.PROPOSED: _l("Waits for a word of who asked"),
    HelpState.NOT_THIS_TIME: _l("Not this time"),
    HelpState.ACCEPTED: _l("Taken on"),
    HelpState.HANDED_BACK: _l("Handed back"),
    HelpState.DONE: _l("Done"),
    HelpState.NOT_DONE: _l("It didn’t happen"),
}
OFFER_STATES = {
    OfferState.OPEN: _l("Open"),
    OfferState.YES_PLEASE: _l("Yes, please"),
    OfferState.NOT_NOW: _l("Not now"),
}
WHO = {"me": _l("Me"), "another member": _l("Another member"), "everyone": _l("Everyone in the group")}


def asks(account: Account) -> list[Record]:
    """What was asked for, and what came of it. Helpers are not named."""
    found = select(Ask).where(Ask.asker_id.in_(mine(account))).order_by(Ask.created_at, Ask.id)
    return [
        {
            "asked": ask.created_at,
            "kind": coded(KINDS, ask.kind),
            "what would help": ask.title,
            "more": ask.body,
            "content note": ask.content_note,
            "area": ask.area,
            "place": ask.place,
            "for whose eyes": coded(EYES, ask.eyes),
            "without my name": ask.unnamed,
            "minutes": ask.size_minutes,
            "helpers wanted": ask.helpers_wanted,
            "helpers": len(ask.helpers),
            "needed by": ask.needed_by,
            "state": coded(ASK_STATES, ask.state),
            "ended": ask.closed_at,
            "it happened": coded(HAPPENED, ask.asker_says),
        }
        for ask in db.session.scalars(found).unique()
    ]


def drafts(account: Account) -> list[Record]:
    """What was begun to be asked, and not posted."""
    found = select(Draft).where(Draft.membership_id.in_(mine(account))).order_by(Draft.saved_at)
    return [{"kept": one.saved_at, "in the form": json.loads(one.fields)} for one in db.session.scalars(found)]


def helps(account: Account) -> list[Record]:
    """What was taken on. What was asked is in it, who asked is not."""
    rows = db.session.execute(
        select(Help, Ask)
        .join(Ask, Ask.id == Help.ask_id)
        .where(Help.helper_id.in_(mine(account)))
        .order_by(Help.accepted_at, Help.id)
    ).unique()
    return [
        {
            "taken on": one.accepted_at,
            "kind": coded(KINDS, ask.kind),
            "what was asked": ask.title if one.holds else None,
            "state": coded(HELP_STATES, one.state),
            "ended": one.ended_at,
            "it happened": coded(HAPPENED, one.helper_says),
            "thanks": one.thanks or None,
        }
        for one, ask in rows
    ]


def offers(account: Account) -> list[Record]:
    """What was offered, to everyone or to one member, and what one member offered to this account."""
    ids = mine(account)
    found = select(Offer).where(or_(Offer.by_id.in_(ids), Offer.to_id.in_(ids))).order_by(Offer.created_at, Offer.id)
    return [
        {
            "offered": one.created_at,
            "from whom": who(one.by_id in ids),
            "for whom": coded(WHO, "everyone") if one.to_id is None else who(one.to_id in ids),
            "what": one.text,
            "more": one.body or None,
            "kind": coded(KINDS, one.kind),
            "minutes": one.size_minutes,
            "days": [Coded.of(WEEKDAYS[day], weekday(day)) for day in one.weekdays],
            "at what times": one.times or None,
            "area": one.area or None,
            "needed by": one.needed_by,
            "rests until": one.paused_until,
            "state": coded(OFFER_STATES, one.state),
        }
        for one in db.session.scalars(found).unique()
    ]


def who(is_me: bool) -> Coded | None:
    return coded(WHO, "me" if is_me else "another member")


def tellings(account: Account) -> list[Record]:
    """What the groups were told of what came of asks."""
    found = select(Telling).where(Telling.author_id.in_(mine(account))).order_by(Telling.told_at, Telling.id)
    return [{"told": one.told_at, "text": one.text, "without a name": one.unnamed} for one in db.session.scalars(found)]


def buddies(account: Account) -> list[Record]:
    """The weeks in which somebody was with this account's owner."""
    rows = select(BuddyRound).join(Buddy, Buddy.round_id == BuddyRound.id)
    rows = rows.where(Buddy.membership_id.in_(mine(account))).order_by(BuddyRound.begins_at)
    return [{"from": one.begins_at, "until": one.ends_at} for one in db.session.scalars(rows)]


def messages(account: Account) -> list[Record]:
    """What this account wrote around asks, and what it can read of what others wrote: they are another member."""
    ids = mine(account)
    found = set(db.session.scalars(select(Message).where(Message.author_id.in_(ids))))
    still_in = select(Membership).where(Membership.id.in_(ids), Membership.state == MembershipState.ACTIVE)
    for me in db.session.scalars(still_in).all():
        for ask in queries.asks_of_threads(me):
            thread = queries.thread(ask, me)
            found |= set() if thread is None else set(db.session.scalars(thread))
    return [
        {"written": one.created_at, "from whom": who(one.author_id in ids), "text": one.text}
        for one in sorted(found, key=lambda one: (one.created_at, one.id))
    ]


def spoken(account: Account) -> list[Record]:
    """What was written down in a meeting's round and waits for a word."""
    found = select(SpokenAsk).where(SpokenAsk.for_id.in_(mine(account))).order_by(SpokenAsk.created_at)
    return [{"when": one.created_at, "what was said": one.title} for one in db.session.scalars(found)]


def heard(account: Account) -> list[Record]:
    found = select(Heard).where(Heard.membership_id.in_(mine(account))).order_by(Heard.created_at)
    return [
        {"when": one.created_at, "what was said": coded(HEARING, one.says), "in my words": one.line or None}
        for one in db.session.scalars(found)
    ]
