"""Content notes opened by choice, asks that a facilitator sees first, and what a group leaves out."""

import pytest
from sqlalchemy import select

from supportgroup.board import rounds
from supportgroup.board.models import Ask
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, Delicate, Posting
from supportgroup.safety.models import Hiding
from tests.factories import make_ask
from tests.moderation.steps import letters_to
from tests.post import deliver_due

ASK = {
    "title": "Bring back bread",
    "kind": "errand",
    "when": "week",
    "size_minutes": "15",
    "helpers_wanted": "1",
    "eyes": "group",
}


def post(browser, group, **fields):
    assert browser.post(f"/g/{group.slug}/board/asks/new", data={**ASK, **fields}).status_code == 303
    return db.session.scalars(select(Ask).order_by(Ask.created_at.desc())).first()


@pytest.fixture
def seen_first(group, cleo):
    with transaction():
        group.posting = Posting.SEEN_FIRST
        cleo.asks_by_mail = AsksByMail.AT_ONCE
    return group


def test_what_has_a_content_note_is_opened_by_choice(group, ada, ben, cleo, browser_of):
    ask = post(browser_of(ben), group, title="Sit with me at the grave", body="It is a year", content_note="grief")
    path = f"/g/{group.slug}/board"

    for person in (ada, cleo):
        board = browser_of(person).get(path).text
        assert "Content note: grief" in board
        assert "grave" not in board
        page = browser_of(person).get(f"{path}/asks/{ask.id}").text
        assert page.index("<details") < page.index("grave")
        assert "grave" not in page.partition("</h1>")[0]
    assert "Sit with me at the grave" in browser_of(ben).get(path).text
    assert ask.content_note_sealed
    assert b"grief" not in ask.content_note_sealed


def test_a_facilitator_sees_it_first_where_the_group_wants_it_so(seen_first, ada, ben, cleo, browser_of, postbox):
    ask = post(browser_of(ben), seen_first)
    deliver_due()
    assert not letters_to(postbox, cleo)
    (waits,) = letters_to(postbox, ada)
    assert "bread" not in waits["Subject"]
    path = f"/g/{seen_first.slug}/board/asks/{ask.id}"
    assert browser_of(cleo).get(path).status_code == 404
    assert browser_of(ben).get(path).status_code == 200
    assert "Bring back bread" in browser_of(ada).get(f"/g/{seen_first.slug}/manage/reports").text

    hiding = db.session.scalars(select(Hiding)).one()
    shown = browser_of(ada).post(f"/g/{seen_first.slug}/manage/hidden/{hiding.id}/show")
    assert shown.status_code == 303
    with transaction():
        rounds.tell_of_asks()
    deliver_due()
    assert browser_of(cleo).get(path).status_code == 200
    assert len(letters_to(postbox, cleo)) == 1


def test_not_as_it_is_tells_the_author_why(seen_first, ada, ben, cleo, browser_of, postbox):
    post(browser_of(ben), seen_first)
    hiding = db.session.scalars(select(Hiding)).one()
    path = f"/g/{seen_first.slug}/hidden/{hiding.id}"
    assert "Waits to be seen" in browser_of(ben).get(path).text
    assert "Please look again" not in browser_of(ben).get(path).text

    answer = browser_of(ada).post(f"/g/{seen_first.slug}/manage/hidden/{hiding.id}/why", data={"rule": "money"})
    assert answer.status_code == 303
    deliver_due()
    assert len(letters_to(postbox, ben)) == 1
    assert "this group leaves money out" in browser_of(ben).get(path).text
    assert "Please look again" in browser_of(ben).get(path).text


@pytest.mark.parametrize("rule", ["", "unseen", "nonsense"])
def test_a_reason_is_one_of_those_there_are(seen_first, ada, ben, browser_of, rule):
    post(browser_of(ben), seen_first)
    hiding = db.session.scalars(select(Hiding)).one()

    answer = browser_of(ada).post(f"/g/{seen_first.slug}/manage/hidden/{hiding.id}/why", data={"rule": rule})
    assert answer.status_code == 409


def test_what_is_said_to_be_heard_never_waits(seen_first, ada, ben, cleo, browser_of):
    ask = post(browser_of(ben), seen_first, kind="listen", title="Today was hard")

    assert browser_of(cleo).get(f"/g/{seen_first.slug}/board/asks/{ask.id}").status_code == 200


def test_a_facilitators_own_ask_is_there_at_once(seen_first, ada, cleo, browser_of):
    ask = post(browser_of(ada), seen_first)

    assert browser_of(cleo).get(f"/g/{seen_first.slug}/board/asks/{ask.id}").status_code == 200


def test_the_form_says_what_the_group_leaves_out(group, ada, ben, browser_of):
    path = f"/g/{group.slug}/board/asks/new"
    page = browser_of(ben).get(path).text
    assert "This group leaves out money, medical matters and looking after children." in page
    assert "peers, not clinicians" in page

    with transaction():
        group.fine = [str(one) for one in Delicate]
    assert "This group leaves out" not in browser_of(ben).get(path).text


def test_ada_chooses_both_on_the_page_of_the_group(group, ada, browser_of):
    path = f"/g/{group.slug}/manage/edit"
    page = browser_of(ada).get(path).text
    assert "Once a facilitator has looked at it" in page

    fields = {
        "name": "Circle",
        "public_title": "A circle",
        "purpose": "For people.",
        "language": "en",
        "format": "online",
        "zone": "Europe/Paris",
        "visibility": "listed",
        "joining": "open",
        "size_limit": "12",
        "agreement": "What is said here stays here.",
        "posting": "seen_first",
        "fine": ["money", "children"],
    }
    assert browser_of(ada).post(path, data=fields).status_code == 303
    assert (group.posting, group.left_out) == (Posting.SEEN_FIRST, [Delicate.MEDICAL])
    again = browser_of(ada).post(path, data={**fields, "posting": "never"})
    assert again.status_code == 422


def test_words_that_are_gone_leave_a_heading(group, ada, ben, cleo, browser_of):
    with transaction():
        ask = make_ask(ben, title="")

    assert "An ask of a while ago" in browser_of(cleo).get(f"/g/{group.slug}/board/asks/{ask.id}").text
