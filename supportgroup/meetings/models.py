"""Series, meetings, answers to them, and who was there."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup import clock
from supportgroup.db import Base
from supportgroup.groups.models import Membership
from supportgroup.secrets import EncryptedText, Sealing


class Answer(StrEnum):
    GOING = "going"
    MAYBE = "maybe"
    NOT_GOING = "not_going"
    WAITING = "waiting"  # would come, and the meeting is full


class MeetingState(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class Feeling(StrEnum):
    """How a member went home from a meeting."""

    LIGHTER = "lighter"
    SAME = "same"
    HEAVIER = "heavier"


class Part(StrEnum):
    """A part of a meeting's agenda, in the order in which they come."""

    WELCOME = "welcome"
    CHECK_IN = "check_in"
    SMALL_ASKS = "small_asks"  # a round of small asks and offers
    THEMES = "themes"
    CLOSING = "closing"


class Custom(StrEnum):
    """What is fine at a meeting, or is not."""

    CAMERA_OFF = "camera_off"
    PASSING = "passing"  # not speaking
    SILENCE = "silence"
    LEAVING_EARLY = "leaving_early"


def end(context: Any) -> datetime:
    """A new meeting's end, from what else is inserted."""
    values = context.get_current_parameters()
    found: datetime = values["starts_at"] + timedelta(minutes=values["duration_minutes"])
    return found


class Series(Sealing, Base):
    """The rule by which meetings repeat: wall time, zone and RRULE, and what each new meeting starts out as."""

    __tablename__ = "series"
    __table_args__ = (CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    title_sealed: Mapped[bytes]
    about_sealed: Mapped[bytes | None]  # what else there is to say, for members
    agenda: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # parts to minutes, or None
    customs: Mapped[list[Any] | None] = mapped_column(JSON)  # what is fine; None where nobody said
    place_sealed: Mapped[bytes | None]
    video_url_sealed: Mapped[bytes | None]
    rule: Mapped[str]  # RFC 5545 RRULE
    first_local: Mapped[datetime] = mapped_column(DateTime())  # wall time in `zone`, no instant
    zone: Mapped[str]
    duration_minutes: Mapped[int]
    size_limit: Mapped[int | None]
    least: Mapped[int | None]  # with fewer the host is asked a day before whether to meet
    filled_until: Mapped[datetime]  # meetings up to here are rows
    ended_at: Mapped[datetime | None]
    last_opened_on: Mapped[date | None]  # the last day on which anyone looked at one of its meetings; never who
    asked_at: Mapped[datetime | None]  # when its facilitators were asked whether it is still wanted
    created_at: Mapped[datetime]

    title = EncryptedText()
    about = EncryptedText()
    place = EncryptedText()
    video_url = EncryptedText()

    pauses: Mapped[list["Pause"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin", order_by="Pause.from_on"
    )


class Pause(Base):
    """Days on which a series does not meet: from one on, until the first on which it may meet again."""

    __tablename__ = "pauses"
    __table_args__ = (CheckConstraint("from_on < until_on", name="days"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]

    def holds(self, day: date) -> bool:
        return self.from_on <= day < self.until_on


class Meeting(Sealing, Base):
    """One gathering. One of a series keeps the date its rule gave it as its key, wherever it is moved."""

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("series_id", "original_on"),
        Index("ix_meetings_group_id_starts_at", "group_id", "starts_at"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    original_on: Mapped[date | None]  # the local date by the rule
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(default=end, index=True)
    starts_local: Mapped[datetime] = mapped_column(DateTime())  # wall time in `zone`: what people agreed on
    zone: Mapped[str]
    duration_minutes: Mapped[int]
    title_sealed: Mapped[bytes]
    about_sealed: Mapped[bytes | None]
    agenda: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    customs: Mapped[list[Any] | None] = mapped_column(JSON)
    place_sealed: Mapped[bytes | None]
    video_url_sealed: Mapped[bytes | None]
    size_limit: Mapped[int | None]
    least: Mapped[int | None]
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PLANNED)
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    # Whose turn it was to host, where the group is asked who can instead.
    cover_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    group_asked: Mapped[bool] = mapped_column(default=False)  # an ask on the board looks for a host
    meets_with_few: Mapped[bool] = mapped_column(default=False)  # decided: we meet, however few come
    meets_hostless: Mapped[bool] = mapped_column(default=False)  # decided: we meet without a host
    version: Mapped[int] = mapped_column(default=1)  # up by one when the time changes or the meeting is cancelled
    sequence: Mapped[int] = mapped_column(default=0)  # as calendars count (RFC 5546): up when its length changes, too
    changed_at: Mapped[datetime | None]  # when the sequence went up last
    moved_from: Mapped[datetime | None]  # when it was to start, as far as its members know
    closed_at: Mapped[datetime | None]  # the host has marked who came
    guests: Mapped[int | None]  # how many were there who are not of the group
    talking_order: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # memberships still to speak
    pause_id: Mapped[UUID | None] = mapped_column(ForeignKey("pauses.id", ondelete="SET NULL"))  # cancelled by it
    created_at: Mapped[datetime]

    title = EncryptedText()
    about = EncryptedText()
    place = EncryptedText()
    video_url = EncryptedText()

    @property
    def is_planned(self) -> bool:
        return self.state is MeetingState.PLANNED

    def has_place(self, going: int) -> bool:
        """Whether one more can come when so many are going."""
        return self.size_limit is None or going < self.size_limit

    def shows_way_to(self, membership_id: UUID, answer: Answer | None, going: int) -> bool:
        """Who sees place and link: the host, who comes, and who may come while places remain."""
        if membership_id == self.host_id or answer is Answer.GOING:
            return True
        return answer is Answer.MAYBE and self.has_place(going)

    def changes(self) -> None:
        """Count a change that calendars have to know of."""
        self.sequence += 1
        self.changed_at = clock.now()

    def begins_at(self, wall: datetime, starts_at: datetime) -> None:
        """Set when it starts: the wall time and its instant. The end follows."""
        self.starts_local, self.starts_at = wall, starts_at
        self.lasts(self.duration_minutes)

    def lasts(self, minutes: int) -> None:
        """Set how long it takes. The end follows."""
        self.duration_minutes, self.ends_at = minutes, self.starts_at + timedelta(minutes=minutes)


class Rsvp(Base):
    """A member's answer to a meeting."""

    __tablename__ = "rsvps"
    __table_args__ = (UniqueConstraint("meeting_id", "membership_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer]
    listening: Mapped[bool] = mapped_column(default=False)  # going, just listening
    answered_at: Mapped[datetime]  # who waits moves up in this order

    membership: Mapped[Membership] = relationship(lazy="raise")


class GladHost(Base):
    """A member is glad to host now and then: the rota gives them turns."""

    __tablename__ = "glad_hosts"

    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]


class PassedTurn(Base):
    """A member can't host this meeting, so the rota does not come back to them for it. Gone once it has begun."""

    __tablename__ = "passed_turns"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TurnSwap(Base):
    """A host asks one member to swap turns. Gone once it is answered or taken back, or either turn changes."""

    __tablename__ = "turn_swaps"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[UUID | None] = mapped_column(  # the turn of whoever is asked, where they have one to give
        ForeignKey("meetings.id", ondelete="CASCADE"), index=True
    )
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    asked_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]


class Presence(Base):
    """A member was at a meeting. Absence is not stored."""

    __tablename__ = "presences"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class HandoverNote(Sealing, Base):
    """What the host of one meeting leaves for the next: about the meeting, not about people. Gone after sixty days."""

    __tablename__ = "handover_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), unique=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    text_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    text = EncryptedText()


class HostLine(Sealing, Base):
    """How hosting a meeting was, for the one who hosted. No screen shows it to anybody else."""

    __tablename__ = "host_lines"
    __table_args__ = (UniqueConstraint("meeting_id", "membership_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    line_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    line = EncryptedText()


class CheckIn(Sealing, Base):
    """How a meeting was, for the one who writes it; and for those who were there, while its writer shares it."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("meeting_id", "membership_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    feeling: Mapped[Feeling]
    line_sealed: Mapped[bytes | None]
    shared_at: Mapped[datetime | None]  # since when those who were there see it
    created_at: Mapped[datetime]

    line = EncryptedText()


class CalendarWish(Base):
    """How an account has its meetings in a calendar of its own. No row: not at all."""

    __tablename__ = "calendar_wishes"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    feed_id: Mapped[UUID | None] = mapped_column(unique=True)  # the feed's address is sealed from it; none: no feed
    full_titles: Mapped[bool] = mapped_column(default=False)  # group and meeting by their names, not a cover word
    by_letter: Mapped[bool] = mapped_column(default=False)  # meeting letters carry an invitation for the calendar
