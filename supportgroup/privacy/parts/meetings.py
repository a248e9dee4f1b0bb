"""Answers to meetings, being there, hosting, and how it was."""

from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings.forms import ANSWERS, FEELINGS
from supportgroup.meetings.models import (
    Answer,
    CheckIn,
    GladHost,
    HandoverNote,
    HostLine,
    Meeting,
    Presence,
    Rsvp,
)
from supportgroup.privacy.parts.record import Record, coded, mine

ANSWERED = {**ANSWERS, Answer.WAITING: _l("I would come, and it was full")}


def meetings(account: Account) -> list[Record]:
    """Answers to meetings, being there, hosting; by the meeting's day."""
    ids = mine(account)
    answers = db.session.execute(
        select(Rsvp, Meeting).join(Meeting, Meeting.id == Rsvp.meeting_id).where(Rsvp.membership_id.in_(ids))
    )
    there = db.session.scalars(
        select(Meeting).join(Presence, Presence.meeting_id == Meeting.id).where(Presence.membership_id.in_(ids))
    )
    hosted = db.session.scalars(select(Meeting).where(Meeting.host_id.in_(ids)))
    records: list[Record] = [
        {**about(meeting), "answered": coded(ANSWERED, answer.answer), "just listening": answer.listening or None}
        for answer, meeting in answers
    ]
    records += [{**about(one), "was there": True} for one in there]
    records += [{**about(one), "was host": True} for one in hosted]
    notes = select(HandoverNote).where(HandoverNote.author_id.in_(ids))
    records += [{"when": one.created_at, "note for the next host": one.text} for one in db.session.scalars(notes)]
    glad = db.session.scalars(select(GladHost).where(GladHost.membership_id.in_(ids)))
    records += [{"when": one.since, "glad to host now and then": True} for one in glad]
    return sorted(records, key=lambda record: str(record["when"]))


def about(meeting: Meeting) -> Record:
    return {"meeting": meeting.title, "when": meeting.starts_at}


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
            "when": one.created_at,
            "how it was": coded(FEELINGS, one.feeling),
            "a line": one.line or None,
        }
        for one, meeting in rows
    ] + [{"meeting": meeting.title, "when": one.created_at, "a line as host": one.line} for one, meeting in hosted]
