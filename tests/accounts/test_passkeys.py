"""Passkeys, with a device of our own that can be made to lie."""

import contextlib
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes

from supportgroup.accounts import passkeys
from supportgroup.accounts.models import Challenge, Passkey, SpareCode
from supportgroup.accounts.passkeys import Site
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from tests.accounts.authenticator import PRESENT, Device, text
from tests.accounts.conftest import another_browser, code_now, give_codes, is_in, new_letters
from tests.factories import make_account


def options(browser, path):
    answer = browser.post(f"{path}/options")
    assert answer.status_code == 200
    return answer.json


def add(browser, device):
    return browser.post("/me/ways/passkeys", data={"credential": device.make(options(browser, "/me/ways/passkeys"))})


def sign_in_by(browser, device, **more):
    answer = device.use(options(browser, "/sign-in/passkey"))
    return browser.post("/sign-in/passkey", data={"credential": answer, **more})


@pytest.fixture
def device(ada, sign_in):
    """Ada's, known to her account."""
    made = Device()
    assert "Your spare codes" in add(sign_in(ada), made).text
    return made


def test_a_passkey_signs_in_and_counts_as_both_steps(client, device, frozen):
    assert sign_in_by(client, device, next="/me").location == "/me"
    assert is_in(client)
    assert client.get("/me/email").status_code == 200


def test_it_is_told_by_letter_and_ends_other_sessions(ada, sign_in, postbox):
    browser, elsewhere = sign_in(ada), sign_in(ada)
    add(browser, Device())
    assert (is_in(browser), is_in(elsewhere)) == (True, False)
    assert "A passkey was added" in new_letters(postbox)[0].get_body(("plain",)).get_content()


def test_a_challenge_is_good_once_and_for_five_minutes(client, device, frozen):
    answer = device.use(options(client, "/sign-in/passkey"))
    assert client.post("/sign-in/passkey", data={"credential": answer}).status_code == 303
    thief = another_browser()
    options(thief, "/sign-in/passkey")
    assert thief.post("/sign-in/passkey", data={"credential": answer}).status_code == 409

    late = another_browser()
    answer = device.use(options(late, "/sign-in/passkey"))
    frozen.shift(timedelta(minutes=6))
    assert late.post("/sign-in/passkey", data={"credential": answer}).status_code == 409


def test_without_having_asked_nothing_is_accepted(client, device):
    answer = device.use({"challenge": "AAAA"})
    assert client.post("/sign-in/passkey", data={"credential": answer}).status_code == 409
    assert not is_in(client)


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"host": "evil.example"},
        {"count": -1},
        {"flags": 0},
        {"id": b"somebody-elses"},
    ],
)
def test_what_a_forger_says_is_refused(client, device, lie):
    sign_in_by(client, device)
    client.post("/sign-out")
    device.count += 5
    sign_in_by(client, device)
    client.post("/sign-out")
    vars(device).update(lie)
    assert sign_in_by(client, device).status_code == 409
    assert not is_in(client)


def test_another_key_under_the_same_name_is_refused(client, device):
    forger = Device()
    forger.id = device.id
    assert sign_in_by(client, forger).status_code == 409


def test_a_challenge_for_one_account_is_of_no_use_to_another(ada, sign_in, device):
    with transaction():
        ben = make_account("Ben")
    bens, hers = sign_in(ben), sign_in(ada)
    answer = device.use(options(bens, "/me/prove/passkey"))
    assert bens.post("/me/prove/passkey", data={"credential": answer}).status_code == 409

    answer = device.use(options(hers, "/me/prove/passkey"))
    assert hers.post("/me/prove/passkey", data={"credential": answer, "next": "/me/email"}).location == "/me/email"


def test_one_passkey_belongs_to_one_account(sign_in, device):
    with transaction():
        ben = make_account("Ben")
    assert add(sign_in(ben), device).status_code == 409
    assert db.session.scalars(select(Passkey.account_id)).all() != [ben.id]


def test_a_device_that_made_sure_of_nobody_is_one_step_only(ada, client, device, frozen):
    device.flags = PRESENT
    assert sign_in_by(client, device).status_code == 303
    assert client.get("/me/email").status_code == 303

    give_codes(ada)
    assert sign_in_by(another_browser(), device).status_code == 409


def test_there_are_ten_at_most(ada, sign_in, device):
    browser = sign_in(ada)
    prove = device.use(options(browser, "/me/prove/passkey"))
    browser.post("/me/prove/passkey", data={"credential": prove})
    for _ in range(9):
        add(browser, Device())
    assert browser.post("/me/ways/passkeys/options").status_code == 409


def test_the_last_one_takes_the_spare_codes_along(ada, sign_in, device, frozen):
    browser = sign_in(ada)
    browser.post("/me/prove/passkey", data={"credential": device.use(options(browser, "/me/prove/passkey"))})
    (one,) = db.session.scalars(select(Passkey)).all()
    assert browser.post(f"/me/ways/passkeys/{one.id}/remove").status_code == 303

    assert db.session.scalars(select(Passkey)).all() == []
    assert db.session.scalars(select(SpareCode)).all() == []
    assert sign_in_by(another_browser(), device).status_code == 409


def test_nobody_removes_what_is_not_theirs(ada, sign_in, device):
    with transaction():
        ben = make_account("Ben")
    (one,) = db.session.scalars(select(Passkey)).all()
    sign_in(ben).post(f"/me/ways/passkeys/{one.id}/remove")
    assert len(db.session.scalars(select(Passkey)).all()) == 1


def test_with_codes_on_spare_codes_stay_as_they_are(ada, sign_in, frozen):
    give_codes(ada)
    browser = sign_in(ada)
    browser.post("/me/prove", data={"code": code_now()})
    assert add(browser, Device()).location == "/me/ways"
    assert len(db.session.scalars(select(SpareCode)).all()) == 10


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "rawId", "type", "response", "x"]) | st.text(max_size=5), inner, max_size=5
        )
    ),
    max_leaves=15,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=JSON | st.binary(max_size=40).map(lambda raw: {"id": "AAAA", "response": {"clientDataJSON": raw.hex()}}))
def test_an_answer_of_any_shape_is_refused_and_breaks_nothing(ada, said):
    site = Site("http://127.0.0.1:8000", "Supportgroup")
    for answer in (json.dumps(said), "[" * 5000, "nonsense"):
        with pytest.raises(Refused):
            passkeys.use(site, content=b"x" * 32, answer=answer)
        with pytest.raises(Refused):
            passkeys.add(site, ada, content=b"x" * 32, answer=answer, device="Firefox")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(min_value=0), byte=st.integers(min_value=1, max_value=255), inside=st.booleans())
def test_one_wrong_byte_in_an_answer_breaks_nothing(ada, at, byte, inside):
    site, said = Site("http://127.0.0.1:8000", "Supportgroup"), json.loads(Device().make({"challenge": "AAAA"}))
    name = "attestationObject" if inside else "clientDataJSON"
    raw = bytearray(base64url_to_bytes(said["response"][name]))
    raw[at % len(raw)] ^= byte
    said["response"][name] = text(bytes(raw))
    with contextlib.suppress(Refused):  # a byte of the key itself gives another key, and that is one too
        passkeys.add(site, ada, content=bytes(3), answer=json.dumps(said), device="Firefox")
    db.session.rollback()


def test_asking_for_challenges_has_a_limit_and_unused_ones_go(client, frozen):
    answers = [client.post("/sign-in/passkey/options").status_code for _ in range(70)]
    assert answers.count(200) == 60
    assert len(db.session.scalars(select(Challenge)).all()) == 60
