"""Nobody is left without an answer: who can listen hear of what was said, then the facilitators."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportgroup.board import listening
from supportgroup.board.carrying import set_wish
from supportgroup.board.models import AskKind, Heard
from supportgroup.db import db, transaction
from tests.board.conftest import kinds_owed
from tests.post import deliver_due, text_of

PARIS = ZoneInfo("Europe/Paris")
EVENING = datetime(2027, 5, 12, 20, 30, tzinfo=PARIS)  # half an hour before quiet hours


def say(circle, who, **data):
    response = circle.browser(who).post(circle.path("hard"), data=data)
    assert response.status_code == 303
    return circle.browser(who).get(response.location).request.path.rsplit("/", 1)[-1]


def look():
    with transaction():
        listening.find_listeners()
    db.session.expire_all()


def can_listen(circle, who, *, on=True):
    form = {"name": who.name, "colour": 0, "cover_word": "Blue", "asks_by_mail": "never"}
    path = f"/g/{circle.group.slug}/me"
    assert circle.browser(who).post(path, data={**form, **({"can_listen": "y"} if on else {})}).status_code == 303


def told(circle):
    return {name: kinds_owed(getattr(circle, name)).count("listen-asked") for name in ("ada", "ben", "cleo")}


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ((12, 12, 0), (12, 20, 0), 8),
        ((12, 20, 30), (13, 8, 0), 0.5),  # the night does not count
        ((12, 20, 30), (13, 15, 30), 8),
        ((12, 2, 0), (12, 4, 0), 0),
        ((12, 2, 0), (14, 2, 0), 26),
    ],
)
def test_waking_hours_leave_the_night_out(since, until, hours):
    first, last = (datetime(2027, 5, *at, tzinfo=PARIS) for at in (since, until))
    assert listening.waking(first, last, PARIS) == timedelta(hours=hours)


def test_who_can_listen_hears_of_it_after_eight_waking_hours_then_the_facilitators(circle, frozen, postbox):
    can_listen(circle, circle.cleo)
    frozen.move_to(EVENING)
    say(circle, circle.ben, line="My mother was ill again")
    frozen.move_to(datetime(2027, 5, 13, 15, 29, tzinfo=PARIS))
    look()
    assert told(circle) == {"ada": 0, "ben": 0, "cleo": 0}

    frozen.shift(timedelta(minutes=1))
    look()
    look()  # a tick may run twice
    assert told(circle) == {"ada": 0, "ben": 0, "cleo": 1}
    assert deliver_due() == 1
    assert postbox[0]["Subject"] == "Blue: somebody would like to be heard"
    assert "mother" not in postbox[0].as_string()
    assert "Ben" not in text_of(postbox[0])

    frozen.shift(timedelta(hours=4))
    look()
    assert told(circle) == {"ada": 1, "ben": 0, "cleo": 1}


def test_an_answer_ends_the_search_and_letters_not_yet_sent(circle, frozen):
    can_listen(circle, circle.cleo)
    ask_id = say(circle, circle.ben)
    frozen.shift(timedelta(hours=8, minutes=1))
    look()
    assert told(circle)["cleo"] == 1
    assert circle.browser(circle.ada).post(circle.path("asks", ask_id, "heard")).status_code == 303
    assert deliver_due() == 1  # that somebody hears Ben, and nothing else
    frozen.shift(timedelta(hours=20))
    look()
    assert told(circle)["ada"] == 0


def test_where_nobody_can_listen_the_facilitators_hear_at_once(circle, frozen):
    can_listen(circle, circle.cleo)
    with transaction():
        until = datetime(2027, 6, 1, tzinfo=PARIS)
        set_wish(account_id=circle.cleo.account_id, per_week=2, resting_until=until)
    say(circle, circle.ben)
    frozen.shift(timedelta(hours=8, minutes=1))
    look()
    assert told(circle) == {"ada": 1, "ben": 0, "cleo": 0}


def test_saying_that_one_can_listen_outdoes_meetings_only(circle):
    browser = circle.browser(circle.cleo)
    browser.post("/me/mail", data={"preset": "meetings"})
    can_listen(circle, circle.cleo)
    page = browser.get(f"/g/{circle.group.slug}/me").text
    assert 'name="can_listen" type="checkbox" value="y"' in page
    assert "checked" in page
    can_listen(circle, circle.cleo, on=False)
    assert not circle.cleo.can_listen


def test_words_are_there_only_where_the_writer_opened_them(circle):
    ask_id = say(circle, circle.ben)
    heard = circle.path("asks", ask_id, "heard")
    assert "A line of your own" not in circle.browser(circle.cleo).get(circle.path("asks", ask_id)).text
    circle.browser(circle.cleo).post(heard, data={"says": "me_too", "line": "You should sleep more"})
    assert db.session.query(Heard).one().line == ""

    lines = circle.path("asks", ask_id, "lines")
    assert circle.browser(circle.cleo).post(lines, data={"welcome": "y"}).status_code == 404
    assert circle.browser(circle.ben).post(lines, data={"welcome": "y"}).status_code == 303
    assert "A line of your own" in circle.browser(circle.cleo).get(circle.path("asks", ask_id)).text
    circle.browser(circle.cleo).post(heard, data={"says": "me_too", "line": "I read it twice"})
    assert "I read it twice" in circle.browser(circle.ben).get(circle.path("asks", ask_id)).text
    assert "I read it twice" not in circle.browser(circle.ada).get(circle.path("asks", ask_id)).text
    assert circle.browser(circle.cleo).post(heard, data={"says": "me_too", "line": "l" * 301}).status_code == 422
    errand = circle.ask(circle.ben, kind=AskKind.ERRAND)
    assert circle.press(circle.ben, errand, "lines", welcome="y").status_code == 409
