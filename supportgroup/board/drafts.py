"""An ask that was begun: kept on the server for its writer alone, for thirty days."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from supportgroup import clock
from supportgroup.board.side_models import Draft
from supportgroup.db import db, insert_or_ignore
from supportgroup.groups.models import Membership

WORTH = ("title", "body")  # a form in which neither says anything is not kept

Fields = Mapping[str, Sequence[str]]  # what stands in a form: texts by field


def draft(me: Membership) -> Draft | None:
    """What the member began in this group."""
    return db.session.scalars(select(Draft).where(Draft.membership_id == me.id)).first()


def fields_of(found: Draft) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = json.loads(found.fields or "{}")
    return fields


def keep(*, me: Membership, fields: Fields) -> bool:
    """Keep what stands in the form, in the place of what was kept before. False: there is nothing in it yet."""
    if not any(text.strip() for name in WORTH for text in fields.get(name, ())):
        return False
    row = {"id": uuid4(), "membership_id": me.id, "saved_at": clock.now()}
    db.session.execute(insert_or_ignore(Draft.__table__).values(row))
    mine = select(Draft).where(Draft.membership_id == me.id).with_for_update()
    kept = db.session.scalars(mine, execution_options={"populate_existing": True}).one()
    kept.fields, kept.saved_at = json.dumps({name: list(texts) for name, texts in fields.items()}), clock.now()
    db.session.flush()
    return True


def let_go(membership_id: UUID) -> None:
    """It was posted, or is not wanted any more."""
    gone = delete(Draft).where(Draft.membership_id == membership_id)
    db.session.execute(gone, execution_options={"synchronize_session": False})
