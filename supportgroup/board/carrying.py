"""How much somebody has set themselves to carry in a week, and whether they rest.

A wish, not a wall: the board says so kindly, lets them choose all the same, and meanwhile sends them no asks.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from supportgroup import clock
from supportgroup.board.models import HELPING, Ask, Help
from supportgroup.board.side_models import LoadWish
from supportgroup.db import db, insert_or_ignore
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.words import number

WEEK = timedelta(days=7)
FREE = 5  # minutes: asks of this size are not counted
AT_FIRST = 2  # asks a week, for who has said nothing else
# Made once: to make an alias takes longer than to ask the database with it.
TAKER, TAKEN, OF_ASK = aliased(Membership), aliased(Help), aliased(Ask)


class OverOwnLimit(Refused):
    """More than somebody has set themselves. They may choose it all the same."""


def wish_of(account_id: UUID) -> LoadWish:
    """What the account has set itself; two a week where it has said nothing."""
    return db.session.get(LoadWish, account_id, populate_existing=True) or LoadWish(
        account_id=account_id, per_week=AT_FIRST
    )


def set_wish(*, account_id: UUID, per_week: int, resting_until: datetime | None) -> None:
    """Set how many asks a week, and until when to rest; None for not resting."""
    db.session.execute(insert_or_ignore(LoadWish).values(account_id=account_id, per_week=per_week))
    wish = db.session.get_one(LoadWish, account_id, populate_existing=True)
    wish.per_week, wish.resting_until = per_week, resting_until


def carried(account_id: Any, now: datetime) -> Any:
    """How many asks the account took on within the last week, as a scalar subquery; `account_id` may be a column.

    What was handed back does not count, nor do asks of five minutes.
    """
    return (
        select(func.count(TAKEN.id))
        .join(TAKER, TAKER.id == TAKEN.helper_id)
        .join(OF_ASK, OF_ASK.id == TAKEN.ask_id)
        .where(TAKER.account_id == account_id, TAKEN.state.in_(HELPING))
        .where(TAKEN.accepted_at > now - WEEK, OF_ASK.size_minutes > FREE)
        .scalar_subquery()
    )


def has_room(account_id: Any) -> ColumnElement[bool]:
    """Whether the account is neither full nor resting, as a condition; `account_id` is a column."""
    wished = select(LoadWish.per_week).where(LoadWish.account_id == account_id).scalar_subquery()
    return and_(~resting(account_id), carried(account_id, clock.now()) < func.coalesce(wished, AT_FIRST))


def has_room_for(account_id: Any, size_minutes: Any) -> ColumnElement[bool]:
    """The same for something of this size: what takes five minutes is free. Both are columns."""
    return or_(has_room(account_id), and_(size_minutes <= FREE, ~resting(account_id)))


def resting(account_id: Any) -> ColumnElement[bool]:
    return exists().where(LoadWish.account_id == account_id, LoadWish.resting_until > clock.now())


def respect(*, account_id: UUID, size_minutes: int) -> None:
    """Raises OverOwnLimit, with what to say, where one more ask of this size is over what the account set itself."""
    now, wish = clock.now(), wish_of(account_id)
    if wish.rests(now):
        raise OverOwnLimit(_("You are resting at the moment. It is fine to leave this one to someone else."))
    if size_minutes <= FREE:
        return
    have = db.session.scalar(select(carried(account_id, now))) or 0
    if have >= wish.per_week:
        leave_it = _("It is fine to leave this one to someone else.")
        raise OverOwnLimit(f"{said(wish.per_week, have)} {leave_it}")


def said(per_week: int, have: int) -> str:
    """`You set yourself two a week, and you have two.`"""
    if per_week == 0:
        return _("You set yourself none for now.")
    return _("You set yourself %(wanted)s a week, and you have %(have)s.", wanted=number(per_week), have=number(have))
