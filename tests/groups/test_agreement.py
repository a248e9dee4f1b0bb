"""What people agree to: read before joining, accepted again when it changes; and what they say yes to being kept."""

from datetime import timedelta
from hashlib import sha256

from supportgroup import clock
from supportgroup.db import db, transaction
from supportgroup.groups import founding
from supportgroup.groups.defaults import CONSENT_VERSION, CONSENTS
from supportgroup.groups.models import Membership
from tests.groups.steps import account_behind, fill_in, place_of
from tests.post import deliver_due, text_of


def change_agreement(group, ada, text):
    with transaction():
        founding.set_agreement(group, ada, text)


def test_members_hear_that_it_changed_and_accept_it_again(group, ada, ben, cleo, browser_of, postbox):
    change_agreement(group, ada, "We also keep phones in our pockets.")
    deliver_due()

    (letter,) = postbox.to(account_behind(ben).email)
    assert letter["Subject"] == "Blue: the agreement has changed"
    assert "phones" not in text_of(letter)
    assert not postbox.to(account_behind(ada).email)
    home = browser_of(ben).get(f"/g/{group.slug}").text
    assert "The agreement has changed since you read it." in home
    assert "phones in our pockets" in home

    assert browser_of(ben).post(f"/g/{group.slug}/agreement", data={"version": "2"}).status_code == 303
    assert db.session.get(Membership, ben.id).agreement_version == 2
    assert "The agreement has changed" not in browser_of(ben).get(f"/g/{group.slug}").text


def test_who_has_accepted_it_meanwhile_gets_no_letter(group, ada, ben, cleo, browser_of, postbox):
    change_agreement(group, ada, "We keep phones in our pockets.")
    browser_of(ben).post(f"/g/{group.slug}/agreement", data={"version": "2"})
    deliver_due()

    assert not postbox.to(account_behind(ben).email)
    assert len(postbox.to(account_behind(cleo).email)) == 1


def test_changed_twice_in_a_row_it_is_one_letter(group, ada, ben, browser_of, postbox):
    change_agreement(group, ada, "First.")
    change_agreement(group, ada, "Second.")
    deliver_due()

    assert len(postbox.to(account_behind(ben).email)) == 1


def test_nobody_joins_without_saying_yes_to_what_is_kept(group, ada, dan, browser_of):
    page = browser_of(dan).get(f"/g/{group.slug}/join").text
    assert "What is kept, and for whom" in page
    assert "You can take this back at any time by leaving the group" in page.replace("\n", " ")

    fields = fill_in()
    del fields["consent"]
    answer = browser_of(dan).post(f"/g/{group.slug}/join", data=fields)
    assert answer.status_code == 422
    assert "Without your yes nothing about you is kept here." in answer.text
    assert place_of(group, dan) is None


def test_when_and_to_which_words_they_said_yes_is_kept(group, ada, dan, browser_of):
    before = clock.now()
    assert browser_of(dan).post(f"/g/{group.slug}/join", data=fill_in()).status_code == 303

    mine = place_of(group, dan)
    assert mine.consent_version == CONSENT_VERSION
    assert before <= mine.consented_at <= before + timedelta(minutes=1)
    assert mine.said_age == 18


# What people say yes to, word by word. Whoever changes a text adds a version; the ones before stay, for those who said
# yes to them.
WORDS = {1: "06c1acbbd9f3de5f"}


def test_another_text_is_another_version():
    found = {version: sha256(text.encode()).hexdigest()[:16] for version, text in CONSENTS.items()}
    assert found == WORDS


def test_the_age_is_the_operators_choice(make_app, databases):
    url = databases.copy()
    for age, said in (("16", "I am 16 or older"), ("0", None)):
        page = make_app(url, MIN_AGE=age).test_client().get("/sign-up").text
        assert ("or older" in page) is bool(said)
        assert said is None or said in page
