"""A board on which anyone does anything, and its promises told once more, in plain words of the product."""

from datetime import timedelta
from types import SimpleNamespace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import delete, select

from supportgroup.accounts.models import Account
from supportgroup.board import digest, ending, listening, planning, rounds
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import Ask, AskState, Chosen, Eyes, HelpState
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import service as groups
from supportgroup.groups.models import AsksByMail, Group, Joining, Membership, MembershipState, Role
from supportgroup.mail.models import Letter
from supportgroup.safety import service as safety
from supportgroup.safety.models import Block, Hiding, Mute
from tests.conftest import NOON
from tests.factories import make_account, make_group, make_meeting, make_membership, make_presence

PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)
ANY = st.integers(0, 99)
TICKS = (
    ending.end_asks,
    rounds.tell_of_asks,
    listening.find_listeners,
    planning.owe_help_reminders,
    digest.owe_digests,
)
HOLDING = (HelpState.ACCEPTED, HelpState.DONE, HelpState.NOT_DONE)


class Circle(RuleBasedStateMachine):
    """Five people in a group; Ada, the first of them, facilitates. They come and go, and out of each other's sight."""

    stage: SimpleNamespace  # the app's clock and browsers, while the test runs

    @initialize(
        met=st.sets(WHO, max_size=3),
        listeners=st.sets(WHO, max_size=2),
        by_mail=st.lists(st.sampled_from([AsksByMail.AT_ONCE, AsksByMail.AT_ONCE, AsksByMail.DAILY]), min_size=PEOPLE),
    )
    def begin(self, met, listeners, by_mail):
        self.stage.frozen.move_to(NOON)
        with transaction():
            self.group = make_group(joining=Joining.INVITATION)
            self.people = [
                make_membership(
                    self.group, make_account(f"P{at}x"), asks_by_mail=by_mail[at], can_listen=at in listeners
                )
                for at in range(PEOPLE)
            ]
            self.people[0].role = Role.FACILITATOR
            meeting = make_meeting(self.group)
            for at in met:
                make_presence(meeting, self.people[at])
        self.met = met

    def teardown(self):
        """The next story begins in an empty house."""
        with transaction():
            db.session.execute(delete(Letter))
            db.session.execute(delete(Group))
            db.session.execute(delete(Account))
        db.session.expunge_all()

    def do(self, what, **more):
        """One press, a second after the last. Being refused is fine, and changes nothing."""
        self.stage.frozen.shift(timedelta(seconds=1))
        try:
            with transaction():
                return what(**more)
        except Refused:
            db.session.expire_all()
            return None

    @rule(who=WHO, per_week=st.integers(0, 2))
    def set_limit(self, who, per_week):
        self.do(set_wish, account_id=self.people[who].account_id, per_week=per_week, resting_until=None)

    @rule(one=WHO, other=WHO, what=st.sampled_from([safety.block, safety.mute]))
    def block_or_mute(self, one, other, what):
        if one != other and self.is_active(one):
            self.do(what, by=self.people[one].id, other=self.people[other].id)

    @rule(who=st.integers(1, PEOPLE - 1))
    def leave(self, who):
        if self.is_active(who) and sum(map(self.is_active, range(PEOPLE))) > 3:
            self.do(groups.leave, me=self.people[who])

    @rule(hours=st.sampled_from([1, 26, 80]))
    def let_pass(self, hours):
        """Time goes by, and the clock does what it does."""
        self.stage.frozen.shift(timedelta(hours=hours))
        for tick in TICKS:
            with transaction():
                tick()

    def asks(self):
        db.session.expire_all()
        return db.session.scalars(
            select(Ask).where(Ask.group_id == self.group.id).order_by(Ask.created_at, Ask.id)
        ).all()

    def open_page(self, who, path):
        """The status of a page for this person, and what stands on it between head and foot."""
        browser = self.stage.sign_in(db.session.get_one(Account, self.people[who].account_id))
        response = browser.get(path, follow_redirects=True)
        return response.status_code, response.text.partition("<main")[2].partition("</main")[0]

    def is_active(self, at):
        return db.session.get_one(Membership, self.people[at].id).state is MembershipState.ACTIVE

    def number_of(self, membership_id):
        return next(at for at, one in enumerate(self.people) if one.id == membership_id)

    def have_met(self, *members):
        return {self.number_of(one) for one in members} <= self.met

    def is_muted(self, me, other_id):
        return db.session.get(Mute, (me.id, other_id)) is not None

    def is_hidden(self, item_id):
        return db.session.scalars(select(Hiding).where(Hiding.item_id == item_id)).first() is not None

    def blocks_between(self, one_id, other_id):
        found = db.session.scalars(select(Block)).all()
        return [block for block in found if {block.blocker_id, block.blocked_id} == {one_id, other_id}]

    def helps_with(self, me, ask):
        return any(one.helper_id == me.id and one.state in HOLDING for one in ask.helps)

    def takes_part(self, me, ask):
        """The same; or they could help and wait for a word, or have had it while it goes on."""
        waits = (*HOLDING, HelpState.PROPOSED, HelpState.NOT_THIS_TIME)
        return any(one.helper_id == me.id and one.state in waits for one in ask.helps)

    def is_for(self, me, ask):
        """Whether an ask is for these eyes, blocks aside."""
        if me.id == ask.asker_id:
            return True
        if self.is_hidden(ask.id):
            return False
        chosen = set(db.session.scalars(select(Chosen.membership_id).where(Chosen.ask_id == ask.id)))
        for_them = {
            Eyes.GROUP: True,
            Eyes.MET: self.have_met(ask.asker_id, me.id),
            Eyes.CHOSEN: me.id in chosen,
            Eyes.FACILITATORS: self.number_of(me.id) == 0,
        }[ask.eyes]
        return for_them or self.takes_part(me, ask)

    def is_apart(self, me, ask):
        """Whether a block stands between them, and the ask had not ended by then."""
        blocks = self.blocks_between(me.id, ask.asker_id)
        return any(ask.closed_at is None or ask.closed_at > one.created_at for one in blocks)

    def hears_of(self, me, ask):
        """Whether their lists and letters tell of an ask: it is for their eyes, and not of whom they have muted."""
        if not self.is_for(me, ask) or self.is_apart(me, ask):
            return False
        return ask.unnamed or self.helps_with(me, ask) or not self.is_muted(me, ask.asker_id)

    def is_offered_to(self, me, offer):
        """Whether an offer of somebody else's is for these eyes."""
        if self.is_hidden(offer.id) or self.blocks_between(me.id, offer.by_id):
            return False
        if offer.to_id is not None:
            return offer.to_id == me.id
        return {
            Eyes.GROUP: True,
            Eyes.MET: self.have_met(offer.by_id, me.id),
            Eyes.FACILITATORS: self.number_of(me.id) == 0,
        }[offer.eyes]

    def is_covered_rightly(self, ask):
        return (ask.state is AskState.COVERED) == (ask.is_running and ask.places_left == 0)
