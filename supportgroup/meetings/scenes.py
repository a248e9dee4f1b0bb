"""A letter about a meeting with all it is about, as it is at the moment it is sent."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.kinds import Says
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.meetings import calendars
from supportgroup.meetings.calendar import Entry, itip, method_of
from supportgroup.meetings.models import Answer, CalendarWish, Meeting, Rsvp
from supportgroup.meetings.reminders import COMING


@dataclass(frozen=True)
class Scene:
    """One letter with all it is about, as it is now."""

    letter: Letter
    meeting: Meeting
    group: Group
    member_id: UUID
    cover_word: str
    answer: Answer | None
    calendar: tuple[Account, CalendarWish] | None = None  # of whoever wants meetings in their calendar by letter
    is_member: bool = True  # of the group, still

    @property
    def hosts(self) -> bool:
        return self.meeting.host_id == self.member_id

    @property
    def comes(self) -> bool:
        return self.hosts or self.answer in COMING

    def says(self, path: str, *, off: bool = False, **more: object) -> Says:
        """`off`: the letter's calendar part takes the meeting out of the calendar of one who does not come."""
        entry = self.entry(off=off)
        common = {"title": self.meeting.title, "starts": self.meeting.starts_at, "ends": self.meeting.ends_at}
        return Says(
            link=path,
            cover=self.cover_word,
            group=self.group.name,
            more={**common, **more},
            calendar=self.for_the_calendar(entry) if entry else None,
            calendar_method=method_of(entry) if entry else "REQUEST",
        )

    def entry(self, *, off: bool) -> Entry | None:
        """The meeting in the reader's calendar, where they want that and come, may come, or host; or take it `off`."""
        if self.calendar is None or self.comes is off:
            return None
        (account, mine), (_, sender) = self.calendar, current_app.extensions["mail"]
        full = mine.full_titles and account.full_letters  # a discreet letter names nothing, in no part of it
        title = calendars.title(self.meeting, group=self.group.name, cover=self.cover_word, full=full)
        return Entry(
            meeting=self.meeting,
            title=title,
            url=sender.base_url + link("meeting", self.meeting.id),
            sure=self.hosts or self.answer is Answer.GOING,
            off=off,
        )

    def for_the_calendar(self, entry: Entry) -> bytes | None:
        if self.calendar is None:
            return None
        (account, _), (_, sender) = self.calendar, current_app.extensions["mail"]
        answer = Answer.GOING if self.hosts else Answer.NOT_GOING if entry.off else self.answer
        return itip(entry, organizer=sender.address, attendee=account.email, answer=answer)

    def page(self) -> str:
        """Where the letter leads: three buttons, without signing in. Who hosts needs the meeting's own page; for who
        has left there is none.
        """
        if not self.is_member:
            return link("groups", self.group.id)
        if self.hosts:
            return link("meeting", self.meeting.id)
        return link("answer", self.meeting.id, self.member_id)


def scenes(
    letters: Sequence[Letter], states: Collection[MembershipState] = (MembershipState.ACTIVE,)
) -> Iterator[Scene]:
    """The letters whose group meets, with an active member to write to, or one in another of these states. Five
    queries, however many there are.
    """
    found = select(Meeting, Group).join(Group, Group.id == Meeting.group_id).options(lazyload(Group.topics))
    found = found.where(Meeting.id.in_({letter.about_id for letter in letters}), Group.state == GroupState.ACTIVE)
    about = {meeting.id: (meeting, group) for meeting, group in db.session.execute(found)}
    columns = Membership.id, Membership.account_id, Membership.group_id, Membership.cover_word, Membership.state
    active = select(*columns).where(
        Membership.state.in_(states),
        Membership.account_id.in_({letter.recipient_id for letter in letters}),
        Membership.group_id.in_({meeting.group_id for meeting, _ in about.values()}),
    )
    members = {(row.account_id, row.group_id): row for row in db.session.execute(active)}
    given = select(Rsvp.meeting_id, Rsvp.membership_id, Rsvp.answer).where(
        Rsvp.meeting_id.in_(about), Rsvp.membership_id.in_({row.id for row in members.values()})
    )
    answers = {(row.meeting_id, row.membership_id): row.answer for row in db.session.execute(given)}
    wishing = calendars.wishing({letter.recipient_id for letter in letters})
    for letter in letters:
        meeting, group = about.get(letter.about_id, (None, None))
        member = members.get((letter.recipient_id, meeting.group_id)) if meeting else None
        if meeting and group and member:
            answer, calendar = answers.get((meeting.id, member.id)), wishing.get(member.account_id)
            here = member.state is MembershipState.ACTIVE
            yield Scene(letter, meeting, group, member.id, member.cover_word, answer, calendar, here)
