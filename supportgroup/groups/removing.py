"""Ending the place of somebody who looks after the group: two others have to want it, and a week has to pass.

Faster is a report about them, which goes to those who run the service.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import letters, queries, service
from supportgroup.groups.models import Membership, MembershipState, Removal
from supportgroup.languages import gettext as _
from supportgroup.mail.service import drop

A_WEEK = timedelta(days=7)
LAPSES = timedelta(days=14)  # without a second one


def removal_of(membership_id: UUID) -> Removal | None:
    """What others want of this facilitator, if they do."""
    return db.session.get(Removal, membership_id)


def open_removals(me: Membership) -> list[Membership]:
    """Those who look after the group and whom somebody else wants to stop, where the reader's yes is missing."""
    waiting = select(Membership).join(Removal, Removal.membership_id == Membership.id)
    waiting = waiting.where(Membership.group_id == me.group_id, Removal.ends_at.is_(None))
    return list(db.session.scalars(waiting.where(Removal.wished_by_id != me.id, Membership.id != me.id)))


def can_be_agreed(me: Membership, other: Membership) -> bool:
    """Whether there is a second one to ask."""
    return any(one.id not in (me.id, other.id) for one in queries.facilitators(me.group_id))


def want(*, by: Membership, membership_id: UUID) -> Removal:
    """Want a facilitator to stop, or be the second who does. Wanting it twice changes nothing. Raises Refused."""
    queries.locked_group(by.group_id)
    facilitators = {one.id: one for one in queries.facilitators(by.group_id)}
    other = facilitators.get(membership_id)
    if other is None or by.id not in facilitators or other.id == by.id:
        raise Refused(_("This person does not look after the group any more."))
    wish = db.session.get(Removal, membership_id, populate_existing=True)
    if wish is None:
        if not can_be_agreed(by, other):
            raise Refused(
                _("It takes two, and you are alone with this. Report them: the people who run the service look.")
            )
        wish = Removal(membership_id=membership_id, wished_by_id=by.id, wished_at=clock.now())
        db.session.add(wish)
    elif wish.ends_at is None and wish.wished_by_id != by.id:
        wish.agreed_by_id, wish.ends_at = by.id, clock.now() + A_WEEK
        letters.owe_to_member("membership-ended", other, letters.IN_A_WEEK)
    db.session.flush()
    return wish


def take_back(*, by: Membership, membership_id: UUID) -> None:
    """Either of the two can take it back, as long as the week is not over."""
    drop("taken back", kinds=["membership-ended"], about_id=membership_id)
    mine = (Removal.wished_by_id == by.id) | (Removal.agreed_by_id == by.id)
    db.session.execute(delete(Removal).where(Removal.membership_id == membership_id, mine))


def end_places() -> None:
    """End the places whose week is over, and let go of wishes that nobody joined."""
    now = clock.now()
    db.session.execute(delete(Removal).where(Removal.ends_at.is_(None), Removal.wished_at <= now - LAPSES))
    for due in db.session.scalars(select(Removal).where(Removal.ends_at <= now)).all():
        other = queries.memberships([due.membership_id])[due.membership_id]
        group = queries.locked_group(other.group_id)
        place = queries.locked_membership(group.id, other.id, MembershipState.ACTIVE)
        if place is not None and place.is_facilitator:
            service.end(group, place, MembershipState.REMOVED)
            letters.owe_to_member("membership-ended", place)
        db.session.delete(due)
