"""Letters about a place in a group: discreet at first, and never a word of what somebody wrote or is called."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from supportgroup import clock
from supportgroup.groups import queries
from supportgroup.groups.defaults import ANSWER_PROMISED
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, drop, owe

FIRST, AGAIN = 0, 1  # of a letter about an application: its about_version
ANSWERED, LAPSED = 0, 1  # of a letter that answers one
RESTS, AWAKE = 0, 1  # of a letter about the group as a whole
ENDED, IN_A_WEEK = 0, 1  # of a letter about the end of a place
ASKED, GLAD = 0, 1  # of a letter about a second facilitator
WEEK = timedelta(days=7)
SOME_DAY = datetime(2027, 5, 12, 10, tzinfo=UTC)  # for samples


def owe_to_member(name: str, one: Membership, version: int = 0) -> None:
    """Owe a letter of this kind about somebody's own place, now."""
    now = clock.now()
    letter = Owed(
        recipient_id=one.account_id,
        about_id=one.id,
        about_version=version,
        occasion=f"{one.id.hex}:{now.timestamp():.0f}",
        due_at=now,
        scope_id=one.group_id,
    )
    owe(name, [letter])


def owe_application(one: Membership, version: int) -> None:
    """Owe the facilitators a letter about an application: the first, or the reminder."""
    now = clock.now()
    owe(
        "application-received",
        [
            Owed(
                recipient_id=facilitator.account_id,
                about_id=one.id,
                about_version=version,
                occasion=f"{one.id.hex}:{one.applied_at:%Y%m%d%H%M%S}:{version}",
                due_at=now,
                scope_id=one.group_id,
            )
            for facilitator in queries.on_duty(one.group_id)
        ],
    )


def owe_notice(name: str, group: Group, accounts: Iterable[UUID], *, version: int = 0) -> None:
    """Owe these accounts a letter about the group as a whole, now."""
    now = clock.now()
    owe(
        name,
        [
            Owed(
                recipient_id=account_id,
                about_id=group.id,
                about_version=version,
                occasion=f"{group.id.hex}:{now.timestamp():.0f}",
                due_at=now,
                scope_id=group.id,
            )
            for account_id in accounts
        ],
    )


def owe_rest(group: Group, members: Iterable[Membership]) -> None:
    """Let these members know that the group rests."""
    owe_notice("group-notice", group, [one.account_id for one in members], version=RESTS)


def owe_waking(group: Group, members: Iterable[Membership]) -> None:
    """Let them know that it goes on; who has not heard of the rest yet hears of neither."""
    if drop("awake again", kinds=["group-notice"], about_id=group.id):
        return
    owe_notice("group-notice", group, [one.account_id for one in members], version=AWAKE)


def owe_agreement(group: Group, version: int, *, without: Membership) -> None:
    """Let the group's members know that its agreement has changed; letters about an older version are dropped."""
    drop("changed again", kinds=["agreement-changed"], about_id=group.id)
    letters = [
        Owed(
            recipient_id=one.account_id,
            about_id=group.id,
            about_version=version,
            occasion=f"{group.id.hex}:{version}",
            due_at=clock.now(),
            scope_id=group.id,
        )
        for one in queries.members(group.id)
        if one.id != without.id
    ]
    owe("agreement-changed", letters)


def drop_application(one: Membership) -> None:
    """Nobody needs to be told of this application any more."""
    drop("answered", kinds=["application-received"], about_id=one.id)


def drop_notice(group: Group) -> None:
    """Somebody looks after the group again."""
    drop("taken over", kinds=["stepping-down", "group-notice"], about_id=group.id)


@kind(
    "application-received",
    lateness=WEEK,
    preference="membership",
    samples=[{"again": False, "by": SOME_DAY}, {"again": True, "by": SOME_DAY}],
)
def application_received(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody would like to join. Left out: answered, or the reader does not look after the group any more."""
    applications = queries.memberships([letter.about_id for letter in letters])
    readers = readers_of(letters)
    found = {}
    for letter in letters:
        one, me = applications.get(letter.about_id), readers.get(letter.id)
        looks = me is not None and me.is_facilitator and not me.takes_a_break
        if one and me and looks and one.state is MembershipState.APPLIED and one.applied_at:
            more = {"again": letter.about_version == AGAIN, "by": one.applied_at + ANSWER_PROMISED}
            found[letter.id] = says("applications", me, more)
    return found


@kind(
    "application-answered",
    lateness=WEEK,
    preference="membership",
    while_resting=True,  # somebody waits who cannot know of it
    samples=[{"answer": "yes"}, {"answer": "waiting"}, {"answer": "no"}, {"answer": "nobody"}],
)
def application_answered(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What became of an application. Left out: the applicant has left, or applied anew."""
    found = {}
    applications = queries.memberships([letter.about_id for letter in letters])
    for letter in letters:
        one = applications.get(letter.about_id)
        answers = {
            MembershipState.ACTIVE: "yes",
            MembershipState.WAITING: "waiting",
            MembershipState.DECLINED: "nobody" if letter.about_version == LAPSED else "no",
        }
        if one and one.state in answers:
            answer = answers[one.state]
            where = "place" if answer in ("yes", "waiting") else "groups"
            found[letter.id] = says(where, one, {"answer": answer})
    return found


@kind("welcome", lateness=WEEK, preference="membership", samples=[{}])
def welcome(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """You are in; this is what letters call it."""
    return to_members(letters, "place")


@kind("place-in-group", lateness=WEEK, preference="membership", samples=[{}])
def place_in_group(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A place became free, and it is yours."""
    return to_members(letters, "place")


@kind("membership-ended", lateness=WEEK, preference=None, samples=[{"soon": False}, {"soon": True}])
def membership_ended(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The facilitators have ended somebody's place; or two of them want it to end in a week. Left out: not any more."""
    ended = queries.memberships([letter.about_id for letter in letters])
    found = {}
    for letter in letters:
        one, soon = ended.get(letter.about_id), letter.about_version == IN_A_WEEK
        if one and soon and one.is_facilitator:
            found[letter.id] = says("members", one, {"soon": True})
        elif one and not soon and one.state is MembershipState.REMOVED:
            found[letter.id] = says("groups", one, {"soon": False})
    return found


@kind("stepping-down", lateness=WEEK, preference="membership", samples=[{"until": SOME_DAY}])
def stepping_down(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Nobody will look after the group from a day on, unless somebody takes over. To its members, and the operators."""
    readers = readers_of(letters)
    groups = queries.groups([letter.about_id for letter in letters])
    found = {}
    for letter in letters:
        group, me = groups.get(letter.about_id), readers.get(letter.id)
        if group and group.state is GroupState.ACTIVE and group.rests_at:
            more = {"until": group.rests_at}
            found[letter.id] = says("members", me, more) if me else Says(link=link("groups"), more=more)
    return found


@kind("second-asked", lateness=WEEK, preference="membership", samples=[{"glad": False}, {"glad": True}])
def second_asked(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Would you look after the group, too? And to who asked: somebody would be glad to. Left out: it is settled."""
    readers, found = readers_of(letters), {}
    for letter in letters:
        me, glad = readers.get(letter.id), letter.about_version == GLAD
        looks = me is not None and me.is_facilitator and not me.takes_a_break
        if me and glad and looks and any(one.glad_at for one in queries.members(me.group_id)):
            found[letter.id] = says("second", me, {"glad": True})
        elif me and not glad and not me.is_facilitator and me.group.second_asked_at:
            found[letter.id] = says("second", me, {"glad": False})
    return found


@kind(
    "group-notice",
    lateness=WEEK,
    preference="membership",
    while_resting=True,
    samples=[{"awake": False, "looked_after": False}, {"awake": False, "looked_after": True}, {"awake": True}],
)
def group_notice(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The group rests now, or goes on."""
    readers, found = readers_of(letters), {}
    for letter in letters:
        me, awake = readers.get(letter.id), letter.about_version == AWAKE
        if me and me.group.state is (GroupState.ACTIVE if awake else GroupState.RESTING):
            more = {"awake": awake, "looked_after": not awake and bool(queries.facilitators(me.group_id))}
            found[letter.id] = says("members", me, more)
    return found


@kind("agreement-changed", lateness=WEEK, preference="membership", samples=[{}])
def agreement_changed(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The agreement reads differently now. Left out: the reader has accepted it already."""
    readers = readers_of(letters)
    return {
        letter.id: says("agreement", me)
        for letter in letters
        if (me := readers.get(letter.id)) and me.agreement_version < letter.about_version
    }


def to_members(letters: Sequence[Letter], leads_to: str) -> Mapping[int, Says]:
    """Letters about the reader's own place; left out where it has ended meanwhile."""
    found = queries.memberships([letter.about_id for letter in letters])
    return {
        letter.id: says(leads_to, one)
        for letter in letters
        if (one := found.get(letter.about_id)) and one.state is MembershipState.ACTIVE
    }


def readers_of(letters: Sequence[Letter]) -> dict[int, Membership]:
    """Each recipient's active place in the group the letter belongs to."""
    found = queries.places([letter.scope_id for letter in letters], [letter.recipient_id for letter in letters])
    return {
        letter.id: me
        for letter in letters
        if letter.scope_id and letter.recipient_id and (me := found.get((letter.scope_id, letter.recipient_id)))
    }


def says(leads_to: str, one: Membership, more: Mapping[str, object] | None = None) -> Says:
    """What a letter to this member says: its link leads to a page of their group."""
    rows = () if leads_to == "groups" else (one.group_id,)
    return Says(link=link(leads_to, *rows), cover=one.cover_word, group=one.group.name, more=more or {})
