"""Guess against outcome, and unease before against after: the sentences and the charts. Pure.

They say what was, of one person to that person. Nothing is scored, and nothing is compared with anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from supportgroup.charts import Bar, Chart
from supportgroup.languages import gettext as _
from supportgroup.reflections.models import Came, Guess, Reply, Unease
from supportgroup.reflections.phrases import GUESSES, UNEASE
from supportgroup.words import number, times

LEVELS = list(Unease)


@dataclass(frozen=True, kw_only=True)
class Look:
    """One reflection, as far as the charts look at it."""

    guess: Guess | None = None
    before: Unease | None = None
    after: Unease | None = None
    reply: Reply | None = None
    came: Came | None = None

    @property
    def yes(self) -> bool:
        return self.reply is Reply.YES or self.came is not None

    @property
    def known(self) -> bool:
        return self.yes or self.reply is Reply.NO


def guesses(looks: Sequence[Look]) -> Chart | None:
    """Guess against outcome, of those where both are known; None where there are none."""
    known = [look for look in looks if look.guess and look.known]
    if not known:
        return None
    return Chart(
        sentence=sentence_of_guesses(known),
        caption=_("How often each guess came before which outcome"),
        heading=_("I said"),
        parts=(_("yes, and it happened"), _("yes"), _("no")),
        bars=tuple(
            Bar(str(words), outcomes([look for look in known if look.guess is guess]))
            for guess, words in GUESSES.items()
        ),
    )


def outcomes(looks: Sequence[Look]) -> tuple[int, int, int]:
    """How many got a yes that then happened, a yes of which that is not (yet) known, and none."""
    happened = sum(look.came is Came.HAPPENED for look in looks)
    yes = sum(look.yes for look in looks)
    return happened, yes - happened, len(looks) - yes


def sentence_of_guesses(known: Sequence[Look]) -> str:
    """`You said hardly five times. Four of them got a yes.`

    The lowest guess that was met by a yes is told, for that is what people expect least.
    """
    for guess in GUESSES:
        said = [look for look in known if look.guess is guess]
        yes = sum(look.yes for look in said)
        if yes:
            how = str(GUESSES[guess]).lower()
            said_so = _("You said %(guess)s %(times)s.", guess=how, times=times(len(said)))
            return f"{said_so} {got_a_yes(yes, len(said))}"
    if len(known) == 1:
        return _("No yes yet to the one ask you noted here. That is about the weeks, not about you.")
    asks = number(len(known))
    return _("No yes yet to %(number)s asks you noted here. That is about the weeks, not about you.", number=asks)


def got_a_yes(yes: int, of: int) -> str:
    if of == 1:
        return _("It got a yes.")
    if yes == of:
        return _("Both got a yes.") if of == 2 else _("All of them got a yes.")
    return _("%(number)s of them got a yes.", number=number(yes).capitalize())


def unease(looks: Sequence[Look]) -> Chart | None:
    """Unease before against after, of those where both were said; None where there are none."""
    both = [(look.before, look.after) for look in looks if look.before and look.after]
    if not both:
        return None
    before, after = zip(*both, strict=True)
    return Chart(
        sentence=sentence_of_unease([LEVELS.index(b) - LEVELS.index(a) for b, a in both]),
        caption=_("How often asking was how uneasy, before and afterwards"),
        heading=_("When"),
        parts=tuple(str(words).lower() for words in UNEASE.values()),
        bars=(Bar(_("Before"), levels(before)), Bar(_("Afterwards"), levels(after))),
    )


def levels(said: Sequence[Unease]) -> tuple[int, ...]:
    return tuple(sum(one is level for one in said) for level in LEVELS)


def sentence_of_unease(eased: Sequence[int]) -> str:
    """`Five of six times it was easier afterwards than before.` `eased`: by how many steps each became easier."""
    easier, of = sum(steps > 0 for steps in eased), len(eased)
    if not easier:
        return _("How uneasy it was before and afterwards, %(times)s.", times=times(of))
    if of == 1:
        return _("It was easier afterwards than before.")
    if easier == of:
        if of == 2:
            return _("Both times it was easier afterwards than before.")
        return _("All %(number)s times it was easier afterwards than before.", number=number(of))
    some, all_of_them = number(easier).capitalize(), number(of)
    return _("%(some)s of %(all)s times it was easier afterwards than before.", some=some, all=all_of_them)
