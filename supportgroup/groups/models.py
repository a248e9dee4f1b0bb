"""Groups, who is in them, and the ways in."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.db import Base
from supportgroup.mail.kinds import How
from supportgroup.secrets import EncryptedText, Sealing, token_of


class Format(StrEnum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    BOTH = "both"


class Visibility(StrEnum):
    LISTED = "listed"
    UNLISTED = "unlisted"


class Joining(StrEnum):
    """How people join."""

    OPEN = "open"
    APPLICATION = "application"
    INVITATION = "invitation"


class GroupState(StrEnum):
    ACTIVE = "active"
    RESTING = "resting"  # nobody facilitates, or the group wants a pause: nothing new, nothing lost
    CLOSED = "closed"


class Role(StrEnum):
    MEMBER = "member"
    FACILITATOR = "facilitator"


class MembershipState(StrEnum):
    APPLIED = "applied"
    WAITING = "waiting"  # the group is full
    ACTIVE = "active"
    LEFT = "left"
    DECLINED = "declined"
    REMOVED = "removed"


AsksByMail = How  # how a member hears of others' asks in a group


class Posting(StrEnum):
    """When the others see a new ask."""

    AT_ONCE = "at_once"
    SEEN_FIRST = "seen_first"  # once a facilitator has looked at it


class Delicate(StrEnum):
    """What a group leaves out of its board unless it chose otherwise."""

    MONEY = "money"
    MEDICAL = "medical"
    CHILDREN = "children"


class Group(Sealing, Base):
    """A support group. What its public page says is plain; its name is for its members."""

    __tablename__ = "groups"
    __table_args__ = (CheckConstraint("size_limit BETWEEN 2 AND 500", name="size_limit"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)  # random for unlisted groups
    name_sealed: Mapped[bytes]
    public_title: Mapped[str]
    purpose: Mapped[str]
    first_time: Mapped[str] = mapped_column(default="")  # what a first time is like
    language: Mapped[str] = mapped_column(default="en")
    format: Mapped[Format]
    area: Mapped[str] = mapped_column(default="")  # a rough place, for groups that meet in person
    zone: Mapped[str]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.UNLISTED)
    joining: Mapped[Joining] = mapped_column(default=Joining.APPLICATION)
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)  # what an application asks, texts in order
    size_limit: Mapped[int] = mapped_column(default=12)
    posting: Mapped[Posting] = mapped_column(default=Posting.AT_ONCE)
    fine: Mapped[list[Any]] = mapped_column(JSON, default=list)  # the delicate things that may be asked for here
    buddy_rounds: Mapped[bool] = mapped_column(default=False)
    state: Mapped[GroupState] = mapped_column(default=GroupState.ACTIVE)
    rests_at: Mapped[datetime | None]  # when the group rests unless somebody takes over
    rested_at: Mapped[datetime | None]  # since when it rests
    second_asked_at: Mapped[datetime | None]  # when its members were asked who looks after it, too
    created_at: Mapped[datetime]

    name = EncryptedText()

    @property
    def left_out(self) -> list[Delicate]:
        """What is not asked for on this group's board."""
        return [one for one in Delicate if one not in self.fine]

    topics: Mapped[list["Topic"]] = relationship(cascade="all, delete-orphan", order_by="Topic.word")


class Topic(Base):
    """A word under which a group is found."""

    __tablename__ = "topics"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True, index=True)


class Agreement(Base):
    """One version of a group's ground rules. Public: people read it before they join."""

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("group_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime]


class ResourceKind(StrEnum):
    """In the order of a page."""

    CRISIS = "crisis"
    DIRECTORY = "directory"  # of therapists
    OTHER = "other"


class Resource(Sealing, Base):
    """A place to turn to, kept by a group's facilitators for its members."""

    __tablename__ = "resources"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ResourceKind]
    country: Mapped[str] = mapped_column(default="")  # an ISO 3166-1 code, or nothing
    title_sealed: Mapped[bytes]
    url_sealed: Mapped[bytes]  # https, always
    words_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    title = EncryptedText()
    url = EncryptedText()
    words = EncryptedText()

    @property
    def host(self) -> str:
        """Where its link leads, as the page says it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


class Membership(Sealing, Base):
    """An account in a group. Name and colour belong to it, so that nobody is known across groups."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("group_id", "account_id"),
        Index("ix_memberships_group_id_state", "group_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(default=Role.MEMBER)
    state: Mapped[MembershipState]
    name: Mapped[str]
    colour: Mapped[int] = mapped_column(default=0)  # 0 to 7
    cover_word: Mapped[str]  # what letters call this group
    asks_by_mail: Mapped[How] = mapped_column(default=How.DAILY)  # others' asks; changed by accounts.wishes alone
    can_listen: Mapped[bool] = mapped_column(default=False)  # hears of who waits to be heard
    agreement_version: Mapped[int]
    agreed_at: Mapped[datetime]
    consent_version: Mapped[int | None]  # of the words about what is kept, which everyone says yes to on joining
    consented_at: Mapped[datetime | None]  # ended_at takes it back
    said_age: Mapped[int | None]  # on joining they said that they are this old or older; MIN_AGE of that day
    answers_sealed: Mapped[bytes | None]  # to the application's questions, as JSON
    applied_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]  # facilitators were reminded of this application
    waiting_since: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    hello_at: Mapped[datetime | None]  # a facilitator said hello: names are seen from then on
    ended_at: Mapped[datetime | None]
    stepping_down_at: Mapped[datetime | None]  # a facilitator who stops: from then a member
    back_at: Mapped[datetime | None]  # a facilitator who takes a break: from then back by themselves
    glad_at: Mapped[datetime | None]  # asked for a second facilitator, they said that they would be glad to

    answers = EncryptedText()

    group: Mapped[Group] = relationship(lazy="joined", innerjoin=True)
    account: Mapped[Account] = relationship(lazy="raise")

    @property
    def is_facilitator(self) -> bool:
        return self.role is Role.FACILITATOR and self.state is MembershipState.ACTIVE

    @property
    def takes_a_break(self) -> bool:
        """Whether this facilitator hears of nothing that looking after the group brings, for now."""
        return self.is_facilitator and self.back_at is not None and self.back_at > clock.now()


class Removal(Base):
    """Somebody who looks after the group wants another who does to stop. It takes a second one, and then a week."""

    __tablename__ = "removals"

    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    wished_by_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    wished_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # when the place ends; set once a second one has agreed


INVITATION = "invitation"  # what such a link is sealed for


class Invitation(Sealing, Base):
    """A link that admits to a group. The link is sealed from the row's id; nothing secret is stored.

    One that a letter carries admits the owner of that address alone. The address is forgotten when it has ended.
    """

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("uses <= most_uses", name="uses"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    email_sealed: Mapped[bytes | None]
    email_index: Mapped[bytes | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(default="en")  # of who made it: the letter's, to who has no account
    most_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    email = EncryptedText(index="email_index", apart=True)

    group: Mapped[Group] = relationship(lazy="joined", innerjoin=True)

    @property
    def token(self) -> str:
        """The secret part of its link."""
        return token_of(INVITATION, self.id)

    @property
    def by_letter(self) -> bool:
        """Whether it is for the owner of one address."""
        return self.email_index is not None

    def admits(self, account: Account) -> bool:
        """Whether it is for this account, as far as addresses go."""
        return not self.by_letter or self.email == account.email


class PendingJoining(Sealing, Base):
    """A joining that waits for the link in the letter. Only that link completes it: it proves the address."""

    __tablename__ = "pending_joinings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in_links.id", ondelete="CASCADE"), unique=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"))
    name: Mapped[str]
    agreement_version: Mapped[int]
    said_age: Mapped[int | None]
    answers_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    answers = EncryptedText()
