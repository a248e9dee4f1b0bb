"""The board's words: what people choose from."""

from supportgroup.board.models import LONGER, AskKind, Eyes, Happened, Hearing
from supportgroup.groups.models import Delicate
from supportgroup.languages import lazy_gettext as _l

KINDS = {
    AskKind.ERRAND: _l("Errand"),
    AskKind.TASK: _l("Part of a task"),
    AskKind.COMPANY: _l("Company"),
    AskKind.LISTEN: _l("To be heard"),
    AskKind.CHECK_ON_ME: _l("Check on me"),
    AskKind.HOST_COVER: _l("Take my turn as host"),
}
# The same where something is offered. To be heard is asked for, never offered.
OFFERED = {
    AskKind.ERRAND: _l("Errand"),
    AskKind.TASK: _l("Part of a task"),
    AskKind.COMPANY: _l("Company"),
    AskKind.CHECK_ON_ME: _l("Check on somebody"),
    AskKind.HOST_COVER: _l("Take a turn as host"),
}
SIZES = {
    5: _l("5 minutes"),
    15: _l("15 minutes"),
    30: _l("30 minutes"),
    60: _l("An hour"),
    LONGER: _l("Longer"),
}
EYES = {
    Eyes.GROUP: _l("Everyone in the group"),
    Eyes.MET: _l("People I have met"),
    Eyes.CHOSEN: _l("People I choose"),
    Eyes.FACILITATORS: _l("Only the facilitators"),
}
EYES_OF_OTHERS = {
    Eyes.GROUP: _l("Everyone in the group"),
    Eyes.MET: _l("People the asker has met"),
    Eyes.CHOSEN: _l("People the asker chose"),
    Eyes.FACILITATORS: _l("Only the facilitators"),
}
HAPPENED = {Happened.YES: _l("It happened"), Happened.PARTLY: _l("Partly"), Happened.NO: _l("It didn’t")}
HEARING = {
    Hearing.I_HEAR_YOU: _l("I hear you"),
    Hearing.ME_TOO: _l("Me too"),
    Hearing.SITTING_WITH_YOU: _l("Sitting with you"),
}

PROPOSAL = {"yes": _l("Yes, that’s fine"), "no": _l("Not this time")}

HARD = _l("Today was hard")


ON_THE_CARD = {
    AskKind.ERRAND: _l("Pick up milk on Thursday"),
    AskKind.TASK: _l("Take one slide of my deck"),
    AskKind.COMPANY: _l("Stay on the phone while I open the post"),
    AskKind.LISTEN: _l("Hear me, without advice. It rests after two days."),
    AskKind.CHECK_ON_ME: _l("Send me a line on Friday evening"),
    AskKind.HOST_COVER: _l("Take my turn as host next time"),
}

DELICATE = {
    Delicate.MONEY: _l("money"),
    Delicate.MEDICAL: _l("medical matters"),
    Delicate.CHILDREN: _l("looking after children"),
}
