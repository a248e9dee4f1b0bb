"""Meetings that are moved or called off while their reminders go out: nobody is told the former time for long."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import service
from supportgroup.meetings.service import Plan
from tests.faults.scene import owe_reminders_of_many, senders, settings_of, waiting
from tests.processes import until
from tests.relay import relay

MEETINGS, LATE = 30, 0.05
pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_no_reminder_of_the_former_time_leaves_later_than_a_second_after_the_change(committed_app, nursery, tmp_path):
    to, known = owe_reminders_of_many(MEETINGS), {}
    with relay(late=LATE) as there, senders(nursery, settings_of(committed_app, there.url, tmp_path)) as processes:
        processes.start()
        until(lambda: len(there.kept) > 3)
        for at, recipient in enumerate(random.Random(5).sample(sorted(to), MEETINGS)):
            change(*to[recipient], cancel=bool(at % 2))
            known[recipient] = clock.now()
        until(lambda: waiting() == 0)
        reminded = [
            (recipient, at)
            for (recipient, _), at, letter in zip(there.kept, there.kept_at, there.letters, strict=True)
            if "minutes" in letter["Subject"]
        ]

    assert [recipient for recipient, at in reminded if at > known[recipient] + timedelta(seconds=1)] == []
    assert len(reminded) < MEETINGS  # some were still to be sent when their meetings changed
    for _, meeting in to.values():
        new = select(Letter.about_version).where(Letter.about_id == meeting.id, Letter.state == LetterState.OWED)
        found = list(db.session.scalars(new.where(Letter.kind == "meeting-reminder")))
        assert found == ([2] if meeting.is_planned else [])


def change(ada, meeting, *, cancel):
    """Move the meeting by three hours, or call it off."""
    with transaction():
        if cancel:
            service.cancel_meeting(by=ada, meeting_id=meeting.id)
        else:
            wall = meeting.starts_local + timedelta(hours=3)
            service.change_meeting(by=ada, meeting_id=meeting.id, plan=Plan(title=meeting.title, wall=wall))
