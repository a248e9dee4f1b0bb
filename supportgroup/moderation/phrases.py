"""What reports, rules and outcomes are called on pages."""

from supportgroup.mail.models import LetterState
from supportgroup.mail.transport import Outcome as Relayed
from supportgroup.moderation.models import Outcome, Reason, Subject
from supportgroup.safety.models import Act, Rule

SUBJECTS = {
    Subject.MEMBER: "A person",
    Subject.ASK: "An ask",
    Subject.MESSAGE: "A message",
    Subject.OFFER: "An offer",
    Subject.TELLING: "What was told of an ask",
}

REASONS = {
    Reason.DANGER: "Somebody may be in danger",
    Reason.HURTS: "It hurts somebody, or presses them",
    Reason.TELLS: "It tells what was said here, or who somebody is",
    Reason.SELLS: "It sells something, or asks for money",
    Reason.OTHER: "Something else",
}

RULES = {
    Rule.ABOUT_OTHERS: "It tells something about another person that is theirs to tell.",
    Rule.HURTS: "It could hurt somebody who reads it.",
    Rule.DANGER: "It describes ways of getting hurt. We care how you are, and leave the ways out.",
    Rule.MONEY: "It is about money, and this group leaves money out.",
    Rule.MEDICAL: "It needs a professional, and we are peers.",
    Rule.ELSEWHERE: "It belongs in another place than this group.",
    Rule.UNSEEN: "In this group a facilitator looks at a new ask before the others see it.",
}
REASONS_TO_HIDE = {rule: words for rule, words in RULES.items() if rule is not Rule.UNSEEN}

OUTCOMES = {
    Outcome.SPOKEN: "We spoke with the person",
    Outcome.ACTED: "We did something about it",
    Outcome.NOTHING: "We looked, and nothing was needed",
}

LOOKED_AT = "Somebody looked at it and did what they think is needed. What that is stays with those it is about."

TOLD = {
    Outcome.SPOKEN: LOOKED_AT,
    Outcome.ACTED: LOOKED_AT,
    Outcome.NOTHING: "Somebody looked at it with care and thinks that nothing more is needed. It was right to say it.",
}

ACTS = {
    Act.ITEM_HIDDEN: "Something you wrote was hidden from your group",
    Act.ITEM_SHOWN: "Something you wrote can be seen again",
    Act.ITEM_KEPT_HIDDEN: "Somebody else looked at something hidden of yours, and it stays hidden",
    Act.HIDDEN_READ: "Somebody who runs the service opened something hidden of yours, as you had asked",
    Act.MEMBER_REMOVED: "Your place in a group was ended",
    Act.REPORT_READ: "Somebody who runs the service opened what you reported",
    Act.REPORT_HANDED_OVER: "Something you reported went on to those who run the service",
    Act.REPORT_ANSWERED: "Something you reported was answered",
    Act.DUTIES_ACCEPTED: "You accepted the duties of looking after a group",
    Act.DATA_ASKED: "You asked for your data",
    Act.DATA_FETCHED: "You fetched your data",
    Act.DATA_BY_OPERATOR: "Somebody who runs the service made a copy of your data, as you can ask them to",
    Act.ERASURE_ASKED: "You asked for your account to be erased",
    Act.ERASURE_UNDONE: "You kept your account after all",
    Act.ERASED_IN_GROUP: "What you had written in a group was erased",
    Act.ERASURE_BY_OPERATOR: "Somebody who runs the service started to erase your account",
}

# Letters that wait for an operator, and why.
STUCK = {
    LetterState.HELD: "held",
    LetterState.UNDELIVERABLE: "refused for good",
    LetterState.QUARANTINED: "from before a restore",
}
WHY_STUCK = {
    None: "Its sender did not live through it, again and again.",
    "broken": "It could not be written, which is a fault of ours. The log names it.",
    "restored": "Due before the restore, and perhaps sent since the backup.",
    Relayed.AMBIGUOUS: "The text was handed over and no answer came, so it may have arrived.",
    Relayed.BAD_ADDRESS: "There is no such address. Its owner is told on their pages.",
    Relayed.DISTRUSTED: "The relay refused it for what it thinks of us: look at SPF, DKIM, DMARC and PTR.",
    Relayed.REFUSED: "The relay refused it.",
    Relayed.TRANSIENT: "The relay said: later. Its sender did not live through a further try.",
    Relayed.UNREACHABLE: "The relay was not reached, and its sender did not live through a further try.",
}
