"""What belongs in somebody's copy of their data: part by part, in plain records, with nobody else's name in it."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from supportgroup.accounts.models import Account, MailWish, Passkey, ReminderTime, SecurityNote, Session
from supportgroup.board.models import Ask, Heard, Help, Message
from supportgroup.board.offer_models import Offer
from supportgroup.board.side_models import Draft, LoadWish, SpokenAsk, Telling
from supportgroup.db import db
from supportgroup.groups.defaults import CONSENTS, WEEKDAYS
from supportgroup.groups.models import Agreement, Group, Membership
from supportgroup.languages import lazy_gettext as _l
from supportgroup.load.models import Buddy, BuddyRound
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings.models import (
    CalendarWish,
    CheckIn,
    GladHost,
    HandoverNote,
    HostLine,
    Meeting,
    Presence,
    Rsvp,
)
from supportgroup.moderation.models import Report
from supportgroup.moderation.phrases import ACTS, REASONS, SUBJECTS
from supportgroup.reflections.models import Note, Reflection
from supportgroup.safety.models import Avoided, Block, Mute
from supportgroup.safety.queries import entries_about

Record = dict[str, Any]
Part = Callable[[Account], list[Record]]

PRIVATE = ("reflections", "notes")  # what only its owner takes along, and never an operator for them


def at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def mine(account: Account) -> list[UUID]:
    """The ids of the account's places in groups, whatever their state."""
    return list(db.session.scalars(select(Membership.id).where(Membership.account_id == account.id)))


def profile(account: Account) -> list[Record]:
    wishes = select(MailWish).where(MailWish.account_id == account.id)
    reminders = select(ReminderTime.minutes).where(ReminderTime.account_id == account.id)
    limit = db.session.get(LoadWish, account.id)
    calendar = db.session.get(CalendarWish, account.id)
    return [
        {
            "email address": account.email,
            "name": account.name,
            "time zone": account.zone,
            "language": account.language,
            "letters name the service and the group": account.full_letters,
            "quiet hours from": str(account.quiet_from) if account.quiet_from else None,
            "quiet hours until": str(account.quiet_until) if account.quiet_until else None,
            "the daily letter comes at": str(account.letters_at),
            "reminders, minutes before": sorted(db.session.scalars(reminders)),
            "letters": sorted(f"{wish.preference}: {wish.how}" for wish in db.session.scalars(wishes)),
            "no letters until": at(account.paused_until),
            "a calendar of one's own": bool(calendar and calendar.feed_id),
            "calendars name the group": bool(calendar and calendar.full_titles),
            "letters carry invitations for the calendar": bool(calendar and calendar.by_letter),
            "asks to carry in a week": limit.per_week if limit else None,
            "resting until": at(limit.resting_until) if limit else None,
            "account made": at(account.created_at),
            "address confirmed": at(account.confirmed_at),
        }
    ]


def groups(account: Account) -> list[Record]:
    """Places in groups, and with each what was agreed to and when."""
    rows = db.session.execute(
        select(Membership, Group, Agreement)
        .join(Group, Group.id == Membership.group_id)
        .outerjoin(
            Agreement,
            (Agreement.group_id == Group.id) & (Agreement.version == Membership.agreement_version),
        )
        .where(Membership.account_id == account.id)
        .order_by(Membership.agreed_at, Membership.id)
    )
    return [
        {
            "group": group.name,
            "state": str(one.state),
            "role": str(one.role),
            "name there": one.name,
            "letters call it": one.cover_word,
            "agreed on": at(one.agreed_at),
            "agreement version": one.agreement_version,
            "agreement": agreement.text if agreement else None,
            "said yes to what is kept": at(one.consented_at),
            "in these words": str(CONSENTS[one.consent_version]) if one.consent_version else None,
            "said to be this old or older": one.said_age,
            "answers when applying": one.answers or None,
            "applied": at(one.applied_at),
            "joined": at(one.joined_at),
            "ended": at(one.ended_at),
            "takes a break from looking after it until": at(one.back_at),
            "would be glad to look after it too, since": at(one.glad_at),
        }
        for one, group, agreement in rows
    ]


def asks(account: Account) -> list[Record]:
    """What was asked for, and what came of it. Helpers are not named."""
    found = select(Ask).where(Ask.asker_id.in_(mine(account))).order_by(Ask.created_at, Ask.id)
    return [
        {
            "asked": at(ask.created_at),
            "kind": str(ask.kind),
            "what would help": ask.title,
            "more": ask.body,
            "content note": ask.content_note,
            "area": ask.area,
            "place": ask.place,
            "for whose eyes": str(ask.eyes),
            "without my name": ask.unnamed,
            "minutes": ask.size_minutes,
            "helpers wanted": ask.helpers_wanted,
            "helpers": len(ask.helpers),
            "needed by": at(ask.needed_by),
            "state": str(ask.state),
            "ended": at(ask.closed_at),
            "it happened": str(ask.asker_says) if ask.asker_says else None,
        }
        for ask in db.session.scalars(found).unique()
    ]


def drafts(account: Account) -> list[Record]:
    """What was begun to be asked, and not posted."""
    found = select(Draft).where(Draft.membership_id.in_(mine(account))).order_by(Draft.saved_at)
    return [{"kept": at(one.saved_at), "in the form": json.loads(one.fields)} for one in db.session.scalars(found)]


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
            "taken on": at(one.accepted_at),
            "kind": str(ask.kind),
            "what was asked": ask.title if one.holds else None,
            "state": str(one.state),
            "ended": at(one.ended_at),
            "it happened": str(one.helper_says) if one.helper_says else None,
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
            "offered": at(one.created_at),
            "by": "me" if one.by_id in ids else "another member",
            "to": "everyone" if one.to_id is None else "me" if one.to_id in ids else "another member",
            "what": one.text,
            "more": one.body or None,
            "kind": str(one.kind),
            "minutes": one.size_minutes,
            "days": [WEEKDAYS[day] for day in one.weekdays],
            "at": one.times or None,
            "area": one.area or None,
            "needed by": at(one.needed_by),
            "rests until": at(one.paused_until),
            "state": str(one.state),
        }
        for one in db.session.scalars(found).unique()
    ]


def tellings(account: Account) -> list[Record]:
    """What the groups were told of what came of asks."""
    found = select(Telling).where(Telling.author_id.in_(mine(account))).order_by(Telling.told_at, Telling.id)
    return [
        {"told": at(one.told_at), "text": one.text, "without a name": one.unnamed} for one in db.session.scalars(found)
    ]


def buddies(account: Account) -> list[Record]:
    """The weeks in which somebody was with this account's owner."""
    rows = select(BuddyRound).join(Buddy, Buddy.round_id == BuddyRound.id)
    rows = rows.where(Buddy.membership_id.in_(mine(account))).order_by(BuddyRound.begins_at)
    return [{"from": at(one.begins_at), "until": at(one.ends_at)} for one in db.session.scalars(rows)]


def messages(account: Account) -> list[Record]:
    """What was written around asks, both ways; others stand in it as another member."""
    ids = mine(account)
    own_asks = select(Ask.id).where(Ask.asker_id.in_(ids))
    rows = db.session.execute(
        select(Message, Ask)
        .join(Ask, Ask.id == Message.ask_id)
        .outerjoin(Help, (Help.ask_id == Ask.id) & Help.helper_id.in_(ids))
        .where(
            or_(
                Message.author_id.in_(ids),
                Message.ask_id.in_(own_asks),
                Message.created_at >= Help.accepted_at,
            )
        )
        .order_by(Message.created_at, Message.id)
    ).unique()
    return [
        {
            "written": at(message.created_at),
            "by": "me" if message.author_id in ids else "another member",
            "text": message.text,
        }
        for message, _ in rows
    ]


def spoken(account: Account) -> list[Record]:
    """What was written down in a meeting's round and waits for a word."""
    found = select(SpokenAsk).where(SpokenAsk.for_id.in_(mine(account))).order_by(SpokenAsk.created_at)
    return [{"on": at(one.created_at), "said": one.title} for one in db.session.scalars(found)]


def heard(account: Account) -> list[Record]:
    found = select(Heard).where(Heard.membership_id.in_(mine(account))).order_by(Heard.created_at)
    return [
        {"on": at(one.created_at), "said": str(one.says), "in my words": one.line or None}
        for one in db.session.scalars(found)
    ]


def meetings(account: Account) -> list[Record]:
    """Answers to meetings, being there, hosting."""
    ids = mine(account)
    answers = db.session.execute(
        select(Rsvp, Meeting).join(Meeting, Meeting.id == Rsvp.meeting_id).where(Rsvp.membership_id.in_(ids))
    )
    there = db.session.scalars(
        select(Meeting).join(Presence, Presence.meeting_id == Meeting.id).where(Presence.membership_id.in_(ids))
    )
    hosted = db.session.scalars(select(Meeting).where(Meeting.host_id.in_(ids)))
    records: list[Record] = [
        {
            "meeting": meeting.title,
            "on": at(meeting.starts_at),
            "what": f"answered: {answer.answer}" + (", just listening" if answer.listening else ""),
        }
        for answer, meeting in answers
    ]
    records += [{"meeting": one.title, "on": at(one.starts_at), "what": "was there"} for one in there]
    records += [{"meeting": one.title, "on": at(one.starts_at), "what": "host"} for one in hosted]
    notes = select(HandoverNote).where(HandoverNote.author_id.in_(ids))
    records += [
        {"meeting": None, "on": at(one.created_at), "what": f"note for the next host: {one.text}"}
        for one in db.session.scalars(notes)
    ]
    glad = db.session.scalars(select(GladHost).where(GladHost.membership_id.in_(ids)))
    records += [{"meeting": None, "on": at(one.since), "what": "glad to host now and then"} for one in glad]
    return sorted(records, key=lambda record: str(record["on"]))


def check_ins(account: Account) -> list[Record]:
    rows = db.session.execute(
        select(CheckIn, Meeting)
        .join(Meeting, Meeting.id == CheckIn.meeting_id)
        .where(CheckIn.membership_id.in_(mine(account)))
        .order_by(CheckIn.created_at)
    )
    hosted = db.session.execute(
        select(HostLine, Meeting)
        .join(Meeting, Meeting.id == HostLine.meeting_id)
        .where(HostLine.membership_id.in_(mine(account)))
        .order_by(HostLine.created_at)
    )
    return [
        {
            "meeting": meeting.title,
            "on": at(one.created_at),
            "how it was": str(one.feeling),
            "line": one.line or None,
            "shared with those who were there": at(one.shared_at),
        }
        for one, meeting in rows
    ] + [
        {"meeting": meeting.title, "on": at(one.created_at), "how it was": "as host", "line": one.line}
        for one, meeting in hosted
    ]


def reflections(account: Account) -> list[Record]:
    found = select(Reflection).where(Reflection.account_id == account.id).order_by(Reflection.created_at)
    return [
        {
            "written": at(one.created_at),
            "about": one.about or None,
            "asked elsewhere": one.elsewhere,
            "will someone say yes": said(one.guess),
            "how uneasy before": said(one.uneasy_before),
            "the thought": one.own_thought or said(one.thought),
            "did anybody say yes": said(one.reply),
            "what came of it": said(one.came),
            "how uneasy after": said(one.uneasy_after),
            "what I make of it": one.note or None,
        }
        for one in db.session.scalars(found)
    ]


def said(choice: object) -> str | None:
    return None if choice is None else str(choice)


def notes(account: Account) -> list[Record]:
    found = select(Note).where(Note.account_id == account.id).order_by(Note.created_at)
    return [
        {"written": at(one.created_at), "question": str(one.prompt), "text": one.text}
        for one in db.session.scalars(found)
    ]


def reports(account: Account) -> list[Record]:
    """What was reported by this account. What others reported is not here, whoever it is about."""
    found = select(Report).where(Report.reporter_id.in_(mine(account))).order_by(Report.created_at)
    return [
        {
            "reported": at(one.created_at),
            "what": SUBJECTS[one.subject],
            "why": REASONS[one.reason],
            "added": one.words or None,
            "answered": at(one.answered_at),
        }
        for one in db.session.scalars(found)
    ]


def out_of_sight(account: Account) -> list[Record]:
    """Blocks and mutes that this account wanted, and people it would rather not meet: when, not whom."""
    ids = mine(account)
    blocks = db.session.scalars(select(Block.created_at).where(Block.blocker_id.in_(ids)))
    mutes = db.session.scalars(select(Mute.created_at).where(Mute.muter_id.in_(ids)))
    avoided = db.session.scalars(select(Avoided.created_at).where(Avoided.account_id == account.id))
    kinds = {"blocked somebody": blocks, "muted somebody": mutes, "would rather not meet somebody": avoided}
    return [{"on": at(one), "what": what} for what, found in kinds.items() for one in found]


def letters(account: Account) -> list[Record]:
    """Letters of the last thirty days. What they said is kept nowhere."""
    found = select(Letter).where(Letter.recipient_id == account.id, Letter.state == LetterState.SENT)
    return [{"sent": at(one.sent_at), "kind": one.kind} for one in db.session.scalars(found.order_by(Letter.id))]


def signing_in(account: Account) -> list[Record]:
    """Browsers that are signed in, passkeys, and what was changed about signing in."""
    sessions = db.session.scalars(select(Session).where(Session.account_id == account.id))
    passkeys = db.session.scalars(select(Passkey).where(Passkey.account_id == account.id))
    changes = db.session.scalars(select(SecurityNote).where(SecurityNote.account_id == account.id))
    records: list[Record] = [{"since": at(one.created_at), "signed in on": one.device} for one in sessions]
    records += [{"since": at(one.created_at), "passkey of": one.device} for one in passkeys]
    records += [{"since": at(one.created_at), "changed": str(one.change)} for one in changes]
    return records


def log(account: Account) -> list[Record]:
    """The account's own part of the log of what people with powers did."""
    return [{"on": at(one.at), "what": ACTS[one.act]} for one in entries_about(account.id)]


# Title, name in the JSON, and where it comes from; in the order in which somebody would look for it.
PARTS: Sequence[tuple[str, str, Part]] = (
    (_l("You"), "profile", profile),
    (_l("Your groups, and what you agreed to"), "groups", groups),
    (_l("What you asked for"), "asks", asks),
    (_l("What you began to ask"), "drafts", drafts),
    (_l("What you took on"), "helps", helps),
    (_l("What you told of asks"), "tellings", tellings),
    (_l("What was offered"), "offers", offers),
    (_l("What you said in a round"), "spoken", spoken),
    (_l("Weeks with a buddy"), "buddies", buddies),
    (_l("What was written around asks"), "messages", messages),
    (_l("What you heard"), "heard", heard),
    (_l("Meetings"), "meetings", meetings),
    (_l("How meetings were for you"), "check_ins", check_ins),
    (_l("Your reflections"), "reflections", reflections),
    (_l("Your notes"), "notes", notes),
    (_l("What you reported"), "reports", reports),
    (_l("Out of sight"), "out_of_sight", out_of_sight),
    (_l("Letters to you"), "letters", letters),
    (_l("Signing in"), "signing_in", signing_in),
    (_l("What was done with what is yours"), "log", log),
)


def owned_parts() -> list[tuple[str, str, Part]]:
    """The parts that an operator hands out for somebody: all but what only its owner takes along."""
    return [(title, name, part) for title, name, part in PARTS if name not in PRIVATE]
