"""Places in a group: what holds whatever people do, in whatever order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups import founding, joining, places, queries, service
from supportgroup.groups.founding import Charter
from supportgroup.groups.models import Joining, MembershipState, Role, Visibility
from tests.factories import make_account, make_group, make_membership

PEOPLE = 5
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "come back", "withdraw", "remove", "yes", "no", "open", "ask", "size"]),
        st.integers(0, PEOPLE - 1),
    ),
    max_size=30,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_place_is_given_twice_and_nobody_waits_while_one_is_free(app, steps):
    with transaction():
        group = make_group(size_limit=3)
        ada = make_membership(group, make_account("Ada"), role=Role.FACILITATOR)
        accounts = [make_account(f"Guest{number}") for number in range(PEOPLE)]
    removed = set()
    for step, number in steps:
        with transaction():
            take(step, group, ada, accounts[number], number)
        held = queries.size(group.id)
        waiting = queries.members(group.id, MembershipState.WAITING)
        assert held <= 5
        assert not waiting or held >= group.size_limit
        mine = queries.place(group.id, accounts[number].id)
        if step == "remove" and mine is not None and mine.state is MembershipState.REMOVED:
            removed.add(number)
        for gone in removed:
            assert queries.place(group.id, accounts[gone].id).state is MembershipState.REMOVED
    assert ada.is_facilitator
    db.session.expire_all()


def take(step, group, ada, account, number):
    """One thing that somebody does; what is refused changes nothing."""
    mine = queries.place(group.id, account.id)
    try:
        if step == "join":
            joining.join(group_id=group.id, account=account, wish=joining.Wish(name="Guest", agreement_version=1))
        elif step in ("open", "ask"):
            queries.locked_group(group.id).joining = Joining.OPEN if step == "open" else Joining.APPLICATION
        elif step == "size":
            charter = charter_of(group, size_limit=3 + number % 3)
            if charter.size_limit >= group.size_limit:
                founding.change_group(by=ada, charter=charter)
        elif mine is not None and step in ("yes", "no"):
            joining.answer_application(by=ada, membership_id=mine.id, accept=step == "yes")
        elif mine is not None and step == "remove":
            service.remove_member(by=ada, membership_id=mine.id)
        elif mine is not None:
            {"leave": service.leave, "come back": service.come_back, "withdraw": service.withdraw}[step](mine)
    except Refused:
        return


def charter_of(group, **changes):
    """The group as it is, with these changes."""
    names = [name for name in Charter.__dataclass_fields__ if name not in ("topics", "agreement")]
    as_it_is = {name: getattr(group, name) for name in names}
    return Charter(**{**as_it_is, "topics": [], "agreement": queries.agreement(group.id).text, **changes})


def test_the_line_moves_in_the_order_people_came(app, frozen):
    with transaction():
        group = make_group(size_limit=2, visibility=Visibility.LISTED)
        ben, cleo = make_membership(group, make_account("Ben")), make_membership(group, make_account("Cleo"))
        line = [make_account(name) for name in ("Dan", "Eve", "Fay")]
        for account in line:
            frozen.shift(1)
            joining.join(group_id=group.id, account=account, wish=joining.Wish(name="G", agreement_version=1))
    with transaction():
        service.leave(ben)
    with transaction():
        service.leave(cleo)

    states = [queries.place(group.id, account.id).state for account in line]
    assert states == [MembershipState.ACTIVE, MembershipState.ACTIVE, MembershipState.WAITING]
    with transaction():
        places.fill_places(queries.locked_group(group.id))
    assert queries.size(group.id) == 2
