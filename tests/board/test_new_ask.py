"""A new ask in a minute: something to start from, a look before posting, drafts, and a facilitator who posts it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.board.examples import MOST, near, starts
from supportgroup.board.models import Ask, AskKind
from supportgroup.board.side_models import BaseRate, Draft, GroupExample
from supportgroup.board.starters import EXAMPLES
from supportgroup.db import db, transaction
from supportgroup.groups.models import Role
from supportgroup.safety.models import Hiding
from tests.board.conftest import kinds_owed

FORM = {"title": "Bring back bread", "kind": "errand", "when": "week"}


@pytest.fixture
def new(circle):
    return circle.path("asks", "new")


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_there_is_much_to_start_from_and_the_easiest_comes_first():
    assert len({one.title for one in EXAMPLES}) == len(EXAMPLES) >= 60
    for kind in AskKind:
        sizes = [one.size_minutes for one in EXAMPLES if one.kind is kind]
        assert len(sizes) >= 3
        assert sizes == sorted(sizes)


def test_three_examples_are_near_to_what_is_chosen(app, circle):
    found = starts(circle.group.id)
    assert {one.example.kind for one in near(found, None, 15)} == {AskKind.COMPANY, AskKind.ERRAND, AskKind.TASK}
    for kind in AskKind:
        three = near(found, kind, 5)
        assert {one.example.kind for one in three} == {kind}
        assert len(three) == 3


def test_pressing_an_example_fills_the_form_and_keeps_the_rest(circle, new):
    photo = next(at for at, one in enumerate(EXAMPLES) if one.title == "Send me a photo of your dog")
    typed = {**FORM, "title": "", "area": "Near the station", "example": str(photo)}

    page = circle.browser(circle.ben).post(new, data=typed)

    assert page.status_code == 200
    assert 'value="Send me a photo of your dog"' in page.text
    assert 'value="Near the station"' in page.text
    assert 'selected value="5"' in page.text
    assert count(Ask) == 0
    assert circle.browser(circle.ben).post(new, data={**typed, "example": "none of them"}).status_code == 200


def test_a_facilitator_writes_examples_for_the_group(circle, new):
    path = circle.path("examples")
    assert circle.browser(circle.ben).get(path).status_code == 404
    theirs = {"title": "Walk Rex on Sunday", "kind": "errand", "size_minutes": "30"}
    browser = circle.browser(circle.ada)
    assert browser.post(path, data=theirs).status_code == 303
    assert browser.post(path, data=theirs).status_code == 303  # twice is once
    assert "Walk Rex on Sunday" in circle.browser(circle.ben).get(new).text
    assert browser.post(path, data={**theirs, "title": " "}).status_code == 422
    (one,) = db.session.scalars(select(GroupExample))
    assert b"Rex" not in one.title_sealed
    assert browser.post(f"{path}/{one.id}/remove").status_code == 303
    assert "Walk Rex" not in browser.get(new).text
    with transaction():
        now = clock.now()
        columns = {"group_id": circle.group.id, "kind": AskKind.TASK, "size_minutes": 5, "created_at": now}
        db.session.add_all(GroupExample(title=f"Number {at}", **columns) for at in range(MOST))
    assert "Take one out first." in browser.post(path, data=theirs).text


def test_a_look_shows_what_others_will_see_and_posts_nothing(circle, new):
    with transaction():
        db.session.add(BaseRate(group_id=circle.group.id, yes_of_ten=9, minutes=170, counted_at=clock.now()))
    look = {**FORM, "do": "preview", "place": "Rue du Four 7", "unnamed": "y", "content_note": "grief"}

    page = circle.browser(circle.ben).post(new, data=look)

    assert page.status_code == 200
    seen = page.text.partition('id="look"')[2].partition("</section>")[0]
    assert "An ask with a content note" in seen
    assert "Rue du Four" not in seen
    assert "Ben" not in seen
    assert "Who will see this: 2 people." in seen
    assert "9 of 10 asks here get a yes, most within 3 hours." in seen
    assert count(Ask) == 0
    unguessed = circle.browser(circle.ben).post(new, data={**look, "before-uneasy_before": "quite"}).text
    assert "get a yes" not in unguessed
    guessed = (
        circle.browser(circle.ben)
        .post(new, data={**look, "before-uneasy_before": "quite", "before-guess": "hardly"})
        .text
    )
    assert "get a yes" in guessed
    assert circle.browser(circle.ben).post(new, data={**look, "title": ""}).status_code == 422
    chosen = {**FORM, "do": "preview", "eyes": "chosen", "chosen": [str(circle.cleo.id)]}
    assert "Who will see this: 1 person." in circle.browser(circle.ben).post(new, data=chosen).text


def test_below_six_in_ten_the_look_is_silent(circle, new):
    with transaction():
        db.session.add(BaseRate(group_id=circle.group.id, yes_of_ten=5, minutes=170, counted_at=clock.now()))
    assert "get a yes" not in circle.browser(circle.ben).post(new, data={**FORM, "do": "preview"}).text


def test_a_draft_is_its_writers_alone_and_goes_once_it_is_posted(circle, new):
    browser, keep = circle.browser(circle.ben), circle.path("asks", "draft")
    assert browser.post(keep, data={"title": " "}, follow_redirects=True).text.count("nothing to keep yet") == 1
    assert (
        browser.post(keep, data={**FORM, "area": "Near the station", "before-own_thought": "secret"}).status_code == 303
    )
    assert browser.post(keep, data={**FORM, "area": "By the river", "when": "never", "day": "x"}).status_code == 303

    assert browser.post(keep, data={**FORM, "area": "By the river", "quietly": "y"}).status_code == 204

    (draft,) = db.session.scalars(select(Draft))
    assert b"bread" not in draft.fields_sealed
    assert "secret" not in draft.fields
    page = browser.get(new).text
    assert "What you began on" in page
    assert 'value="By the river"' in page
    assert "Bring back bread" not in circle.browser(circle.cleo).get(new).text
    assert browser.post(new, data=FORM).status_code == 303
    assert count(Draft) == 0
    browser.post(keep, data=FORM)
    assert browser.post(circle.path("asks", "draft", "let-go")).status_code == 303
    assert count(Draft) == 0
    browser.post(keep, data=FORM)
    browser.post(f"/g/{circle.group.slug}/leave")
    assert count(Draft) == 0


@pytest.mark.parametrize("named", [True, False])
def test_a_facilitator_may_post_it(circle, new, frozen, named):
    poster = "with_name" if named else "without_name"
    said = circle.browser(circle.ben).post(new, data={**FORM, "poster": poster}, follow_redirects=True).text
    assert "One of them posts it for you." in said
    (ask,) = db.session.scalars(select(Ask))
    assert circle.browser(circle.cleo).get(circle.path_of(ask)).status_code == 404
    assert kinds_owed(circle.ada) == ["ask-waits"]
    queue = circle.browser(circle.ada).get(f"/g/{circle.group.slug}/manage/reports").text
    assert "Bring back bread" in queue
    assert ("Ben" in queue.partition("<main")[2]) is named
    (hiding,) = db.session.scalars(select(Hiding))
    frozen.shift(timedelta(hours=1))
    circle.browser(circle.ada).post(f"/g/{circle.group.slug}/manage/hidden/{hiding.id}/show")
    assert ("Ben" in circle.page(circle.cleo, ask).partition("<main")[2]) is named


def test_where_nobody_else_looks_after_the_group_one_posts_it_oneself(circle, new):
    with transaction():
        circle.ada.role, circle.ben.role = Role.MEMBER, Role.FACILITATOR
    refused = circle.browser(circle.ben).post(new, data={**FORM, "poster": "with_name"})
    assert refused.status_code == 422
    assert "You can post it yourself." in refused.text
