"""Starting a group, and changing what it says of itself."""

import pytest
from babel import Locale
from sqlalchemy import func, select

from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.service import start_session
from supportgroup.db import db, transaction
from supportgroup.groups import queries
from supportgroup.groups.defaults import AGREEMENT
from supportgroup.groups.forms import LANGUAGES
from supportgroup.groups.founding import slug_of
from supportgroup.groups.models import Format, Group, GroupState, Joining, Membership, MembershipState, Visibility
from tests.factories import make_account, make_group, make_membership

NEW = {
    "name": "Quiet circle",
    "purpose": "For people who carry a lot.",
    "format": "online",
    "zone": "America/New_York",
    "my_name": "D.",
    "agreement": AGREEMENT,
}


def written(group, **changes):
    """The form about the group as it stands, with these changes."""
    names = ("name", "public_title", "purpose", "first_time", "language", "format", "area", "zone", "visibility")
    as_it_is = {name: str(getattr(group, name)) for name in (*names, "joining", "size_limit")}
    return {**as_it_is, "topics": "", "questions": "", "agreement": queries.agreement(group.id).text, **changes}


def edit(browser, group, **changes):
    return browser.post(f"/g/{group.slug}/manage/edit", data=written(group, **changes))


def again(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def test_dan_starts_a_group_that_is_unlisted_by_application_and_holds_twelve(dan, browser_of):
    browser = browser_of(dan)
    page = browser.get("/groups/new")
    assert "We are peers, not clinicians" in page.text
    answer = browser.post("/groups/new", data=NEW)

    group = db.session.scalars(select(Group)).one()
    assert (answer.status_code, answer.location) == (303, f"/g/{group.slug}/manage")
    assert (group.visibility, group.joining, group.size_limit) == (Visibility.UNLISTED, Joining.APPLICATION, 12)
    assert (group.name, group.zone, group.state) == ("Quiet circle", "America/New_York", GroupState.ACTIVE)
    assert len(group.slug) == 32
    first = queries.place(group.id, dan.id)
    assert (first.is_facilitator, first.name, first.hello_at) == (True, "D.", first.joined_at)
    assert queries.agreement(group.id).text == AGREEMENT
    assert "First steps" in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "a" * 81}, "Up to 80 letters."),
        ({"name": "a\x00b"}, "not text"),
        ({"name": "a\x85b"}, "not text"),
        ({"purpose": "a" * 2001}, "Up to 2,000 letters."),
        ({"zone": "Europe/Atlantis"}, "Choose a time zone"),
        ({"zone": "../etc"}, "Choose a time zone"),
        ({"agreement": " "}, "Say what you ask of everyone."),
        ({"format": "by post"}, ""),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(dan, browser_of, fields, sentence):
    answer = browser_of(dan).post("/groups/new", data={**NEW, "my_name": "Kept", **fields})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Kept"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Group)) == 0


def test_where_operators_open_groups_others_are_told_whom_to_ask(make_app, databases):
    app = make_app(databases.copy(), GROUP_CREATION="operators", OPERATOR_CONTACT="hello@example.org")
    with app.app_context():
        with transaction():
            people = {"Dan": make_account("Dan"), "Olga": make_account("Olga", is_operator=True)}
        settings = app.config["SETTINGS"]
        assert settings.group_creation == "operators"
        for name, status in (("Dan", 403), ("Olga", 303)):
            browser = signed_in(app, people[name])
            assert ("hello@example.org" in browser.get("/groups/new").text) is (name == "Dan")
            assert browser.post("/groups/new", data=NEW).status_code == status
        assert db.session.scalar(select(func.count()).select_from(Group)) == 1
        db.session.remove()
        db.engine.dispose()


def test_listing_a_group_gives_it_a_readable_address(group, ada, dan, change, browser_of, client):
    change(visibility=Visibility.UNLISTED, slug="0123456789abcdef")
    assert client.get(f"/g/{group.slug}").status_code == 404

    answer = edit(browser_of(ada), group, visibility="listed", public_title="Café of Señor Ørsted, 2!")

    assert answer.location == "/g/cafe-of-senor-rsted-2/manage"
    assert client.get("/g/cafe-of-senor-rsted-2").status_code == 200
    assert client.get("/g/0123456789abcdef").status_code == 404


def test_two_groups_of_one_title_have_two_addresses(group, ada, change, browser_of):
    make_group(slug="carrying-less")
    change(visibility=Visibility.UNLISTED)
    edit(browser_of(ada), group, visibility="listed")

    assert again(group).slug.startswith("carrying-less-")
    assert again(group).visibility is Visibility.LISTED


def test_a_group_that_is_unlisted_again_gets_an_address_nobody_can_guess(group, ada, browser_of, client):
    edit(browser_of(ada), group, visibility="unlisted")

    assert len(again(group).slug) == 32
    assert client.get("/g/carrying-less").status_code == 404


@pytest.mark.parametrize(
    ("title", "slug"), [("Carrying less", "carrying-less"), ("关怀", "group"), ("--a--", "a"), ("x" * 80, "x" * 60)]
)
def test_an_address_is_made_of_plain_letters(title, slug):
    assert slug_of(title) == slug


def test_all_of_it_can_be_changed(group, ada, browser_of):
    edit(
        browser_of(ada),
        group,
        name="New name",
        first_time="Come and listen.",
        topics="Carers,  burn  out, carers, ",
        language="fr",
        format="both",
        area="Lyon",
        zone="Europe/London",
        joining="application",
        questions="Why?\n\nWho?",
        size_limit="20",
    )

    now = again(group)
    assert [topic.word for topic in now.topics] == ["burn out", "carers"]
    assert (now.name, now.language, now.format, now.area) == ("New name", "fr", Format.BOTH, "Lyon")
    assert (now.zone, now.joining, now.size_limit) == ("Europe/London", Joining.APPLICATION, 20)
    assert now.questions == ["Why?", "Who?"]
    assert queries.agreement(group.id).version == 1

    edit(browser_of(ada), now, topics="carers, new")
    assert [topic.word for topic in again(group).topics] == ["carers", "new"]


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": "a, b, c, d, e, f, g"},
        {"topics": "a" * 31},
        {"questions": "\n".join("abcdef")},
        {"questions": "a" * 201},
        {"size_limit": "1"},
        {"size_limit": "501"},
        {"size_limit": "NaN"},
        {"size_limit": "9" * 6000},
        {"language": "klingon"},
        {"visibility": "secret"},
        {"joining": ""},
        {"zone": "Nowhere"},
        {"public_title": "\u2028"},
        {"agreement": "a" * 8001},
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(group, ada, browser_of, changes):
    answer = edit(browser_of(ada), group, **{"name": "Something else", **changes})

    assert answer.status_code == 422
    assert "Something else" in answer.text
    assert again(group).name != "Something else"


def test_a_new_agreement_is_a_new_version_that_members_are_asked_about(group, ada, ben, browser_of):
    edit(browser_of(ada), group, agreement="Something new.")
    assert queries.agreement(group.id).version == 2
    assert again(ada).agreement_version == 2
    assert "The agreement has changed" not in browser_of(ada).get(f"/g/{group.slug}").text

    browser = browser_of(ben)
    assert "The agreement has changed" in browser.get(f"/g/{group.slug}").text
    assert browser.post(f"/g/{group.slug}/agreement", data={"version": "1"}).status_code == 409
    for bad in ("", "x", "9" * 5000):
        assert browser.post(f"/g/{group.slug}/agreement", data={"version": bad}).status_code == 409
    assert again(ben).agreement_version == 1
    assert browser.post(f"/g/{group.slug}/agreement", data={"version": "2"}).status_code == 303
    assert again(ben).agreement_version == 2
    assert "The agreement has changed" not in browser.get(f"/g/{group.slug}").text


def test_columns_that_are_in_no_form_stay_as_they_are(group, ada, browser_of):
    before = {column.key: getattr(group, column.key) for column in Group.__table__.columns}
    made_up = {column.key: "1" for column in (*Group.__table__.columns, *Membership.__table__.columns)}
    edit(browser_of(ada), group, **{**made_up, **written(group)})

    group = again(group)
    for name in ("id", "slug", "state", "rests_at", "created_at"):
        assert getattr(group, name) == before[name]
    assert again(ada).state is MembershipState.ACTIVE


def signed_in(app, account):
    with transaction():
        reference = start_session(account, device="Firefox on Linux")
    client = app.test_client()
    client.set_cookie(cookie_name(), reference)
    return client


def test_more_places_by_the_form_let_who_waits_in(group, ada, dan, browser_of, change):
    change(size_limit=2)
    make_membership(group, make_account("Eve"))
    waiting = make_membership(group, dan, state=MembershipState.WAITING, waiting_since=group.created_at)
    edit(browser_of(ada), group, size_limit="3")

    assert again(waiting).state is MembershipState.ACTIVE


def test_each_language_a_group_may_speak_stands_by_its_own_name():
    named = {code: str(Locale.parse(code).get_display_name(code)).casefold() for code in LANGUAGES}
    assert {code: name.casefold() for code, name in LANGUAGES.items()} == named
