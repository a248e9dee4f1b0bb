"""Reporting something, looking at it, and answering: quietly, in time, and past whom it is about."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board.models import Ask, AskState
from supportgroup.board.service import AskHeld
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.groups.service import MembershipEnded
from supportgroup.languages import gettext as _
from supportgroup.moderation import letters, queries
from supportgroup.moderation.models import Desk, DutiesAccepted, Outcome, Reason, Report, ReportState
from supportgroup.moderation.queries import Item
from supportgroup.safety import service as safety
from supportgroup.safety.models import Act, Hiding, Rule

ANSWER_IN, ANSWER_DANGER_IN = timedelta(hours=24), timedelta(hours=2)
DUTIES_VERSION = 1


def report(*, me: Membership, item: Item, reason: Reason, words: str, named: bool) -> Report:
    """Report something that `me` can see. It is copied as it is now, and goes past whom it is about.

    The same thing reported twice while the first waits is one report.
    """
    twin = queries.open_twin(me.id, item.subject, item.id)
    if twin is not None:
        return twin
    now = clock.now()
    made = Report(
        group_id=me.group_id,
        reporter_id=me.id,
        reported_id=item.author.id,
        subject=item.subject,
        subject_id=item.id,
        reason=reason,
        words=words,
        copy=item.frozen,
        named=named,
        desk=Desk.FACILITATORS,
        created_at=now,
        due_at=now + (ANSWER_DANGER_IN if reason is Reason.DANGER else ANSWER_IN),
    )
    made.group, made.reporter, made.reported = me.group, me, item.author
    db.session.add(made)
    db.session.flush()
    if not queries.facilitators_for(made):
        made.desk = Desk.OPERATORS
    db.session.flush()
    letters.owe_receipt(made)
    letters.owe_waits(made, "first")
    return made


def hand_over(one: Report, by: Account) -> None:
    """Let the operators look at a report instead. It is locked."""
    if not one.is_open or one.desk is Desk.OPERATORS:
        return
    letters.drop_waits(one)
    one.desk = Desk.OPERATORS
    db.session.flush()
    safety.note(Act.REPORT_HANDED_OVER, by=by.id, about=one.reporter.account_id, object_id=one.id)
    letters.owe_waits(one, "handed-over")


def answer(one: Report, by: Account, *, outcome: Outcome, note: str) -> None:
    """Say what came of a report. The reporter hears of it in general words. Raises Refused where it was answered."""
    if not one.is_open:
        raise Refused(_("This one has its answer already."))
    one.state, one.outcome, one.note, one.answered_at = ReportState.ANSWERED, outcome, note, clock.now()
    db.session.flush()
    letters.drop_waits(one)
    safety.note(Act.REPORT_ANSWERED, by=by.id, about=one.reporter.account_id, object_id=one.id)
    letters.owe_answered(one)


def note_read(one: Report, by: Account) -> None:
    """An operator opens what was written in a group they may not be in: whoever reported it can see that they did."""
    safety.note(Act.REPORT_READ, by=by.id, about=one.reporter.account_id, object_id=one.id)


def note_hidden_read(hiding: Hiding, by: Account) -> None:
    """The same, where an author asked that somebody else looks: the author sees it."""
    author = groups.memberships([hiding.author_id])[hiding.author_id]
    safety.note(Act.HIDDEN_READ, by=by.id, about=author.account_id, object_id=hiding.item_id)


def hide(item: Item, *, group_id: UUID, rule: Rule, by: Account) -> None:
    """Hide an ask or a message from all but its author, who is told why and may change it."""
    hiding = safety.hide(item_id=item.id, group_id=group_id, author_id=item.author.id, rule=rule)
    if hiding is not None:
        safety.note(Act.ITEM_HIDDEN, by=by.id, about=item.author.account_id, object_id=item.id)
        letters.owe_hidden(hiding, item.author)


def show_again(hiding: Hiding, by: Account) -> None:
    """Let the group see it again."""
    author = groups.memberships([hiding.author_id])[hiding.author_id]
    letters.drop_hidden(hiding)
    safety.show(hiding)
    ask = db.session.get(Ask, hiding.item_id) if hiding.rule is Rule.UNSEEN else None
    if ask is not None and ask.state is AskState.OPEN:
        ask.open(clock.now())
    safety.note(Act.ITEM_SHOWN, by=by.id, about=author.account_id, object_id=hiding.item_id)


def say_why(hiding: Hiding, rule: Rule, by: Account) -> None:
    """Keep what waits to be seen hidden, for a reason that its author hears."""
    author = groups.memberships([hiding.author_id])[hiding.author_id]
    hiding.rule = rule
    safety.note(Act.ITEM_HIDDEN, by=by.id, about=author.account_id, object_id=hiding.item_id)
    letters.owe_hidden(hiding, author)


def note_held(event: AskHeld) -> None:
    """Let the facilitators know that a new ask waits for one of them."""
    letters.owe_held(event.hiding)


def ask_again(hiding: Hiding) -> None:
    """The author changed it, or thinks that it was right: somebody else looks. Asking twice changes nothing."""
    if hiding.asked_again_at is None:
        hiding.asked_again_at = clock.now()
        letters.owe_asked_again(hiding)


def keep_hidden(hiding: Hiding, by: Account) -> None:
    """An operator has looked at it too, and it stays hidden."""
    author = groups.memberships([hiding.author_id])[hiding.author_id]
    hiding.kept_at = clock.now()
    safety.note(Act.ITEM_KEPT_HIDDEN, by=by.id, about=author.account_id, object_id=hiding.item_id)


def accept_duties(me: Membership, deputy_id: UUID | None) -> None:
    """A facilitator says yes to what looking after a group asks, and may name who steps in for them."""
    accepted = queries.duties(me)
    if accepted is None:
        accepted = DutiesAccepted(membership_id=me.id)
        db.session.add(accepted)
    accepted.version, accepted.accepted_at, accepted.deputy_id = DUTIES_VERSION, clock.now(), deputy_id
    safety.note(Act.DUTIES_ACCEPTED, by=me.account_id, about=me.account_id, object_id=me.group_id)


def note_removed(event: MembershipEnded) -> None:
    """Whoever is taken out of a group finds it in their part of the log."""
    if event.membership.state is MembershipState.REMOVED:
        safety.note(Act.MEMBER_REMOVED, about=event.membership.account_id, object_id=event.membership.group_id)


def watch_reports() -> None:
    """Remind those who look when half of the promised time is over; when all of it is, the operators look as well, and
    everyone is reminded once a day.
    """
    now = clock.now()
    for one in open_reports():
        if one.due_at <= now and one.escalated_at is None:
            one.escalated_at = now
            db.session.flush()
            letters.owe_waits(one, "escalated")
        elif one.reminded_at is None and one.created_at + (one.due_at - one.created_at) / 2 <= now:
            one.reminded_at = now
            letters.owe_waits(one, "reminder")
        elif one.escalated_at is not None and (days := (now - one.escalated_at).days):
            letters.owe_waits(one, f"late-{days}")


def open_reports() -> list[Report]:
    """Reports that wait, locked; those that somebody is answering right now are left for the next time."""
    waiting = select(Report).where(Report.state == ReportState.OPEN).order_by(Report.due_at, Report.id)
    locked = waiting.with_for_update(of=Report, skip_locked=True)
    return list(db.session.scalars(locked, execution_options=queries.FRESH))
