"""What is kept no longer than it is needed: one function a rule, all of them run by the clock.

Letters are let go of by their own room.
"""

from datetime import timedelta

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import RUNNING, Ask, Heard, Help, Message
from supportgroup.board.offer_models import Offer
from supportgroup.board.side_models import Draft, SpokenAsk, Telling
from supportgroup.db import db, insert_or_ignore
from supportgroup.groups.inviting import forget_addresses
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.limits import Bucket, Guesses
from supportgroup.meetings.models import HandoverNote, Meeting, Presence, Rsvp
from supportgroup.moderation.models import Report, ReportState
from supportgroup.privacy import letters
from supportgroup.privacy.erasing import erase_place
from supportgroup.privacy.models import (
    BETWEEN,
    FETCHABLE,
    UNUSED_GOES,
    UNUSED_TOLD,
    Erased,
    Erasure,
    Export,
    ExportState,
    LastSeen,
)
from supportgroup.privacy.service import ask_erasure
from supportgroup.safety.models import AuditEntry, Block

WORDS = (Ask.title_sealed, Ask.body_sealed, Ask.content_note_sealed, Ask.area_sealed, Ask.place_sealed)
ASK_WORDS = timedelta(days=30)  # after it ended
OFFERS = timedelta(days=30)  # to one member, after the day they were for
DRAFTS = timedelta(days=30)  # after it was written in last
MESSAGES = timedelta(days=365)
ANSWERS = timedelta(days=90)  # after the meeting
SPOKEN = timedelta(days=7)
HANDOVERS = timedelta(days=60)
ORDERS = timedelta(days=1)  # who was to speak, after the meeting
PRESENCE = timedelta(days=730)
FETCHED = timedelta(days=30)  # that there was a copy
THROTTLES = timedelta(days=30)
LOG = timedelta(days=400)
REPORTS = timedelta(days=365)  # after they were answered
BLOCKS = timedelta(days=365)  # after one of the two has left
LEFT = timedelta(days=30)  # how long leaving can be undone
PROOF = timedelta(days=3 * 365)  # of consent, after an erasure
SLOW = timedelta(days=1)  # of undo for an account nobody used for two years


def let_go_of_old() -> None:
    """Run every rule. Each is one or two statements, and may run twice."""
    of_groups = (ask_words, drafts, spoken, offers, messages, answers, handovers, presence)
    for rule in (*of_groups, forget_addresses, throttles, log, reports, blocks, copies, proofs):
        rule()


def ask_words() -> None:
    """What an ask said, and its thanks. That there was one stays."""
    long_over = and_(Ask.state.not_in(RUNNING), Ask.closed_at < clock.now() - ASK_WORDS)
    said = or_(*(column.is_not(None) for column in WORDS))
    db.session.execute(update(Ask).where(long_over, said).values(dict.fromkeys(WORDS)))
    over = select(Ask.id).where(long_over)
    db.session.execute(
        update(Help).where(Help.ask_id.in_(over), Help.thanks_sealed.is_not(None)).values(thanks_sealed=None)
    )
    db.session.execute(
        update(Heard).where(Heard.ask_id.in_(over), Heard.line_sealed.is_not(None)).values(line_sealed=None)
    )


def offers() -> None:
    """What was offered to one member. What was taken up of it is an ask by then."""
    db.session.execute(delete(Offer).where(Offer.ends_at < clock.now() - OFFERS))


def drafts() -> None:
    """Asks that were begun and not posted."""
    db.session.execute(delete(Draft).where(Draft.saved_at < clock.now() - DRAFTS))


def spoken() -> None:
    """What was said in a round and never put on the board."""
    db.session.execute(delete(SpokenAsk).where(SpokenAsk.created_at < clock.now() - SPOKEN))


def messages() -> None:
    """What was written around asks, and told of them."""
    db.session.execute(delete(Message).where(Message.created_at < clock.now() - MESSAGES))
    db.session.execute(delete(Telling).where(Telling.told_at < clock.now() - MESSAGES))


def answers() -> None:
    past = select(Meeting.id).where(Meeting.ends_at < clock.now() - ANSWERS)
    db.session.execute(delete(Rsvp).where(Rsvp.meeting_id.in_(past)))


def handovers() -> None:
    """What one host left for the next, and in which order people were to speak."""
    now = clock.now()
    db.session.execute(delete(HandoverNote).where(HandoverNote.created_at < now - HANDOVERS))
    spoken = and_(Meeting.talking_order.is_not(None), Meeting.ends_at < now - ORDERS)
    db.session.execute(update(Meeting).where(spoken).values(talking_order=None))


def presence() -> None:
    """Who was there, and who hosted."""
    past = select(Meeting.id).where(Meeting.ends_at < clock.now() - PRESENCE)
    db.session.execute(delete(Presence).where(Presence.meeting_id.in_(past)))
    db.session.execute(update(Meeting).where(Meeting.id.in_(past), Meeting.host_id.is_not(None)).values(host_id=None))


def throttles() -> None:
    for kept in (Bucket, Guesses):
        db.session.execute(delete(kept).where(kept.updated_at < clock.now() - THROTTLES))


def log() -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.at < clock.now() - LOG))


def reports() -> None:
    answered = Report.state == ReportState.ANSWERED
    db.session.execute(delete(Report).where(answered, Report.answered_at < clock.now() - REPORTS))


def blocks() -> None:
    """Blocks of who has left for good, a year later."""
    gone = aliased(Membership)
    left = exists().where(
        or_(gone.id == Block.blocker_id, gone.id == Block.blocked_id), gone.ended_at < clock.now() - BLOCKS
    )
    db.session.execute(delete(Block).where(left))


def copies() -> None:
    """Copies that nobody fetched in time."""
    over = and_(Export.state == ExportState.READY, Export.ready_at <= clock.now() - FETCHABLE)
    db.session.execute(update(Export).where(over).values(state=ExportState.OVER, content_sealed=None))
    db.session.execute(delete(Export).where(Export.state == ExportState.OVER, Export.asked_at < clock.now() - FETCHED))


def proofs() -> None:
    db.session.execute(delete(Erased).where(Erased.erased_at < clock.now() - PROOF))


def empty_left_places() -> None:
    """What was written in a group by who left it: erased once leaving cannot be undone any more."""
    ended = (MembershipState.LEFT, MembershipState.REMOVED, MembershipState.DECLINED)
    over = and_(Membership.state.in_(ended), Membership.ended_at < clock.now() - LEFT, Membership.name != "")
    for one in db.session.scalars(select(Membership).where(over).order_by(Membership.id).limit(100)).all():
        erase_place(one)


def note_last_seen() -> None:
    """The day on which each account was last used. Who comes back is told anew, should it be needed again."""
    back = select(LastSeen, Account.seen_on).join(Account, Account.id == LastSeen.account_id)
    for one, seen_on in db.session.execute(back.where(Account.seen_on > LastSeen.seen_on)).all():
        one.seen_on, one.told, one.told_on = seen_on or one.seen_on, 0, None
    new = select(Account.id, Account.seen_on, Account.created_at)
    new = new.where(~exists().where(LastSeen.account_id == Account.id), Account.address_refused_at.is_(None))
    for account_id, seen_on, created_at in db.session.execute(new).all():
        since = seen_on or created_at.date()
        db.session.execute(insert_or_ignore(LastSeen).values(account_id=account_id, seen_on=since, told=0))


def let_go_of_unused() -> None:
    """Tell who has not been here for 18 months, and again after 23, that their account goes; after 24 it does."""
    today = clock.now().date()
    unused = select(LastSeen).where(LastSeen.seen_on <= today - UNUSED_TOLD[0])
    going = exists().where(Erasure.account_id == LastSeen.account_id)
    lately = LastSeen.told_on > today - BETWEEN
    for one in db.session.scalars(unused.where(~going, or_(LastSeen.told_on.is_(None), ~lately))).all():
        if one.told == len(UNUSED_TOLD) and today - one.seen_on >= UNUSED_GOES:
            ask_erasure(db.session.get_one(Account, one.account_id), undo=SLOW)
        elif one.told < len(UNUSED_TOLD) and today - one.seen_on >= UNUSED_TOLD[one.told]:
            one.told, one.told_on = one.told + 1, today
            letters.owe_inactive(one, one.goes_at)
