"""How many reminders are planned a second: for people in many zones, with and without quiet hours, of many meetings."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups.models import Group
from supportgroup.mail.models import Letter
from supportgroup.meetings import reminders
from tests.factories import make_meeting

MEETINGS = 10  # more of each group, through the day that comes
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "UTC")
SPREAD = text(
    "WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS at FROM accounts)"
    " UPDATE accounts SET zone = (CAST(:zones AS text[]))[1 + at % :many],"
    " quiet_from = CASE at % 3 WHEN 0 THEN NULL ELSE CAST('20:00' AS time) + at % 3 * interval '1 hour' END,"
    " quiet_until = CASE at % 3 WHEN 0 THEN NULL ELSE CAST('08:00' AS time) END"
    " FROM numbered WHERE numbered.id = accounts.id"
)
EVERYBODY_COMES = text(
    "INSERT INTO rsvps (id, meeting_id, membership_id, answer, listening, answered_at)"
    " SELECT gen_random_uuid(), meetings.id, memberships.id, 'going', false, meetings.created_at"
    " FROM meetings JOIN memberships USING (group_id)"
    " WHERE NOT EXISTS (SELECT FROM rsvps WHERE meeting_id = meetings.id AND membership_id = memberships.id)"
)


def planned() -> dict[str, Any]:
    """Plan for everyone there is, and take it all back: how many reminders, how many a second."""
    since = clock.now() - timedelta(minutes=30)
    for at, group in enumerate(db.session.scalars(select(Group)).all()):
        for one in range(MEETINGS):
            make_meeting(group, clock.now() + timedelta(hours=2 + 2 * one, minutes=15 * (at % 8)), created_at=since)
    db.session.execute(SPREAD, {"zones": list(ZONES), "many": len(ZONES)})
    db.session.execute(EVERYBODY_COMES)
    db.session.execute(text("ANALYZE"))
    begun = time.perf_counter()
    reminders.owe_reminders(since=None)
    seconds = time.perf_counter() - begun
    number = db.session.scalar(select(func.count()).select_from(Letter)) or 0
    db.session.rollback()
    return {"rows": number, "per_second": number / seconds}
