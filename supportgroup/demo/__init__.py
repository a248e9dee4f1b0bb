"""`supportgroup demo`: a lived-in service to look at. The same every time, but for the day it is loaded on.

Ada facilitates, Ben and Cleo are members, Dan is a stranger. What they say and do stands in `story.py`.
"""

import json
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.models import Account, LinkPurpose
from supportgroup.accounts.service import create_account, new_link
from supportgroup.board.models import Ask, AskState, Heard, Help, HelpState, Message
from supportgroup.board.offer_models import Offer
from supportgroup.board.side_models import Telling
from supportgroup.db import db, transaction
from supportgroup.demo import shapes, story
from supportgroup.groups.defaults import AGREEMENT, FIRST_TIME
from supportgroup.groups.models import Agreement, Group, Membership, MembershipState, Resource, Role, Topic
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import recurrence
from supportgroup.meetings.models import Answer, Meeting, Presence, Rsvp, Series
from supportgroup.meetings.series import AHEAD, from_rule
from supportgroup.reflections.models import Reflection

DEMO = UUID("5e1f0a7c-3c1d-4c1e-9d52-6a1f6a0c9b10")  # ids are made from names within it: the same every time
BEHIND = timedelta(days=60)
SOON = timedelta(minutes=61)  # the meeting whose reminder comes a minute after every first start


def has_accounts() -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Account)))


def load() -> None:
    """Load the demo into a migrated database, in one transaction."""
    now = clock.now().replace(second=0, microsecond=0)
    with transaction():
        people = {name: make_person(name, now) for name in story.PEOPLE}
        for told in story.GROUPS:
            places = make_group(told, people, now)
            meet(told, places, now)
            if told is story.GROUPS[0]:
                meet_soon(told, places, now)
            for ask in told.asks:
                make_ask(ask, places, now)
                tell_group(ask, places, now)
            for number, kept in enumerate(told.resources):
                made = {"id": key(told.slug, "resource", number), "group_id": key(told.slug), "created_at": now}
                add(Resource(**made, **vars(kept)))
            for offer in told.offers:
                make_offer(offer, places, now)
        for noted in story.NOTED:
            note_for_oneself(noted, people[story.NOTED_BY], now)


def sign_in_links() -> list[tuple[str, str]]:
    """Fresh links that sign in, by name; none where there is no demo. They are good in any browser, once."""
    accounts = db.session.scalars(select(Account).where(Account.id.in_([key(name) for name in story.PEOPLE]))).all()
    with transaction():
        made = {account.name: new_link(account, LinkPurpose.SIGN_IN) for account in accounts}
    return [(name, link("sign-in", made[name].id)) for name in story.PEOPLE if name in made]


def key(*names: object) -> UUID:
    """The id of what these names name."""
    return uuid5(DEMO, "/".join(map(str, names)))


def add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_person(name: str, now: datetime) -> Account:
    account = create_account(
        id=key(name), email=f"{name.lower()}@example.org", name=name, zone=story.ZONE, confirmed_at=now - BEHIND
    )
    account.seen_on = now.date()
    if name == "Ada":  # her reminder is to come whatever the hour is
        account.quiet_from = account.quiet_until = None
    return account


def make_group(told: shapes.Group, people: dict[str, Account], now: datetime) -> dict[str, Membership]:
    """The group with its agreement and its people, by name."""
    group = add(
        Group(
            id=key(told.slug),
            slug=told.slug,
            name=told.name,
            public_title=told.public_title,
            purpose=told.purpose,
            first_time=str(FIRST_TIME),
            format=told.format,
            area=told.area,
            zone=story.ZONE,
            visibility=told.visibility,
            joining=told.joining,
            questions=list(told.questions),
            size_limit=12,
            created_at=now - BEHIND,
            topics=[Topic(word=word) for word in told.topics],
        )
    )
    add(
        Agreement(
            id=key(told.slug, "agreement"), group_id=group.id, version=1, text=str(AGREEMENT), created_at=now - BEHIND
        )
    )
    return {
        name: make_membership(group, people[name], number, told, now) for number, name in enumerate(told.members)
    } | {name: apply_for(group, people[name], told, now) for name in told.applicants}


def make_membership(group: Group, account: Account, number: int, told: shapes.Group, now: datetime) -> Membership:
    joined = now - BEHIND + timedelta(days=2 * number)
    membership: Membership = add(
        Membership(
            id=key(told.slug, account.name),
            group_id=group.id,
            account_id=account.id,
            role=Role.FACILITATOR if number == 0 else Role.MEMBER,
            state=MembershipState.ACTIVE,
            name=account.name,
            colour=number * 3 % 8,
            cover_word=told.cover_word,
            agreement_version=1,
            agreed_at=joined,
            joined_at=joined,
            hello_at=joined,
        )
    )
    membership.group = group
    return membership


def apply_for(group: Group, account: Account, told: shapes.Group, now: datetime) -> Membership:
    """Somebody who has applied and waits for the facilitator's answer."""
    membership: Membership = add(
        Membership(
            id=key(told.slug, account.name),
            group_id=group.id,
            account_id=account.id,
            state=MembershipState.APPLIED,
            name=account.name,
            colour=5,
            cover_word=told.cover_word,
            agreement_version=1,
            agreed_at=now - timedelta(days=1),
            applied_at=now - timedelta(days=1),
            answers=json.dumps([[story.QUESTION, story.ANSWER]]),
        )
    )
    membership.group = group
    return membership


def meet(told: shapes.Group, places: dict[str, Membership], now: datetime) -> None:
    """The group's series: two months behind, with who was there, and as far ahead as any series is filled."""
    active = [place for place in places.values() if place.state is MembershipState.ACTIVE]
    zone = clock.zone(story.ZONE)
    first = datetime.combine((now - BEHIND).astimezone(zone).date(), told.hour)
    series = add(
        Series(
            id=key(told.slug, "series"),
            group_id=active[0].group_id,
            title=told.meeting,
            about=story.ABOUT,
            agenda=dict(story.AGENDA),
            customs=list(story.CUSTOMS),
            place=told.place,
            video_url=told.video_url,
            rule=recurrence.checked(told.rule, first, zone),
            first_local=first,
            zone=story.ZONE,
            duration_minutes=75,
            filled_until=now + AHEAD,
            created_at=now - BEHIND,
        )
    )
    met = recurrence.starts(series.rule, first, zone, after=now - BEHIND, before=now + AHEAD)
    for number, one in enumerate(met):
        meeting = add(from_rule(series, one, now - BEHIND))
        meeting.host_id = active[number % len(active)].id
        if one.starts_at < now:
            remember(meeting, active, number)
        else:
            answer(meeting, active, number, now)


def remember(meeting: Meeting, active: list[Membership], number: int) -> None:
    """A meeting that was: who came, and the reminders they had."""
    meeting.closed_at = meeting.ends_at
    for turn, place in enumerate(active):
        if (number + turn) % 4 != 3:
            add(
                Rsvp(meeting_id=meeting.id, membership_id=place.id, answer=Answer.GOING, answered_at=meeting.created_at)
            )
            add(Presence(meeting_id=meeting.id, membership_id=place.id))
            add(reminded(meeting, place))


def reminded(meeting: Meeting, place: Membership) -> Letter:
    """The day-before reminder as it was sent."""
    due = meeting.starts_at - timedelta(days=1)
    return Letter(
        kind="meeting-reminder",
        priority=1,
        key=f"meeting-reminder:{place.account_id.hex}:{meeting.id.hex}:{meeting.version}:{24 * 60}",
        recipient_id=place.account_id,
        about_id=meeting.id,
        about_version=meeting.version,
        scope_id=meeting.group_id,
        due_at=due,
        next_attempt_at=due,
        expires_at=meeting.starts_at,
        state=LetterState.SENT,
        attempts=1,
        message_id=f"<{key(meeting.id, place.id).hex}@localhost>",
        header_date=due,
        last_code=250,
        last_class="accepted",
        created_at=due - timedelta(hours=2),
        sent_at=due + timedelta(seconds=1),
    )


def answer(meeting: Meeting, active: list[Membership], number: int, now: datetime) -> None:
    """A meeting to come: some have answered, some have not."""
    given = (Answer.GOING, Answer.MAYBE, None, Answer.GOING, Answer.NOT_GOING)
    for turn, place in enumerate(active):
        if meeting.starts_at < now + timedelta(days=1):
            add(reminded(meeting, place))
        said = Answer.GOING if place.id == meeting.host_id else given[(number + turn) % len(given)]
        if said and meeting.starts_at < now + timedelta(days=30):
            asked = now - timedelta(days=1)
            add(Rsvp(meeting_id=meeting.id, membership_id=place.id, answer=said, answered_at=asked))


def meet_soon(told: shapes.Group, places: dict[str, Membership], now: datetime) -> None:
    """One short meeting an hour away, so that a newcomer sees a reminder arrive."""
    starts_at = now + SOON
    meeting = add(
        Meeting(
            id=key(told.slug, "soon"),
            group_id=key(told.slug),
            starts_at=starts_at,
            starts_local=starts_at.astimezone(clock.zone(story.ZONE)).replace(tzinfo=None),
            zone=story.ZONE,
            duration_minutes=30,
            title="A short round before the evening",
            about="Half an hour, cameras off. One thing that would make today lighter.",
            video_url=told.video_url,
            host_id=key(told.slug, "Ben"),
            created_at=now - timedelta(days=3),
        )
    )
    for place in places.values():
        add(reminded(meeting, place))
    for name, said in (("Ada", Answer.GOING), ("Ben", Answer.GOING)):
        place = places[name]
        add(Rsvp(meeting_id=meeting.id, membership_id=place.id, answer=said, answered_at=now - timedelta(days=1)))


def make_ask(told: shapes.Ask, places: dict[str, Membership], now: datetime) -> None:
    """An ask with its helps, its thread, and what came of it."""
    asker, opened = places[told.by], now - timedelta(days=told.days_ago, hours=3)
    needed_by = day_end(now, told.needed_in) if told.needed_in is not None else None
    ended = told.state not in (AskState.OPEN, AskState.COVERED)
    ask = add(
        Ask(
            id=key(asker.id, told.title),
            group_id=asker.group_id,
            asker_id=asker.id,
            kind=told.kind,
            size_minutes=told.size,
            helpers_wanted=told.wanted,
            title=told.title,
            body=told.body,
            area=told.area,
            place=told.place,
            eyes=told.eyes,
            unnamed=told.unnamed,
            needed_by=needed_by,
            state=told.state,
            created_at=opened,
            opened_at=opened,
            ends_at=needed_by or opened + timedelta(days=2 if told.kind == "listen" else 7),
            closed_at=min(now, needed_by or now) if ended else None,
            asker_says=told.came_of_it,
        )
    )
    add_helps(told, ask, places)
    add_what_was_said(told, ask, places)


def add_helps(told: shapes.Ask, ask: Ask, places: dict[str, Membership]) -> None:
    """Who said yes, two hours after it was asked."""
    for name in told.helped_by:
        add(
            Help(
                id=key(ask.id, name),
                ask_id=ask.id,
                helper_id=places[name].id,
                state=HelpState.DONE if told.state is AskState.DONE else HelpState.ACCEPTED,
                accepted_at=ask.opened_at + timedelta(hours=2),
                ended_at=ask.closed_at,
                thanks=told.thanks,
                thanked_at=ask.closed_at if told.thanks else None,
            )
        )


def add_what_was_said(told: shapes.Ask, ask: Ask, places: dict[str, Membership]) -> None:
    """The thread of it; and of one to be heard, who has."""
    for number, (name, text) in enumerate(told.thread):
        said = ask.opened_at + timedelta(hours=2, minutes=10 * (number + 1))
        add(Message(id=key(ask.id, number), ask_id=ask.id, author_id=places[name].id, text=text, created_at=said))
    for name in told.heard_by:
        heard = {"id": key(ask.id, "heard", name), "membership_id": places[name].id}
        add(Heard(**heard, ask_id=ask.id, created_at=ask.opened_at + timedelta(hours=1)))


def tell_group(told: shapes.Ask, places: dict[str, Membership], now: datetime) -> None:
    """What its asker told the group of what came of it, without a name."""
    if told.told:
        asker = places[told.by]
        telling = {"id": key(asker.id, told.title, "told"), "group_id": asker.group_id, "author_id": asker.id}
        add(Telling(**telling, ask_id=key(asker.id, told.title), text=told.told, unnamed=True, told_at=now))


def note_for_oneself(told: shapes.Noted, account: Account, now: datetime) -> None:
    """A reflection of somebody's, guess and outcome."""
    then = now - timedelta(days=told.days_ago)
    add(
        Reflection(
            id=key(account.id, told.about),
            account_id=account.id,
            elsewhere=told.elsewhere,
            about=told.about,
            guess=told.guess,
            uneasy_before=told.before,
            uneasy_after=told.after,
            thought=told.thought,
            own_thought=told.own_thought,
            reply=told.reply,
            came=told.came,
            note=told.note,
            created_at=then,
            closed_at=then + timedelta(days=2),
        )
    )


def make_offer(told: shapes.Offer, places: dict[str, Membership], now: datetime) -> None:
    """An offer that waits to be taken up, or answered."""
    by, created = places[told.by], now - timedelta(days=told.days_ago, hours=2)
    add(
        Offer(
            id=key(by.id, told.text),
            group_id=by.group_id,
            by_id=by.id,
            to_id=places[told.to].id if told.to else None,
            kind=told.kind,
            size_minutes=told.size,
            text=told.text,
            days=sum(1 << day for day in told.days),
            times=told.times,
            area=told.area,
            created_at=created,
            ends_at=created + timedelta(days=7) if told.to else None,
        )
    )


def day_end(now: datetime, days: int) -> datetime:
    """The end of the day so many days from now, on the demo's clock."""
    zone = clock.zone(story.ZONE)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), time(23, 59), zone)
