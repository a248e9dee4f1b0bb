"""People and things to tell stories about. Ada facilitates, Ben and Cleo are members, Dan is a stranger.

Each function adds and flushes; the fixture or the story commits.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import create_account
from supportgroup.board.models import Ask, AskKind, Help
from supportgroup.board.offer_models import Offer
from supportgroup.db import db
from supportgroup.groups.models import (
    Agreement,
    Format,
    Group,
    Joining,
    Membership,
    MembershipState,
    Resource,
    ResourceKind,
    Role,
    Visibility,
)
from supportgroup.meetings.models import Answer, Meeting, Pause, Presence, Rsvp, Series

numbers = count(1)


def make_account(name: str = "Ada", **columns: Any) -> Account:
    """A confirmed account, in Paris, without quiet hours."""
    email = columns.pop("email", f"{name.lower()}{next(numbers)}@example.org")
    zone = columns.pop("zone", "Europe/Paris")
    account = create_account(email=email, name=name, zone=zone, confirmed_at=clock.now())
    account.quiet_from = account.quiet_until = None
    for column, value in columns.items():
        setattr(account, column, value)
    db.session.flush()
    return account


def make_group(**columns: Any) -> Group:
    """A listed, open, online group in Paris with one agreement."""
    number = next(numbers)
    defaults = {
        "slug": f"circle-{number}",
        "name": f"Circle {number}",
        "public_title": f"A circle, number {number}",
        "purpose": "For people who carry a lot alone.",
        "format": Format.ONLINE,
        "zone": "Europe/Paris",
        "visibility": Visibility.LISTED,
        "joining": Joining.OPEN,
        "size_limit": 12,
        "created_at": clock.now(),
    }
    group = Group(**{**defaults, **columns})
    db.session.add(group)
    db.session.flush()
    db.session.add(
        Agreement(group_id=group.id, version=1, text="What is said here stays here.", created_at=clock.now())
    )
    db.session.flush()
    return group


def make_membership(group: Group, account: Account, **columns: Any) -> Membership:
    """An active member, greeted, who joined an hour ago."""
    hour_ago = clock.now() - timedelta(hours=1)
    defaults = {
        "group_id": group.id,
        "account_id": account.id,
        "role": Role.MEMBER,
        "state": MembershipState.ACTIVE,
        "name": account.name,
        "cover_word": "Blue",
        "agreement_version": 1,
        "agreed_at": hour_ago,
        "joined_at": hour_ago,
        "hello_at": hour_ago,
    }
    membership = Membership(**{**defaults, **columns})
    membership.group, membership.account = group, account
    db.session.add(membership)
    db.session.flush()
    return membership


def make_series(group: Group, first: datetime | None = None, **columns: Any) -> Series:
    """A weekly series of an hour, from tomorrow at this time unless told otherwise, with no meetings yet."""
    first = first or clock.now() + timedelta(days=1)
    defaults = {
        "group_id": group.id,
        "title": "Evening circle",
        "rule": "FREQ=WEEKLY",
        "first_local": first.astimezone(clock.zone(group.zone)).replace(tzinfo=None, microsecond=0),
        "zone": group.zone,
        "duration_minutes": 60,
        "filled_until": clock.now(),
        "created_at": clock.now(),
    }
    series = Series(**{**defaults, **columns})
    db.session.add(series)
    db.session.flush()
    return series


def make_pause(days: int = 14) -> Pause:
    """A pause from a week ahead on; not added: it goes with its series."""
    begins = (clock.now() + timedelta(days=7)).date()
    return Pause(id=uuid4(), from_on=begins, until_on=begins + timedelta(days=days))


def make_meeting(group: Group, starts_at: datetime | None = None, **columns: Any) -> Meeting:
    """A single meeting of an hour, tomorrow at this time unless told otherwise."""
    starts_at = starts_at or clock.now() + timedelta(days=1)
    defaults = {
        "group_id": group.id,
        "starts_at": starts_at,
        "starts_local": starts_at.astimezone(clock.zone(group.zone)).replace(tzinfo=None),
        "zone": group.zone,
        "duration_minutes": 60,
        "title": "Evening circle",
        "video_url": "https://video.example.org/room",
        "created_at": clock.now(),
    }
    meeting = Meeting(**{**defaults, **columns})
    db.session.add(meeting)
    db.session.flush()
    return meeting


def make_rsvp(meeting: Meeting, membership: Membership, answer: Answer = Answer.GOING, **columns: Any) -> Rsvp:
    rsvp = Rsvp(
        **{
            "meeting_id": meeting.id,
            "membership_id": membership.id,
            "answer": answer,
            "answered_at": clock.now(),
            **columns,
        }
    )
    db.session.add(rsvp)
    db.session.flush()
    return rsvp


def make_presence(meeting: Meeting, membership: Membership) -> None:
    db.session.add(Presence(meeting_id=meeting.id, membership_id=membership.id))
    db.session.flush()


def make_ask(asker: Membership, **columns: Any) -> Ask:
    """An open errand of fifteen minutes, needed within a week."""
    now = clock.now()
    defaults = {
        "group_id": asker.group_id,
        "asker_id": asker.id,
        "kind": AskKind.ERRAND,
        "title": "Bring back bread",
        "size_minutes": 15,
        "needed_by": now + timedelta(days=7),
        "created_at": now,
        "opened_at": now,
        "ends_at": now + timedelta(days=7),
    }
    ask = Ask(**{**defaults, **columns})
    ask.asker = asker
    db.session.add(ask)
    db.session.flush()
    return ask


def make_help(ask: Ask, helper: Membership, **columns: Any) -> Help:
    help_ = Help(**{"ask_id": ask.id, "helper_id": helper.id, "accepted_at": clock.now(), **columns})
    help_.helper = helper
    db.session.add(help_)
    db.session.flush()
    return help_


def make_offer(by: Membership, to: Membership | None = None, **columns: Any) -> Offer:
    """A standing offer of fifteen minutes; or one to a member, that waits for a week."""
    now = clock.now()
    defaults = {
        "group_id": by.group_id,
        "by_id": by.id,
        "to_id": to.id if to else None,
        "kind": AskKind.ERRAND,
        "text": "brought you soup" if to else "I drive to the market on Saturdays",
        "created_at": now,
        "ends_at": now + timedelta(days=7) if to else None,
    }
    offer = Offer(**{**defaults, **columns})
    offer.by = by
    db.session.add(offer)
    db.session.flush()
    return offer


def make_resource(group: Group, **columns: Any) -> Resource:
    """A directory of therapists."""
    defaults = {
        "group_id": group.id,
        "kind": ResourceKind.DIRECTORY,
        "title": "Therapists by town",
        "url": "https://therapists.example.org/find",
        "created_at": clock.now(),
    }
    resource = Resource(**{**defaults, **columns})
    db.session.add(resource)
    db.session.flush()
    return resource
