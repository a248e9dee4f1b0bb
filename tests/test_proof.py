"""What could be turned against people asks who sits there, on every route where it has to (T20)."""

from datetime import timedelta

import pytest

from supportgroup import clock
from supportgroup.accounts.models import Passkey
from supportgroup.db import db, transaction
from tests.sweeps.test_roles import methods, only, rules
from tests.sweeps.world import changed, make_world, taken_back

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # a door has no engine

# Whoever signed in or showed it again within 15 minutes may: address, password, second step, taking along, erasing,
# and what goes on telling after the phone is given back.
PROOF = only(
    "proof",
    "accounts.email accounts.undo_email accounts.set_password accounts.remove_password accounts.set_up_codes "
    "accounts.remove_codes accounts.new_spare_codes accounts.add_passkey accounts.new_passkey_options "
    "accounts.remove_passkey accounts.name_in_letters privacy.ask_for_copy privacy.download privacy.erase "
    "privacy.erase_in_group meetings.my_calendar meetings.open_feed reflections.export reflections.erase_all "
    "safety.avoid safety.avoid_no_more",
)
# What only facilitators and operators can do; they need a second step, once their 14 days are over.
POWERS = only(
    "powers",
    "groups.remove groups.keep_facilitator groups.make_facilitator moderation.queue moderation.look "
    "moderation.answer moderation.hand_over moderation.hide moderation.show moderation.why "
    "moderation.operator_queue moderation.operator_look moderation.operator_open moderation.operator_answer "
    "moderation.operator_hide moderation.operator_remove moderation.operator_hidden moderation.operator_keep "
    "moderation.operator_show moderation.operator_mail moderation.operator_mail_retry "
    "moderation.operator_mail_drop",
)


@pytest.fixture
def world(app):
    made = make_world()
    with transaction():
        for name in ("facilitator", "operator", "member"):
            account_id = made.accounts[name].id
            key = {"credential_id": account_id.bytes, "public_key": b"k", "sign_count": 0}
            db.session.add(Passkey(account_id=account_id, device="Firefox", created_at=clock.now(), **key))
    return made


GUARDS = {"proof_required", "second_factor_required"}


def guards(app, endpoint):
    """Which of the doors this view stands behind."""
    view, found = app.view_functions[endpoint], set()
    while view is not None:
        found.add(view.__code__.co_qualname.partition(".")[0])
        view = getattr(view, "__wrapped__", None)
    return found & GUARDS


def test_every_route_that_could_be_turned_against_people_stands_behind_a_door(app):
    behind = {rule.endpoint: guards(app, rule.endpoint) for rule in rules(app) if rule.endpoint in app.view_functions}
    assert {name for name, found in behind.items() if "proof_required" in found} == set(PROOF)
    assert {name for name, found in behind.items() if "second_factor_required" in found} == set(POWERS)


def asked(app, world, person):
    """The endpoints behind a door at which this person is asked to show who they are, before anything is done."""
    found, hasty = set(), []
    for rule in rules(app):
        for method in methods(rule) if rule.endpoint in {**PROOF, **POWERS} else ():
            with taken_back() as written:
                answer = world.browser(app, person).open(world.path(app, rule), method=method)
            if (answer.location or "").startswith("/me/prove"):
                found.add(rule.endpoint)
                hasty += [rule.endpoint] if changed(written) else []
    assert hasty == []
    return found


def test_a_link_alone_is_not_enough_for_who_has_a_passkey(app, world):
    for person in ("facilitator", "operator"):
        assert asked(app, world, person) == {*PROOF, *POWERS}


def test_after_a_quarter_of_an_hour_everybody_is_asked_for_what_is_their_own(app, frozen, world):
    frozen.shift(timedelta(minutes=16))
    assert asked(app, world, "applicant") == set(PROOF)
