"""Finding what can be reported, reports, and who looks at them. Nobody finds a report about themselves."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from supportgroup.accounts.models import Account
from supportgroup.board import offer_queries as board_offers
from supportgroup.board import queries as board
from supportgroup.board import telling
from supportgroup.board.models import Ask, Message
from supportgroup.board.offer_models import Offer
from supportgroup.board.side_models import Telling
from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Group, Membership, MembershipState, Role
from supportgroup.languages import to_say
from supportgroup.meetings.roster import roster
from supportgroup.moderation.models import Desk, DutiesAccepted, Report, ReportState, Subject
from supportgroup.safety.models import Hiding, Rule
from supportgroup.safety.queries import apart, hiding_of, is_blocked

# Said on the page, in the language of who reads it; stored in English, whoever reports.
ASKED_BY, WRITTEN_BY, NAME = to_say("Asked by"), to_say("Written by"), to_say("Name")
OFFERED_BY, TOLD_BY = to_say("Offered by"), to_say("Told by")
WOULD_HELP, WHAT, MORE = to_say("What would help"), to_say("What"), to_say("More")
WHERE, TEXT = to_say("Where"), to_say("Text")
NAMING = (ASKED_BY, WRITTEN_BY, NAME)
FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Item:
    """Something that can be reported or hidden: whose it is, where it stands, and what it says now."""

    subject: Subject
    id: UUID
    author: Membership
    path: str  # under the group's address
    lines: tuple[tuple[str, str], ...]  # label and text

    @property
    def frozen(self) -> str:
        return json.dumps(self.lines)


def lines_of(report: Report) -> list[tuple[str, str]]:
    """What was reported, as it was then: labels and texts."""
    return [(label, text) for label, text in json.loads(report.copy)]


def names_author(report: Report) -> bool:
    """Whether those who look at this report hear whom it is about; whoever asked without a name stays without one."""
    return any(label in NAMING for label, _ in lines_of(report))


def item(me: Membership, subject: Subject, item_id: UUID) -> Item | None:
    """What a member may report: what they can see, and is not their own."""
    found = SEEN[subject](me, item_id)
    return found if found is not None and found.author.id != me.id else None


def person_seen(me: Membership, membership_id: UUID) -> Item | None:
    known = membership_id in roster(me).people or is_blocked(me.id, membership_id)
    other = groups.membership(me.group_id, membership_id) if known else None
    return Item(Subject.MEMBER, other.id, other, "/members", ((NAME, other.name),)) if other else None


def ask_seen(me: Membership, ask_id: UUID) -> Item | None:
    ask = board.ask(me, ask_id)
    return ask_item(ask) if ask else None


def ask_item(ask: Ask) -> Item:
    asker = "" if ask.unnamed else ask.asker.name
    lines = ((ASKED_BY, asker), (WOULD_HELP, ask.title), (MORE, ask.body), (WHERE, ask.area))
    return Item(Subject.ASK, ask.id, ask.asker, f"/board/asks/{ask.id}", tuple(line for line in lines if line[1]))


def message_seen(me: Membership, message_id: UUID) -> Item | None:
    """A message in a thread that the reader is in, as far as they read it."""
    message = db.session.get(Message, message_id)
    ask = board.ask(me, message.ask_id) if message else None
    thread = board.messages(ask, me) if ask else None
    if message is None or thread is None or message.id not in {one.id for one in thread.items}:
        return None
    return message_item(message)


def message_item(message: Message) -> Item:
    """A message: whoever asked without a name has none here either."""
    author, ask = db.session.get_one(Membership, message.author_id), db.session.get_one(Ask, message.ask_id)
    unnamed = ask.unnamed and author.id == ask.asker_id
    lines = ((WRITTEN_BY, "" if unnamed else author.name), (TEXT, message.text))
    path = f"/board/asks/{message.ask_id}"
    return Item(Subject.MESSAGE, message.id, author, path, tuple(line for line in lines if line[1]))


def offer_seen(me: Membership, offer_id: UUID) -> Item | None:
    offer = board_offers.offer(me, offer_id)
    return offer_item(offer) if offer else None


def offer_item(offer: Offer) -> Item:
    lines = ((OFFERED_BY, offer.by.name), (WHAT, offer.said), (MORE, offer.body), (WHERE, offer.area))
    path = f"/board/offers/{offer.id}"
    return Item(Subject.OFFER, offer.id, offer.by, path, tuple(line for line in lines if line[1]))


def telling_seen(me: Membership, telling_id: UUID) -> Item | None:
    found = telling.telling(me, telling_id)
    return telling_item(found) if found else None


def telling_item(one: Telling) -> Item:
    """What was told of an ask; without a name here too, where it has none."""
    author = db.session.get_one(Membership, one.author_id)
    lines = ((TOLD_BY, "" if one.unnamed else author.name), (TEXT, one.text))
    return Item(Subject.TELLING, one.id, author, "/board/ended", tuple(line for line in lines if line[1]))


# What a member may report, as they find it.
SEEN = {
    Subject.MEMBER: person_seen,
    Subject.ASK: ask_seen,
    Subject.MESSAGE: message_seen,
    Subject.OFFER: offer_seen,
    Subject.TELLING: telling_seen,
}


def anything(group_id: UUID, subject: Subject, item_id: UUID) -> Item | None:
    """The thing itself, for who has to look at it, whoever may see it otherwise. None: it is gone."""
    if subject is Subject.ASK:
        ask = db.session.get(Ask, item_id)
        return ask_item(ask) if ask and ask.group_id == group_id else None
    if subject is Subject.MESSAGE:
        message = db.session.get(Message, item_id)
        ask = db.session.get(Ask, message.ask_id) if message else None
        return message_item(message) if message and ask and ask.group_id == group_id else None
    if subject is Subject.OFFER:
        offer = db.session.get(Offer, item_id)
        return offer_item(offer) if offer and offer.group_id == group_id else None
    if subject is Subject.TELLING:
        told = db.session.get(Telling, item_id)
        return telling_item(told) if told and told.group_id == group_id else None
    return None


def open_twin(reporter_id: UUID, subject: Subject, subject_id: UUID) -> Report | None:
    """The same report, if it waits for its answer: reporting twice makes one."""
    mine = select(Report).where(
        Report.reporter_id == reporter_id,
        Report.subject == subject,
        Report.subject_id == subject_id,
        Report.state == ReportState.OPEN,
    )
    return db.session.scalars(mine).first()


def reports_by(me: Membership) -> Sequence[Report]:
    """What this member has reported, newest first."""
    mine = select(Report).where(Report.reporter_id == me.id)
    return db.session.scalars(mine.order_by(Report.created_at.desc(), Report.id)).all()


def for_facilitator(reader: type[Membership] | Membership) -> ColumnElement[bool]:
    """Which reports a facilitator looks at: none about a facilitator, none by or about themselves, and none where one
    of the two is out of their sight.
    """
    reported = aliased(Membership)
    by_facilitator = exists().where(reported.id == Report.reported_id, reported.role == Role.FACILITATOR)
    return and_(
        Report.group_id == reader.group_id,
        Report.desk == Desk.FACILITATORS,
        Report.reported_id != reader.id,
        Report.reporter_id != reader.id,
        ~by_facilitator,
        ~apart(Report.reporter_id, reader.id),
        ~apart(Report.reported_id, reader.id),
    )


def for_operator(account: Account) -> ColumnElement[bool]:
    """Which reports an operator looks at: those handed to the operators, those whose time is over, those about a
    facilitator; none about themselves.
    """
    reported = aliased(Membership)
    about_facilitator = exists().where(reported.id == Report.reported_id, reported.role == Role.FACILITATOR)
    mine = exists().where(reported.id == Report.reported_id, reported.account_id == account.id)
    return and_(or_(Report.desk == Desk.OPERATORS, Report.escalated_at.is_not(None), about_facilitator), ~mine)


def queue(rule: ColumnElement[bool], state: ReportState = ReportState.OPEN) -> Sequence[Report]:
    """The reports of this rule: open ones by when an answer is due, others by when it was given, newest first."""
    chosen = select(Report).where(rule, Report.state == state)
    if state is ReportState.OPEN:
        return db.session.scalars(chosen.order_by(Report.due_at, Report.id)).all()
    return db.session.scalars(chosen.order_by(Report.answered_at.desc(), Report.id).limit(20)).all()


def unseen_by(reader: type[Membership] | Membership) -> ColumnElement[bool]:
    """Whether a new ask waits for this facilitator to look at it."""
    return exists().where(hidden_here(reader), Hiding.rule == Rule.UNSEEN).correlate_except(Hiding)


def hidden_here(reader: type[Membership] | Membership) -> ColumnElement[bool]:
    """What is hidden from this facilitator's group; not their own, nor of whom a block keeps away."""
    others = and_(Hiding.group_id == reader.group_id, Hiding.author_id != reader.id)
    return and_(others, ~apart(Hiding.author_id, reader.id))


def report(rule: ColumnElement[bool], report_id: UUID, *, lock: bool = False) -> Report | None:
    """One report of this rule."""
    found: Select[Report] = select(Report).where(rule, Report.id == report_id)
    if lock:
        found = found.with_for_update(of=Report).execution_options(**FRESH)
    return db.session.scalars(found).first()


def reports(ids: Sequence[UUID]) -> dict[UUID, Report]:
    return {one.id: one for one in db.session.scalars(select(Report).where(Report.id.in_(ids)))}


def facilitators_for(one: Report) -> list[Membership]:
    """The facilitators who look at this report; who takes a break hears of none."""
    looking = select(Membership).join(Report, for_facilitator(Membership)).where(Report.id == one.id)
    looking = looking.where(Membership.role == Role.FACILITATOR, Membership.state == MembershipState.ACTIVE)
    return list(db.session.scalars(looking.where(groups.takes_no_break())))


def operators_for(one: Report) -> list[UUID]:
    """The accounts of the operators who look at it."""
    return [account_id for account_id in groups.operators() if account_id != one.reported.account_id]


def hidings(me: Membership, *rules: ColumnElement[bool]) -> Sequence[Hiding]:
    """What is hidden from this facilitator's group and meets these rules, oldest first."""
    seen = select(Hiding).where(hidden_here(me), *rules)
    return db.session.scalars(seen.order_by(Hiding.hidden_at, Hiding.id)).all()


def asked_again() -> Sequence[tuple[Hiding, Group]]:
    """What its author would like somebody else to look at, oldest first; for the operators."""
    waiting = select(Hiding, Group).join(Group, Group.id == Hiding.group_id)
    waiting = waiting.where(Hiding.asked_again_at.is_not(None), Hiding.kept_at.is_(None))
    rows = db.session.execute(waiting.order_by(Hiding.asked_again_at, Hiding.id))
    return [(one, group) for one, group in rows]


def hiding(hiding_id: UUID, group_id: UUID | None = None) -> Hiding | None:
    found = db.session.get(Hiding, hiding_id, populate_existing=True, with_for_update=True)
    return found if found is not None and group_id in (None, found.group_id) else None


def own_hiding(me: Membership, item_id: UUID) -> Hiding | None:
    """Why something of the reader's own is hidden."""
    found = hiding_of(item_id)
    return found if found is not None and found.author_id == me.id else None


def item_of(one: Hiding) -> Item | None:
    """What is hidden, as it is now."""
    found = (anything(one.group_id, subject, one.item_id) for subject in Subject)
    return next((item for item in found if item is not None), None)


def duties(me: Membership) -> DutiesAccepted | None:
    """When this facilitator accepted the duties, if they did."""
    return db.session.get(DutiesAccepted, me.id)
