"""Helping with an ask: saying yes, handing it back, done, what came of it, thanks, and writing to each other."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import carrying, covering, letters, rounds
from supportgroup.board.models import Ask, AskState, Happened, Heard, Hearing, Help, HelpState, Message
from supportgroup.board.service import going_on, here, locked, locked_own
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import drop

STILL_WRITING = timedelta(days=7)  # after an ask was done

OWN = _l("This is your own ask. You can change it, or take it back.")
QUICKER = _l("Somebody was a moment quicker. Thanks for being willing.")
NOT_OPEN = _l("This ask is not open any more. Thanks for being willing.")
TO_BE_HEARD = _l("This is here to be heard, so there is nothing to do. You can say “I hear you”.")
NOT_THIS_TIME = _l("Not this time. Thanks for being willing.")
NOT_YOURS = _l("You don’t have this one.")
NOT_IN_THREAD = _l("Only the asker and those who help write here.")


def accept_ask(*, me: Membership, ask_id: UUID, anyway: bool = False) -> Help:
    """Take a place on the ask. Of any number who press at once for the last place one gets it, the others are Refused.

    Who holds a place already keeps it. Who handed it back may take it again. An unnamed ask is proposed to: no place is
    held until its asker says that it is fine. Raises OverOwnLimit for who has set themselves less, unless they choose
    it `anyway`.
    """
    me = here(me)
    covering.hold_meeting(me, ask_id)
    ask = locked(me, ask_id)
    mine = ask.help_of(me.id)
    if mine is not None and (mine.holds or mine.state is HelpState.PROPOSED):
        return mine
    check_open(ask, me)
    if mine is not None and mine.state is HelpState.NOT_THIS_TIME:
        raise Refused(NOT_THIS_TIME)
    if not anyway:
        carrying.respect(account_id=me.account_id, size_minutes=ask.size_minutes)
    return take_place(ask, me)


def take_place(ask: Ask, me: Membership) -> Help:
    """The same, once it is clear that they can. The ask is locked, and before it the meeting it is about, if any."""
    mine = take(ask, me, ask.help_of(me.id))
    drop("taken-on", kinds=["ask-posted"], about_id=ask.id, recipient_id=me.account_id)
    kind = "help-proposed" if ask.unnamed else "ask-accepted"
    letters.owe_asker(kind, ask, occasion=f"{mine.id.hex}:{mine.round}")
    return mine


def take(ask: Ask, me: Membership, mine: Help | None) -> Help:
    """The member's help, made or made anew: it has its place, or waits for the asker's word. The ask is locked."""
    state, now = HelpState.PROPOSED if ask.unnamed else HelpState.ACCEPTED, clock.now()
    if mine is not None:
        mine.take_again(state, now)
    else:
        mine = Help(ask_id=ask.id, helper_id=me.id, state=state, round=1, accepted_at=now)
        mine.helper = me
        ask.helps.append(mine)
    ask.settle(now)
    db.session.flush()
    if state is HelpState.ACCEPTED:
        covering.taken(ask, me)
    return mine


def answer_proposal(*, me: Membership, ask_id: UUID, help_id: UUID, fine: bool) -> Ask:
    """The asker of an unnamed ask says to who could do it: "yes, that's fine", or "not this time", and no more.

    Only with the yes they have a place, and hear who asked. Raises Refused where it was taken back, or nobody more is
    needed.
    """
    me = here(me)
    covering.hold_meeting(me, ask_id)
    ask, now = locked_own(me, ask_id), clock.now()
    found = next((one for one in ask.proposals if one.id == help_id), None)
    if found is None:
        raise Refused(_("This was taken back meanwhile, or you have answered it. Nothing changed."))
    if not fine:
        found.end(HelpState.NOT_THIS_TIME, now)
    elif ask.state is AskState.OPEN and ask.ends_at > now:
        found.accept(now)
        ask.settle(now)
        covering.taken(ask, found.helper)
    else:
        raise Refused(_("Nobody more is needed for this one, or its time is over."))
    db.session.flush()
    letters.drop_proposed(ask)
    letters.owe_helpers("help-answered", ask, [found], occasion=f"{found.id.hex}:{found.round}")
    return ask


def check_open(ask: Ask, me: Membership) -> None:
    """Raises Refused where there is no place to take."""
    if ask.asker_id == me.id:
        raise Refused(OWN)
    if ask.is_listen:
        raise Refused(TO_BE_HEARD)
    if ask.state is AskState.COVERED:
        raise Refused(QUICKER)
    if ask.state is not AskState.OPEN or ask.ends_at <= clock.now():
        raise Refused(NOT_OPEN)


def hand_back(*, me: Membership, ask_id: UUID) -> Ask:
    """Give back what one took on; no reason owed, nothing counted. The ask is open again, at the top.

    The asker is told; when it is needed within a day, so is everyone who may see it. Quiet hours hold it back, unless
    it is needed by the noon after them. What was only proposed is taken back without a word. Raises Refused once it is
    done.
    """
    me = here(me)
    covering.hold_meeting(me, ask_id)
    ask = locked(me, ask_id)
    mine = ask.help_of(me.id)
    if mine is not None and mine.state is HelpState.PROPOSED:
        take_back(ask, mine)
        return ask
    if mine is None or not mine.holds:
        raise Refused(NOT_YOURS)
    if mine.state is not HelpState.ACCEPTED or not ask.is_running:
        raise Refused(_("This one is over already, so there is nothing to hand back."))
    give_back(ask, mine)
    return ask


def give_back(ask: Ask, mine: Help) -> None:
    """The same, once it is clear that it can be. The ask is locked."""
    now = clock.now()
    soon = ask.is_soon(now)
    mine.end(HelpState.HANDED_BACK, now)
    ask.open(now)
    db.session.flush()
    covering.handed_back(ask, mine.helper)
    letters.drop_of_helper(ask, mine.helper)
    letters.owe_again(
        "ask-handed-back",
        ask,
        [ask.asker.account_id],
        occasion=f"{mine.id.hex}:{mine.round}",
        soon=1 if soon else None,
    )
    if soon:
        rounds.tell_everyone(ask)


def end_help(*, me: Membership, ask_id: UUID, help_id: UUID) -> Ask:
    """The asker does not need it from this person any more; no reason owed. They are told, and the ask is open again.

    Raises Refused where they do not help any more, or it is over.
    """
    me = here(me)
    covering.hold_meeting(me, ask_id)
    ask, now = locked_own(me, ask_id), clock.now()
    found = next((one for one in going_on(ask) if one.id == help_id), None)
    if found is None or not ask.is_running:
        raise Refused(_("This person does not help with it any more."))
    found.end(HelpState.NOT_THIS_TIME, now)
    ask.open(now)
    db.session.flush()
    covering.handed_back(ask, found.helper)
    letters.drop_of_helper(ask, found.helper)
    letters.owe_helpers("help-ended", ask, [found], occasion=f"{found.id.hex}:{found.round}")
    return ask


def take_back(ask: Ask, mine: Help) -> None:
    """A proposal, and the asker's answer to one, leave no trace. The ask is locked."""
    ask.helps.remove(mine)
    db.session.flush()
    letters.drop_of_helper(ask, mine.helper)
    letters.drop_proposed(ask)


def finish(*, me: Membership, ask_id: UUID) -> Ask:
    """It is done, says the asker, or one of those who help for their part. Raises Refused for anyone else."""
    me = here(me)
    ask, now = locked(me, ask_id), clock.now()
    if not ask.is_running:
        return ask
    if ask.asker_id == me.id:
        ask.asker_says = Happened.YES if ask.helpers else None
        ask.close(AskState.DONE, now)
    else:
        mine = ask.help_of(me.id)
        if mine is None or not mine.holds:
            raise Refused(NOT_YOURS)
        mine.helper_says = Happened.YES
        mine.end(HelpState.DONE, now)
        ask.settle(now)
    after_end(ask)
    return ask


def say_what_happened(*, me: Membership, ask_id: UUID, happened: Happened) -> Ask:
    """It happened, partly, or it didn't: each says it for themselves, and may say something else later.

    The asker's word ends the ask. Raises Refused where nobody was to help, or the ask was taken back.
    """
    me = here(me)
    ask, now = locked(me, ask_id), clock.now()
    if not ask.helpers or not (ask.is_running or ask.state is AskState.DONE):
        raise Refused(_("Nobody had said yes to this one, so there is nothing to tell."))
    state = HelpState.NOT_DONE if happened is Happened.NO else HelpState.DONE
    if ask.asker_id == me.id:
        ask.asker_says = happened
        for help_ in going_on(ask):
            help_.end(state, now)
        if ask.is_running:
            ask.close(AskState.DONE, now)
    else:
        mine = ask.help_of(me.id)
        if mine is None or not mine.holds:
            raise Refused(NOT_YOURS)
        mine.helper_says = happened
        mine.end(state, mine.ended_at or now)
        ask.settle(now)
    after_end(ask)
    return ask


def after_end(ask: Ask) -> None:
    """Where this ended the ask, letters about its going on are dropped."""
    if not ask.is_running:
        letters.drop_ended(ask)


def thank(*, me: Membership, ask_id: UUID, help_id: UUID, text: str) -> None:
    """Thank a helper, so that nobody else reads it. Raises Refused where this is no helper of one's own ask."""
    me = here(me)
    ask = locked_own(me, ask_id)
    found = next((help_ for help_ in ask.helpers if help_.id == help_id), None)
    if found is None:
        raise Refused(_("This person does not help with it any more."))
    found.thanks, found.thanked_at = text, clock.now()


def write(*, me: Membership, ask_id: UUID, text: str) -> Message:
    """Write to the others in the thread. Raises Refused for who is not in it, and once it has come to rest."""
    me = here(me)
    ask, now = locked(me, ask_id), clock.now()
    if not in_thread(ask, me):
        raise Refused(NOT_IN_THREAD)
    if not may_write(ask):
        raise Refused(_("This one has come to rest, so nothing more is written here."))
    message = Message(ask_id=ask.id, author_id=me.id, text=text, created_at=now)
    db.session.add(message)
    db.session.flush()
    letters.owe_message(ask, me)
    return message


def holds(ask: Ask, me: Membership) -> bool:
    """Whether the member has one of the places."""
    mine = ask.help_of(me.id)
    return mine is not None and mine.holds


def proposes(ask: Ask, me: Membership) -> bool:
    """Whether the member could do it, and waits for the asker's word."""
    mine = ask.help_of(me.id)
    return mine is not None and mine.state is HelpState.PROPOSED


def in_thread(ask: Ask, me: Membership) -> bool:
    """Whether the member is the asker, or one of those who help."""
    return ask.asker_id == me.id or holds(ask, me)


def may_write(ask: Ask) -> bool:
    """While somebody helps, and for a week after it was done."""
    lately = ask.closed_at is not None and ask.closed_at > clock.now() - STILL_WRITING
    return bool(ask.helpers) and (ask.is_running or (ask.state is AskState.DONE and lately))


def hear(*, me: Membership, ask_id: UUID, says: Hearing, line: str = "") -> None:
    """Say to what somebody said: I hear you. Saying it again changes the words. The first is told by letter.

    `line`: in one's own words, where they are welcome; they are let go of where they are not.
    """
    me = here(me)
    ask, now = locked(me, ask_id), clock.now()
    if not ask.is_listen or ask.asker_id == me.id:
        raise Refused(_("This is not one to answer in this way."))
    if ask.state is not AskState.OPEN or ask.ends_at <= now:
        raise Refused(_("This one has come to rest. Thanks for reading it."))
    line = line if ask.lines_welcome else ""
    mine = db.session.scalars(select(Heard).where(Heard.ask_id == ask.id, Heard.membership_id == me.id)).first()
    if mine is not None:
        mine.says, mine.line = says, line or mine.line
        return
    db.session.add(Heard(ask_id=ask.id, membership_id=me.id, says=says, line=line, created_at=now))
    db.session.flush()
    drop("heard", kinds=["listen-asked"], about_id=ask.id)
    letters.owe_about("ask-heard", ask, [ask.asker.account_id], occasion="first")
