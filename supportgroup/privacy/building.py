"""Making a copy: part by part, in short transactions, so that its owner sees how far it is."""

import base64
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.languages import speaking
from supportgroup.privacy import letters
from supportgroup.privacy.compose import archive
from supportgroup.privacy.models import Export, ExportState
from supportgroup.privacy.parts import PARTS
from supportgroup.privacy.parts.record import Record

IN_HAND = timedelta(minutes=5)  # a worker that has said nothing for so long has gone


def build_exports() -> None:
    """Make every copy that is asked for and that no other worker has in hand."""
    while (export_id := take()) is not None:
        build(export_id)


def take() -> UUID | None:
    """Take the oldest copy in hand."""
    now = clock.now()
    free = or_(Export.taken_at.is_(None), Export.taken_at < now - IN_HAND)
    waiting = select(Export).where(Export.state == ExportState.ASKED, free).order_by(Export.asked_at, Export.id)
    with transaction():
        export = db.session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).first()
        if export is None:
            return None
        export.taken_at, export.parts_done = now, 0
    return export.id


def build(export_id: UUID) -> None:
    """Gather the parts, and seal them in the row. A copy that has gone meanwhile, with its account, is left."""
    found: dict[str, list[Record]] = {}
    for _, name, part in PARTS:
        with transaction():
            export = db.session.get(Export, export_id, populate_existing=True)
            account = db.session.get(Account, export.account_id) if export else None
            if export is None or account is None:
                return
            with speaking(account.language):
                found[name] = part(account)
            export.parts_done, export.taken_at = export.parts_done + 1, clock.now()
    with transaction():
        export = db.session.get(Export, export_id, populate_existing=True, with_for_update=True)
        account = db.session.get(Account, export.account_id) if export else None
        if export is None or account is None or export.state is not ExportState.ASKED:
            return
        now = clock.now()
        with speaking(account.language):
            export.content = base64.b64encode(archive(found, now, clock.zone(account.zone))).decode()
        export.state, export.ready_at = ExportState.READY, now
        letters.owe_ready(export)
