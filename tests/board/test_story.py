"""Whatever people do on a board, in whatever order: the promises of it hold after every step.

Never more helpers than wanted, nothing of whom has left, no letter to who may not see, no letter that leads nowhere, no
name where there is none, and every state is explained on the page.
"""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import helping, offer_queries, offers, service
from supportgroup.board.models import Ask, AskKind, AskState, Eyes, Happened, Heard, Hearing, HelpState
from supportgroup.board.offer_letters import NOT_NOW
from supportgroup.board.offer_models import Offer, OfferState
from supportgroup.board.phrases import HEARING
from supportgroup.db import db
from supportgroup.groups.models import MembershipState
from supportgroup.mail.kinds import KINDS
from supportgroup.mail.models import Letter, LetterState
from supportgroup.safety import service as safety
from supportgroup.safety.models import Hiding, Rule
from tests.board.story import ANY, WHO, Circle
from tests.databases import WHOLE

MANY = int(os.environ.get("STORIES", "60" if WHOLE else "2"))
STEPS = 50 if WHOLE else 30

# What stands on the page of an ask, for its asker by its state, for who helps by the state of their help, and for the
# others by both. No state is without a sentence.
TO_ASKER = {
    AskState.OPEN: (
        "It is on the board.",
        "can do this. Nothing is owed.",
        "can’t after all. It is open again",
        "could do this.",
        "It is said. No answer is needed.",
        *map(str, HEARING.values()),
        "Only you see this for now.",
    ),
    AskState.COVERED: ("can do this. Nothing is owed.",),
    AskState.DONE: (
        "Done",
        "It happened in part.",
        "It didn’t happen this time.",
        "This one wasn’t seen in time.",
        "It has come to rest.",
        "You let it rest.",
    ),
    AskState.WITHDRAWN: ("You took this back.",),
    AskState.EXPIRED: ("No one had room this time.", "Somebody was willing, and its time was over first."),
}
TO_HELPER = {
    HelpState.ACCEPTED: ("You can do this.",),
    HelpState.DONE: ("Done. Thanks for being there.",),
    HelpState.NOT_DONE: ("It didn’t happen this time. That is fine.", "This is not needed any more."),
}
TO_OTHERS = {
    HelpState.PROPOSED: ("You said that you can.",),
    HelpState.NOT_THIS_TIME: ("Not this time.",),
    HelpState.HANDED_BACK: ("You handed this back.", "Somebody can do this already."),
    AskState.OPEN: ("What it means", "Leave it to someone else", "This is here to be heard"),
    AskState.COVERED: ("Somebody can do this already.",),
    AskState.DONE: ("This one is done.", "This one rests"),
    AskState.WITHDRAWN: ("This one rests",),
    AskState.EXPIRED: ("This one rests",),
}
# And on the page of an offer: for who made it, for who it was said to, for the others.
OF_OFFERS = {
    ("mine", OfferState.OPEN): (
        "It stands beside the asks.",
        "It rests until",
        "not shown to anyone for now",
        "answers or leaves it be",
        "came to rest without an answer",
        "Only you see this for now.",
    ),
    ("mine", OfferState.YES_PLEASE): ("said yes please",),
    ("mine", OfferState.NOT_NOW): ("Not this time.",),
    ("to me", OfferState.OPEN): ("Either is fine.", "This offer has come to rest."),
    ("to me", OfferState.YES_PLEASE): ("You said yes please",),
    ("to me", OfferState.NOT_NOW): ("You said not now.",),
    ("standing", OfferState.OPEN): ("hears it at once", "This offer rests for now."),
}


def test_every_state_has_its_sentence():
    assert set(TO_ASKER) == set(AskState) == set(TO_OTHERS) & set(AskState)
    assert set(TO_HELPER) | set(TO_OTHERS) & set(HelpState) == set(HelpState)
    assert {state for _, state in OF_OFFERS} == set(OfferState)


class Asking(Circle):
    """They ask, help, hand back, say how it was, and say that today was hard."""

    @rule(
        who=WHO,
        eyes=st.sampled_from(Eyes),
        chosen=st.sets(WHO, min_size=1, max_size=3),
        unnamed=st.booleans(),
        wanted=st.integers(1, 2),
        size=st.sampled_from([5, 30]),
    )
    def post(self, who, eyes, chosen, unnamed, wanted, size):
        wish = self.wish(eyes, chosen, unnamed=unnamed, helpers_wanted=wanted, size_minutes=size)
        self.do(service.post_ask, me=self.people[who], wish=wish)

    @rule(who=WHO, words=st.booleans())
    def say_that_today_was_hard(self, who, words):
        self.do(service.say_hard, me=self.people[who], line="It was", lines_welcome=words)

    some = precondition(lambda self: self.asks())

    @some
    @rule(who=WHO, number=ANY, anyway=st.booleans())
    def accept(self, who, number, anyway):
        self.do(helping.accept_ask, me=self.people[who], ask_id=self.one(number).id, anyway=anyway)

    @some
    @rule(who=WHO, number=ANY, what=st.sampled_from([helping.hand_back, helping.finish]))
    def hand_back_or_finish(self, who, number, what):
        self.do(what, me=self.people[who], ask_id=self.one(number).id)

    @some
    @rule(who=WHO, number=ANY, happened=st.sampled_from(Happened))
    def say_what_happened(self, who, number, happened):
        self.do(helping.say_what_happened, me=self.people[who], ask_id=self.one(number).id, happened=happened)

    @some
    @rule(who=WHO, number=ANY, says=st.sampled_from(Hearing))
    def hear_or_write(self, who, number, says):
        me, ask = self.people[who], self.one(number)
        if ask.is_listen:
            self.do(helping.hear, me=me, ask_id=ask.id, says=says, line="So was mine")
        else:
            self.do(helping.write, me=me, ask_id=ask.id, text="At nine")

    @some
    @rule(number=ANY, at=ANY, fine=st.sampled_from([True, True, False, None]))
    def asker_answers(self, number, at, fine):
        """Yes or no to who could; None lets somebody off who helps."""
        ask = self.one(number)
        helps = ask.proposals if fine is not None else ask.helpers
        if not helps:
            return
        more = {"me": ask.asker, "ask_id": ask.id, "help_id": helps[at % len(helps)].id}
        if fine is None:
            self.do(helping.end_help, **more)
        else:
            self.do(helping.answer_proposal, **more, fine=fine)

    @some
    @rule(number=ANY, eyes=st.sampled_from(Eyes), chosen=st.sets(WHO, min_size=1, max_size=3), days=st.integers(1, 4))
    def change(self, number, eyes, chosen, days):
        ask = self.one(number)
        more = {"helpers_wanted": ask.helpers_wanted, "unnamed": ask.unnamed, "size_minutes": ask.size_minutes}
        wish = self.wish(eyes, chosen, **more, kind=ask.kind, days=days)
        self.do(service.edit_ask, me=ask.asker, ask_id=ask.id, wish=wish)

    @some
    @rule(number=ANY, what=st.sampled_from(["withdraw", "withdraw", "again", "of facilitators"]))
    def withdraw_or_ask_again(self, number, what):
        ask = self.one(number)
        more = {"me": ask.asker, "ask_id": ask.id}
        if what == "withdraw":
            self.do(service.withdraw_ask, **more)
        elif ask.asker.state is MembershipState.ACTIVE:
            soon = clock.now() + timedelta(days=7)
            self.do(service.ask_again, **more, needed_by=soon, of_facilitators=what != "again")

    @rule(number=ANY)
    def hide_or_show(self, number):
        """A facilitator hides something, or what was hidden is shown again."""
        things = [*self.asks(), *self.offers()]
        if not things:
            return
        one = things[number % len(things)]
        hiding = db.session.scalars(select(Hiding).where(Hiding.item_id == one.id)).first()
        if hiding is not None:
            self.do(safety.show, hiding=hiding)
        else:
            author = one.asker_id if isinstance(one, Ask) else one.by_id
            self.do(safety.hide, item_id=one.id, group_id=one.group_id, author_id=author, rule=Rule.HURTS)

    @some
    @rule(who=WHO, number=ANY)
    def look(self, who, number):
        """The page of an ask says how it stands, to those who may see it, and not whose it is where it has no name."""
        ask, me = self.one(number), self.people[who]
        if not self.is_active(who):
            return
        may, helps, cut = self.is_for(me, ask), self.helps_with(me, ask), self.is_apart(me, ask)
        rests = self.is_hidden(ask.id) and self.takes_part(me, ask)
        status, main = self.open_page(who, f"/g/{self.group.slug}/board/asks/{ask.id}")
        assert status == (200 if may or rests else 404)
        if status == 200:
            assert any(sentence in main for sentence in self.sentences(me, ask, apart=cut or not may)), (
                ask.state,
                main,
            )
        if not may:
            assert ask.title not in main
        if ask.unnamed and me.id != ask.asker_id and (cut or not helps):
            assert self.people[self.number_of(ask.asker_id)].name not in main

    def sentences(self, me, ask, *, apart):
        mine = ask.help_of(me.id)
        if me.id == ask.asker_id:
            return TO_ASKER[ask.state]
        if apart:
            return ("This one rests",)
        if mine is not None and (mine.holds or ask.is_running):
            return TO_HELPER[mine.state] if mine.holds else TO_OTHERS[mine.state]
        return TO_OTHERS[ask.state]

    def wish(self, eyes, chosen, *, kind=AskKind.ERRAND, days=3, **more):
        return service.Wish(
            title=f"Ask {clock.now()} {len(self.asks())}",
            kind=kind,
            needed_by=None if kind is AskKind.LISTEN else clock.now() + timedelta(days=days),
            eyes=eyes,
            chosen=frozenset(self.people[at].id for at in chosen) if eyes is Eyes.CHOSEN else frozenset(),
            **more,
        )

    def one(self, number):
        asks = self.asks()
        return asks[number % len(asks)]

    @invariant()
    def nobody_is_one_too_many_and_nothing_is_left_behind(self):
        for ask in self.asks() if hasattr(self, "group") else []:
            assert len(ask.helpers) <= ask.helpers_wanted
            assert (ask.state is AskState.COVERED) == (ask.is_running and ask.places_left == 0)
            assert ask.is_running == (ask.closed_at is None)
            going_on = {HelpState.ACCEPTED, HelpState.PROPOSED} & {one.state for one in ask.helps}
            assert ask.is_running or not going_on
            assert ask.unnamed or HelpState.PROPOSED not in going_on
            held = [one.helper for one in ask.helps if one.state in (HelpState.ACCEPTED, HelpState.PROPOSED)]
            assert all(one.state is MembershipState.ACTIVE for one in held)
            assert ask.asker.state is MembershipState.ACTIVE or not ask.is_running
            assert not any(self.is_apart(one, ask) for one in held)


class Offering(Asking):
    """They offer, too: to whoever it would help, and to one another."""

    def offers(self):
        db.session.expire_all()
        mine = select(Offer).where(Offer.group_id == self.group.id).order_by(Offer.created_at, Offer.id)
        return db.session.scalars(mine).all()

    def an_offer(self, number):
        offered = self.offers()
        return offered[number % len(offered)]

    @rule(who=WHO, eyes=st.sampled_from(offer_queries.FOR_EYES), days=st.sampled_from([0, 0, 127]))
    def offer(self, who, eyes, days):
        willing = self.willing(eyes=eyes, days=days)
        self.do(offers.post_offer, me=self.people[who], willing=willing)

    @rule(who=WHO, to=WHO, day=st.booleans(), anyway=st.booleans())
    def offer_to_one(self, who, to, day, anyway):
        willing = self.willing(needed_by=clock.now() + timedelta(days=2) if day else None)
        if who != to and not self.blocks_between(self.people[who].id, self.people[to].id):
            self.do(offers.offer_to, me=self.people[who], to_id=self.people[to].id, willing=willing, anyway=anyway)

    offered = precondition(lambda self: self.offers())

    @offered
    @rule(number=ANY, who=WHO, yes=st.sampled_from([True, True, False]))
    def say_yes_please_or_not_now(self, number, who, yes):
        """To what was said to them; or, to what stands, that it would help."""
        offer = self.an_offer(number)
        if offer.to_id is not None:
            self.do(offers.answer, me=self.people[self.number_of(offer.to_id)], offer_id=offer.id, yes=yes)
        else:
            more = {"title": "", "needed_by": clock.now() + timedelta(days=3), "zone": clock.zone("Europe/Paris")}
            self.do(offers.take_up, me=self.people[who], offer_id=offer.id, **more)

    @offered
    @rule(number=ANY, what=st.sampled_from(["pause", "again", "change", "take down"]))
    def pause_change_or_take_down(self, number, what):
        offer = self.an_offer(number)
        more = {"me": offer.by, "offer_id": offer.id}
        if what == "take down":
            self.do(offers.take_down, **more)
        elif what == "change":
            self.do(offers.change_offer, **more, willing=self.willing(eyes=Eyes.FACILITATORS))
        elif offer.to_id is None:
            self.do(offers.pause, **more, until=clock.now() + timedelta(days=2) if what == "pause" else None)

    def willing(self, **more):
        return offers.Willing(text=f"carry {len(self.offers())} {clock.now()}", kind=AskKind.ERRAND, **more)

    @offered
    @rule(who=WHO, number=ANY)
    def look_at_an_offer(self, who, number):
        offer, me = self.an_offer(number), self.people[who]
        if not self.is_active(who):
            return
        part = "mine" if offer.by_id == me.id else "to me" if offer.to_id == me.id else "standing"
        may = part == "mine" or self.is_offered_to(me, offer)
        status, main = self.open_page(who, f"/g/{self.group.slug}/board/offers/{offer.id}")
        assert status == (200 if may else 404)
        if may:
            assert any(sentence in main for sentence in OF_OFFERS[part, offer.state]), (part, offer.state, main)

    @invariant()
    def offers_are_nobodys_who_has_left_or_stands_apart(self):
        for offer in self.offers() if hasattr(self, "group") else []:
            to = self.people[self.number_of(offer.to_id)] if offer.to_id else None
            assert offer.by.state is MembershipState.ACTIVE
            assert to is None or db.session.merge(to).state is MembershipState.ACTIVE
            assert to is None or not self.blocks_between(offer.by_id, offer.to_id)


class Writing(Offering):
    """And letters are owed: each, were it sent now, would go to one who may see what it is about."""

    def owed(self):
        """What is owed to these people, with its reader and what it would say; nothing of what would be left out."""
        mine = {one.account_id: one for one in self.people}
        letters = select(Letter).where(Letter.recipient_id.in_(mine), Letter.state == LetterState.OWED)
        by_kind = {}
        for letter in db.session.scalars(letters.order_by(Letter.id)):
            by_kind.setdefault(letter.kind, []).append(letter)
        for kind, batch in by_kind.items():
            said = KINDS[kind].says(batch)
            for letter in batch:
                if letter.id in said:
                    yield letter, mine[letter.recipient_id], said[letter.id]

    @invariant()
    def letters_go_to_who_may_see_what_they_are_about(self):
        for letter, me, says in self.owed() if hasattr(self, "group") else []:
            assert self.is_active(self.number_of(me.id))
            if letter.kind == "digest":
                assert says.more["asks"] <= sum(self.is_new_to(me, ask) for ask in self.asks())
                continue
            offer = db.session.get(Offer, letter.about_id)
            ask = db.session.get(Ask, letter.about_id)
            assert self.may_hear(letter, me, ask) if ask else self.may_hear_of_offer(letter, me, offer), letter.kind

    def is_new_to(self, me, ask):
        others = ask.asker_id != me.id and ask.state is AskState.OPEN and not ask.is_listen
        return others and self.hears_of(me, ask)

    def may_hear(self, letter, me, ask):
        """Whether this reader may be told by such a letter, of such an ask."""
        mine, is_asker, running = ask.help_of(me.id), ask.asker_id == me.id, ask.is_running
        sees = self.is_for(me, ask) and not self.is_apart(me, ask)
        match letter.kind:
            case "ask-posted":
                return ask.state is AskState.OPEN and not is_asker and not mine and self.hears_of(me, ask)
            case "listen-asked":
                heard = db.session.scalars(select(Heard).where(Heard.ask_id == ask.id)).first()
                asked = me.can_listen or me.is_facilitator
                return not heard and asked and not is_asker and running and self.hears_of(me, ask)
            case "ask-accepted" | "help-proposed" | "ask-handed-back" | "ask-heard" | "ask-expired":
                return is_asker
            case "ask-changed" | "help-reminder" | "offer-answered":
                return sees and running and self.helps_with(me, ask)
            case "ask-message" | "ask-follow-up":
                return sees and (is_asker or self.helps_with(me, ask))
            case "help-answered":
                return running and mine.state in (HelpState.ACCEPTED, HelpState.NOT_THIS_TIME)
            case "help-ended":
                return mine.state is HelpState.NOT_THIS_TIME
            case "ask-withdrawn":
                return not running and not is_asker
        return False

    def may_hear_of_offer(self, letter, me, offer):
        if letter.kind == "offer-answered" and letter.about_version == NOT_NOW:
            return offer.by_id == me.id and offer.state is OfferState.NOT_NOW
        waits = letter.kind == "offer-made" and offer.state is OfferState.OPEN and self.is_offered_to(me, offer)
        return waits and not self.is_muted(me, offer.by_id)

    @rule(number=ANY)
    def open_a_letter(self, number):
        """Its link leads to a page that is there."""
        letters = list(self.owed())
        if letters:
            letter, me, says = letters[number % len(letters)]
            status, _ = self.open_page(self.number_of(me.id), says.link)
            # Who could have helped, and was not among those whose eyes it was for when it ended, finds nothing there.
            assert status == 200 or letter.kind == "ask-withdrawn", letter.kind


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_whatever_people_do_the_promises_hold(app, frozen, sign_in):
    Writing.stage = SimpleNamespace(frozen=frozen, sign_in=sign_in)
    run_state_machine_as_test(
        Writing,
        settings=settings(
            max_examples=MANY,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a story that goes wrong is told as it was: to find a shorter one takes minutes
        ),
    )
