"""What happens in the demo: three groups that differ, and what is asked and given in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from supportgroup.board.models import LONGER, AskKind, AskState, Eyes, Happened
from supportgroup.groups.models import Format, Joining, ResourceKind, Visibility
from supportgroup.meetings.models import Series
from supportgroup.reflections.models import Came, Guess, Reply, Thought, Unease

ZONE = "Europe/Paris"
PEOPLE = ("Ada", "Ben", "Cleo", "Dan")
QUESTION = "What brings you here? A sentence is enough."
ANSWER = "Fourteen years in the same office, and I have not said no once. I would like to learn it among others."
ABOUT = "Come as you are. Tea or no tea, slippers welcome."
AGENDA = {"welcome": 5, "check_in": 20, "small_asks": 5, "themes": 40, "closing": 5}
CUSTOMS = ["camera_off", "passing", "silence", "leaving_early"]


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


def like(series: Series) -> dict[str, Any]:
    """What each meeting takes over from its series."""
    return {
        "zone": series.zone,
        "duration_minutes": series.duration_minutes,
        "title": series.title,
        "about": series.about,
        "place": series.place,
        "video_url": series.video_url,
        "least": series.least,
        "agenda": series.agenda,
        "customs": series.customs,
    }


CIRCLE = Group(
    slug="evening-circle",
    name="Leaning, a little",
    public_title="An evening circle for people who carry a lot alone",
    purpose=(
        "For people who learned early to need nobody, and would like to try otherwise in small steps. We meet online, "
        "listen without fixing, and ask each other for small things."
    ),
    topics=("asking for help", "loneliness", "self-reliance"),
    format=Format.ONLINE,
    visibility=Visibility.LISTED,
    joining=Joining.OPEN,
    cover_word="Blue",
    members=("Ada", "Ben", "Cleo"),
    meeting="Evening circle",
    rule="FREQ=WEEKLY;BYDAY=TU",
    hour=time(19),
    video_url="https://video.example.org/evening-circle",
    asks=(
        Ask(by="Ben", kind=AskKind.COMPANY, title="Stay on the phone while I open the post", days_ago=0, needed_in=1),
        Ask(
            by="Cleo",
            kind=AskKind.ERRAND,
            title="Pick up milk on your way",
            size=5,
            days_ago=0,
            needed_in=2,
            area="Near the station",
            place="12 Rue des Tilleuls, second floor",
        ),
        Ask(by="Ben", kind=AskKind.COMPANY, title="Send me a photo of your dog", size=5, days_ago=2, needed_in=None),
        Ask(
            by="Ada",
            kind=AskKind.TASK,
            title="Take one slide of my deck",
            size=30,
            body="The one with the timeline. The numbers are all there, it needs a calm eye.",
            days_ago=2,
            needed_in=3,
            state=AskState.COVERED,
            helped_by=("Cleo",),
            thread=(
                ("Cleo", "I can do it tonight. Shall I keep your colours?"),
                ("Ada", "Yes please. It is odd to hand it over, and good."),
            ),
        ),
        Ask(
            by="Cleo",
            kind=AskKind.CHECK_ON_ME,
            title="Ask me on Thursday whether I have eaten",
            size=5,
            days_ago=1,
            needed_in=3,
            state=AskState.COVERED,
            helped_by=("Ben",),
        ),
        Ask(
            by="Ben",
            kind=AskKind.LISTEN,
            title="Today was hard",
            body="The review went on for two hours. I smiled through it.",
            size=5,
            days_ago=0,
            needed_in=None,
            heard_by=("Cleo",),
        ),
        Ask(
            by="Ben",
            kind=AskKind.COMPANY,
            title="Sit in a call with me while I wash up",
            days_ago=0,
            needed_in=4,
            unnamed=True,
        ),
        Ask(
            by="Cleo",
            kind=AskKind.HOST_COVER,
            title="Take my turn as host",
            size=LONGER,
            days_ago=3,
            needed_in=12,
            body="I have a late shift that week.",
        ),
        Ask(
            by="Ada",
            kind=AskKind.ERRAND,
            title="Bring back two stamps",
            size=5,
            days_ago=9,
            needed_in=-5,
            state=AskState.DONE,
            helped_by=("Ben",),
            came_of_it=Happened.YES,
            thanks="They were on my mat before I had finished worrying about it.",
            told="Two stamps. I had the text of the ask open for a week. The answer took an hour.",
        ),
        Ask(
            by="Ben",
            kind=AskKind.TASK,
            title="Read one page before I send it",
            days_ago=16,
            needed_in=-13,
            state=AskState.DONE,
            helped_by=("Ada",),
            came_of_it=Happened.PARTLY,
        ),
        Ask(
            by="Cleo",
            kind=AskKind.COMPANY,
            title="A walk, half an hour",
            size=30,
            days_ago=20,
            needed_in=-14,
            state=AskState.EXPIRED,
        ),
        Ask(
            by="Ada",
            kind=AskKind.TASK,
            title="Carry a shelf upstairs",
            size=60,
            wanted=2,
            days_ago=6,
            needed_in=2,
            state=AskState.WITHDRAWN,
        ),
        Ask(
            by="Cleo",
            kind=AskKind.CHECK_ON_ME,
            title="Write to me after Monday's appointment",
            size=5,
            days_ago=1,
            needed_in=5,
            eyes=Eyes.FACILITATORS,
        ),
    ),
    offers=(
        Offer(
            by="Cleo",
            kind=AskKind.ERRAND,
            text="I drive to the market on Saturdays",
            size=30,
            days=(5,),
            times="back by noon",
            area="Near the station",
        ),
        Offer(by="Ben", kind=AskKind.CHECK_ON_ME, text="I write a line in the evening to whoever wants one", size=5),
        Offer(by="Ada", kind=AskKind.COMPANY, text="read the letter from the bank with you", to="Ben", days_ago=0),
    ),
    resources=(
        Resource(
            kind=ResourceKind.DIRECTORY,
            title="Therapists who work with EMDR, by town",
            url="https://emdr.example.org/find",
            words="Some have evening hours. Ask about the price first.",
        ),
        Resource(
            kind=ResourceKind.CRISIS,
            title="A line that listens, day and night",
            url="https://line.example.org",
            country="FR",
            words="A made-up one, for the demo.",
        ),
    ),
)

CARERS = Group(
    slug="k7x2m9q4tn",
    name="Saturday carers",
    public_title="A morning for people who look after someone",
    purpose="For people who look after a parent, a partner or a child, and hear too seldom how they are themselves.",
    topics=("caring", "family"),
    format=Format.IN_PERSON,
    visibility=Visibility.UNLISTED,
    joining=Joining.INVITATION,
    cover_word="Saturday",
    members=("Cleo", "Ada", "Ben"),
    meeting="Saturday morning",
    rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
    hour=time(10),
    area="East side, near the river",
    place="The small hall behind the library, ring twice",
    asks=(
        Ask(
            by="Ada",
            kind=AskKind.COMPANY,
            title="Sit with my mother for half an hour",
            size=30,
            days_ago=1,
            needed_in=6,
            area="East side",
            place="4 Quai du Port, ground floor",
        ),
        Ask(
            by="Ben",
            kind=AskKind.ERRAND,
            title="Lend me a folding chair until Sunday",
            size=5,
            days_ago=2,
            needed_in=4,
            wanted=2,
            helped_by=("Cleo",),
        ),
        Ask(
            by="Cleo",
            kind=AskKind.TASK,
            title="Look over a form with me",
            days_ago=12,
            needed_in=-8,
            state=AskState.DONE,
            helped_by=("Ada",),
            came_of_it=Happened.YES,
        ),
    ),
)

WORK = Group(
    slug="burnout-at-work",
    name="Slower",
    public_title="Burnout at work: a small group, by application",
    purpose="For people who kept everything running until they could not. Once a month, and a board between.",
    topics=("burnout", "work"),
    format=Format.BOTH,
    visibility=Visibility.LISTED,
    joining=Joining.APPLICATION,
    cover_word="Wednesday",
    members=("Ada", "Ben"),
    applicants=("Cleo",),
    questions=(QUESTION,),
    meeting="Third Wednesday",
    rule="FREQ=MONTHLY;BYDAY=3WE",
    hour=time(18, 30),
    area="Town centre",
    place="Room 2, upstairs at the bakery",
    video_url="https://video.example.org/third-wednesday",
    asks=(
        Ask(
            by="Ben",
            kind=AskKind.CHECK_ON_ME,
            title="Ask me at six whether I have stopped working",
            size=5,
            days_ago=0,
            needed_in=1,
        ),
        Ask(
            by="Ada",
            kind=AskKind.TASK,
            title="Tell me which of two mails to send",
            size=5,
            days_ago=1,
            needed_in=2,
            state=AskState.COVERED,
            helped_by=("Ben",),
        ),
    ),
)

GROUPS = (CIRCLE, CARERS, WORK)

# What Ben keeps for himself.
NOTED_BY = "Ben"
NOTED = (
    Noted(
        about="Read one page before I send it",
        days_ago=16,
        guess=Guess.MAYBE,
        before=Unease.QUITE,
        after=Unease.A_BIT,
        came=Came.PARTLY,
        thought=Thought.THEIR_OWN,
        elsewhere=False,
    ),
    Noted(
        about="A colleague: take my call on Friday",
        days_ago=24,
        guess=Guess.HARDLY,
        before=Unease.VERY,
        after=Unease.A_BIT,
        note="She said: of course. Nothing else happened.",
    ),
    Noted(
        about="My sister: come with me to the hospital",
        days_ago=31,
        guess=Guess.HARDLY,
        before=Unease.VERY,
        after=Unease.NOT,
        thought=Thought.LET_DOWN,
        note="She was there before me.",
    ),
    Noted(
        about="A neighbour: water the plants",
        days_ago=38,
        guess=Guess.LIKELY,
        before=Unease.A_BIT,
        after=Unease.NOT,
    ),
    Noted(
        about="A friend: lend me the car for an hour",
        days_ago=45,
        guess=Guess.HARDLY,
        before=Unease.QUITE,
        after=Unease.QUITE,
        reply=Reply.NO,
        came=None,
        note="He needed it himself. It was all right to hear that.",
    ),
    Noted(
        about="My team: move the review by a day",
        days_ago=52,
        guess=Guess.HARDLY,
        before=Unease.QUITE,
        after=Unease.A_BIT,
        thought=Thought.ELSE,
        own_thought="They will see that I cannot do it",
    ),
    Noted(
        about="My sister: ring me on Sundays",
        days_ago=58,
        guess=Guess.MAYBE,
        before=Unease.A_BIT,
        after=Unease.NOT,
        came=None,
    ),
)
