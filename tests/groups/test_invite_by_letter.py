"""An invitation that we pass on to an address: it names nothing, admits its owner alone, tells nobody who that is."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.queries import account_of
from supportgroup.db import db, transaction
from supportgroup.groups.models import Invitation, Joining, MembershipState, Role, Visibility
from supportgroup.mail.models import Letter, LetterState
from supportgroup.mail.passing_on import stopping_token
from supportgroup.privacy import erasing, retention
from supportgroup.privacy.parts.account import invited
from supportgroup.safety.models import Block
from supportgroup.secrets import token_of
from tests.counting import count_queries
from tests.factories import make_account, make_group, make_membership
from tests.groups.steps import account_behind, fill_in, place_of, press_the_link
from tests.post import deliver_due, text_of

GUEST = "guest@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _unlisted(frozen, change):
    change(visibility=Visibility.UNLISTED, joining=Joining.APPLICATION, slug="0123456789abcdef")


@pytest.fixture
def invite(ada, browser_of):
    """`invite("guest@example.org")`: Ada types an address and presses; what she is answered."""

    def invite(email=GUEST, by=ada):
        return browser_of(by).post(f"/g/{by.group.slug}/manage/invitations/by-letter", data={"email": email})

    return invite


def the_invitation():
    db.session.expire_all()
    return db.session.scalars(select(Invitation)).one()


def links_of(letter):
    """The link of a letter, and the one that stops such letters. There is no other."""
    link, stop = re.findall(r"https?://[^/\s]+(/\S+)", text_of(letter))
    assert stop in letter["List-Unsubscribe"]
    return link, stop


def test_ada_invites_an_address_and_its_owner_comes_in(client, group, invite, postbox):
    assert invite("  Guest@Example.ORG ").status_code == 303
    deliver_due()
    (letter,) = postbox.to(GUEST)
    for secret in (group.name, group.public_title, group.slug, "Ada", "Supportgroup"):
        assert secret not in letter.as_string() + text_of(letter)

    link, _ = links_of(letter)
    page = client.get(link)
    assert "You are invited" in page.text
    assert GUEST not in page.text
    assert client.post(link, data=fill_in(zone="Europe/Paris", email="other@example.org")).status_code == 200
    deliver_due()
    assert press_the_link(client, postbox.to(GUEST)[1]) == f"/g/{group.slug}"

    assert place_of(group, account_of(GUEST)).state is MembershipState.ACTIVE
    assert account_of("other@example.org") is None
    assert the_invitation().email_sealed is None
    assert client.get(link).status_code == 404


def test_it_is_for_that_address_alone(group, invite, dan, browser_of):
    invite()
    link, browser = f"/i/{the_invitation().token}", browser_of(dan)
    never = browser.get(f"/i/{token_of('invitation', group.id)}")
    for answer in (browser.get(link), browser.post(link, data=fill_in())):
        assert (answer.status_code, len(answer.text)) == (404, len(never.text))

    assert place_of(group, dan) is None
    assert the_invitation().uses == 0


def test_an_account_whose_address_moved_on_before_the_second_letter_was_opened_is_not_let_in(
    client, group, invite, dan, postbox
):
    invite(dan.email)
    deliver_due()
    client.post(f"/i/{the_invitation().token}", data=fill_in(zone="UTC"))
    deliver_due()
    letter = postbox.to(dan.email)[-1]
    with transaction():
        dan.email = "moved@example.org"
    press_the_link(client, letter)

    assert place_of(group, dan) is None
    assert the_invitation().uses == 0


def test_who_has_an_account_is_in_at_once_and_reads_in_their_own_language_without_names(
    group, invite, dan, browser_of, postbox
):
    with transaction():
        dan.language, dan.full_letters = "de", True
    invite(dan.email)
    deliver_due()
    (letter,) = postbox.to(dan.email)
    assert letter["From"].addresses[0].display_name == "Reminder"
    assert letter["Subject"] == "Eine Einladung, an dich weitergegeben"
    link, _ = links_of(letter)
    assert browser_of(dan).post(link, data=fill_in()).location == f"/g/{group.slug}"

    assert place_of(group, dan).state is MembershipState.ACTIVE


def test_who_has_no_account_is_written_to_in_the_language_of_who_invites(ada, invite, postbox):
    with transaction():
        account_behind(ada).language = "es"
    invite()
    deliver_due()

    assert postbox.to(GUEST)[0]["Subject"] == "Una invitación que te transmitimos"


def test_nothing_is_passed_on_at_night(invite, postbox, frozen):
    frozen.shift(timedelta(hours=10))
    invite()
    deliver_due()
    assert not postbox

    frozen.shift(timedelta(hours=11))
    deliver_due()
    assert postbox.to(GUEST)


@pytest.fixture
def unreached(group, ada, ben, dan, client):
    """Addresses that get no letter: of a member, of who was removed, who blocked Ada, who stopped these, who pauses."""
    with transaction():
        eve = make_account("Eve")
        make_membership(group, dan, state=MembershipState.REMOVED)
        left = make_membership(group, eve, state=MembershipState.LEFT, ended_at=clock.now())
        db.session.add(Block(blocker_id=left.id, blocked_id=ada.id, created_at=clock.now()))
        paused = make_account("Cleo", paused_until=clock.now() + timedelta(days=30))
    stopped = "stopped@example.org"
    client.post(f"/mail/stop/passed-on/{stopping_token(stopped)}", data=ONE_CLICK)
    return [account_behind(ben).email, dan.email, eve.email, paused.email, stopped]


def test_who_invites_is_told_the_same_for_the_same_work_whoever_has_the_address(unreached, ada, browser_of, postbox):
    path, browser = f"/g/{ada.group.slug}/manage/invitations", browser_of(ada)
    told = set()
    for email in [GUEST, *unreached]:
        with count_queries() as asked:
            answer = browser.post(f"{path}/by-letter", data={"email": email})
        page = re.sub(r'(nonce|value)="[^"]*"', "", browser.get(path).text)
        cards = re.findall(r'<li class="card.*?</li>', page, re.DOTALL)
        (mine,) = [card for card in cards if email in card]
        same = re.sub(r"[0-9a-f-]{36}", "", mine.replace(email, "")), tuple(re.sub(r"\s+", " ", one) for one in asked)
        told.add((answer.status_code, answer.location, *same))
    deliver_due()

    assert len(told) == 1
    assert [letter["To"] for letter in postbox] == [GUEST]


def test_one_press_stops_what_anybody_asks_us_to_pass_on_for_good(app, client, invite, ada, postbox):
    invite()
    deliver_due()
    _, stop = links_of(postbox.to(GUEST)[0])
    for _ in range(3):
        assert client.get(stop).status_code == 200
    assert client.post(stop, data={"something": "else"}).status_code == 400
    assert client.post(f"{stop}x", data=ONE_CLICK).status_code == 404
    for _ in range(2):
        assert client.post(stop, data=ONE_CLICK).status_code == 200

    with transaction():
        elsewhere = make_membership(make_group(), make_account("Eve"), role=Role.FACILITATOR)
    invite()
    invite(by=elsewhere)
    deliver_due()
    assert len(postbox) == 1


def test_one_address_gets_three_in_a_week_and_nobody_is_told_that_it_had_them(invite, postbox):
    answers = {invite().headers["Location"] for _ in range(5)}
    deliver_due()

    assert len(answers) == 1
    assert len(postbox) == 3


def test_twenty_invitations_a_day_of_either_sort_are_enough(ada, group, invite, browser_of):
    for number in range(19):
        assert invite(f"guest{number}@example.org").status_code == 303
    path = f"/g/{group.slug}/manage/invitations"
    assert browser_of(ada).post(path, data={"days": "7", "uses": "1"}).status_code == 303

    answer = invite()
    assert answer.status_code == 422
    assert "Tomorrow you can make more" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 20


def test_an_address_that_is_none_is_said_and_a_link_can_still_be_made(invite):
    answer = invite("not an address")

    assert answer.status_code == 422
    assert "Make a link" in answer.text


def test_revoked_it_is_not_sent_and_the_address_is_forgotten(ada, group, invite, browser_of, postbox):
    invite()
    made = the_invitation()
    browser_of(ada).post(f"/g/{group.slug}/manage/invitations/{made.id}/revoke")
    deliver_due()

    assert not postbox
    assert db.session.scalars(select(Letter.state)).all() == [LetterState.DROPPED]
    assert the_invitation().email_sealed is None
    assert the_invitation().email_index is None


def test_over_it_admits_nobody_and_the_address_is_forgotten(client, invite, frozen):
    invite()
    frozen.shift(timedelta(days=7))
    assert client.get(f"/i/{the_invitation().token}").status_code == 404
    with transaction():
        retention.let_go_of_old()

    assert the_invitation().email_sealed is None


def test_who_takes_their_data_along_reads_that_they_are_invited_and_who_goes_is_forgotten(
    invite, dan, tmp_path, client
):
    invite(dan.email)
    assert invited(dan) == [{"invited by letter": clock.now(), "good until": clock.now() + timedelta(days=7)}]
    link = f"/i/{the_invitation().token}"
    with transaction():
        erasing.erase_account(dan.id, tmp_path / "erased")

    assert the_invitation().email_sealed is None
    assert client.get(link).status_code == 404


def test_another_facilitator_sees_that_somebody_is_invited_and_not_whom(group, ada, invite, browser_of):
    with transaction():
        other = make_membership(group, make_account("Cleo"), role=Role.FACILITATOR)
    invite()
    path = f"/g/{group.slug}/manage/invitations"

    assert GUEST in browser_of(ada).get(path).text
    seen = browser_of(other).get(path).text
    assert GUEST not in seen
    assert "By a letter, until" in seen


def test_a_poster_carries_no_link_that_is_somebodys(group, ada, invite, browser_of):
    invite()

    assert "/i/" not in browser_of(ada).get(f"/g/{group.slug}/poster").text
