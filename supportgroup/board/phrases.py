"""The board's words: what people choose from, and a few things to start from."""

from dataclasses import dataclass

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
    """Something others have asked for, to start from. The easiest to ask come first."""

    kind: AskKind
    size_minutes: int
    title: str


EXAMPLES = [
    Example(AskKind.ERRAND, 5, "Post a letter for me on your way"),
    Example(AskKind.ERRAND, 15, "Pick up milk on Thursday"),
    Example(AskKind.ERRAND, 15, "Bring me soup when you come by"),
    Example(AskKind.ERRAND, 30, "Collect my prescription"),
    Example(AskKind.ERRAND, 60, "Drive me to the appointment and back"),
    Example(AskKind.TASK, 5, "Read one paragraph and tell me if it is clear"),
    Example(AskKind.TASK, 15, "Take one slide of my deck"),
    Example(AskKind.TASK, 30, "Sort one box with me"),
    Example(AskKind.TASK, 60, "Take over one part of the form"),
    Example(AskKind.TASK, LONGER, "Help me carry the shelf upstairs"),
    Example(AskKind.COMPANY, 5, "Send me a photo of your dog"),
    Example(AskKind.COMPANY, 15, "Stay on the phone while I open the post"),
    Example(AskKind.COMPANY, 30, "Have a cup of tea with me on a call"),
    Example(AskKind.COMPANY, 60, "Walk around the park with me"),
    Example(AskKind.LISTEN, 5, "Read what today was like"),
    Example(AskKind.LISTEN, 5, "Let me say it out loud once"),
    Example(AskKind.LISTEN, 15, "Hear what the week was like, without advice"),
    Example(AskKind.CHECK_ON_ME, 5, "Send me a line on Friday evening"),
    Example(AskKind.CHECK_ON_ME, 5, "Ask me tomorrow whether I have eaten"),
    Example(AskKind.CHECK_ON_ME, 15, "Ring me after my appointment"),
    Example(AskKind.HOST_COVER, 60, "Take my turn as host next time"),
    Example(AskKind.HOST_COVER, 15, "Do the opening round for me"),
]

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
