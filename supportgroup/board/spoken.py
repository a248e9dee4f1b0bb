"""What somebody said in the round of small asks, written down by the host. Nobody else sees it until they say so."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from supportgroup import clock
from supportgroup.board.models import WITHOUT_DATE, Ask, AskKind
from supportgroup.board.service import Wish, here, post_ask
from supportgroup.board.side_models import SpokenAsk
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.meetings import at_meeting
from supportgroup.meetings.afterwards import begun
from supportgroup.safety.queries import blocked_with

WAITS = timedelta(days=7)  # so long it waits for its asker's word
MOST = 5  # that wait for one member


def write_down(*, by: Membership, meeting_id: UUID, for_id: UUID, title: str) -> SpokenAsk:
    """Write an ask down for a member who said it, and that it may be. Raises Refused before the meeting has begun."""
    by = here(by)
    meeting = begun(by, meeting_id)
    active = select(Membership.id).where(
        Membership.id == for_id, Membership.group_id == by.group_id, Membership.state == MembershipState.ACTIVE
    )
    if not at_meeting.looks_after(by, meeting) or db.session.scalar(active) is None or for_id in blocked_with(by.id):
        raise Refused(_("This person is not in the group any more."))
    waiting = select(func.count()).where(SpokenAsk.for_id == for_id)
    if (db.session.scalar(waiting) or 0) >= MOST:
        raise Refused(_("Some of theirs wait already. They can say yes to those first."))
    spoken = SpokenAsk(group_id=by.group_id, for_id=for_id, created_at=clock.now(), title=title)
    db.session.add(spoken)
    db.session.flush()
    return spoken


def said_by(account_id: UUID) -> list[tuple[SpokenAsk, Membership]]:
    """What waits for this account's word, with its place in the group, the oldest first."""
    waiting = (
        select(SpokenAsk, Membership)
        .join(Membership, Membership.id == SpokenAsk.for_id)
        .where(Membership.account_id == account_id, Membership.state == MembershipState.ACTIVE)
        .where(SpokenAsk.created_at > clock.now() - WAITS)
        .order_by(SpokenAsk.created_at, SpokenAsk.id)
    )
    return [(spoken, me) for spoken, me in db.session.execute(waiting)]


def of_mine(me: Membership, spoken_id: UUID, *, lock: bool = False) -> SpokenAsk | None:
    found = select(SpokenAsk).where(SpokenAsk.id == spoken_id, SpokenAsk.for_id == me.id)
    return db.session.scalars(found.with_for_update() if lock else found).first()


def put_on_board(*, me: Membership, spoken_id: UUID) -> Ask | None:
    """Yes: it is an ask of one's own from now on, for a week. None where it was answered before. Raises Refused."""
    me = here(me)
    spoken = of_mine(me, spoken_id, lock=True)
    if spoken is None:
        return None
    needed_by = clock.now() + WITHOUT_DATE
    ask = post_ask(me=me, wish=Wish(title=spoken.title, kind=AskKind.TASK, needed_by=needed_by))
    db.session.delete(spoken)
    db.session.flush()
    return ask


def leave(*, me: Membership, spoken_id: UUID) -> None:
    """No: it is gone, and nobody hears of it."""
    mine = SpokenAsk.id == spoken_id, SpokenAsk.for_id == here(me).id
    db.session.execute(delete(SpokenAsk).where(*mine))
