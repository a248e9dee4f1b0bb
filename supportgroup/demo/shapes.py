"""What a demo's story is told in: groups, what is asked and offered in them, and notes. Days count from loading it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from supportgroup.board.models import AskKind, AskState, Eyes, Happened
from supportgroup.groups.models import Format, Joining, ResourceKind, Visibility
from supportgroup.reflections.models import Came, Guess, Reply, Thought, Unease


@dataclass(frozen=True, kw_only=True)
class Ask:
    """An ask, told in days from the day of loading."""

    by: str
    kind: AskKind
    title: str
    size: int = 15
    body: str = ""
    days_ago: int = 1
    needed_in: int | None = 4
    state: AskState = AskState.OPEN
    wanted: int = 1
    helped_by: Sequence[str] = ()
    heard_by: Sequence[str] = ()
    thread: Sequence[tuple[str, str]] = ()
    area: str = ""
    place: str = ""
    eyes: Eyes = Eyes.GROUP
    unnamed: bool = False
    came_of_it: Happened | None = None
    thanks: str = ""
    told: str = ""  # to the group, without a name


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A private note around something asked, on a board or elsewhere, so that the page has something to show."""

    about: str
    days_ago: int
    guess: Guess
    before: Unease
    after: Unease
    reply: Reply = Reply.YES
    came: Came | None = Came.HAPPENED
    thought: Thought = Thought.BOTHER
    own_thought: str = ""
    note: str = ""
    elsewhere: bool = True


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that a member is glad to do, standing on the board or said to one member."""

    by: str
    kind: AskKind
    text: str
    to: str | None = None
    size: int = 15
    days: Sequence[int] = ()  # 0 for Monday
    times: str = ""
    area: str = ""
    days_ago: int = 2


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A place to turn to that the group keeps."""

    kind: ResourceKind
    title: str
    url: str
    country: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group; the first of its members facilitates."""

    slug: str
    name: str
    public_title: str
    purpose: str
    topics: Sequence[str]
    format: Format
    visibility: Visibility
    joining: Joining
    cover_word: str
    members: Sequence[str]
    meeting: str
    rule: str
    hour: time
    applicants: Sequence[str] = ()
    questions: Sequence[str] = ()
    area: str = ""
    place: str = ""
    video_url: str = ""
    asks: Sequence[Ask] = field(default_factory=tuple)
    offers: Sequence[Offer] = field(default_factory=tuple)
    resources: Sequence[Resource] = field(default_factory=tuple)
