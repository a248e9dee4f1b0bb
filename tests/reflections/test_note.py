"""Noting something for oneself: before, afterwards, about an ask and about what was asked elsewhere."""

import json
import re

import pytest
from sqlalchemy import func, select, text

from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.reflections import queries, service
from supportgroup.reflections.forms import before_you_ask
from supportgroup.reflections.models import Came, Guess, Note, Prompt, Reflection, Reply, Thought, Unease
from supportgroup.reflections.service import After, Before
from tests.factories import make_ask

SLIDE = {
    "about": "Take one slide of my deck",
    "guess": "hardly",
    "uneasy_before": "very",
    "thought": "let_down",
}


def only_reflection() -> Reflection:
    db.session.expire_all()
    return db.session.scalars(select(Reflection)).one()


@pytest.fixture
def asked(ben):
    """Ben's ask, and what he thought before it."""
    with transaction():
        ask = make_ask(ben, title="Bring back bread")
        before = Before(guess=Guess.HARDLY, uneasy_before=Unease.QUITE, thought=Thought.LET_DOWN)
        reflection = service.note_before(account_id=ben.account_id, ask_id=ask.id, about=ask.title, before=before)
    return reflection


def test_ben_notes_what_he_asked_a_colleague_and_looks_again(ben, browser_of):
    browser = browser_of(ben)

    assert browser.post("/me/reflections/new", data=SLIDE).status_code == 303
    noted = only_reflection()
    assert (noted.elsewhere, noted.about, noted.guess) == (True, "Take one slide of my deck", Guess.HARDLY)
    assert (noted.uneasy_before, noted.thought, noted.closed_at) == (Unease.VERY, Thought.LET_DOWN, None)

    page = browser.get(f"/me/reflections/{noted.id}").text
    assert set(re.findall(r'<input checked[^>]* value="(\w+)"', page)) == {"hardly", "very", "let_down"}
    after = {"reply": "yes", "came": "happened", "uneasy_after": "a_bit", "note": "She even liked it."}
    assert browser.post(f"/me/reflections/{noted.id}", data={**SLIDE, **after}).status_code == 303

    noted = only_reflection()
    assert (noted.reply, noted.came, noted.uneasy_after) == (Reply.YES, Came.HAPPENED, Unease.A_BIT)
    assert noted.closed_at is not None
    index = browser.get("/me/reflections")
    assert "You said hardly. You thought: “They’ll let me down.”" in index.text
    assert "What happened: someone said yes, and it happened." in index.text
    assert "She even liked it." in index.text
    assert "You said hardly once. It got a yes." in index.text


def test_every_question_may_stay_open(ben, browser_of):
    assert browser_of(ben).post("/me/reflections/new", data={"about": "A lift"}).status_code == 303

    noted = only_reflection()
    assert (noted.guess, noted.thought, noted.reply, noted.closed_at) == (None, None, None, None)


def test_what_was_typed_stays_where_something_is_missing(ben, browser_of):
    answer = browser_of(ben).post("/me/reflections/new", data={"own_thought": "They will laugh", "note": "n" * 4001})

    assert answer.status_code == 422
    assert "Say in a few words what it was about." in answer.text
    assert "Up to 4,000 letters." in answer.text
    assert "They will laugh" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Reflection)) == 0


def test_a_choice_that_is_none_is_not_kept(ben, browser_of):
    for field, value in (("guess", "surely"), ("thought", "<b>"), ("came", "10")):
        answer = browser_of(ben).post("/me/reflections/new", data={"about": "A lift", field: value})
        assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Reflection)) == 0


def test_words_are_shown_as_they_were_typed_and_do_nothing(ben, browser_of):
    browser = browser_of(ben)
    browser.post("/me/reflections/new", data={"about": "<script>x</script>", "note": "=1+1 <img src=x>"})

    page = browser.get("/me/reflections").text
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "=1+1 &lt;img src=x&gt;" in page


def test_the_questions_of_the_ask_form_bring_no_token_and_keep_nothing_when_left_folded(app, ben):
    with transaction():
        ask = make_ask(ben)
    with app.test_request_context(method="POST", data={}):
        before = before_you_ask()
        assert before.validate()
        assert "csrf_token" not in before
        with transaction():
            assert (
                service.note_before(account_id=ben.account_id, ask_id=ask.id, about=ask.title, before=before.before())
                is None
            )
    with app.test_request_context(method="POST", data={"before-guess": "maybe", "before-own_thought": "Too much"}):
        before = before_you_ask()
        assert before.validate()
        assert before.before() == Before(guess=Guess.MAYBE, own_thought="Too much")


def test_posting_an_ask_twice_keeps_the_first_reflection(ben, asked):
    with transaction():
        again = service.note_before(
            account_id=ben.account_id, ask_id=asked.ask_id, about="Other", before=Before(guess=Guess.LIKELY)
        )
    assert again.id == asked.id
    assert only_reflection().guess is Guess.HARDLY


def test_what_an_ask_was_about_stays_and_outlives_the_ask(ben, asked, browser_of):
    browser_of(ben).post(f"/me/reflections/{asked.id}", data={"about": "Something else", "guess": "maybe"})
    with transaction():
        db.session.execute(text("DELETE FROM asks"))

    kept = only_reflection()
    assert (kept.ask_id, kept.about, kept.guess) == (None, "Bring back bread", Guess.MAYBE)


def test_the_service_fills_in_what_it_knows_and_leaves_what_ben_said(ben, asked):
    ask_id = asked.ask_id
    these = select(Reflection.ask_id).where(Reflection.ask_id == ask_id)
    with transaction():
        service.note_replies(Reply.YES, these)
        service.note_outcomes(Came.PARTLY, these)
    assert (only_reflection().reply, only_reflection().came) == (Reply.YES, Came.PARTLY)
    assert only_reflection().closed_at is None

    with transaction():
        service.change(
            account_id=ben.account_id, reflection_id=asked.id, about="", before=Before(), after=After(came=Came.NOT)
        )
    with transaction():
        service.note_outcomes(Came.HAPPENED, these)
    assert only_reflection().came is Came.NOT


def test_nobody_else_reads_changes_or_erases_it(ada, ben, cleo, asked, browser_of):
    for other in (ada, cleo):
        browser = browser_of(other)
        assert browser.get(f"/me/reflections/{asked.id}").status_code == 404
        assert browser.post(f"/me/reflections/{asked.id}", data={"guess": "likely"}).status_code == 404
        assert browser.post(f"/me/reflections/{asked.id}/erase").status_code == 303
        assert "Bring back bread" not in browser.get("/me/reflections").text
        assert queries.of_ask(other.account_id, asked.ask_id) is None
    assert only_reflection().guess is Guess.HARDLY


def test_the_database_holds_no_thought_in_the_open_and_all_choices_are_equally_long(ben):
    with transaction():
        for guess, thought in zip([*Guess, None], Thought, strict=True):
            before = Before(guess=guess, uneasy_before=Unease.VERY, thought=thought, own_thought="They will laugh")
            service.note_elsewhere(
                account_id=ben.account_id, about="A lift", before=before, after=After(note="Nobody laughed")
            )
        service.write_note(account_id=ben.account_id, prompt=Prompt.PAST, text="It was long ago")
    rows = db.session.execute(text("SELECT * FROM reflections")).mappings().all()
    written = db.session.execute(text("SELECT * FROM notes")).mappings().all()

    everything = b"".join(
        bytes(row[name]) for row in [*rows, *written] for name in row if name.endswith("_sealed") and row[name]
    )
    for secret in (b"laugh", b"lift", b"hardly", b"bother", b"very", b"long ago"):
        assert secret not in everything
    assert len({len(row["guess_sealed"]) for row in rows if row["guess_sealed"]}) == 1
    assert len({len(row["thought_sealed"]) for row in rows}) == 1


def test_a_note_to_each_question(ben, browser_of):
    browser = browser_of(ben)
    assert "You can stop here" in browser.get("/me/reflections/questions/past").text
    assert "You can stop here" not in browser.get("/me/reflections/questions/need").text
    assert browser.post("/me/reflections/questions/need", data={"text": "Sleep"}).status_code == 303
    assert browser.post("/me/reflections/questions/past", data={"text": "Long ago"}).status_code == 303
    assert browser.post("/me/reflections/questions/need", data={"text": " "}).status_code == 422
    assert browser.get("/me/reflections/questions/why").status_code == 404

    notes = {note.prompt: note.text for note in db.session.scalars(select(Note))}
    assert notes == {Prompt.NEED: "Sleep", Prompt.PAST: "Long ago"}
    assert "Sleep" in browser.get("/me/reflections").text


def test_ben_takes_all_of_it_along_and_only_his(ben, cleo, asked, browser_of):
    browser_of(cleo).post("/me/reflections/new", data={"about": "Cleo’s own"})
    browser_of(ben).post("/me/reflections/questions/need", data={"text": "Sleep"})

    assert browser_of(ben).get("/me/reflections/export").status_code == 405
    answer = browser_of(ben).post("/me/reflections/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reflections.json"'
    taken = json.loads(answer.text)
    assert [one["about"] for one in taken["reflections"]] == ["Bring back bread"]
    assert taken["reflections"][0]["before"]["thought"] == "let_down"
    assert taken["reflections"][0]["written_at"].endswith("Z")
    assert [note["text"] for note in taken["notes"]] == ["Sleep"]
    assert "Cleo" not in answer.text


def test_ben_erases_one_and_then_all_and_nothing_of_cleo(ben, cleo, asked, browser_of):
    browser, hers = browser_of(ben), browser_of(cleo)
    for browser_, about in ((browser, "One"), (browser, "Two"), (hers, "Hers")):
        browser_.post("/me/reflections/new", data={"about": about})
    browser.post("/me/reflections/questions/need", data={"text": "Sleep"})
    hers.post("/me/reflections/questions/need", data={"text": "Her sleep"})
    note = db.session.scalars(select(Note).where(Note.account_id == ben.account_id)).one()

    for path in [f"/me/reflections/{asked.id}/erase"] * 2:
        assert browser.post(path).status_code == 303
    assert hers.post(f"/me/reflections/notes/{note.id}/erase").status_code == 303
    assert len(queries.looks(ben.account_id)) == 2
    assert db.session.scalar(select(func.count()).select_from(Note)) == 2

    assert "Erase all reflections" in browser.get("/me/reflections/erase").text
    assert len(queries.looks(ben.account_id)) == 2
    assert browser.post("/me/reflections/erase").status_code == 303
    assert queries.everything(ben.account_id) == ([], [])
    reflections, notes = queries.everything(cleo.account_id)
    assert [one.about for one in reflections] == ["Hers"]
    assert [one.text for one in notes] == ["Her sleep"]


def test_changing_what_was_erased_meanwhile_is_said_and_makes_nothing(ben, asked, browser_of):
    with transaction():
        service.erase(account_id=ben.account_id, reflection_id=asked.id)
    with pytest.raises(Refused, match="erased meanwhile"), transaction():
        service.change(
            account_id=ben.account_id, reflection_id=asked.id, about="", before=Before(), after=After(note="x")
        )
    assert db.session.scalar(select(func.count()).select_from(Reflection)) == 0


def test_the_page_says_who_holds_the_key_what_it_rests_on_and_what_it_is_not(ben, browser_of):
    page = browser_of(ben).get("/me/reflections").text

    assert "No screen shows this to anyone. Whoever runs the server holds the key." in page
    assert "Flynn" in page
    assert "2008, 95(1), 128–143" in page
    assert "This page is no treatment" in page
