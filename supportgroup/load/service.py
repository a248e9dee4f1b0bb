"""A small ask suggested to who gives and never asks, and to newcomers; and what came of asks, told to reflections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, Update, exists, or_, select, update

from supportgroup import clock
from supportgroup.board.models import Ask, AskKind, AskState, Happened, Heard, Help, HelpState
from supportgroup.board.starters import EXAMPLES
from supportgroup.db import db, insert_or_ignore
from supportgroup.groups.models import GroupState, Membership
from supportgroup.load import letters, queries
from supportgroup.load.models import Nudge, Why
from supportgroup.reflections import service as reflections
from supportgroup.reflections.models import Came, Reply

GAVE, LOOKED_AT = 4, timedelta(days=60)  # gave at least so often, and asked for nothing, within so long
FRESH = timedelta(days=21)  # a first meeting within so long is a new one
STAYS = timedelta(days=14)  # so long a card is there; then it was passed over
PAUSE = timedelta(days=30)  # before another
STOPS = 2  # passed over so often, it does not come again
CHUNK = 500  # rows an INSERT
SMALL, EASIEST = 15, 5  # minutes, at most, of what is suggested
SUGGESTED = (AskKind.ERRAND, AskKind.TASK, AskKind.COMPANY, AskKind.CHECK_ON_ME)

# Who said yes, whatever became of it; what is only proposed may be taken back without a trace.
EVER_HELPED = (
    HelpState.ACCEPTED,
    HelpState.DONE,
    HelpState.NOT_DONE,
    HelpState.HANDED_BACK,
    HelpState.NOT_THIS_TIME,
)
CAME = {Happened.YES: Came.HAPPENED, Happened.PARTLY: Came.PARTLY, Happened.NO: Came.NOT}


def suggest_small_asks() -> None:
    """Put the card on the home pages it is for, and take away those that were answered or passed over."""
    now = clock.now()
    take_away(now)
    offer(queries.givers(now - LOOKED_AT, now, GAVE), Why.GIVES, now)
    offer(queries.newcomers(now - FRESH, now), Why.NEW, now)


def take_away(now: datetime) -> None:
    """Who has asked for something starts anew; a card that was there for two weeks counts as passed over."""
    asked = queries.has_asked(Nudge.account_id, Nudge.offered_at)
    gone = update(Nudge).where(Nudge.offered_at.is_not(None), asked)
    run(gone.values(offered_at=None, passed_over=0, not_before=now + PAUSE))
    stale = update(Nudge).where(Nudge.offered_at < now - STAYS)
    run(stale.values(offered_at=None, passed_over=Nudge.passed_over + 1, not_before=now + PAUSE))


def offer(accounts: Select[UUID], why: Why, now: datetime) -> None:
    """Offer a card to these accounts, but for who has one, had one lately, or let two pass. Newcomers get one."""
    known = exists().where(Nudge.account_id == accounts.selected_columns[0])
    new = db.session.scalars(accounts.where(~known)).all()
    for start in range(0, len(new), CHUNK):
        rows = [
            {"account_id": one, "why": why, "passed_over": 0, "by_mail": False} for one in new[start : start + CHUNK]
        ]
        db.session.execute(insert_or_ignore(Nudge).values(rows))
    due = [Nudge.offered_at.is_(None), Nudge.passed_over < STOPS, Nudge.account_id.in_(accounts)]
    due.append(or_(Nudge.not_before.is_(None), Nudge.not_before <= now))
    if why is Why.NEW:
        due.append(Nudge.not_before.is_(None))
    by_mail = db.session.scalars(select(Nudge.account_id).where(Nudge.by_mail, *due)).all()
    run(update(Nudge).where(*due).values(offered_at=now, why=why))
    letters.owe_nudges(by_mail, now)


def run(statement: Update) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})


def pass_over(account_id: UUID) -> bool:
    """Not now. Whether that was the last time it is suggested. Where there is no card, nothing changes."""
    nudge = queries.nudge(account_id, lock=True)
    if nudge is None or nudge.offered_at is None:
        return False
    nudge.offered_at, nudge.not_before = None, clock.now() + PAUSE
    nudge.passed_over += 1
    return nudge.passed_over >= STOPS


def wish_for_cards(*, account_id: UUID, wanted: bool, by_mail: bool) -> None:
    """Whether to be suggested something now and then, and whether by letter too. Wanting it again starts anew."""
    db.session.execute(
        insert_or_ignore(Nudge).values(account_id=account_id, why=Why.GIVES, passed_over=0, by_mail=False)
    )
    nudge = db.session.get_one(Nudge, account_id, populate_existing=True)
    if wanted and nudge.passed_over >= STOPS:
        nudge.passed_over, nudge.not_before = 0, None
    if not wanted:
        nudge.passed_over, nudge.offered_at = STOPS, None
    nudge.by_mail = wanted and by_mail


@dataclass(frozen=True)
class Card:
    """A small ask to try: why it is there, the example's number and words, and the group in which it can be asked."""

    why: Why
    number: int
    title: str
    slug: str


def card(account_id: UUID, places: Sequence[Membership]) -> Card | None:
    """The card on this account's home page, if there is one. `places`: its active memberships. One query."""
    active = [place for place in places if place.group.state is GroupState.ACTIVE]
    nudge = queries.card_of(account_id) if active else None
    if nudge is None:
        return None
    number = example_for(nudge)
    return Card(nudge.why, number, str(EXAMPLES[number].title), active[0].group.slug)


def example_for(nudge: Nudge) -> int:
    """The number of the example on this card: an easy one for who is new, else another for each card."""
    most = EASIEST if nudge.why is Why.NEW else SMALL
    fit = [at for at, one in enumerate(EXAMPLES) if one.size_minutes <= most and one.kind in SUGGESTED]
    offered = nudge.offered_at.toordinal() if nudge.offered_at else 0
    return fit[(nudge.account_id.int + offered) % len(fit)]


def note_outcomes() -> None:
    """Tell the askers' reflections what the board knows: whether somebody said yes, and what came of it."""
    anyone = select(Help.ask_id).where(Help.state.in_(EVER_HELPED))
    reflections.note_replies(Reply.YES, anyone)
    reflections.note_replies(Reply.YES, select(Heard.ask_id))
    expired = select(Ask.id).where(Ask.state == AskState.EXPIRED)
    reflections.note_replies(Reply.YES, expired.where(Ask.was_answered))
    reflections.note_replies(Reply.NO, expired.where(~Ask.was_answered))
    for said, came in CAME.items():
        reflections.note_outcomes(came, select(Ask.id).where(Ask.asker_says == said))
        of_helper = select(Help.ask_id).join(Ask, Ask.id == Help.ask_id)
        silent = of_helper.where(Ask.asker_says.is_(None), Ask.state == AskState.DONE, Help.helper_says == said)
        reflections.note_outcomes(came, silent)
