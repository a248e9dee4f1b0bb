"""Any small world of people, asks and offers, and who may see what in it: in plain sets, and nothing of the code."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import AskKind, AskState, Chosen, Eyes, HelpState
from supportgroup.board.offer_queries import FOR_EYES
from supportgroup.board.side_models import MOST_PER_WEEK
from supportgroup.db import db
from supportgroup.groups.models import AsksByMail, MembershipState, Role
from tests.databases import WHOLE
from tests.factories import (
    make_account,
    make_ask,
    make_group,
    make_help,
    make_meeting,
    make_membership,
    make_offer,
    make_presence,
)

PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)
# Who has one of these sees the ask whoever's eyes it is for; who handed back does not.
TAKES_PART = frozenset(HelpState) - {HelpState.HANDED_BACK}
WAITS = frozenset({HelpState.PROPOSED, HelpState.NOT_THIS_TIME})  # and does not hear who asks, where that is not named


@st.composite
def worlds(draw):
    """Who the people are, who met whom, and what they asked and offered, for whose eyes; all of it by number."""
    person = st.tuples(
        st.sampled_from(Role),
        st.sampled_from([MembershipState.ACTIVE] * 3 + [MembershipState.LEFT]),
        st.sampled_from(AsksByMail),
        st.booleans(),
    )
    ask = st.fixed_dictionaries(
        {
            "asker": WHO,
            "eyes": st.sampled_from(Eyes),
            "chosen": st.sets(WHO, max_size=3),
            "unnamed": st.booleans(),
            "kind": st.sampled_from([AskKind.ERRAND, AskKind.LISTEN]),
            "state": st.sampled_from(AskState),
            "helps": st.dictionaries(WHO, st.sampled_from(HelpState), max_size=2),
            "in_rounds": st.booleans(),
        }
    )
    offer = st.fixed_dictionaries({"by": WHO, "to": st.none() | WHO, "eyes": st.sampled_from(FOR_EYES)})
    return {
        "people": draw(st.lists(person, min_size=PEOPLE, max_size=PEOPLE)),
        "meetings": draw(st.lists(st.sets(WHO, max_size=3), max_size=3)),
        "asks": draw(st.lists(ask, min_size=1, max_size=4)),
        "offers": draw(st.lists(offer.filter(lambda one: one["by"] != one["to"]), max_size=3)),
    }


def in_worlds(number):
    """Run the test in so many worlds, five times as many with `TESTS=whole`; each world is a group of its own."""
    return lambda test: settings(
        max_examples=5 * number if WHOLE else number,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        phases=(Phase.explicit, Phase.generate),
    )(given(drawn=worlds())(test))


class World:
    """A world as rows, and the rule of eyes told once more."""

    def __init__(self, drawn):
        self.group, self.meetings = make_group(), drawn["meetings"]
        self.people = [
            make_membership(
                self.group, make_account(f"P{at}"), role=role, state=state, asks_by_mail=wish, can_listen=listens
            )
            for at, (role, state, wish, listens) in enumerate(drawn["people"])
        ]
        for one in self.people:  # nobody is full by their own measure
            set_wish(account_id=one.account_id, per_week=MOST_PER_WEEK, resting_until=None)
        for present in self.meetings:
            meeting = make_meeting(self.group)
            for at in present:
                make_presence(meeting, self.people[at])
        self.asks = [self.ask(number, told) for number, told in enumerate(drawn["asks"])]
        self.offers = [self.offer(number, told) for number, told in enumerate(drawn["offers"])]
        db.session.flush()
        db.session.expire_all()

    def ask(self, number, told):
        ask = make_ask(
            self.people[told["asker"]],
            title=f"Ask-{self.group.slug}-{number}",
            helpers_wanted=3,
            closed_at=None if told["state"] in (AskState.OPEN, AskState.COVERED) else clock.now(),
            **{name: told[name] for name in ("eyes", "unnamed", "kind", "state")},
        )
        db.session.add_all(Chosen(ask_id=ask.id, membership_id=self.people[at].id) for at in told["chosen"])
        helps = {at: state for at, state in told["helps"].items() if at != told["asker"]}
        for at, state in helps.items():
            make_help(ask, self.people[at], state=state)
        return ask, told, helps

    def offer(self, number, told):
        to = None if told["to"] is None else self.people[told["to"]]
        return make_offer(
            self.people[told["by"]], to, text=f"Offer-{self.group.slug}-{number}", eyes=told["eyes"]
        ), told

    def active(self):
        """The number and place of everyone who is here."""
        return [(at, me) for at, me in enumerate(self.people) if me.state is MembershipState.ACTIVE]

    def is_for(self, at, author, eyes, chosen=()):
        """Whether something by this author is for the eyes of this person."""
        return {
            Eyes.GROUP: True,
            Eyes.MET: any({at, author} <= present for present in self.meetings),
            Eyes.CHOSEN: at in chosen,
            Eyes.FACILITATORS: self.people[at].role is Role.FACILITATOR,
        }[eyes]

    def sees(self, at, told, helps):
        is_here = self.people[at].state is MembershipState.ACTIVE
        for_them = self.is_for(at, told["asker"], told["eyes"], told["chosen"])
        return is_here and (for_them or at == told["asker"] or helps.get(at) in TAKES_PART)

    def hears_who_asked(self, at, told, helps):
        takes_part = at == told["asker"] or helps.get(at) in TAKES_PART - WAITS
        return self.sees(at, told, helps) and (not told["unnamed"] or takes_part)

    def is_offered(self, at, told):
        """Whether this person sees the offer."""
        if told["to"] is not None or at == told["by"]:
            return at in (told["by"], told["to"])
        return self.is_for(at, told["by"], told["eyes"])
