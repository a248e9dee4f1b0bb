"""The board's words: what people choose from, and a few things to start from."""

import csv
from dataclasses import dataclass
from pathlib import Path

from supportgroup.board.models import LONGER, AskKind, Eyes, Happened, Hearing
from supportgroup.groups.models import Delicate

KINDS = {
    AskKind.ERRAND: "Errand",
    AskKind.TASK: "Part of a task",
    AskKind.COMPANY: "Company",
    AskKind.LISTEN: "To be heard",
    AskKind.CHECK_ON_ME: "Check on me",
    AskKind.HOST_COVER: "Take my turn as host",
}
# The same where something is offered. To be heard is asked for, never offered.
OFFERED = {
    AskKind.ERRAND: "Errand",
    AskKind.TASK: "Part of a task",
    AskKind.COMPANY: "Company",
    AskKind.CHECK_ON_ME: "Check on somebody",
    AskKind.HOST_COVER: "Take a turn as host",
}
SIZES = {5: "5 minutes", 15: "15 minutes", 30: "30 minutes", 60: "An hour", LONGER: "Longer"}
EYES = {
    Eyes.GROUP: "Everyone in the group",
    Eyes.MET: "People I have met",
    Eyes.CHOSEN: "People I choose",
    Eyes.FACILITATORS: "Only the facilitators",
}
EYES_OF_OTHERS = {
    Eyes.GROUP: "Everyone in the group",
    Eyes.MET: "People the asker has met",
    Eyes.CHOSEN: "People the asker chose",
    Eyes.FACILITATORS: "Only the facilitators",
}
HAPPENED = {Happened.YES: "It happened", Happened.PARTLY: "Partly", Happened.NO: "It didn’t"}
HEARING = {
    Hearing.I_HEAR_YOU: "I hear you",
    Hearing.ME_TOO: "Me too",
    Hearing.SITTING_WITH_YOU: "Sitting with you",
}

PROPOSAL = {"yes": "Yes, that’s fine", "no": "Not this time"}

HARD = "Today was hard"


@dataclass(frozen=True)
class Example:
    """Something others have asked for, to start from."""

    kind: AskKind
    size_minutes: int
    title: str


def ours() -> list[Example]:
    """The examples that come with the service, by kind; of each kind the easiest to ask come first."""
    with (Path(__file__).parent / "examples.csv").open(encoding="utf-8", newline="") as file:
        return [Example(AskKind(row["kind"]), int(row["size"]), row["text"]) for row in csv.DictReader(file)]


EXAMPLES = ours()

ON_THE_CARD = {
    AskKind.ERRAND: "Pick up milk on Thursday",
    AskKind.TASK: "Take one slide of my deck",
    AskKind.COMPANY: "Stay on the phone while I open the post",
    AskKind.LISTEN: "Hear me, without advice. It rests after two days.",
    AskKind.CHECK_ON_ME: "Send me a line on Friday evening",
    AskKind.HOST_COVER: "Take my turn as host next time",
}

DELICATE = {
    Delicate.MONEY: "money",
    Delicate.MEDICAL: "medical matters",
    Delicate.CHILDREN: "looking after children",
}
