"""What reports, rules and outcomes are called on pages."""

from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.models import LetterState
from supportgroup.mail.transport import Outcome as Relayed
from supportgroup.moderation.models import Outcome, Reason, Subject
from supportgroup.safety.models import Act, Rule

SUBJECTS = {
    Subject.MEMBER: _l("A person"),
    Subject.ASK: _l("An ask"),
    Subject.MESSAGE: _l("A message"),
    Subject.OFFER: _l("An offer"),
    Subject.TELLING: _l("What was told of an ask"),
}

REASONS = {
    Reason.DANGER: _l("Somebody may be in danger"),
    Reason.HURTS: _l("It hurts somebody, or presses them"),
    Reason.TELLS: _l("It tells what was said here, or who somebody is"),
    Reason.SELLS: _l("It sells something, or asks for money"),
    Reason.OTHER: _l("Something else"),
}

RULES = {
    Rule.ABOUT_OTHERS: _l("It tells something about another person that is theirs to tell."),
    Rule.HURTS: _l("It could hurt somebody who reads it."),
    Rule.DANGER: _l("It describes ways of getting hurt. We care how you are, and leave the ways out."),
    Rule.MONEY: _l("It is about money, and this group leaves money out."),
    Rule.MEDICAL: _l("It needs a professional, and we are peers."),
    Rule.ELSEWHERE: _l("It belongs in another place than this group."),
    Rule.UNSEEN: _l("In this group a facilitator looks at a new ask before the others see it."),
}
REASONS_TO_HIDE = {rule: words for rule, words in RULES.items() if rule is not Rule.UNSEEN}

OUTCOMES = {
    Outcome.SPOKEN: _l("We spoke with the person"),
    Outcome.ACTED: _l("We did something about it"),
    Outcome.NOTHING: _l("We looked, and nothing was needed"),
}

LOOKED_AT = _l("Somebody looked at it and did what they think is needed. What that is stays with those it is about.")

TOLD = {
    Outcome.SPOKEN: LOOKED_AT,
    Outcome.ACTED: LOOKED_AT,
    Outcome.NOTHING: _l(
        "Somebody looked at it with care and thinks that nothing more is needed. It was right to say it."
    ),
}

ACTS = {
    Act.ITEM_HIDDEN: _l("Something you wrote was hidden from your group"),
    Act.ITEM_SHOWN: _l("Something you wrote can be seen again"),
    Act.ITEM_KEPT_HIDDEN: _l("Somebody else looked at something hidden of yours, and it stays hidden"),
    Act.HIDDEN_READ: _l("Somebody who runs the service opened something hidden of yours, as you had asked"),
    Act.MEMBER_REMOVED: _l("Your place in a group was ended"),
    Act.REPORT_READ: _l("Somebody who runs the service opened what you reported"),
    Act.REPORT_HANDED_OVER: _l("Something you reported went on to those who run the service"),
    Act.REPORT_ANSWERED: _l("Something you reported was answered"),
    Act.DUTIES_ACCEPTED: _l("You accepted the duties of looking after a group"),
    Act.DATA_ASKED: _l("You asked for your data"),
    Act.DATA_FETCHED: _l("You fetched your data"),
    Act.DATA_BY_OPERATOR: _l("Somebody who runs the service made a copy of your data, as you can ask them to"),
    Act.ERASURE_ASKED: _l("You asked for your account to be erased"),
    Act.ERASURE_UNDONE: _l("You kept your account after all"),
    Act.ERASED_IN_GROUP: _l("What you had written in a group was erased"),
    Act.ERASURE_BY_OPERATOR: _l("Somebody who runs the service started to erase your account"),
}

# Letters that wait for an operator, and why.
STUCK = {
    LetterState.HELD: _l("held"),
    LetterState.UNDELIVERABLE: _l("refused for good"),
    LetterState.QUARANTINED: _l("from before a restore"),
}
WHY_STUCK = {
    None: _l("Its sender did not live through it, again and again."),
    "broken": _l("It could not be written, which is a fault of ours. The log names it."),
    "restored": _l("Due before the restore, and perhaps sent since the backup."),
    Relayed.AMBIGUOUS: _l("The text was handed over and no answer came, so it may have arrived."),
    Relayed.BAD_ADDRESS: _l("There is no such address. Its owner is told on their pages."),
    Relayed.DISTRUSTED: _l("The relay refused it for what it thinks of us: look at SPF, DKIM, DMARC and PTR."),
    Relayed.REFUSED: _l("The relay refused it."),
    Relayed.TRANSIENT: _l("The relay said: later. Its sender did not live through a further try."),
    Relayed.UNREACHABLE: _l("The relay was not reached, and its sender did not live through a further try."),
}
