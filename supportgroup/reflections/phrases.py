"""The words of reflections: what people choose from, and what they are asked."""

from supportgroup.reflections.models import Came, Guess, Prompt, Reply, Thought, Unease

GUESSES = {Guess.HARDLY: "Hardly", Guess.MAYBE: "Maybe", Guess.LIKELY: "Likely"}
UNEASE = {Unease.NOT: "Not", Unease.A_BIT: "A bit", Unease.QUITE: "Quite", Unease.VERY: "Very"}
THOUGHTS = {
    Thought.BOTHER: "I don’t want to bother anyone",
    Thought.THEIR_OWN: "They have their own problems",
    Thought.LET_DOWN: "They’ll let me down",
    Thought.ELSE: "Something else",
}
REPLIES = {Reply.YES: "Someone said yes", Reply.NO: "Nobody had room"}
CAME = {Came.HAPPENED: "It happened", Came.PARTLY: "Partly", Came.NOT: "It didn’t"}
PROMPTS = {Prompt.NEED: "What do I need now?", Prompt.PAST: "What happened to me?"}

WHAT_HAPPENED = {
    (Reply.YES, Came.HAPPENED): "{who} said yes, and it happened.",
    (Reply.YES, Came.PARTLY): "{who} said yes, and a part of it happened.",
    (Reply.YES, Came.NOT): "{who} said yes. Then it didn’t happen.",
    (Reply.YES, None): "{who} said yes.",
    (Reply.NO, None): "nobody had room this time.",
}


def thought_words(thought: Thought | None, own: str) -> str:
    """The thought as it was said: one of ours, one's own words, or nothing."""
    if own:
        return own
    return THOUGHTS[thought] if thought and thought is not Thought.ELSE else ""


def what_happened(reply: Reply | None, came: Came | None, who: str = "someone") -> str:
    """What came of an ask, in words; nothing where nobody knows. `who`: the helpers, where the page knows them."""
    said = Reply.YES if came else reply
    return WHAT_HAPPENED[said, came].format(who=who) if said else ""
