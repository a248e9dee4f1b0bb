"""Asking: three fields, and what becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.board import service
from supportgroup.board.models import Ask, AskKind, AskState, Eyes
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, GroupState
from supportgroup.safety import service as safety
from supportgroup.safety.models import Rule
from tests.board.conftest import let_rounds_go
from tests.post import deliver_due, text_of

THREE = {"title": "Bring back bread", "kind": "errand", "when": "tomorrow"}


def post(circle, who, **fields):
    return circle.browser(who).post(circle.path("asks", "new"), data={**THREE, **fields})


def asks():
    return db.session.scalars(select(Ask).order_by(Ask.created_at)).all()


def test_three_fields_are_enough(circle):
    page = circle.browser(circle.ben).get(circle.path("asks", "new")).text
    assert "Start with fifteen minutes if you like" in page
    assert "Everyone in the group: 2 people" in page

    response = post(circle, circle.ben)

    assert response.status_code == 303
    (ask,) = asks()
    assert (ask.title, ask.kind, ask.size_minutes, ask.helpers_wanted) == ("Bring back bread", AskKind.ERRAND, 15, 1)
    assert (ask.eyes, ask.state, ask.asker_id) == (Eyes.GROUP, AskState.OPEN, circle.ben.id)
    assert ask.needed_by == datetime(2027, 5, 13, 21, 59, 59, tzinfo=UTC)  # the end of tomorrow, in Paris
    assert "Bring back bread" in circle.board(circle.cleo)


def test_what_i_chose_last_is_chosen_next_time(circle):
    post(circle, circle.ben, size_minutes="60", helpers_wanted="2", eyes="facilitators", area="Near the station")

    page = circle.browser(circle.ben).get(circle.path("asks", "new")).text

    assert 'selected value="60"' in page
    assert 'value="Near the station"' in page
    assert 'checked id="eyes-2" name="eyes" type="radio" value="facilitators"' in page
    assert "Bring back bread" not in page


def test_pressing_twice_posts_it_once(circle):
    first, second = post(circle, circle.ben), post(circle, circle.ben)

    assert first.location == second.location
    assert len(asks()) == 1


def test_an_example_is_something_to_start_from(circle):
    page = circle.browser(circle.ben).get(circle.path("asks", "new?example=0")).text

    assert 'value="Post a letter for me on your way"' in page
    assert circle.browser(circle.ben).get(circle.path("asks", "new?example=99999")).status_code == 200


def test_the_exact_place_is_for_helpers_only(circle):
    post(circle, circle.ben, area="Near the station", place="Rue du Four 7, second floor")
    (ask,) = asks()

    assert "Near the station" in circle.page(circle.cleo, ask)
    assert "Rue du Four" not in circle.page(circle.cleo, ask)
    circle.press(circle.cleo, ask, "accept")
    assert "Rue du Four" in circle.page(circle.cleo, ask)
    assert "Rue du Four" not in circle.page(circle.ada, ask)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "  "}, "Say in a few words what would help."),
        ({"title": "bread\x00"}, "There is a character in here that is not text."),
        ({"title": "b" * 121}, "Up to 120 letters."),
        ({"kind": "rescue"}, "Choose what kind of help it is."),
        ({"kind": ""}, "Choose what kind of help it is."),
        ({"size_minutes": "17"}, "Choose about how long it takes."),
        ({"size_minutes": "١٥"}, "Choose about how long it takes."),
        ({"helpers_wanted": "21"}, "Choose a number from 1 to 20."),
        ({"eyes": "everybody"}, "Choose who sees it."),
        ({"eyes": "met"}, "Choose who sees it."),
        ({"when": "someday"}, "Choose when it would help."),
        ({"when": "day"}, "Choose the day."),
        ({"when": "day", "day": "2027-02-30"}, "This day is not in the calendar."),
        ({"when": "day", "day": "9999-12-31"}, "Choose a day within the next year."),
        ({"when": "day", "day": "0001-01-01"}, "Choose a day within the next year."),
        ({"when": "day", "day": "2027-05-11"}, "That time has passed. Choose a later one."),
        ({"when": "day", "day": "2027-05-12", "at": "11:59"}, "That time has passed. Choose a later one."),
        ({"when": "day", "day": "2027-05-20", "at": "25:00"}, "This time is not on the clock."),
        ({"body": "b" * 10_000}, "Up to 4,000 letters."),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_is_kept(circle, fields, sentence):
    response = post(circle, circle.ben, **{"area": "Near the station", **fields})

    assert response.status_code == 422
    assert sentence in response.text
    assert "Near the station" in response.text
    assert 'value="Bring back bread"' in response.text or "title" in fields
    assert asks() == []
    for word in ("Not a valid", "Invalid", "is required"):
        assert word not in response.text


def test_a_group_that_rests_takes_nothing_new(circle):
    with transaction():
        circle.group.state = GroupState.RESTING

    response = post(circle, circle.ben)

    assert response.status_code == 422
    assert "This group rests for now" in response.text
    assert asks() == []


def test_who_wants_a_letter_for_each_gets_one_and_it_says_nothing_of_the_ask(circle, postbox):
    with transaction():
        circle.ada.asks_by_mail = circle.ben.asks_by_mail = AsksByMail.AT_ONCE
    post(circle, circle.ben, body="For my mother", area="Near the station")
    let_rounds_go()

    assert deliver_due() == 1
    (letter,) = postbox
    assert letter["To"] == circle.email(circle.ada)
    assert letter["Subject"] == "Blue: a new ask, for tomorrow"
    for secret in ("bread", "mother", "station", "Ben", circle.group.name):
        assert secret not in letter["Subject"] + text_of(letter)


def test_at_night_it_is_said_when_letters_go_out(circle, frozen):
    frozen.move_to(datetime(2027, 5, 12, 21, 30, tzinfo=UTC))  # half past eleven in Paris
    with transaction():
        ben = circle.browser(circle.ben) and db.session.get_one(type(circle.dan), circle.ben.account_id)
        ben.quiet_from, ben.quiet_until = datetime(1, 1, 1, 21).time(), datetime(1, 1, 1, 8).time()  # noqa: DTZ001

    page = circle.browser(circle.ben).post(circle.path("asks", "new"), data=THREE, follow_redirects=True).text

    assert "People looking now can see it; letters go out from 09:00." in page


def test_changing_when_tells_who_helps(circle, postbox):
    ask = circle.covered(circle.ben, circle.cleo)
    deliver_due()
    postbox.clear()
    edit = {"title": ask.title, "kind": "errand", "when": "tomorrow"}

    assert circle.press(circle.ben, ask, "edit", **edit).status_code == 303
    assert deliver_due() == 1
    assert [letter["To"] for letter in postbox] == [circle.email(circle.cleo)]
    assert postbox[0]["Subject"] == "Blue: a change for tomorrow"
    assert ask.version == 2

    assert circle.press(circle.ben, ask, "edit", **edit, body="Any bread is fine").status_code == 303
    assert deliver_due() == 0


def test_saving_an_ask_as_it_is_changes_nothing(circle):
    post(circle, circle.ben, when="day", day="2027-05-20", at="18:30", place="Rue du Four 7")
    (ask,) = asks()
    before = (ask.needed_by, ask.version, ask.place)
    page = circle.browser(circle.ben).get(circle.path_of(ask, "edit")).text
    assert 'value="2027-05-20"' in page
    assert 'value="18:30"' in page

    saved = {**THREE, "when": "day", "day": "2027-05-20", "at": "18:30", "place": "Rue du Four 7"}
    assert circle.press(circle.ben, ask, "edit", **saved).status_code == 303
    assert (ask.needed_by, ask.version, ask.place) == before


def test_no_fewer_helpers_than_have_said_yes(circle):
    ask = circle.ask(circle.ben, helpers_wanted=3)
    for helper in (circle.ada, circle.cleo):
        circle.press(helper, ask, "accept")

    response = circle.press(circle.ben, ask, "edit", **THREE, helpers_wanted="1")
    assert response.status_code == 422
    assert "2 people have said yes to this already." in response.text

    assert circle.press(circle.ben, ask, "edit", **THREE, helpers_wanted="2").status_code == 303
    assert ask.state is AskState.COVERED
    assert circle.press(circle.ben, ask, "edit", **THREE, helpers_wanted="4").status_code == 303
    assert ask.state is AskState.OPEN


def test_taking_it_back_tells_who_was_to_help(circle, postbox):
    ask = circle.covered(circle.ben, circle.cleo)
    deliver_due()
    postbox.clear()

    assert circle.press(circle.ben, ask, "withdraw").status_code == 303
    assert circle.press(circle.ben, ask, "withdraw").status_code == 303
    assert deliver_due() == 1
    assert postbox[0]["To"] == circle.email(circle.cleo)
    assert "not needed any more. Thanks for being willing." in text_of(postbox[0])
    assert "not needed any more" in circle.page(circle.cleo, ask)
    assert "This one rests" in circle.page(circle.ada, ask)
    assert ask.title not in circle.page(circle.ada, ask)


def test_only_its_asker_changes_an_ask_or_takes_it_back(circle):
    ask = circle.ask(circle.ben)

    for what in ("edit", "withdraw", "again", "thank"):
        assert circle.press(circle.cleo, ask, what, **THREE).status_code == 404
    assert circle.browser(circle.cleo).get(circle.path_of(ask, "edit")).status_code == 404
    assert ask.state is AskState.OPEN


def test_what_is_done_is_not_changed_any_more(circle):
    ask = circle.covered(circle.ben, circle.cleo, title="Bring back bread")
    circle.press(circle.ben, ask, "done")

    response = circle.press(circle.ben, ask, "edit", title="Something else", kind="errand", when="tomorrow")

    assert response.status_code == 409
    assert str(service.OVER) in response.text
    assert ask.title == "Bring back bread"


def test_what_is_hidden_is_not_taken_on_and_rests_for_who_helps(circle, postbox):
    ask = circle.covered(circle.ben, circle.cleo, title="Bring back bread", helpers_wanted=2)
    assert deliver_due() == 1  # the yes, to Ben
    with transaction():
        safety.hide(item_id=ask.id, group_id=ask.group_id, author_id=ask.asker_id, rule=Rule.HURTS)

    assert circle.press(circle.ada, ask, "accept").status_code == 404
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404
    assert [help_.helper_id for help_ in ask.helps] == [circle.cleo.id]
    resting = circle.page(circle.cleo, ask)
    assert "While it does, nothing is needed of you." in resting
    assert "Bring back bread" not in resting + circle.browser(circle.cleo).get("/home").text
    assert circle.press(circle.ben, ask, "edit", **THREE, helpers_wanted="2").status_code == 303
    assert deliver_due() == 0  # the day has changed, and she does not hear of that now
    assert circle.press(circle.ben, ask, "withdraw").status_code == 303
    assert deliver_due() == 1
    assert postbox[1]["To"] == circle.email(circle.cleo)  # but that it is not needed any more


def test_a_stranger_finds_nothing(circle):
    ask = circle.ask(circle.ben)

    for path in (circle.path(), circle.path("ended"), circle.path("asks", "new"), circle.path_of(ask)):
        assert circle.browser(circle.dan).get(path).status_code == 404
    for what in ("accept", "hand-back", "done", "withdraw", "thank", "happened", "messages", "heard", "again"):
        assert circle.press(circle.dan, ask, what).status_code == 404
    assert ask.state is AskState.OPEN


def test_ids_of_any_shape_are_not_there(circle):
    for shape in ("1", "x" * 300, "%00", "00000000-0000-0000-0000-000000000000", "..", "é"):
        assert circle.browser(circle.ben).get(circle.path("asks", shape)).status_code == 404
        assert circle.browser(circle.ben).post(circle.path("asks", shape, "accept")).status_code == 404
    for like in ("1", "\x00", "00000000-0000-0000-0000-000000000000"):
        assert (
            circle.browser(circle.ben).get(circle.path("asks", "new"), query_string={"like": like}).status_code == 200
        )


def test_a_cursor_of_any_shape_starts_at_the_beginning(circle):
    circle.ask(circle.ben)

    for after in ("x", "\x00", "MDAwMS0wMS0wMVQwMDowMCsxNDowMHwwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA", "é" * 50):
        for place in ("", "/covered", "/ended"):
            page = circle.browser(circle.cleo).get(circle.path() + place, query_string={"after": after})
            assert page.status_code == 200


def test_an_empty_board_says_what_could_be_here(circle):
    page = circle.board(circle.ben)

    assert "Nothing is asked right now" in page
    assert "Ask for something small" in page


def test_the_board_goes_on_by_key(circle):
    start = clock.now() - timedelta(hours=1)
    for number in range(25):
        at = start + timedelta(minutes=number)
        circle.ask(circle.ben, title=f"Ask number {number:02}", created_at=at, opened_at=at)

    first = circle.board(circle.cleo)
    assert "Ask number 24" in first
    assert "Ask number 04" not in first
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = circle.browser(circle.cleo).get(following).text
    assert "Ask number 04" in second
    assert "Ask number 05" not in second
    assert db.session.scalar(select(func.count()).select_from(Ask)) == 25
