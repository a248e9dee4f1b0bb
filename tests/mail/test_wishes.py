"""How somebody wants their letters, and that they come so."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from supportgroup.accounts import wishes
from supportgroup.accounts.models import Account, ReminderTime
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.mail.kinds import EVERYWHERE, PREFERENCES, How
from supportgroup.mail.links import link
from supportgroup.secrets import seal_token
from tests.factories import make_account, make_group
from tests.mail.conftest import fate
from tests.post import deliver_due, text_of


@pytest.fixture
def at_home(ben, sign_in):
    return sign_in(ben.account)


def the_form(page):
    """What a browser would send of the page's form as it stands."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in attributes or (attributes.get("type") in ("checkbox", "radio") and " checked" not in tag):
            continue
        fields.setdefault(attributes["name"], []).append(attributes.get("value", "y"))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        fields[name] = re.findall(r'<option selected value="([^"]*)"', options)
    fields.pop("csrf_token", None)
    return fields


def save(browser, path="/me/mail", **changes):
    form = {**the_form(browser.get(path).text), **changes}
    return browser.post(path, data={name: value for name, value in form.items() if value is not None})


def asks_in(ben):
    found = (
        select(Membership.asks_by_mail).where(Membership.account_id == ben.account.id).order_by(Membership.cover_word)
    )
    return list(db.session.scalars(found))


def test_at_first_others_asks_come_gathered_and_all_else_at_once(ben, at_home):
    assert wishes.preset_of(ben.account.id) == "mine"
    assert the_form(at_home.get("/me/mail").text)["preset"] == ["mine"]
    assert asks_in(ben) == [How.DAILY, How.DAILY]


def test_saving_the_page_as_it_is_changes_nothing(ben, at_home):
    before = db.session.execute(select(Account.__table__)).all()
    assert save(at_home).status_code == 303

    assert wishes.wishes(ben.account.id) == {}
    assert db.session.execute(select(Account.__table__)).all() == before


def test_meetings_only_is_one_press(ben, at_home, all_wanted, postbox):
    assert save(at_home, preset="meetings").status_code == 303
    reminder, changed = ben.owe("meeting-reminder"), ben.owe("meeting-changed")
    yes, question = ben.owe("ask-accepted"), ben.owe("meeting-follow-up")
    deliver_due()

    assert [fate(one) for one in (reminder, changed, yes, question)] == ["sent", "sent", "stopped", "stopped"]
    assert asks_in(ben) == [How.NEVER, How.NEVER]
    assert wishes.preset_of(ben.account.id) == "meetings"


def test_everything_is_one_press_and_holds_for_groups_joined_later(ben, at_home, postbox):
    save(at_home, preset="everything")
    assert asks_in(ben) == [How.AT_ONCE, How.AT_ONCE]

    with transaction():
        third = make_group()
    joined = at_home.post(f"/g/{third.slug}/join", data={"name": "Ben", "agree": "y", "consent": "y"})
    assert joined.status_code == 303
    assert set(asks_in(ben)) == {How.AT_ONCE}
    assert len(asks_in(ben)) == 3


@pytest.mark.parametrize("how", [How.DAILY, How.WEEKLY])
def test_what_can_wait_is_gathered_and_what_cannot_comes_at_once(ben, at_home, all_wanted, postbox, how):
    save(at_home, **{"ask-messages": str(how)})
    waits, urgent = ben.owe("ask-message"), ben.owe("ask-message", priority=1)
    deliver_due()

    assert (fate(waits), fate(urgent)) == (f"gathered-{how}", "sent")
    assert wishes.preset_of(ben.account.id) is None
    assert "mix of your own" in at_home.get("/me/mail").text


def test_one_group_can_differ(ben, at_home, all_wanted, postbox):
    path = f"/me/mail/groups/{ben.lamp.id}"
    assert save(at_home, path, **{"own-asks": "never", "asks-of-others": "at_once"}).status_code == 303
    here, there = ben.owe("ask-accepted", ben.lamp), ben.owe("ask-accepted", ben.blue)
    deliver_due()

    assert (fate(here), fate(there)) == ("stopped", "sent")
    assert asks_in(ben) == [How.DAILY, How.AT_ONCE]

    save(at_home, path, **{"own-asks": "as_everywhere"})
    again = ben.owe("ask-accepted", ben.lamp)
    deliver_due()
    assert fate(again) == "sent"


def test_a_sort_that_is_stopped_everywhere_can_come_in_one_group(ben, at_home, all_wanted, postbox):
    save(at_home, **{"asks-of-others": "never"})
    data = {"name": "Ben", "colour": "1", "cover_word": "Lamp", "asks_by_mail": "at_once"}
    at_home.post(f"/g/{ben.lamp.slug}/me", data=data)
    here, there = ben.owe("ask-posted", ben.lamp), ben.owe("ask-posted", ben.blue)
    deliver_due()

    assert (fate(here), fate(there)) == ("sent", "stopped")


def test_nobody_elses_group_has_a_page(ben, at_home):
    with transaction():
        other = make_group()

    assert at_home.get(f"/me/mail/groups/{other.id}").status_code == 404


def test_a_pause_lets_through_what_signs_in_and_nothing_is_sent_later(ben, at_home, all_wanted, postbox, frozen):
    assert save(at_home, paused_until="2027-05-20").status_code == 303
    assert db.session.get_one(Account, ben.account.id).paused_until == datetime(2027, 5, 19, 22, tzinfo=UTC)
    during, link_ = ben.owe("meeting-reminder"), ben.owe("sign-in", scope_id=None)
    deliver_due()
    frozen.move_to(datetime(2027, 5, 19, 22, 1, tzinfo=UTC))
    after = ben.owe("meeting-reminder")
    deliver_due()

    assert [fate(one) for one in (during, link_, after)] == ["paused", "sent", "sent"]


def test_a_pause_ends_when_its_day_is_taken_out(ben, at_home):
    save(at_home, paused_until="2027-05-20")
    save(at_home, paused_until="")
    assert db.session.get_one(Account, ben.account.id).paused_until is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paused_until": "2029-01-01"}, "Up to a year"),
        ({"quiet": "y", "quiet_from": "21:00", "quiet_until": "21:00"}, "same time"),
        ({"quiet": "y", "quiet_from": "21:00", "quiet_until": ""}, "from when and until when"),
        ({"letters_at": ""}, "at what time"),
        ({"own-asks": "often"}, "Choose one of these."),
        ({"preset": "all"}, "Choose one of these."),
        ({"reminders": ["7"]}, "Choose one of these."),
        ({"letters_on": "9"}, "Choose one of these."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(ben, at_home, changes, words):
    answer = save(at_home, **changes)

    assert answer.status_code == 422
    assert words in answer.text
    assert wishes.wishes(ben.account.id) == {}


def test_hours_are_kept(ben, at_home):
    save(at_home, quiet="y", quiet_from="22:00", quiet_until="07:30", letters_at="17:15", letters_on="2")

    account = db.session.get_one(Account, ben.account.id)
    assert (account.quiet_from, account.quiet_until) == (time(22), time(7, 30))
    assert (account.letters_at, account.letters_on) == (time(17, 15), 2)


def test_reminders_at_chosen_times_for_all_groups_and_others_for_one(ben, at_home):
    save(at_home, reminders=["1440", "15"])
    save(at_home, f"/me/mail/groups/{ben.lamp.id}", own_times="yes", reminders=["10080"])

    assert wishes.reminder_times(ben.account.id) == {EVERYWHERE: [1440, 15], ben.lamp.id: [10080]}
    save(at_home, f"/me/mail/groups/{ben.lamp.id}", own_times="no", reminders=["10080"])
    assert wishes.reminder_times(ben.account.id) == {EVERYWHERE: [1440, 15]}
    assert len(list(db.session.scalars(select(ReminderTime)))) == 2


def test_the_page_opens_from_a_letter_without_signing_in_and_tells_no_group(ben, client, all_wanted, postbox):
    ben.owe("meeting-reminder")
    deliver_due()
    path = re.search(r"Other letters, other times: http://[^/]*(/l/\S+)", text_of(postbox[0]))[1]
    page = client.get(path, follow_redirects=True)

    assert page.status_code == 200
    assert page.request.path.startswith("/mail/wishes/")
    assert ben.blue.name not in page.text
    assert ben.account.email not in page.text
    assert save(client, page.request.path, preset="meetings").status_code == 303
    assert wishes.preset_of(ben.account.id) == "meetings"
    assert client.get("/me/mail").status_code == 303
    assert client.get(f"/me/mail/groups/{ben.blue.id}").status_code == 303


@pytest.mark.parametrize("what", ["sign-in", "group"])
def test_another_links_token_opens_no_wishes(ben, client, what):
    token = link(what, ben.account.id).removeprefix("/l/")

    assert client.get(f"/mail/wishes/{token}").status_code == 404
    assert client.get("/mail/wishes/x").status_code == 404
    assert client.get(f"/mail/wishes/{seal_token('stop', ben.account.id.bytes)}").status_code == 404


@pytest.mark.parametrize("preference", sorted(PREFERENCES))
def test_one_press_in_a_mail_program_stops_that_sort_at_once(ben, client, preference):
    path = f"/mail/stop/{seal_token('stop', ben.account.id.bytes + preference.encode())}"
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert wishes.wishes(ben.account.id) == {}

    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    stopped = {name for (name, _), how in wishes.wishes(ben.account.id).items() if how is How.NEVER}
    assert stopped == {"asks-of-others" if preference == "digest" else preference}


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Yes"}, {"list-unsubscribe": "One-Click"}])
def test_any_other_post_is_refused_and_changes_nothing(ben, client, body):
    path = f"/mail/stop/{seal_token('stop', ben.account.id.bytes + b'own-asks')}"

    assert client.post(path, data=body).status_code == 400
    assert client.post(path, json={"List-Unsubscribe": "One-Click"}).status_code == 400
    assert wishes.wishes(ben.account.id) == {}


def test_a_multipart_body_stops_too(ben, client):
    path = f"/mail/stop/{seal_token('stop', ben.account.id.bytes + b'own-asks')}"
    body = {"List-Unsubscribe": "One-Click"}

    assert client.post(path, data=body, content_type="multipart/form-data").status_code == 200
    assert wishes.wishes(ben.account.id) == {("own-asks", EVERYWHERE): How.NEVER}


def test_stopping_the_letter_of_the_day_stops_what_is_gathered_for_it(ben, at_home, client):
    save(at_home, **{"ask-messages": "daily", "own-helps": "weekly"})
    path = f"/mail/stop/{seal_token('stop', ben.account.id.bytes + b'digest')}"
    client.post(path, data={"List-Unsubscribe": "One-Click"})

    never = {name for (name, _), how in wishes.wishes(ben.account.id).items() if how is How.NEVER}
    assert never == {"asks-of-others", "ask-messages", "own-helps"}
    assert asks_in(ben) == [How.NEVER, How.NEVER]


def test_a_token_of_nobody_stops_nothing(client, ben):
    with transaction():
        gone = make_account("Gone").id
        db.session.delete(db.session.get_one(Account, gone))
    path = f"/mail/stop/{seal_token('stop', gone.bytes + b'own-asks')}"

    assert client.get(path).status_code == client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_letters_are_seen_word_for_word_before_they_say_more(ben, at_home):
    page = at_home.get("/me/mail/words").text

    assert "Blue: tomorrow" in page
    assert f"{ben.blue.name}: tomorrow" in page
    assert not db.session.get_one(Account, ben.account.id).full_letters
    assert at_home.post("/me/mail/words/names").status_code == 303
    assert db.session.get_one(Account, ben.account.id).full_letters
    at_home.post("/me/mail/words")
    assert not db.session.get_one(Account, ben.account.id).full_letters


def test_a_letter_is_as_its_preview_showed_it(ben, at_home, all_wanted, postbox):
    at_home.post("/me/mail/words/names")
    ben.owe("meeting-cancelled")
    deliver_due()

    assert postbox[0]["From"] == "Supportgroup <no-reply@localhost>"
    assert postbox[0]["Subject"].startswith("Circle: cancelled")
    assert "Supportgroup" in text_of(postbox[0])


class TestAnAddressThatWasRefused:
    @pytest.fixture
    def refused(self, ben, all_wanted, postbox):
        postbox.answer_next("550 5.1.1 No such user", to="RCPT")
        ben.owe("meeting-reminder")
        deliver_due()
        return ben

    def test_is_said_on_every_page_and_only_to_its_owner(self, refused, at_home):
        page = at_home.get("/home").text

        assert "Letters to your address came back" in page
        assert at_home.get("/me/mail/trust").status_code == 405

    def test_gets_only_what_is_asked_for_to_sign_in(self, refused, postbox):
        reminder, link_ = refused.owe("meeting-reminder"), refused.owe("sign-in", scope_id=None)
        deliver_due()

        assert (fate(reminder), fate(link_)) == ("address-refused", "sent")

    def test_is_written_to_again_when_its_owner_says_that_it_is_right(self, refused, at_home):
        assert at_home.post("/me/mail/trust").status_code == 303

        assert db.session.get_one(Account, refused.account.id).address_refused_at is None
        assert "Letters to your address came back" not in at_home.get("/home").text

    def test_and_when_a_letter_proved_to_arrive(self, refused, client, monkeypatch, postbox):
        monkeypatch.undo()
        client.post("/sign-in", data={"email": refused.account.email})
        deliver_due()
        path = re.search(r"http://[^/]*(/l/\S+)", text_of(postbox[-1]))[1]
        client.post(client.get(path, follow_redirects=True).request.path)

        assert db.session.get_one(Account, refused.account.id).address_refused_at is None


def test_quiet_hours_and_times_are_the_readers_own(ben, at_home, frozen, all_wanted, postbox):
    save(at_home, quiet="y", quiet_from="11:00", quiet_until="13:00")
    waits, passes = ben.owe("ask-message"), ben.owe("ask-message", priority=1)
    deliver_due()
    assert (fate(waits), fate(passes)) == ("owed", "sent")

    frozen.shift(timedelta(hours=2))
    deliver_due()
    assert fate(waits) == "sent"


def test_an_address_refused_for_good_is_paused_and_its_owner_hears_of_it_and_nobody_else(
    ben, at_home, all_wanted, postbox
):
    postbox.answer_next("550 5.1.1 No such user", to="RCPT")
    refused = ben.owe("ask-message")
    deliver_due()
    after = ben.owe("ask-message")
    deliver_due()
    assert (fate(refused), fate(after)) == ("undeliverable", "address-refused")
    assert "Letters to your address came back" in at_home.get("/home").text
    assert all(place.state is MembershipState.ACTIVE for place in ben.places)

    at_home.post("/me/mail/trust")
    assert "Letters to your address came back" not in at_home.get("/home").text
    ben.owe("ask-message")
    deliver_due()
    (letter,) = postbox
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<[0-9a-f]+\.localhost>", letter["List-Id"])  # to sort by; it tells nothing
