"""The other way round: offering something, taking it up, answering. What is taken up becomes an ask with a help."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, or_, select

from supportgroup import clock
from supportgroup.board import carrying, eyes, offer_letters, offer_queries
from supportgroup.board.models import Ask, AskKind, Chosen, Eyes, Help, HelpState
from supportgroup.board.offer_models import Offer, OfferState
from supportgroup.board.service import GONE, check_active, check_ahead, here
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.groups.service import MembershipEnded
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import drop
from supportgroup.safety.service import Blocked
from supportgroup.words import listed

WAITS = timedelta(days=7)  # so long an offer to one member waits for an answer
MOST = 20  # standing offers of one member in a group
AT_ONCE = 3  # of one offer that one member has taken up and that go on: else a press a day could fill its giver's weeks

EACH = (
    _l("Mondays"),
    _l("Tuesdays"),
    _l("Wednesdays"),
    _l("Thursdays"),
    _l("Fridays"),
    _l("Saturdays"),
    _l("Sundays"),
)

NOT_THERE = _l("This offer is not here any more.")
RESTING = _l("This offer rests for now. It may come back.")
OWN = _l("This is your own offer. You can change it, pause it, or take it down.")
ANSWERED = _l("You have answered this one already.")


@dataclass(frozen=True, kw_only=True)
class Willing:
    """What somebody is glad to do, as they say it."""

    text: str
    kind: AskKind
    size_minutes: int = 15
    body: str = ""
    area: str = ""
    times: str = ""
    days: int = 0
    eyes: Eyes = Eyes.GROUP
    needed_by: datetime | None = None


def locked(me: Membership, offer_id: UUID) -> Offer:
    """An offer the member may see, read again and held. Raises Refused where it is not there any more."""
    found = offer_queries.offer(me, offer_id, lock=True)
    if found is None:
        raise Refused(NOT_THERE)
    return found


def locked_own(me: Membership, offer_id: UUID) -> Offer:
    found = locked(me, offer_id)
    if found.by_id != me.id:
        raise Refused(NOT_THERE)
    return found


def both(me: Membership, giver_id: UUID) -> tuple[Membership, Membership]:
    """The two members, read again and held, always in the same order. Raises Refused where one of them has left."""
    held = {
        one: groups.locked_membership(me.group_id, one, MembershipState.ACTIVE) for one in sorted({me.id, giver_id})
    }
    mine, giver = held[me.id], held[giver_id]
    if mine is None:
        raise Refused(GONE)
    if giver is None:
        raise Refused(NOT_THERE)
    return mine, giver


def post_offer(*, me: Membership, willing: Willing) -> Offer:
    """Put an offer beside the asks. The same one twice is the one that is there. Raises Refused."""
    me = here(me)
    check_active(me)
    standing = offer_queries.own_standing(me.id)
    twin = next((one for one in standing if (one.text, one.kind) == (willing.text, willing.kind)), None)
    if twin is not None:
        return twin
    if len(standing) >= MOST:
        raise Refused(_("You offer a lot already. Take one down first."))
    check_eyes(me, willing)
    return add(me, willing)


def offer_to(*, me: Membership, to_id: UUID, willing: Willing, anyway: bool = False) -> Offer:
    """Would it help if I …? The one it is said to hears of it by letter. Raises Refused while another waits.

    Raises OverOwnLimit for who has set themselves less, unless they offer it `anyway`.
    """
    me, other = both(me, to_id)
    check_active(me)
    waits = offer_queries.waits_between(me.id, to_id)
    if waits is not None and waits.text == willing.text:
        return waits
    if waits is not None:
        raise Refused(_("What you offered last waits for an answer still."))
    check_ahead(willing.needed_by, clock.now())
    if not anyway:
        carrying.respect(account_id=me.account_id, size_minutes=willing.size_minutes)
    made = add(me, willing, to_id=to_id, ends_at=willing.needed_by or clock.now() + WAITS)
    offer_letters.owe_made(made, other)
    return made


def add(me: Membership, willing: Willing, *, to_id: UUID | None = None, ends_at: datetime | None = None) -> Offer:
    made = Offer(group_id=me.group_id, by_id=me.id, to_id=to_id, created_at=clock.now(), ends_at=ends_at)
    made.by = me
    say(made, willing)
    db.session.add(made)
    db.session.flush()
    return made


def say(offer: Offer, willing: Willing) -> None:
    for name, value in vars(willing).items():
        setattr(offer, name, value)


def eyes_for(me: Membership, kept: Eyes | None = None) -> dict[Eyes, int]:
    """Whose eyes somebody may offer something to, each with how many people that is; what it has it may keep."""
    counts = eyes.counts(me)
    return {one: counts[one] for one in eyes.choices(counts, kept) if one in offer_queries.FOR_EYES}


def check_eyes(me: Membership, willing: Willing) -> None:
    if willing.eyes not in eyes_for(me):
        raise Refused(_("There are too few people to choose that yet. Choose who will see it once more."))


def change_offer(*, me: Membership, offer_id: UUID, willing: Willing) -> Offer:
    """Say a standing offer anew. What came of it before stays as it is."""
    me = here(me)
    offer = locked_own(me, offer_id)
    if offer.to_id is not None:
        raise Refused(_("This one was said to somebody. You can take it back, and say another."))
    if willing.eyes is not offer.eyes:
        check_eyes(me, willing)
    say(offer, willing)
    return offer


def pause(*, me: Membership, offer_id: UUID, until: datetime | None) -> Offer:
    """Let a standing offer rest until then; it comes back by itself. None: offer it again now.

    Others do not see a resting one. Raises Refused for a time that has passed, or is very far away.
    """
    offer = locked_own(here(me), offer_id)
    check_ahead(until, clock.now())
    offer.paused_until = until
    return offer


def take_down(*, me: Membership, offer_id: UUID) -> None:
    """Take an offer back; no reason owed, and nothing of it is kept. What was taken up of it goes on."""
    offer = locked_own(here(me), offer_id)
    let_go(Offer.id == offer.id)


def let_go(which: ColumnElement[bool]) -> None:
    """Delete these offers, and drop the letters about them."""
    ids = db.session.scalars(select(Offer.id).where(which)).all()
    for offer_id in ids:
        drop("taken-back", kinds=["offer-made", "offer-answered"], about_id=offer_id)
    db.session.execute(delete(Offer).where(Offer.id.in_(ids)))


def take_up(*, me: Membership, offer_id: UUID, title: str, needed_by: datetime | None, zone: ZoneInfo) -> Ask:
    """That would help me: a standing offer becomes an ask of the member's, and its giver helps with it.

    `title`: what would help, in the member's words, if they like. `zone`: in which `needed_by` is a day. Raises
    Refused where it rests.
    """
    found = offer_queries.offer(me, offer_id)
    if found is None:
        raise Refused(NOT_THERE)
    if found.by_id == me.id:
        raise Refused(OWN)
    me, giver = both(me, found.by_id)
    offer = locked(me, offer_id)
    check_active(me)
    going_on = offer_queries.taken_up(me, offer_id)
    twin = next((ask for ask in going_on if ask.needed_by == needed_by), None)
    if twin is not None:
        return twin
    if len(going_on) >= AT_ONCE:
        raise Refused(_("You have taken this up three times already. When one of them is done, you can again."))
    if offer.to_id is not None or offer_queries.rests(offer):
        raise Refused(RESTING)
    check_ahead(needed_by, clock.now())
    check_weekday(offer, needed_by, zone)
    return become_help(offer, me, giver, title=title, needed_by=needed_by)


def check_weekday(offer: Offer, needed_by: datetime | None, zone: ZoneInfo) -> None:
    if offer.days and needed_by is not None and needed_by.astimezone(zone).weekday() not in offer.weekdays:
        days = days_words(offer.weekdays)
        raise Refused(_("It is offered on %(days)s. Choose one of those days.", days=days))


def days_words(days: list[int]) -> str:
    """`Saturdays`, `Mondays and Saturdays`"""
    return listed(str(EACH[day]) for day in days)


def answer(*, me: Membership, offer_id: UUID, yes: bool) -> Ask | None:
    """Yes please, or not now: no reason asked, none kept. After a yes, the ask that has become of it.

    Its giver hears a yes at once, and a "not now" as "not this time". Saying the same twice changes nothing.
    """
    found = offer_queries.offer(me, offer_id)
    if found is None or found.to_id != me.id:
        raise Refused(NOT_THERE)
    me, giver = both(me, found.by_id)
    offer = locked(me, offer_id)
    said = OfferState.YES_PLEASE if yes else OfferState.NOT_NOW
    if offer.state is said:
        return next(iter(offer_queries.taken_up(me, offer_id)), None)
    if offer.state is not OfferState.OPEN:
        raise Refused(ANSWERED)
    if not offer.is_open(clock.now()):
        raise Refused(_("This offer has come to rest. You can ask for it at any time."))
    check_active(me)
    offer.state = said
    drop("answered", kinds=["offer-made"], about_id=offer.id)
    if yes:
        return become_help(offer, me, giver, title="", needed_by=offer.needed_by)
    offer_letters.owe_not_now(offer)
    return None


def become_help(offer: Offer, me: Membership, giver: Membership, *, title: str, needed_by: datetime | None) -> Ask:
    """From here on it is an ask with a help like any other, for the eyes of its giver. All rows are held."""
    now = clock.now()
    ask = Ask(
        group_id=me.group_id,
        asker_id=me.id,
        offer_id=offer.id,
        kind=offer.kind,
        size_minutes=offer.size_minutes,
        title=title or _("Yes please: “%(offer)s”", offer=offer.said),
        body=offer.body,
        area=offer.area,
        eyes=Eyes.CHOSEN,
        needed_by=needed_by,
        helpers_wanted=1,
        created_at=now,
        helps=[],
    )
    ask.asker = me
    ask.open(now)
    db.session.add(ask)
    db.session.flush()
    db.session.add(Chosen(ask_id=ask.id, membership_id=giver.id))
    given = Help(ask_id=ask.id, helper_id=giver.id, state=HelpState.ACCEPTED, round=1, accepted_at=now)
    given.helper = giver
    ask.helps.append(given)
    ask.settle(now)
    db.session.flush()
    offer_letters.owe_yes(ask, giver)
    return ask


def end_offers(event: MembershipEnded) -> None:
    """A member has left: what they offered, and what was offered to them, is not there any more."""
    gone = event.membership.id
    let_go(or_(Offer.by_id == gone, Offer.to_id == gone))


def part(event: Blocked) -> None:
    """One member blocks another: what one has offered to the other ends."""
    one, other = event.blocker_id, event.blocked_id
    theirs = and_(Offer.by_id == other, Offer.to_id == one)
    let_go(or_(theirs, and_(Offer.by_id == one, Offer.to_id == other)))
