"""What members press about hosting: I am glad to, I can't this time, I can.

Whoever acts is held first, then the meeting.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.errors import Refused
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.meetings import rota
from supportgroup.meetings.models import GladHost, Meeting
from supportgroup.meetings.service import changeable

GONE = _l("You are not in this group any more.")
TAKEN = _l("Somebody hosts this one already. Thanks for being willing.")


def held(me: Membership) -> Membership:
    """The member, read again and held. Always the first lock taken. Raises Refused for who has left."""
    found = groups.locked_membership(me.group_id, me.id, MembershipState.ACTIVE)
    if found is None:
        raise Refused(GONE)
    return found


def is_glad(me: Membership) -> bool:
    """Whether the rota gives this member turns."""
    return db.session.get(GladHost, me.id) is not None


def be_glad(me: Membership) -> None:
    """Be on the rota from now on. Saying it twice changes nothing."""
    me = held(me)
    db.session.execute(insert_or_ignore(GladHost).values(membership_id=me.id, since=clock.now()))


def be_glad_no_more(me: Membership) -> None:
    """Take that back. Turns that are there stay until each is let go of."""
    db.session.execute(delete(GladHost).where(GladHost.membership_id == held(me).id))


def cannot_host(*, me: Membership, meeting_id: UUID) -> Meeting:
    """ "I can't host this one", no reason asked: the next on the rota is asked, else the group. Twice changes nothing.

    Raises Refused once the meeting has begun or was cancelled.
    """
    me = held(me)
    meeting = changeable(me, meeting_id)
    if meeting.host_id == me.id:
        rota.pass_on(meeting, me)
    return meeting


def take_turn(*, me: Membership, meeting_id: UUID) -> Meeting:
    """ "I can host this one". Of two who press at once one hosts, the other is Refused."""
    me = held(me)
    meeting = changeable(me, meeting_id)
    if meeting.host_id is None:
        rota.give_turn(meeting, me.id, own_wish=True)
    elif meeting.host_id != me.id:
        raise Refused(TAKEN)
    return meeting


def cover(*, meeting: Meeting | None, helper: Membership) -> None:
    """Somebody says yes on the board to host this one; both are held already. Raises Refused where it is too late."""
    if meeting is None or not meeting.is_planned or meeting.starts_at <= clock.now():
        raise Refused(_("This meeting does not wait for a host any more. Thanks for being willing."))
    if meeting.host_id not in (None, helper.id):
        raise Refused(TAKEN)
    rota.give_turn(meeting, helper.id, own_wish=True)


def give_back(*, meeting: Meeting | None, helper: Membership, asker: Membership) -> None:
    """They hand that back: the turn is open again. The meeting is held already."""
    to_come = meeting is not None and meeting.is_planned and meeting.starts_at > clock.now()
    if meeting is not None and to_come and meeting.host_id == helper.id:
        rota.note_passed(meeting, helper)
        rota.leave_open(meeting, asker)


def ask_no_more(*, meeting: Meeting | None, asker: Membership, helpers: Collection[UUID]) -> None:
    """The ask for cover is taken back; the meeting is held already. Who had said yes hosts no more: it is the asker's
    turn again. Where nobody had, the rota looks on; and if the asker has left, so does the group.
    """
    if meeting is None or not meeting.is_planned or meeting.starts_at <= clock.now():
        return
    if meeting.host_id in helpers:
        rota.give_turn(meeting, asker.id, own_wish=True)
    elif meeting.host_id is None and meeting.group_asked:
        meeting.group_asked = False
        db.session.flush()
        if asker.state is MembershipState.ACTIVE:
            rota.give_to_next(meeting)
        else:
            rota.find_another(meeting)
