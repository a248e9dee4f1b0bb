"""The words of reflections: what people choose from, and what they are asked."""

from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.reflections.models import Came, Guess, Prompt, Reply, Thought, Unease

GUESSES = {Guess.HARDLY: _l("Hardly"), Guess.MAYBE: _l("Maybe"), Guess.LIKELY: _l("Likely")}
YOU_SAID = {
    Guess.HARDLY: _l("You said hardly."),
    Guess.MAYBE: _l("You said maybe."),
    Guess.LIKELY: _l("You said likely."),
}
UNEASE = {Unease.NOT: _l("Not"), Unease.A_BIT: _l("A bit"), Unease.QUITE: _l("Quite"), Unease.VERY: _l("Very")}
THOUGHTS = {
    Thought.BOTHER: _l("I don’t want to bother anyone"),
    Thought.THEIR_OWN: _l("They have their own problems"),
    Thought.LET_DOWN: _l("They’ll let me down"),
    Thought.ELSE: _l("Something else"),
}
REPLIES = {Reply.YES: _l("Someone said yes"), Reply.NO: _l("Nobody had room")}
CAME = {Came.HAPPENED: _l("It happened"), Came.PARTLY: _l("Partly"), Came.NOT: _l("It didn’t")}
PROMPTS = {Prompt.NEED: _l("What do I need now?"), Prompt.PAST: _l("What happened to me?")}

WHAT_HAPPENED = {
    (Reply.YES, Came.HAPPENED): _l("someone said yes, and it happened."),
    (Reply.YES, Came.PARTLY): _l("someone said yes, and a part of it happened."),
    (Reply.YES, Came.NOT): _l("someone said yes. Then it didn’t happen."),
    (Reply.YES, None): _l("someone said yes."),
    (Reply.NO, None): _l("nobody had room this time."),
}


def thought_words(thought: Thought | None, own: str) -> str:
    """The thought as it was said: one of ours, one's own words, or nothing."""
    if own:
        return own
    return str(THOUGHTS[thought]) if thought and thought is not Thought.ELSE else ""


def what_happened(reply: Reply | None, came: Came | None, who: str = "") -> str:
    """What came of an ask, in words; nothing where nobody knows. `who`: the helpers, where the page knows them."""
    said = Reply.YES if came else reply
    if said is None:
        return ""
    return named(came, who) if who and said is Reply.YES else str(WHAT_HAPPENED[said, came])


def named(came: Came | None, who: str) -> str:
    """A yes, and what came of it, by those who said it."""
    if came is Came.HAPPENED:
        return _("%(who)s said yes, and it happened.", who=who)
    if came is Came.PARTLY:
        return _("%(who)s said yes, and a part of it happened.", who=who)
    if came is Came.NOT:
        return _("%(who)s said yes. Then it didn’t happen.", who=who)
    return _("%(who)s said yes.", who=who)
