"""Asking for a copy, for erasure, and keeping an account after all."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.accounts.models import Account, Session
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import service as groups
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.languages import gettext as _
from supportgroup.mail.service import drop
from supportgroup.privacy import queries
from supportgroup.privacy.erasing import erase_place
from supportgroup.privacy.models import UNDO, Erasure, Export, ExportState
from supportgroup.privacy.parts import PARTS
from supportgroup.safety import service as safety
from supportgroup.safety.models import Act


def ask_for_copy(account: Account) -> Export:
    """Have a copy made. One that is being made, or waits to be fetched, is the one that is there."""
    waiting = queries.export_under_way(account.id)
    if waiting is not None:
        return waiting
    export = Export(account_id=account.id, asked_at=clock.now(), parts_wanted=len(PARTS))
    db.session.add(export)
    db.session.flush()
    safety.note(Act.DATA_ASKED, by=account.id, about=account.id, object_id=export.id)
    return export


def fetch(account: Account, export_id: UUID) -> str:
    """The copy, once; then it is gone from here. Raises Refused where it is not there any more."""
    export = queries.export(account.id, export_id, lock=True)
    if export is None or not export.can_be_fetched(clock.now()):
        raise Refused(_("This copy was fetched already, or its day is over. You can ask for a new one."))
    content = export.content
    export.state, export.fetched_at, export.content = ExportState.OVER, clock.now(), None
    safety.note(Act.DATA_FETCHED, by=account.id, about=account.id, object_id=export.id)
    return content


def ask_erasure(account: Account, *, keep_session: UUID | None = None, undo: timedelta = UNDO) -> Erasure:
    """Let an account go: out of every group at once, and for good after `undo`. Asking twice changes nothing."""
    found = queries.erasure(account.id)
    if found is not None:
        return found
    now = clock.now()
    erasure = Erasure(account_id=account.id, asked_at=now, due_at=now + undo)
    db.session.add(erasure)
    for one in places(account.id, MembershipState.ACTIVE):
        groups.leave(one)
    for state in (MembershipState.APPLIED, MembershipState.WAITING):
        for one in places(account.id, state):
            groups.withdraw(one)
    drop("erasing", recipient_id=account.id)
    others = delete(Session).where(Session.account_id == account.id)
    db.session.execute(others if keep_session is None else others.where(Session.id != keep_session))
    safety.note(Act.ERASURE_ASKED, by=account.id, about=account.id)
    db.session.flush()
    return erasure


def keep_account(account: Account) -> None:
    """Keep it after all, and come back to the groups that were left for it, as far as they have a place."""
    erasure = queries.erasure(account.id, lock=True)
    if erasure is None:
        return
    if erasure.goodbye_at is not None:
        raise Refused(_("Your account is going at this moment, and cannot be kept any more."))
    since = erasure.asked_at
    db.session.delete(erasure)
    for one in places(account.id, MembershipState.LEFT):
        if one.ended_at is not None and one.ended_at >= since and one.joined_at is not None:
            come_back(one)
    safety.note(Act.ERASURE_UNDONE, by=account.id, about=account.id)


def come_back(one: Membership) -> None:
    """Back into a group; where it rests or has no room for now, the account is kept all the same."""
    try:
        groups.come_back(one)
    except Refused:
        return


def erase_in_group(account: Account, one: Membership) -> None:
    """Erase what the account wrote in a group it has left, without waiting for the days in which it may come back."""
    if one.state is MembershipState.LEFT:
        one.joined_at = None  # leaving cannot be undone any more: there is nothing to come back to
    erase_place(one)
    safety.note(Act.ERASED_IN_GROUP, by=account.id, about=account.id, object_id=one.group_id)


def places(account_id: UUID, state: MembershipState) -> list[Membership]:
    mine = select(Membership).where(Membership.account_id == account_id, Membership.state == state)
    return list(db.session.scalars(mine.order_by(Membership.group_id)))
