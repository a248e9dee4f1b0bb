"""Whatever people do on a board, in whatever order: the promises of it hold after every step.

Never more helpers than wanted, nothing of whom has left, no letter to who may not see, no name where there is none, and
every state is explained on the page.
"""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board import ending, helping, planning, rounds, service
from supportgroup.board.carrying import set_wish
from supportgroup.board.letters import ask_posted
from supportgroup.board.models import RUNNING, Ask, AskKind, AskState, Chosen, Eyes, Happened, HelpState
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import service as groups
from supportgroup.groups.models import AsksByMail, Joining, Membership, MembershipState, Role
from supportgroup.mail.models import Letter
from supportgroup.safety import service as safety
from supportgroup.safety.models import Block
from tests.factories import make_account, make_group, make_meeting, make_membership, make_presence

PEOPLE = 5
MANY = int(os.environ.get("STORIES", "2"))  # more where somebody has the time
WHO = st.integers(0, PEOPLE - 1)
ANY = st.integers(0, 99)
HOLDING = (HelpState.ACCEPTED, HelpState.DONE, HelpState.NOT_DONE)
# One of these stands on the page of an ask, for its asker, for who helps, and for the others.
EXPLAINED = {
    "asker": (
        "It is on the board.",
        "can do this. Nothing is owed.",
        "can’t after all. It is open again",
        "could do this.",
        "Done",
        "It happened in part.",
        "It didn’t happen this time.",
        "You took this back.",
        "No one had room this time.",
        "Somebody was willing, and its time was over first.",
    ),
    "helper": (
        "You can do this.",
        "Done. Thanks for being there.",
        "It didn’t happen this time.",
        "not needed any more",
    ),
    "other": (
        "What it means",
        "Leave it to someone else",
        "Somebody can do this already.",
        "You said that you can.",
        "Not this time.",
        "This one is done.",
        "This one rests",
    ),
}


class Board(RuleBasedStateMachine):
    """Five people in a group; Ada, the first of them, facilitates."""

    stage: SimpleNamespace  # the app's clock and browsers, while the test runs

    @initialize(met=st.sets(WHO, max_size=3))
    def begin(self, met):
        with transaction():
            self.group = make_group(joining=Joining.INVITATION)
            self.people = [
                make_membership(self.group, make_account(f"P{at}x"), asks_by_mail=AsksByMail.AT_ONCE)
                for at in range(PEOPLE)
            ]
            self.people[0].role = Role.FACILITATOR
            meeting = make_meeting(self.group)
            for at in met:
                make_presence(meeting, self.people[at])
        self.met = met

    def asks(self):
        db.session.expire_all()
        return db.session.scalars(
            select(Ask).where(Ask.group_id == self.group.id).order_by(Ask.created_at, Ask.id)
        ).all()

    def one(self, number):
        asks = self.asks()
        return asks[number % len(asks)]

    def do(self, what, **more):
        """One press. Being refused is fine, and changes nothing."""
        try:
            with transaction():
                what(**more)
        except Refused:
            db.session.expire_all()

    @rule(
        who=WHO,
        eyes=st.sampled_from(Eyes),
        chosen=st.sets(WHO, min_size=1, max_size=3),
        unnamed=st.booleans(),
        wanted=st.integers(1, 2),
        size=st.sampled_from([5, 30]),
    )
    def post(self, who, eyes, chosen, unnamed, wanted, size):
        wish = service.Wish(
            title=f"Ask {clock.now()} {len(self.asks())}",
            kind=AskKind.ERRAND,
            size_minutes=size,
            needed_by=clock.now() + timedelta(days=3),
            helpers_wanted=wanted,
            eyes=eyes,
            chosen=frozenset(self.people[at].id for at in chosen) if eyes is Eyes.CHOSEN else frozenset(),
            unnamed=unnamed,
        )
        self.do(service.post_ask, me=self.people[who], wish=wish)

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
    @rule(number=ANY)
    def withdraw(self, number):
        ask = self.one(number)
        self.do(service.withdraw_ask, me=ask.asker, ask_id=ask.id)

    @rule(who=WHO, per_week=st.integers(0, 2))
    def set_limit(self, who, per_week):
        self.do(set_wish, account_id=self.people[who].account_id, per_week=per_week, resting_until=None)

    @rule(one=WHO, other=WHO)
    def block(self, one, other):
        if one != other and self.is_active(one):
            self.do(safety.block, by=self.people[one].id, other=self.people[other].id)

    @precondition(lambda self: sum(map(self.is_active, range(PEOPLE))) > 3)
    @rule(who=st.integers(1, PEOPLE - 1))
    def leave(self, who):
        if self.is_active(who):
            self.do(groups.leave, me=self.people[who])

    @rule(hours=st.sampled_from([1, 26, 80]))
    def let_pass(self, hours):
        """Time goes by, and the clock does what it does."""
        self.stage.frozen.shift(timedelta(hours=hours))
        for tick in (ending.end_asks, rounds.tell_of_asks, planning.owe_help_reminders):
            with transaction():
                tick()

    @some
    @rule(who=WHO, number=ANY)
    def look(self, who, number):
        """The page of an ask says how it stands, to those who may see it, and not whose it is where it has no name."""
        ask, me = self.one(number), self.people[who]
        if not self.is_active(who):
            return
        may, cut = self.is_for(me, ask), self.is_apart(me, ask)
        browser = self.stage.sign_in(db.session.get_one(Account, me.account_id))
        response = browser.get(f"/g/{self.group.slug}/board/asks/{ask.id}")
        assert response.status_code == (200 if may else 404)
        main = response.text.partition("<main")[2].partition("</main")[0]
        ask = db.session.get_one(Ask, ask.id, populate_existing=True)
        part = "asker" if ask.asker_id == me.id else "helper" if helping.holds(ask, me) and not cut else "other"
        if may:
            assert any(sentence in main for sentence in EXPLAINED[part]), (part, ask.state, main)
        if part == "other" and ask.unnamed:
            assert self.people[self.number_of(ask.asker_id)].name not in main

    def is_active(self, at):
        return db.session.get_one(Membership, self.people[at].id).state is MembershipState.ACTIVE

    def number_of(self, membership_id):
        return next(at for at, one in enumerate(self.people) if one.id == membership_id)

    def is_for(self, me, ask):
        """Whether it is for these eyes, blocks aside: in plain words of the product."""
        asker, at = self.number_of(ask.asker_id), self.number_of(me.id)
        chosen = set(db.session.scalars(select(Chosen.membership_id).where(Chosen.ask_id == ask.id)))
        for_them = {
            Eyes.GROUP: True,
            Eyes.MET: {asker, at} <= self.met,
            Eyes.CHOSEN: me.id in chosen,
            Eyes.FACILITATORS: at == 0,
        }[ask.eyes]
        helps = any(one.helper_id == me.id and one.state in HOLDING for one in ask.helps)
        return me.id == ask.asker_id or for_them or helps

    def is_apart(self, me, ask):
        """Whether a block stands between them, and it had not ended by then."""
        blocks = db.session.scalars(select(Block)).all()
        between = [one for one in blocks if {one.blocker_id, one.blocked_id} == {me.id, ask.asker_id}]
        return any(ask.closed_at is None or ask.closed_at > one.created_at for one in between)

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

    @invariant()
    def letters_of_asks_go_to_who_may_see_them(self):
        if not hasattr(self, "group"):
            return
        mine = {one.account_id: one for one in self.people}
        owed = select(Letter).where(Letter.kind == "ask-posted", Letter.recipient_id.in_(mine))
        batch = list(db.session.scalars(owed))
        said = ask_posted(batch) if batch else {}
        for letter in batch:
            if letter.id in said:
                ask, me = db.session.get_one(Ask, letter.about_id), mine[letter.recipient_id]
                assert ask.state in RUNNING
                assert me.id != ask.asker_id
                assert self.is_for(me, ask)
                assert not self.is_apart(me, ask)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_whatever_people_do_the_promises_hold(app, frozen, sign_in):
    Board.stage = SimpleNamespace(frozen=frozen, sign_in=sign_in)
    run_state_machine_as_test(
        Board,
        settings=settings(
            max_examples=MANY,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
