"""Whose eyes an ask is for: everything that tells of asks obeys it, in any small world."""

import re
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board import digest, eyes, queries, rounds
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import AskKind, AskState, Chosen, Eyes, HelpState
from supportgroup.board.side_models import MOST_PER_WEEK
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, MembershipState, Role
from supportgroup.mail.models import Letter
from tests.board.conftest import kinds_owed, let_rounds_go
from tests.factories import make_account, make_ask, make_group, make_help, make_meeting, make_membership, make_presence
from tests.post import deliver_due

PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)


@st.composite
def worlds(draw):
    """Who the people are, who met whom, and what they asked of whose eyes; all of it by number."""
    person = st.tuples(
        st.sampled_from(Role),
        st.sampled_from([MembershipState.ACTIVE] * 3 + [MembershipState.LEFT]),
        st.sampled_from(AsksByMail),
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
        }
    )
    return {
        "people": draw(st.lists(person, min_size=PEOPLE, max_size=PEOPLE)),
        "meetings": draw(st.lists(st.sets(WHO, max_size=3), max_size=3)),
        "asks": draw(st.lists(ask, min_size=1, max_size=4)),
    }


class World:
    """A world as rows, and the rule of eyes told once more, in plain sets."""

    def __init__(self, drawn):
        now = clock.now()
        self.group, self.meetings = make_group(), drawn["meetings"]
        self.people = [
            make_membership(self.group, make_account(f"P{at}"), role=role, state=state, asks_by_mail=wish)
            for at, (role, state, wish) in enumerate(drawn["people"])
        ]
        for one in self.people:  # nobody is full by their own measure
            set_wish(account_id=one.account_id, per_week=MOST_PER_WEEK, resting_until=None)
        for present in self.meetings:
            meeting = make_meeting(self.group)
            for at in present:
                make_presence(meeting, self.people[at])
        self.asks = []
        for number, told in enumerate(drawn["asks"]):
            ask = make_ask(
                self.people[told["asker"]],
                title=f"Ask-{self.group.slug}-{number}",
                eyes=told["eyes"],
                unnamed=told["unnamed"],
                kind=told["kind"],
                state=told["state"],
                helpers_wanted=3,
                closed_at=None if told["state"] in (AskState.OPEN, AskState.COVERED) else now,
            )
            db.session.add_all(Chosen(ask_id=ask.id, membership_id=self.people[at].id) for at in told["chosen"])
            helps = {at: state for at, state in told["helps"].items() if at != told["asker"]}
            for at, state in helps.items():
                make_help(ask, self.people[at], state=state)
            self.asks.append((ask, told, helps))
        db.session.flush()
        db.session.expire_all()

    def active(self, at):
        return self.people[at].state is MembershipState.ACTIVE

    def sees(self, at, told, helps):
        """Whether this person may see the ask, by the words of the product and nothing of the code."""
        asker = told["asker"]
        met = any({at, asker} <= present for present in self.meetings)
        facilitates = self.people[at].role is Role.FACILITATOR
        chosen = at in told["chosen"]
        for_them = {Eyes.GROUP: True, Eyes.MET: met, Eyes.CHOSEN: chosen, Eyes.FACILITATORS: facilitates}[told["eyes"]]
        return self.active(at) and (for_them or self.takes_part(at, told, helps))

    def takes_part(self, at, told, helps):
        """Whether this person asked it, or helps with it: they alone hear who asked what has no name."""
        gone = (HelpState.HANDED_BACK, HelpState.PROPOSED, HelpState.NOT_THIS_TIME)
        return at == told["asker"] or helps.get(at, HelpState.HANDED_BACK) not in gone

    def hears_who_asked(self, at, told, helps):
        return self.sees(at, told, helps) and (not told["unnamed"] or self.takes_part(at, told, helps))


def in_worlds(number):
    """Run the test in so many worlds; the fixtures stay as they are, each world is a group of its own."""
    return lambda test: settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        phases=(Phase.explicit, Phase.generate),
    )(given(drawn=worlds())(test))


@in_worlds(20)
def test_lists_show_what_one_may_see_and_nothing_else(app, drawn):
    with transaction():
        world = World(drawn)
    for at, me in enumerate(world.people):
        if not world.active(at):
            continue
        board, covered, ended = queries.board(me), queries.covered(me), queries.ended(me)
        shown = {ask.id for ask in [*board.mine, *board.open.items, *board.covered.items]}
        behind = {ask.id for ask in ended.asks.items}
        small = {summary.ask.id for summary in queries.something_small([me], limit=99)}
        for ask, told, helps in world.asks:
            may = world.sees(at, told, helps)
            assert (queries.ask(me, ask.id) is not None) == may
            assert (ask.id in shown) == (may and ask.is_running)
            assert ask.id not in behind or (may and not ask.is_running)
            assert ask.id not in {one.id for one in covered.asks.items} or may
            if ask.id in small:
                assert may
                assert told["kind"] is not AskKind.LISTEN
                assert told["state"] is AskState.OPEN
                assert told["asker"] != at
                assert at not in helps


def card_of(pages, ask):
    """The cards of this ask on the lists."""
    return "".join(card for card in pages.split("<article")[1:] if str(ask.id) in card.partition("</article>")[0])


@in_worlds(8)
def test_pages_show_what_one_may_see_and_nothing_else(app, sign_in, drawn):
    with transaction():
        world = World(drawn)
    for at, me in enumerate(world.people):
        browser = sign_in(db.session.get_one(Account, me.account_id))
        pages = "".join(browser.get(f"/g/{world.group.slug}/board{shelf}").text for shelf in ("", "/covered", "/ended"))
        for ask, told, helps in world.asks:
            may = world.sees(at, told, helps)
            response = browser.get(f"/g/{world.group.slug}/board/asks/{ask.id}")
            assert response.status_code == (200 if may else 404)
            assert may or ask.title not in pages + response.text
            if told["unnamed"] and may and not world.hears_who_asked(at, told, helps):
                article = card_of(pages, ask) + response.text.partition("<main")[2].partition("</main")[0]
                assert not re.search(rf"\bP{told['asker']}\b", article)
            assert may or str(ask.id) not in pages + response.text.partition("<main")[2]


@in_worlds(20)
def test_letters_go_to_those_who_may_see_it(app, drawn):
    with transaction():
        world = World(drawn)
        for ask, _, _ in world.asks:
            rounds.tell_everyone(ask)
        digest.owe_digests()
    for ask, told, helps in world.asks:
        owed = select(Letter).where(Letter.about_id == ask.id, Letter.kind == "ask-posted")
        to = {letter.recipient_id for letter in db.session.scalars(owed)}
        want = {
            me.account_id
            for at, me in enumerate(world.people)
            if world.sees(at, told, helps) and me.asks_by_mail is not AsksByMail.NEVER
            if at != told["asker"] and at not in helps
        }
        assert to == want


@in_worlds(20)
def test_counts_and_numbers_tell_no_more_than_the_lists(app, frozen, drawn):
    frozen.move_to(clock.now())
    with transaction():
        world = World(drawn)
    for at, me in enumerate(world.people):
        if not world.active(at):
            continue
        counted = eyes.counts(me)
        for one in Eyes:
            told = {"asker": at, "eyes": one, "chosen": range(PEOPLE)}
            assert counted[one] == sum(world.sees(other, told, {}) for other in range(PEOPLE) if other != at)
    digests = digest_numbers(world)
    for at, me in enumerate(world.people):
        new = [
            ask
            for ask, told, helps in world.asks
            if world.sees(at, told, helps) and told["state"] is AskState.OPEN
            if told["kind"] is not AskKind.LISTEN and told["asker"] != at
        ]
        wants = world.active(at) and me.asks_by_mail is AsksByMail.DAILY
        assert digests.get(me.account_id, 0) == (len(new) if wants else 0)


def digest_numbers(world):
    """How many asks each account's daily letter would speak of, were it sent now."""
    now = clock.now()
    batch = [
        Letter(
            id=number, kind="digest", recipient_id=me.account_id, about_id=me.account_id, about_version=0, due_at=now
        )
        for number, me in enumerate(world.people)
    ]
    said = digest.digest(batch)
    return {letter.recipient_id: said[letter.id].more["asks"] for letter in batch if letter.id in said}


def test_people_i_have_met_is_a_choice_from_three_on(circle):
    fourth = circle.join("Eli")
    circle.meet(circle.ben, circle.ada, circle.cleo)
    new = circle.path("asks", "new")
    assert 'value="met"' not in circle.browser(circle.ben).get(new).text

    circle.meet(circle.ben, fourth)
    assert "People I have met: 3 people" in circle.browser(circle.ben).get(new).text
    posted = {"title": "Bread", "kind": "errand", "when": "week", "eyes": "met"}
    assert circle.browser(circle.ben).post(new, data=posted).status_code == 303


def test_who_takes_it_on_keeps_seeing_it(circle):
    ask = circle.covered(circle.ben, circle.ada, eyes=Eyes.FACILITATORS)
    with transaction():
        circle.ada.role = Role.MEMBER

    assert "You can do this" in circle.page(circle.ada, ask)
    assert circle.press(circle.ada, ask, "hand-back").status_code == 303
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404


def test_a_letter_on_its_way_is_not_sent_to_eyes_that_it_is_no_longer_for(circle, frozen):
    with transaction():
        circle.cleo.asks_by_mail = AsksByMail.AT_ONCE
    browser = circle.browser(circle.ben)
    response = browser.post(circle.path("asks", "new"), data={"title": "Bread", "kind": "errand", "when": "week"})
    ask_path = response.location
    let_rounds_go()
    browser.post(f"{ask_path}/edit", data={"title": "Bread", "kind": "errand", "when": "week", "eyes": "facilitators"})
    frozen.shift(timedelta(minutes=1))

    assert kinds_owed(circle.cleo) == ["ask-posted"]
    assert deliver_due() == 0
