"""What a large group costs: five hundred members, five years of weekly meetings."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership, MembershipState, Role
from supportgroup.meetings import calendars
from supportgroup.meetings.models import Answer, Presence, Rsvp
from tests.counting import count_queries
from tests.factories import make_meeting, make_series

MEMBERS, WEEKS = 500, 260


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_pages_and_feed_of_a_large_group_ask_little(circle, sign_in, client, frozen):
    now = clock.now()
    accounts, places = ([uuid4() for _ in range(MEMBERS)] for _ in range(2))
    with transaction():
        series = make_series(circle.group)
        half = WEEKS // 2
        held = [
            make_meeting(
                circle.group,
                now + timedelta(weeks=week, hours=3),
                series_id=series.id,
                original_on=(now + timedelta(weeks=week)).date(),
            )
            for week in range(-half, half)
        ]
        common = {"name": "Member", "created_at": now, "confirmed_at": now, "email_sealed": b"sealed"}
        db.session.execute(insert(Account), [{"id": one, "email_index": one.bytes, **common} for one in accounts])
        place = {"group_id": circle.group.id, "role": Role.MEMBER, "state": MembershipState.ACTIVE, "name": "Member"}
        place |= {"cover_word": "Blue", "agreement_version": 1, "agreed_at": now, "joined_at": now, "hello_at": now}
        pairs = zip(places, accounts, strict=True)
        db.session.execute(insert(Membership), [{"id": one, "account_id": account, **place} for one, account in pairs])
        answers = [
            {"id": uuid4(), "meeting_id": meeting.id, "membership_id": one, "answer": Answer.GOING, "answered_at": now}
            for meeting in held[half : half + 20]
            for one in places
        ]
        db.session.execute(insert(Rsvp), answers)
        calendars.open_feed(circle.ben.account_id)
    address = f"/calendar/{calendars.token(calendars.wish_of(circle.ben.account_id))}.ics"
    ben, path = sign_in(circle.account(circle.ben)), circle.path()
    ben.get(path)
    with count_queries() as asked:
        page = ben.get(path)
    assert "500 come" in page.text
    assert len(asked) <= 8, asked
    with transaction():
        first = held[half]
        first.host_id = circle.ben.id
        db.session.execute(insert(Presence), [{"meeting_id": first.id, "membership_id": one} for one in places[:250]])
    frozen.move_to(first.starts_at + timedelta(minutes=5))
    path = circle.path(first.id, "hosting")
    ben.get(path)
    with count_queries() as asked:
        page = ben.get(path)
    assert page.text.count(">Undo<") == 250
    assert "Everyone came" in page.text
    assert len(asked) <= 10, asked
    with count_queries() as asked:
        feed = client.get(address)
    assert feed.text.count("BEGIN:VEVENT") > half
    assert len(asked) <= 6, asked
