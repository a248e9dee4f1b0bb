"""An ask of one's own: posting it, changing it, taking it back, asking again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.board import covering, drafts, eyes, letters, queries, rounds
from supportgroup.board.models import WITHOUT_DATE, Ask, AskKind, AskState, Chosen, Eyes, Help, HelpState
from supportgroup.board.phrases import HARD
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.events import tell
from supportgroup.groups import queries as groups
from supportgroup.groups.models import GroupState, Membership, MembershipState, Posting
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.languages import ngettext
from supportgroup.mail.service import drop
from supportgroup.meetings.roster import roster
from supportgroup.safety import service as safety
from supportgroup.safety.models import Hiding, Rule
from supportgroup.safety.queries import blocked_with

AHEAD = timedelta(days=366)  # how far ahead something may be asked for

GONE = _l("You are not in this group any more.")
NOT_THERE = _l("This ask is not here any more.")
RESTS = _l("This group rests for now, so nothing new is asked here. What was said before is still here.")
OVER = _l("This ask has come to its end. You can ask again at any time.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks for, as they say it."""

    title: str
    kind: AskKind
    size_minutes: int = 15
    needed_by: datetime | None = None
    timed: bool = False
    helpers_wanted: int = 1
    eyes: Eyes = Eyes.GROUP
    chosen: frozenset[UUID] = frozenset()  # the memberships whose eyes it is for, where they are chosen
    unnamed: bool = False
    area: str = ""
    place: str = ""
    body: str = ""
    content_note: str = ""
    meeting_id: UUID | None = None  # whose host is looked for
    through: bool = False  # a facilitator posts it


@dataclass(frozen=True)
class AskHeld:
    """An event: a new ask waits for a facilitator to look at it."""

    hiding: Hiding


def here(me: Membership) -> Membership:
    """The member, read again and held: whoever leaves meanwhile waits, or has left. Always the first lock taken."""
    found = groups.locked_membership(me.group_id, me.id, MembershipState.ACTIVE)
    if found is None:
        raise Refused(GONE)
    return found


def locked(me: Membership, ask_id: UUID) -> Ask:
    """An ask the member may see, read again and held. Raises Refused where it is not there any more."""
    found = queries.ask(me, ask_id, lock=True)
    if found is None:
        raise Refused(NOT_THERE)
    return found


def locked_own(me: Membership, ask_id: UUID) -> Ask:
    """The same, of one's own."""
    found = locked(me, ask_id)
    if found.asker_id != me.id:
        raise Refused(NOT_THERE)
    return found


def check_active(me: Membership) -> None:
    """Raises Refused where the group rests."""
    if me.group.state is not GroupState.ACTIVE:
        raise Refused(RESTS)


def post_ask(*, me: Membership, wish: Wish) -> Ask:
    """Put an ask on the board; letters go out in rounds, by the clock. The same ask within a minute is the one that is
    there. Raises Refused.
    """
    me = here(me)
    check_active(me)
    twin = queries.just_posted(me, wish.kind, wish.title)
    if twin is not None:
        return twin
    check_eyes(me, wish)
    if wish.through and not looked_after_by_others(me):
        raise Refused(_("Nobody else looks after this group right now. You can post it yourself."))
    now = clock.now()
    ask = Ask(group_id=me.group_id, asker_id=me.id, kind=wish.kind, created_at=now, helps=[])
    ask.meeting_id = wish.meeting_id
    ask.asker = me
    say(ask, wish, now)
    ask.open(now)
    db.session.add(ask)
    db.session.flush()
    if wish.eyes is Eyes.CHOSEN:
        show_to(ask, wish)
    drafts.let_go(me.id)
    if wish.through or waits_to_be_seen(ask, me):
        hiding = safety.hide(item_id=ask.id, group_id=ask.group_id, author_id=me.id, rule=Rule.UNSEEN)
        if hiding is not None:
            tell(AskHeld(hiding))
    return ask


def waits_to_be_seen(ask: Ask, me: Membership) -> bool:
    """Whether a facilitator looks at this ask before the others see it. What is said to be heard never waits."""
    if me.group.posting is Posting.AT_ONCE or ask.is_listen or me.is_facilitator:
        return False
    return looked_after_by_others(me)


def looked_after_by_others(me: Membership) -> bool:
    """Whether there is a facilitator for this member to turn to."""
    return bool({one.id for one in groups.on_duty(me.group_id)} - blocked_with(me.id) - {me.id})


def say_hard(*, me: Membership, line: str, lines_welcome: bool = False) -> Ask:
    """Today was hard: an ask to be heard, with a line if there is one."""
    ask = post_ask(me=me, wish=Wish(title=str(HARD), kind=AskKind.LISTEN, size_minutes=5, body=line))
    ask.lines_welcome = ask.lines_welcome or lines_welcome
    return ask


def preview(*, me: Membership, wish: Wish) -> Ask:
    """The ask as it would be, to look at; it is not kept. Raises Refused where it could not be posted."""
    check_eyes(me, wish)
    now = clock.now()
    ask = Ask(group_id=me.group_id, asker_id=me.id, kind=wish.kind, state=AskState.OPEN, created_at=now, helps=[])
    say(ask, wish, now)
    return ask


def edit_ask(*, me: Membership, ask_id: UUID, wish: Wish) -> Ask:
    """Change an ask that goes on. Helpers hear of it when what, when or where is another. Raises Refused."""
    me = here(me)
    ask, now = locked_own(me, ask_id), clock.now()
    if not ask.is_running:
        raise Refused(OVER)
    if (wish.kind is AskKind.LISTEN) != ask.is_listen:
        raise Refused(_("What is said to be heard has no helpers, so it stays what it is. You can post another one."))
    if ask.meeting_id is not None and wish.kind is not AskKind.HOST_COVER:
        raise Refused(_("This looks for somebody to host, so it stays what it is. You can post another one."))
    if wish.helpers_wanted < len(ask.helpers):
        raise Refused(
            ngettext(
                "%(num)d person has said yes to this already. Ask for that many, or more.",
                "%(num)d people have said yes to this already. Ask for that many, or more.",
                len(ask.helpers),
            )
        )
    if (wish.eyes, wish.chosen) != (ask.eyes, eyes.chosen(ask)):
        check_eyes(me, wish)
    if wish.unnamed and not ask.unnamed:
        raise Refused(_("People have seen that it is yours. Post it anew if you would rather not be named."))
    before = told(ask)
    moved = (wish.needed_by, wish.timed) != (ask.needed_by, ask.timed) and not ask.is_listen
    say(ask, wish, now)
    show_to(ask, wish)
    if moved:
        move(ask, now)
    ask.settle(now)
    if told(ask) != before:
        letters.owe_helpers("ask-changed", ask, going_on(ask), occasion=f"{now:%Y%m%d%H%M%S%f}")
    return ask


def say(ask: Ask, wish: Wish, now: datetime) -> None:
    """Write down what is asked. Raises Refused for a time that has passed, or is very far away."""
    if wish.needed_by != ask.needed_by:
        check_ahead(wish.needed_by, now)
    ask.title, ask.kind, ask.body = wish.title, wish.kind, wish.body
    ask.content_note = wish.content_note
    ask.size_minutes, ask.eyes, ask.unnamed = wish.size_minutes, wish.eyes, wish.unnamed
    ask.area, ask.place = wish.area, wish.place
    listen = wish.kind is AskKind.LISTEN
    ask.needed_by, ask.timed = (None, False) if listen else (wish.needed_by, wish.timed)
    ask.helpers_wanted = 1 if listen else wish.helpers_wanted


def check_ahead(needed_by: datetime | None, now: datetime) -> None:
    """Raises Refused for a time that has passed, or is very far away."""
    if needed_by is not None and needed_by <= now:
        raise Refused(_("That time has passed. Choose a later one."))
    if needed_by is not None and needed_by > now + AHEAD:
        raise Refused(_("That is more than a year away. Choose a nearer day."))


def move(ask: Ask, now: datetime) -> None:
    """It is for another day: what was planned for the old one is dropped."""
    ask.version, ask.changed_at = (ask.version or 1) + 1, now
    ask.ends_at, ask.asked_after_at = ask.needed_by or now + WITHOUT_DATE, None
    ask.next_round_at = rounds.next_at(ask.rounds, ask.opened_at, ask.ends_at)
    drop("changed", kinds=["help-reminder", "ask-follow-up"], about_id=ask.id, below_version=ask.version)


def told(ask: Ask) -> tuple[object, ...]:
    """What helpers are told about when it changes: what, when and where."""
    return ask.title, ask.kind, ask.needed_by, ask.timed, ask.area, ask.place


def check_eyes(me: Membership, wish: Wish) -> None:
    """Raises Refused where this is not for this member to choose, or not any more."""
    if wish.eyes is not Eyes.GROUP and wish.eyes not in eyes.choices(eyes.counts(me)):
        raise Refused(_("There are too few people to choose that yet. Choose who will see it once more."))
    if wish.eyes is Eyes.CHOSEN and not (wish.chosen and wish.chosen <= set(eyes.to_choose(me, roster(me)))):
        raise Refused(_("Not everyone you chose is here. Choose once more who sees it."))


def show_to(ask: Ask, wish: Wish) -> None:
    """Write down whom it is for, where they are chosen one by one."""
    wanted = wish.chosen if wish.eyes is Eyes.CHOSEN else frozenset()
    known = set(db.session.scalars(select(Chosen.membership_id).where(Chosen.ask_id == ask.id)))
    if known - wanted:
        gone = delete(Chosen).where(Chosen.ask_id == ask.id, Chosen.membership_id.in_(known - wanted))
        db.session.execute(gone, execution_options={"synchronize_session": False})
    db.session.add_all(Chosen(ask_id=ask.id, membership_id=one) for one in wanted - known)
    db.session.flush()


def withdraw_ask(*, me: Membership, ask_id: UUID) -> Ask:
    """Take an ask back; no reason owed. Helpers are told. Doing it twice changes nothing."""
    me = here(me)
    covering.hold_meeting(me, ask_id)
    ask = locked_own(me, ask_id)
    if ask.is_running:
        withdraw(ask)
    return ask


def withdraw(ask: Ask) -> None:
    """End an ask that is not needed any more. The ask is locked."""
    helps = [*going_on(ask), *ask.proposals]
    ask.close(AskState.WITHDRAWN, clock.now())
    letters.drop_ended(ask)
    letters.owe_helpers("ask-withdrawn", ask, helps, occasion="withdrawn")
    covering.taken_back(ask)


def ask_again(*, me: Membership, ask_id: UUID, needed_by: datetime, of_facilitators: bool = False) -> Ask:
    """Ask anew for what came to an end, by then if it had a day; or ask those who look after the group, and nobody
    else. The old one stays as it is.
    """
    me = here(me)
    old = locked_own(me, ask_id)
    if old.is_running:
        return old
    wish = replace(wish_of(old), needed_by=needed_by if old.needed_by else None, timed=False)
    if of_facilitators:
        wish = replace(wish, eyes=Eyes.FACILITATORS, chosen=frozenset(), unnamed=False)
    return post_ask(me=me, wish=wish)


def wish_of(ask: Ask) -> Wish:
    """What an ask says, to start another from."""
    return Wish(
        title=ask.title,
        kind=ask.kind,
        size_minutes=ask.size_minutes,
        needed_by=ask.needed_by,
        timed=ask.timed,
        helpers_wanted=ask.helpers_wanted,
        eyes=ask.eyes,
        chosen=eyes.chosen(ask),
        unnamed=ask.unnamed,
        area=ask.area,
        place=ask.place,
        body=ask.body,
        content_note=ask.content_note,
    )


def going_on(ask: Ask) -> list[Help]:
    """The helps that are accepted and neither done nor handed back."""
    return [help_ for help_ in ask.helpers if help_.state is HelpState.ACCEPTED]
