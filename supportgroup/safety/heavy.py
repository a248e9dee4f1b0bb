"""Words after which their writer, and nobody else, is shown where help is.

Nothing is blocked, hidden, scored, kept or told to anybody because of them: what was written goes where it was sent.
(A service that scanned people for others to see was shut down within nine days; design, trust 6.)
"""

import re
import unicodedata

from flask import flash

from supportgroup.languages import gettext as _

# Whole words or the beginnings of some (with *), as people write them; apostrophes are taken out first.
PHRASES = """
suicid* | kill myself | killing myself | end my life | ending my life | end it all | take my own life | want to die |
wanna die | wish i was dead | wish i were dead | wish i wasnt here | better off dead | better off without me |
no reason to live | not worth living | dont want to live | dont want to be here any more |
dont want to be here anymore |
cant go on | hurt myself | hurting myself | harm myself | harming myself | self harm* | cut myself | cutting myself |
overdos* |
suizid* | selbstmord* | umbringen will | bring mich um | nicht mehr leben | will sterben | selbst verletz* |
me suicider | me tuer | en finir | envie de mourir | plus envie de vivre |
suicidar* | quitarme la vida | quiero morir | no quiero vivir
"""


def pattern() -> re.Pattern[str]:
    """One expression for all of them: plain words side by side, so it takes as long as the text is."""
    found = (" ".join(phrase.split()) for phrase in PHRASES.split("|"))
    words = (re.escape(one.rstrip("*")) + (r"\w*" if one.endswith("*") else "") for one in found)
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


PATTERN = pattern()


def sounds_heavy(*texts: str | None) -> bool:
    """Whether one of these texts holds words of the list."""
    return any(PATTERN.search(plain(text)) for text in texts if text)


def plain(text: str) -> str:
    """Small letters, one space between words, no apostrophes, hyphens as spaces."""
    small = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub("['’‘`]", "", small).replace("-", " ").split())


def offer_help(*texts: str | None) -> None:
    """Show the writer of these texts, on their next page, where help is, if they sound as if that could help."""
    if sounds_heavy(*texts):
        flash(_("This sounds heavy to carry. If you would like to talk with somebody now:"), "help")
