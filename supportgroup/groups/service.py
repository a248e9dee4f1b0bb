"""A place in a group: having one, waiting for one, leaving, being let go."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from supportgroup import clock, words
from supportgroup.accounts import wishes
from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.events import tell
from supportgroup.groups import facilitating, letters, places, queries
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState, Role
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.kinds import How
from supportgroup.mail.service import drop

RESTS = _l("This group rests for now, so nobody new comes in. When somebody looks after it again, its page says so.")


@dataclass(frozen=True)
class MembershipEnded:
    """An event: this member left or was removed. What they held in the group is let go of by the rooms above."""

    membership: Membership


def cover_word(account: Account) -> str:
    """What letters call a group at first: a weekday, today's if none of the account's groups is called so."""
    taken = queries.cover_words(account.id)
    today = clock.now().astimezone(clock.zone(account.zone)).weekday()
    days = [words.weekday((today + later) % 7) for later in range(7)]
    return next((day for day in days if day not in taken), days[0])


def leave(me: Membership) -> None:
    """Leave, at once and quietly. For thirty days it can be undone. Leaving twice changes nothing."""
    group = queries.locked_group(me.group_id)
    mine = queries.locked_membership(group.id, me.id, MembershipState.ACTIVE)
    if mine is not None:
        end(group, mine, MembershipState.LEFT)


def end(group: Group, one: Membership, state: MembershipState) -> None:
    """End a place: its letters are dropped, what it held is let go of, and the next who waits moves up."""
    was_facilitator = one.is_facilitator
    one.state, one.ended_at = state, clock.now()
    one.role, one.stepping_down_at = Role.MEMBER, None
    db.session.flush()
    drop(str(state), recipient_id=one.account_id, scope_id=group.id)
    tell(MembershipEnded(one))
    places.fill_places(group)
    if was_facilitator and not queries.facilitators(group.id):
        facilitating.look_for_successor(group)


def come_back(me: Membership) -> bool:
    """Undo leaving, without applying again. Whether there was a place; else one in the line. Raises Refused when the
    thirty days are over or the group rests.
    """
    group = queries.locked_group(me.group_id)
    mine = queries.locked_place(group.id, me.account_id)
    if mine is None or not queries.may_come_back(mine):
        raise Refused(_("You left some time ago. You are welcome to ask to join again."))
    if group.state is not GroupState.ACTIVE:
        raise Refused(RESTS)
    return places.admit(group, mine)


def withdraw(me: Membership) -> None:
    """Take back an application, or a place in the line."""
    group = queries.locked_group(me.group_id)
    mine = queries.locked_place(group.id, me.account_id)
    if mine is not None and mine.state in (MembershipState.APPLIED, MembershipState.WAITING):
        mine.state, mine.ended_at = MembershipState.LEFT, clock.now()
        mine.joined_at, mine.answers = None, None
        letters.drop_application(mine)


def remove_member(*, by: Membership, membership_id: UUID) -> None:
    """Let a member go: at once, quietly, for good. Raises Refused for facilitators."""
    group = queries.locked_group(by.group_id)
    other = queries.locked_membership(group.id, membership_id, MembershipState.ACTIVE)
    if other is None:
        return
    if other.is_facilitator:
        raise Refused(_("This person looks after the group too, so they can only step down or leave by themselves."))
    end(group, other, MembershipState.REMOVED)
    letters.owe_to_member("membership-ended", other)


def say_hello(*, by: Membership, membership_id: UUID) -> None:
    """Greet a newcomer: from now on names are seen both ways. Doing it twice changes nothing."""
    other = queries.locked_membership(by.group_id, membership_id, MembershipState.ACTIVE)
    if other is not None and other.hello_at is None:
        other.hello_at = clock.now()


def change_mine(
    me: Membership, *, name: str, colour: int, cover_word: str, asks_by_mail: How, can_listen: bool
) -> None:
    """How the group knows a member, what its letters to them call it, how they hear of others' asks in it, and whether
    they can listen. Who can hears of it, whatever else they have put away.
    """
    me.name, me.colour, me.cover_word, me.can_listen = name, colour, cover_word, can_listen
    if can_listen and wishes.everywhere(me.account_id)[wishes.LISTENING] is not How.AT_ONCE:
        wishes.wish(me.account_id, wishes.LISTENING, How.AT_ONCE, me.group_id)
    wishes.wish(me.account_id, wishes.OTHERS, asks_by_mail, me.group_id)


def hear_of_asks(wished: wishes.OthersAsksWished) -> None:
    """Answer the event: the account's places, or the one in that group, hear of others' asks so from now on."""
    places = update(Membership).where(Membership.account_id == wished.account_id)
    if wished.scope_id is not None:
        places = places.where(Membership.group_id == wished.scope_id)
    db.session.execute(places.values(asks_by_mail=wished.how))


def asks_by_mail(account: Account) -> How:
    """How a new place hears of others' asks: as its account wished for all."""
    return wishes.everywhere(account.id)[wishes.OTHERS]


def agree(me: Membership, version: int) -> None:
    """Accept this version of the agreement. Raises Refused where it is not the one that holds."""
    if version != queries.agreement(me.group_id).version:
        raise Refused(_("The agreement has changed again. Read it as it is now."))
    me.agreement_version, me.agreed_at = version, clock.now()
