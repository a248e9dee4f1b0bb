"""Telling the group what came of an ask, if its asker wants to; without a name, if they like. Nothing is counted."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select

from supportgroup import clock
from supportgroup.board.models import Ask, AskState
from supportgroup.board.service import here, locked_own
from supportgroup.board.side_models import Telling
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.languages import lazy_gettext as _l
from supportgroup.safety.queries import apart, hidden, muted

SHOWN = 8  # on the page; older ones are let go of, not paged through
TOO_EARLY = _l("This can be told once it is done.")


def may_tell(ask: Ask) -> bool:
    """Whether there is something to tell: it is done, and was not said to be heard."""
    return ask.state is AskState.DONE and not ask.is_listen


def tell_group(*, me: Membership, ask_id: UUID, text: str, unnamed: bool) -> None:
    """Let everyone in the group read what came of it. Told again it reads anew; without words it is taken back.

    An ask without a name is told of without one. Raises Refused before it is done.
    """
    me = here(me)
    ask = locked_own(me, ask_id)
    if not may_tell(ask):
        raise Refused(TOO_EARLY)
    told = of_ask(ask)
    if not text:
        db.session.execute(delete(Telling).where(Telling.ask_id == ask.id, Telling.author_id == me.id))
        return
    if told is None:
        told = Telling(group_id=me.group_id, author_id=me.id, ask_id=ask.id)
        db.session.add(told)
    told.text, told.unnamed, told.told_at = text, unnamed or ask.unnamed, clock.now()
    db.session.flush()


def of_ask(ask: Ask) -> Telling | None:
    """What its asker has told of it."""
    mine = select(Telling).where(Telling.ask_id == ask.id, Telling.author_id == ask.asker_id)
    return db.session.scalars(mine).first()


def visible(me: Membership) -> ColumnElement[bool]:
    """What this member may read of what was told: a condition. Whom they muted is left out where it has a name.

    What was told before a block stays, as what somebody told who left: or one would see which of them goes.
    """
    others = and_(~hidden(Telling.id), ~apart(Telling.author_id, me.id, since=Telling.told_at))
    heard = or_(Telling.unnamed, ~muted(me.id, Telling.author_id))
    return and_(Telling.group_id == me.group_id, or_(Telling.author_id == me.id, and_(others, heard)))


def tellings(me: Membership) -> list[Telling]:
    """The last of what was told, newest first. One query."""
    found = select(Telling).where(visible(me)).order_by(Telling.told_at.desc(), Telling.id)
    return list(db.session.scalars(found.limit(SHOWN)))


def telling(me: Membership, telling_id: UUID) -> Telling | None:
    return db.session.scalars(select(Telling).where(Telling.id == telling_id, visible(me))).first()
