"""Asks, helps, and what is said around them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup.db import Base
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.secrets import EncryptedText, Sealing


class AskKind(StrEnum):
    ERRAND = "errand"
    TASK = "task"  # take a part of something
    COMPANY = "company"
    LISTEN = "listen"  # be heard, not fixed
    CHECK_ON_ME = "check_on_me"
    HOST_COVER = "host_cover"  # take my turn as host


class AskState(StrEnum):
    OPEN = "open"
    COVERED = "covered"  # enough helpers
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Eyes(StrEnum):
    """Who may see an ask."""

    GROUP = "group"
    MET = "met"
    CHOSEN = "chosen"
    FACILITATORS = "facilitators"


class HelpState(StrEnum):
    PROPOSED = "proposed"  # for an unnamed ask: its asker sees who it is, and answers
    NOT_THIS_TIME = "not_this_time"  # what the asker answered; gone when the ask ends
    ACCEPTED = "accepted"
    HANDED_BACK = "handed_back"
    DONE = "done"
    NOT_DONE = "not_done"


class Happened(StrEnum):
    """What asker and helper each say afterwards."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Hearing(StrEnum):
    """What is said to an ask to be heard. Never advice."""

    I_HEAR_YOU = "i_hear_you"
    ME_TOO = "me_too"
    SITTING_WITH_YOU = "sitting_with_you"


LONGER = 120  # minutes; the size "longer" is stored as this
SIZES = (5, 15, 30, 60, LONGER)

WITHOUT_DATE = timedelta(days=7)  # how long an ask that names no day stays open
HEARABLE = timedelta(hours=48)  # how long an ask to be heard does
FOLLOW_UP = timedelta(days=1)  # after the day it was for, both are asked whether it happened
SETTLED = timedelta(days=7)  # after that question a covered ask closes by itself

HELPING = (HelpState.ACCEPTED, HelpState.DONE, HelpState.NOT_DONE)  # hold a place
RUNNING = (AskState.OPEN, AskState.COVERED)


class Ask(Sealing, Base):
    """A help request on the board."""

    __tablename__ = "asks"
    __table_args__ = (
        CheckConstraint("size_minutes IN (5, 15, 30, 60, 120)", name="size"),
        CheckConstraint("helpers_wanted BETWEEN 1 AND 20", name="helpers_wanted"),
        Index("ix_asks_group_id_state_opened_at", "group_id", "state", "opened_at"),
        Index("ix_asks_state_ends_at", "state", "ends_at"),
        Index("ix_asks_state_next_round_at", "state", "next_round_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id", ondelete="SET NULL"), index=True)
    kind: Mapped[AskKind]
    size_minutes: Mapped[int] = mapped_column(default=15)
    helpers_wanted: Mapped[int] = mapped_column(default=1)
    title_sealed: Mapped[bytes | None]  # what would help; "today was hard" may go without words
    body_sealed: Mapped[bytes | None]
    content_note_sealed: Mapped[bytes | None]  # what it touches: others see this first, and open the rest by choice
    area_sealed: Mapped[bytes | None]  # a rough place, on the card
    place_sealed: Mapped[bytes | None]  # the exact one, for accepted helpers
    eyes: Mapped[Eyes] = mapped_column(default=Eyes.GROUP)
    unnamed: Mapped[bool] = mapped_column(default=False)  # see is_unnamed_to()
    # The meeting that is looked for a host for: whoever says yes hosts it.
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"), index=True)
    needed_by: Mapped[datetime | None]
    timed: Mapped[bool] = mapped_column(default=False)  # needed by an hour; else by the end of that day
    version: Mapped[int] = mapped_column(default=1)  # up by one when the day or hour changes
    changed_at: Mapped[datetime | None]  # when the version went up last
    state: Mapped[AskState] = mapped_column(default=AskState.OPEN)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime]  # a help handed back puts the ask at the top again
    ends_at: Mapped[datetime]  # what is open then expires; what is covered is asked after, and later closed
    rounds: Mapped[int] = mapped_column(default=0)  # of letters, since it was opened: see rounds.py
    next_round_at: Mapped[datetime | None]
    asked_after_at: Mapped[datetime | None]  # asker and helpers were asked whether it happened
    closed_at: Mapped[datetime | None]
    was_answered: Mapped[bool] = mapped_column(default=False)  # it expired, and yet somebody had said that they can
    asker_says: Mapped[Happened | None]
    lines_welcome: Mapped[bool] = mapped_column(default=False)  # to be heard: who answers may add a line of their own
    listeners_told_at: Mapped[datetime | None]  # to be heard, and nobody had by then: see listening.py
    facilitators_told_at: Mapped[datetime | None]

    title = EncryptedText()
    body = EncryptedText()
    content_note = EncryptedText()
    area = EncryptedText()
    place = EncryptedText()

    asker: Mapped[Membership] = relationship(lazy="joined", innerjoin=True)
    helps: Mapped[list["Help"]] = relationship(
        back_populates="ask", lazy="selectin", order_by="Help.accepted_at", cascade="all, delete-orphan"
    )

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def is_for_everyone(self) -> bool:
        """Whether those who neither asked nor help may still read it. What was taken back, what nobody had room for,
        what did not happen and what was said to be heard come to rest with the one who asked.
        """
        done = self.state is AskState.DONE and self.asker_says is not Happened.NO
        return self.is_running or (done and not self.is_listen)

    @property
    def heading(self) -> str:
        """What it is called; its words go a month after it ended."""
        return self.title or _("An ask of a while ago")

    @property
    def heading_for_others(self) -> str:
        """The same, on lists: with a content note the words wait on the page."""
        return _("An ask with a content note") if self.content_note else self.heading

    @property
    def is_listen(self) -> bool:
        """An ask to be heard has no places, no helpers and no day."""
        return self.kind is AskKind.LISTEN

    @property
    def helpers(self) -> list["Help"]:
        """The helps that hold a place, in the order in which they were given."""
        return [help_ for help_ in self.helps if help_.holds]

    @property
    def proposals(self) -> list["Help"]:
        """Who could do this and waits for the asker's "yes, that's fine", in the order in which they said so."""
        return [help_ for help_ in self.helps if help_.state is HelpState.PROPOSED]

    def is_unnamed_to(self, reader_id: UUID, helper_ids: Collection[UUID]) -> bool:
        """Whether this reader does not hear who asks: neither the asker nor, with their yes, one of those who help."""
        return self.unnamed and reader_id != self.asker_id and reader_id not in helper_ids

    @property
    def places_left(self) -> int:
        return max(0, self.helpers_wanted - len(self.helpers))

    def help_of(self, membership_id: UUID) -> "Help | None":
        """This member's help, whatever became of it."""
        return next((help_ for help_ in self.helps if help_.helper_id == membership_id), None)

    def is_over(self, now: datetime) -> bool:
        """Whether the day or hour it was for has passed."""
        return self.needed_by is not None and self.needed_by <= now

    def is_soon(self, now: datetime) -> bool:
        """Whether it is needed within a day."""
        return self.needed_by is not None and now < self.needed_by <= now + timedelta(days=1)

    def open(self, now: datetime) -> None:
        """Put it at the top of the board, until the day it is for, or for a week where none is named or it is over."""
        if self.is_over(now):
            self.needed_by, self.timed = None, False
        self.state, self.opened_at, self.asked_after_at = AskState.OPEN, now, None
        self.ends_at = self.needed_by or now + (HEARABLE if self.is_listen else WITHOUT_DATE)
        self.rounds, self.next_round_at = 0, now

    def settle(self, now: datetime) -> None:
        """Covered when no place is left, open when one is, done when every help is."""
        if not self.is_running or self.is_listen:
            return
        if self.places_left == 0:
            self.state = AskState.COVERED
            if all(help_.state is HelpState.DONE for help_ in self.helpers):
                self.close(AskState.DONE, now)
        elif self.state is AskState.COVERED:
            self.open(now)

    def close(self, state: AskState, now: datetime) -> None:
        """End it, and with it the helps that go on. What was handed back is not kept."""
        self.state, self.closed_at = state, now
        self.helps = [help_ for help_ in self.helps if help_.holds]
        for help_ in self.helps:
            if help_.state is HelpState.ACCEPTED:
                help_.end(HelpState.DONE if state is AskState.DONE else HelpState.NOT_DONE, now)


class Help(Sealing, Base):
    """One member's acceptance of an ask."""

    __tablename__ = "helps"
    __table_args__ = (UniqueConstraint("ask_id", "helper_id"),)  # a helper holds an ask once

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"))
    helper_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    state: Mapped[HelpState] = mapped_column(default=HelpState.ACCEPTED)
    round: Mapped[int] = mapped_column(default=1)  # accepting again after handing back reuses the row
    accepted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    helper_says: Mapped[Happened | None]
    thanks_sealed: Mapped[bytes | None]  # private, optional, never counted
    thanked_at: Mapped[datetime | None]

    thanks = EncryptedText()

    ask: Mapped[Ask] = relationship(back_populates="helps", lazy="raise")
    helper: Mapped[Membership] = relationship(lazy="joined", innerjoin=True)

    @property
    def holds(self) -> bool:
        """Whether it takes one of the places."""
        return self.state in HELPING

    def take_again(self, state: HelpState, now: datetime) -> None:
        """Take on anew what was handed back, or propose to."""
        self.state, self.accepted_at, self.ended_at, self.helper_says = state, now, None, None
        self.round += 1

    def accept(self, now: datetime) -> None:
        """The asker says that it is fine."""
        self.state, self.accepted_at = HelpState.ACCEPTED, now

    def end(self, state: HelpState, now: datetime) -> None:
        self.state, self.ended_at = state, now


class Chosen(Base):
    """A member whose eyes an ask is for, where its asker chose them one by one."""

    __tablename__ = "chosen"

    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Message(Sealing, Base):
    """A line in the thread between asker and helpers."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ask_id_created_at", "ask_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    text_sealed: Mapped[bytes | None]  # None once its author erased it
    created_at: Mapped[datetime]

    text = EncryptedText()


class Heard(Sealing, Base):
    """A member's "I hear you" to an ask to be heard, with a line where its asker said that one is welcome."""

    __tablename__ = "heards"
    __table_args__ = (UniqueConstraint("ask_id", "membership_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID] = mapped_column(ForeignKey("asks.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    says: Mapped[Hearing] = mapped_column(default=Hearing.I_HEAR_YOU)
    line_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    line = EncryptedText()
