"""After an ask: telling the group what came of it, with a name or without, or not at all."""

from datetime import timedelta

from supportgroup import clock
from supportgroup.board.models import AskState
from supportgroup.board.side_models import Telling
from supportgroup.db import db, transaction
from supportgroup.privacy import retention
from supportgroup.safety import service as safety
from supportgroup.safety.models import Mute


def ended(circle, who):
    return circle.browser(who).get(circle.path("ended")).text


def test_what_came_of_it_is_told_with_a_name_or_without_and_taken_back(circle):
    ask = circle.covered(circle.ben, circle.cleo)
    assert circle.press(circle.ben, ask, "tell", text="It was on my mat").status_code == 409
    circle.press(circle.ben, ask, "done")
    assert "Tell the group what came of it" in circle.page(circle.ben, ask)
    assert "Tell the group what came of it" not in circle.page(circle.cleo, ask)
    assert circle.press(circle.cleo, ask, "tell", text="x").status_code == 404
    assert circle.press(circle.ben, ask, "tell", text="l" * 501).status_code == 422

    assert circle.press(circle.ben, ask, "tell", text="It was on my mat").status_code == 303
    page = ended(circle, circle.ada)
    told = page[page.index("What came of asking here") : page.index("</details>")]
    assert "It was on my mat" in told
    assert "Ben" in told
    circle.press(circle.ben, ask, "tell", text="Two stamps, on my mat", unnamed="y")
    page = ended(circle, circle.ada)
    told = page[page.index("What came of asking here") : page.index("</details>")]
    assert "Two stamps" in told
    assert "Ben" not in told
    assert "Somebody here" in told
    one = db.session.query(Telling).one()
    report = f"/g/{circle.group.slug}/report/telling/{one.id}"
    assert circle.browser(circle.cleo).get(report).status_code == 200
    assert "Ben" not in circle.browser(circle.cleo).get(report).text

    circle.press(circle.ben, ask, "tell", text="")
    assert "What came of asking here" not in ended(circle, circle.ada)


def test_it_keeps_to_names_mutes_blocks_and_its_time(circle, frozen):
    ask = circle.ask(circle.ben, unnamed=True, state=AskState.DONE, closed_at=clock.now())
    circle.press(circle.ben, ask, "tell", text="It helped")
    assert db.session.query(Telling).one().unnamed
    with transaction():
        db.session.add(Mute(muter_id=circle.cleo.id, muted_id=circle.ben.id, created_at=clock.now()))
    assert "It helped" in ended(circle, circle.cleo)  # else muting would tell whose it is
    with transaction():
        safety.block(by=circle.ada.id, other=circle.ben.id)
    assert "It helped" in ended(circle, circle.ada)
    frozen.shift(timedelta(minutes=1))
    circle.press(circle.ben, ask, "tell", text="It helped a lot")
    assert "It helped" not in ended(circle, circle.ada)
    frozen.shift(timedelta(days=366))
    with transaction():
        retention.messages()
    assert db.session.query(Telling).count() == 0
