"""What is sealed opens only for us, only in its place; what is not ours opens never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportgroup.secrets import BadSeal, BadToken, Keyring, open_token, seal_token

OLD, NEW = b"o" * 32, b"n" * 32
SECRET = "s" * 40


@pytest.fixture(autouse=True)
def _keys(app):
    """The app's keyring is there."""


@given(text=st.text(), place=st.text())
def test_text_opens_in_its_place_and_nowhere_else(text, place):
    keyring = Keyring([SECRET], [NEW])
    sealed = keyring.seal(text, place)

    assert keyring.open(sealed, place) == text
    with pytest.raises(BadSeal):
        keyring.open(sealed, place + "x")
    assert len(text) < 8 or text.encode() not in sealed


def test_what_an_old_key_sealed_opens_until_that_key_is_taken_away():
    sealed = Keyring([SECRET], [OLD]).seal("Bread", "asks|title|1")

    assert Keyring([SECRET], [NEW, OLD]).open(sealed, "asks|title|1") == "Bread"
    with pytest.raises(BadSeal):
        Keyring([SECRET], [NEW]).open(sealed, "asks|title|1")


@given(content=st.binary(max_size=64))
def test_a_link_carries_its_content_for_its_purpose_only_and_is_the_same_each_time(content):
    token = seal_token("letter", content)

    assert open_token("letter", token) == content
    assert seal_token("letter", content) == token
    with pytest.raises(BadToken):
        open_token("stop", token)


@given(token=st.text(max_size=80))
def test_anything_else_is_no_link_whatever_its_shape(token):
    with pytest.raises(BadToken):
        open_token("letter", token)
