"""Who looks after a group takes a break until a day; and its members are asked who would look after it, too."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import letters, queries
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.service import drop
from supportgroup.safety.queries import blocked_with

LONGEST = timedelta(days=183)
A_WHILE = timedelta(days=28)  # who has been here so long is asked to look after the group, too
ASKED_FOR = timedelta(days=30)  # how long that stands, and nobody is asked again
NOT_ASKED = _l("This is not asked any more. Thank you for being willing.")


def take_a_break(me: Membership, until: date) -> None:
    """Hear of nothing that looking after the group brings until that day begins where the group is. Powers stay.

    Raises Refused for a day that has come, or is more than half a year away.
    """
    group = queries.locked_group(me.group_id)
    back_at = datetime.combine(until, time(), clock.zone(group.zone))
    if back_at <= clock.now():
        raise Refused(_("Choose a day to come."))
    if back_at > clock.now() + LONGEST:
        raise Refused(_("Half a year at most. For longer, stop looking after it: you can begin again at any time."))
    for one in queries.facilitators(group.id):
        if one.id == me.id:
            one.back_at = back_at
    drop("takes a break", kinds=["application-received", "series-quiet"], recipient_id=me.account_id, scope_id=group.id)


def be_back(me: Membership) -> None:
    """End one's break before its day."""
    me.back_at = None


def who_is_asked(me: Membership) -> list[Membership]:
    """The members who have been here a while, and could look after the group with `me`."""
    since, apart = clock.now() - A_WHILE, blocked_with(me.id)
    return [
        one
        for one in queries.members(me.group_id)
        if not one.is_facilitator and one.hello_at and one.joined_at and one.joined_at <= since and one.id not in apart
    ]


def ask_for_second(me: Membership) -> int:
    """Ask them by one letter each; how many that is. Raises Refused where that was lately, or nobody is there."""
    group = queries.locked_group(me.group_id)
    if group.state is not GroupState.ACTIVE:
        raise Refused(_("The group rests for now. Wake it up first, then ask."))
    if is_asked(group):
        raise Refused(_("They have been asked already. Give them a little time."))
    asked = who_is_asked(me)
    if not asked:
        raise Refused(
            _("Nobody has been here for four weeks yet. You can ask somebody yourself, on the members’ page.")
        )
    group.second_asked_at = clock.now()
    db.session.flush()
    letters.owe_notice("second-asked", group, [one.account_id for one in asked], version=letters.ASKED)
    return len(asked)


def is_asked(group: Group) -> bool:
    """Whether that stands."""
    return group.second_asked_at is not None and group.second_asked_at > clock.now() - ASKED_FOR


def may_answer(me: Membership) -> bool:
    """Whether this member is one of those who are asked."""
    long_enough = me.joined_at is not None and me.joined_at <= clock.now() - A_WHILE
    return is_asked(me.group) and not me.is_facilitator and me.hello_at is not None and long_enough


def answer(me: Membership, *, glad: bool) -> None:
    """I would be glad to, of which those who look after the group hear; or not now, which nobody hears of, and takes
    a yes back. Raises Refused where it is not asked any more.
    """
    group = queries.locked_group(me.group_id)
    mine = queries.locked_membership(group.id, me.id, MembershipState.ACTIVE)
    if mine is None or not may_answer(mine):
        raise Refused(str(NOT_ASKED))
    was, mine.glad_at = mine.glad_at, clock.now() if glad else None
    if glad and was is None:
        apart = blocked_with(mine.id)
        hear = [one.account_id for one in queries.on_duty(group.id) if one.id not in apart]
        letters.owe_notice("second-asked", group, hear, version=letters.GLAD)


def glad(me: Membership) -> Sequence[Membership]:
    """Who said so, for one who looks after the group."""
    apart = blocked_with(me.id)
    said = [one for one in queries.members(me.group_id) if one.glad_at and not one.is_facilitator]
    return [one for one in said if one.id not in apart]


def not_now(me: Membership, other: Membership) -> None:
    """Leave it at that. Nobody hears of it."""
    if other.group_id == me.group_id:
        other.glad_at = None
