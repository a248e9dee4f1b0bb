"""A copy of one's own data: made by a worker, fetched once, within a day, with nobody else in it."""

import io
import json
import re
import zipfile
from datetime import timedelta

from sqlalchemy import select

from supportgroup.board.models import Help, HelpState
from supportgroup.db import db, transaction
from supportgroup.moderation.models import Report
from supportgroup.privacy import building, retention
from supportgroup.privacy.models import Export, ExportState
from supportgroup.privacy.parts.labels import LABELS
from supportgroup.safety.models import Act, AuditEntry
from tests.moderation.steps import account_of, letters_to
from tests.post import deliver_due, text_of
from tests.privacy.conftest import CANARIES


def ask_for_copy(browser):
    assert browser.post("/me/data/export").status_code == 303
    building.build_exports()
    db.session.expire_all()
    return db.session.scalars(select(Export).order_by(Export.asked_at.desc())).first()


def fetch(browser, export):
    return browser.post(f"/me/data/exports/{export.id}/download")


def files(response):
    archive = zipfile.ZipFile(io.BytesIO(response.data))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def test_ben_takes_everything_along(group, ada, ben, cleo, life, browser_of, postbox):
    browser = browser_of(ben)
    export = ask_for_copy(browser)
    deliver_due()
    (letter,) = letters_to(postbox, ben)
    assert group.name not in text_of(letter)
    assert "Fetch my copy" in browser.get("/me/data").text

    found = files(fetch(browser, export))
    assert sorted(found) == ["data.html", "data.json"]
    told = json.loads(found["data.json"])
    for text in (*CANARIES.values(), account_of(ben).email, group.name, "What is said here stays here."):
        assert text in found["data.html"]
        assert text in json.dumps(told, ensure_ascii=False)
    assert "That is kind" in [message["text"] for message in told["messages"]]
    assert "<script" not in found["data.html"]


def test_its_page_is_in_ben_s_language_and_its_labels_are_for_programs(group, ben, life, browser_of):
    with transaction():
        account_of(ben).language = "de"
        account_of(ben).zone = "Europe/Paris"
    found = files(fetch(browser_of(ben), ask_for_copy(browser_of(ben))))

    told = json.loads(found["data.json"])
    del told["made_at"]
    assert {label for records in told.values() for record in records for label in record} <= set(LABELS)
    assert told["check_ins"][0]["how it was"] == "lighter"
    for words in ("Worum gebeten wurde", "Ein anderes Mitglied", "Leichter", "Alle Zeiten:", "Angemeldet mit"):
        assert words in found["data.html"]


def test_who_handed_back_reads_no_further(group, ben, cleo, life, browser_of):
    """A copy shows of a thread what its page shows (T2): nothing after handing back, or before a yes was answered."""
    for state in (HelpState.HANDED_BACK, HelpState.PROPOSED, HelpState.NOT_THIS_TIME):
        with transaction():
            help_ = db.session.scalars(select(Help).where(Help.ask_id == life["theirs"])).one()
            help_.state = state
        text = "".join(files(fetch(browser_of(ben), ask_for_copy(browser_of(ben)))).values())
        assert "That is kind" not in text
        assert CANARIES["message"] in text


def test_nobody_else_is_in_it(group, ada, ben, cleo, life, browser_of):
    browser_of(cleo).post(f"/g/{group.slug}/report/member/{ben.id}", data={"reason": "hurts", "words": "He shouted"})
    browser_of(ben).post(f"/g/{group.slug}/report/member/{cleo.id}", data={"reason": "other", "words": "My own words"})

    text = "".join(files(fetch(browser_of(ben), ask_for_copy(browser_of(ben)))).values())
    for other in (ada, cleo):
        assert account_of(other).email not in text
        assert not re.search(rf"\b{other.name}\b", text)
        assert str(other.id) not in text
    assert "He shouted" not in text
    assert "My own words" in text
    assert len(db.session.scalars(select(Report)).all()) == 2


def test_what_somebody_wrote_cannot_run_in_the_page(group, ada, ben, life, browser_of):
    with transaction():
        ben.name = "<script>alert(1)</script>"

    found = files(fetch(browser_of(ben), ask_for_copy(browser_of(ben))))
    assert "<script" not in found["data.html"]
    assert "&lt;script&gt;" in found["data.html"]


def test_it_can_be_fetched_once(group, ben, life, browser_of):
    export = ask_for_copy(browser_of(ben))
    assert fetch(browser_of(ben), export).status_code == 200

    assert fetch(browser_of(ben), export).status_code == 409
    assert db.session.get(Export, export.id).content_sealed is None


def test_after_a_day_it_is_gone(frozen, group, ben, life, browser_of):
    export = ask_for_copy(browser_of(ben))
    frozen.shift(timedelta(hours=24))
    assert fetch(browser_of(ben), export).status_code == 409

    with transaction():
        retention.let_go_of_old()
    kept = db.session.get(Export, export.id)
    assert (kept.state, kept.content_sealed) == (ExportState.OVER, None)


def test_nobody_fetches_anothers(group, ben, cleo, life, browser_of):
    export = ask_for_copy(browser_of(ben))

    assert fetch(browser_of(cleo), export).status_code == 404
    assert browser_of(ben).get(f"/me/data/exports/{export.id}/download").status_code == 405
    assert fetch(browser_of(ben), export).status_code == 200


def test_it_waits_sealed(group, ben, life, browser_of):
    export = ask_for_copy(browser_of(ben))

    assert b"UEsD" not in export.content_sealed  # how a zip in base64 begins


def test_asking_twice_makes_one(group, ben, life, browser_of):
    browser_of(ben).post("/me/data/export")
    ask_for_copy(browser_of(ben))
    browser_of(ben).post("/me/data/export")

    assert len(db.session.scalars(select(Export)).all()) == 1


def test_how_far_it_is_can_be_seen(group, ben, life, browser_of):
    browser_of(ben).post("/me/data/export")
    with transaction():
        db.session.scalars(select(Export)).one().parts_done = 3

    page = browser_of(ben).get("/me/data").text
    assert "3 of" in page
    assert "<progress" in page


def test_a_copy_whose_worker_died_is_made_by_the_next(frozen, group, ben, life, browser_of):
    browser_of(ben).post("/me/data/export")
    assert building.take() is not None
    assert building.take() is None

    frozen.shift(building.IN_HAND + timedelta(seconds=1))
    building.build_exports()
    db.session.expire_all()
    assert db.session.scalars(select(Export)).one().state is ExportState.READY


def test_ben_sees_in_his_part_of_the_log_what_was_done(group, ada, ben, cleo, life, browser_of):
    fetch(browser_of(ben), ask_for_copy(browser_of(ben)))

    mine, others = browser_of(ben).get("/me/data").text, browser_of(cleo).get("/me/data").text
    assert "You asked for your data" in mine
    assert "You fetched your data" in mine
    assert "Nothing so far" in others


def test_the_log_is_only_added_to(group, ben, life, browser_of):
    ask_for_copy(browser_of(ben))
    entry = db.session.scalars(select(AuditEntry)).first()

    for change in (lambda: setattr(entry, "act", Act.REPORT_READ), lambda: db.session.delete(entry)):
        change()
        try:
            db.session.flush()
        except RuntimeError:
            db.session.rollback()
        else:
            raise AssertionError("the log was changed")
