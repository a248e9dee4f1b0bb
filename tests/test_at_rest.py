"""Whoever finds the database reads no address and no word that somebody wrote; and keys change while people write."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import JSON, String, make_url, select

from supportgroup import demo, keys, secrets
from supportgroup.accounts import queries
from supportgroup.board.models import Ask
from supportgroup.db import Base, db, transaction
from supportgroup.demo.story import GROUPS
from supportgroup.groups.models import Membership
from supportgroup.mail.links import token
from supportgroup.secrets import BadSeal
from tests.conftest import KEYS
from tests.factories import make_account, make_ask, make_group, make_membership

pytestmark = pytest.mark.both_engines

OLD, NEW = KEYS["DATA_KEYS"], "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="
SECRET, NEXT = KEYS["SECRET_KEY"], "another-signing-key-for-tests-that-is-long-enough"

# Every text that stands in the database as it is. A group's public words, chosen names, addresses of pages, and words
# of ours; whatever else somebody writes is sealed. A new column of text fails this test until it is here, or sealed.
PLAIN = {
    "accounts": {"name", "zone", "language"},
    "agreements": {"text"},
    "buckets": {"key"},
    "erased": {"consents"},  # versions and dates
    "groups": {"questions", "fine", "slug", "public_title", "purpose", "first_time", "area", "zone", "language"},
    "guesses": {"key"},
    "invitations": {"language"},
    "letters": {"kind", "key", "message_id", "last_class", "drop_reason"},
    "meetings": {"agenda", "customs", "talking_order", "zone"},  # names of parts, minutes, ids
    "memberships": {"name", "cover_word"},
    "passkeys": {"device"},
    "pending_joinings": {"name"},
    "pulses": {"name"},
    "resources": {"country"},
    "series": {"agenda", "customs", "rule", "zone"},
    "sessions": {"device"},
    "sign_in_links": {"browser"},
    "mail_wishes": {"preference"},
    "topics": {"word"},
}


@pytest.fixture(autouse=True)
def _keys_as_they_were():
    yield
    use(OLD)


def use(*data_keys, secret_keys=(SECRET,)):
    """Let this process seal under the first of these keys and open by all of them."""
    secrets.install(list(secret_keys), [secrets.base64.b64decode(key) for key in data_keys])


def test_every_column_of_text_is_sealed_or_meant_to_be_plain():
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON) and not hasattr(column.type, "enums"):
                found.setdefault(table.name, set()).add(column.name)
    assert found == PLAIN


def test_every_sealed_column_is_read_through_its_attribute():
    """Rotation finds them by their names, so that none is forgotten; here is what it found."""
    for model, texts in keys.sealed().items():
        assert {text.column for text in texts} == {
            name for name, _ in model.__table__.columns.items() if "sealed" in name
        }
    assert {"asks", "accounts", "messages", "reflections", "reports"} <= {
        model.__tablename__ for model in keys.sealed()
    }


def texts():
    """Everything sealed, opened: what a finder would like to read."""
    found = set()
    for model, sealed in keys.sealed().items():
        for row in db.session.scalars(select(model)).unique():
            found |= {text.__get__(row, model) for text in sealed}
    return found


def dump(url):
    """The database as whoever stole it has it."""
    if url.startswith("sqlite"):
        path = Path(make_url(url).database)
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    copies = []
    connection = db.session.connection().connection.cursor()
    for table in Base.metadata.sorted_tables:
        for form in ("text", "binary"):
            with connection.copy(f'COPY "{table.name}" TO STDOUT (FORMAT {form})') as copied:
                copies.append(b"".join(bytes(part) for part in copied))
    return b"\n".join(copies)


def test_a_dump_of_the_demo_shows_none_of_its_texts(committed_app):
    demo.load()
    known = {text for text in texts() if len(text) > 5}
    plain = plain_texts()
    assert len(known) > 40
    assert "ada@example.org" in known
    stolen = dump(committed_app.config["SQLALCHEMY_DATABASE_URI"])

    assert all(told.slug.encode() in stolen for told in GROUPS)  # what is public is there, so this is the database
    shown = {text for text in known if text.encode() in stolen and not any(text in words for words in plain)}
    assert shown == set()


def plain_texts():
    """What stands in plain columns: a place may be named in a group's public words too."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for name in PLAIN.get(table.name, ()):
            found |= {str(words) for words in db.session.scalars(select(table.c[name]))}
    return found


def test_a_text_moved_to_another_row_does_not_open(app):
    with transaction():
        ada = make_membership(make_group(), make_account("Ada"))
        one, two = make_ask(ada, title="Bring back bread"), make_ask(ada, title="Water the plants")
    two.title_sealed = one.title_sealed
    with pytest.raises(BadSeal):
        two.title  # noqa: B018
    db.session.rollback()


def make_asks(number):
    with transaction():
        ada = make_membership(make_group(), make_account("Ada", email="ada@example.org"))
        for at in range(number):
            make_ask(ada, title=f"Ask number {at}")
    return ada


def old_rows():
    db.session.rollback()
    return sum(keys.left(model, sealed) for model, sealed in keys.sealed().items())


def test_after_rotation_the_new_key_alone_opens_everything_and_finds_everyone(committed_app):
    make_asks(120)
    before = texts()
    use(NEW, OLD)
    assert queries.account_of("ada@example.org")
    assert old_rows() == 122  # the asks, their group, and Ada
    assert sum(done for done, _ in keys.reseal_all()) == 122

    use(NEW)
    db.session.rollback()
    assert old_rows() == 0
    assert texts() == before
    assert queries.account_of("ada@example.org").name == "Ada"


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)  # SQLite has one writer at a time anyway
def test_people_write_while_keys_change(committed_app):
    asker_id = make_asks(250).id
    use(NEW, OLD)
    stop, written = threading.Event(), []

    def write():
        with committed_app.app_context():
            while not stop.is_set():
                with transaction():
                    ask = db.session.scalars(select(Ask).order_by(Ask.id).offset(len(written) * 7 % 200)).first()
                    ask.body = f"Changed meanwhile {len(written)}"
                    make_ask(db.session.get_one(Membership, asker_id), title=f"New meanwhile {len(written)}")
                written.append(ask.id)
                time.sleep(0.01)
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in keys.reseal_all():
            time.sleep(0.01)
    finally:
        stop.set()
        writer.join()

    use(NEW)
    db.session.rollback()
    assert len(written) > 3
    assert old_rows() == 0
    found = texts()
    assert {f"New meanwhile {at}" for at in range(len(written))} <= found
    assert {f"Ask number {at}" for at in range(250)} <= found


def rotate(app, tmp_path):
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SUPPORTGROUP_VAR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "DATA_KEYS": f"{NEW},{OLD}",
    }
    command = [Path(sys.executable).parent / "supportgroup", "keys", "rotate"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_in_the_middle_it_loses_nothing_and_goes_on(committed_app, tmp_path):
    make_asks(500)
    before = texts()
    use(NEW, OLD)
    running = rotate(committed_app, tmp_path)
    while running.poll() is None and old_rows() == 502:
        time.sleep(0.005)
    running.kill()
    running.communicate()
    assert 0 < old_rows() < 502
    assert texts() == before

    assert {shut for _, shut in keys.reseal_all()} == {0}
    use(NEW)
    db.session.rollback()
    assert texts() == before


def test_what_no_key_opens_is_counted_and_stops_nothing(committed_app, tmp_path):
    make_asks(5)
    use(NEW)  # as if this one had been made under a key that is lost
    with transaction():
        make_ask(make_membership(make_group(), make_account("Ben")), title="Lost")
    use("dGhpcmQta2V5LXRoaXJkLWtleS10aGlyZC1rZXktMTI=", OLD)
    db.session.rollback()
    done, shut = map(sum, zip(*keys.reseal_all(), strict=True))
    assert (done, shut) == (7, 3)


def test_the_signing_key_changes_and_sessions_links_and_open_forms_live(committed_app, make_app, sign_in):
    with transaction():
        ada = make_account("Ada")
    link = token("mail-preferences", ada.id)
    browser = sign_in(ada)
    committed_app.config["WTF_CSRF_ENABLED"] = True
    form = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/me").text).group(1)
    cookies = {name: browser.get_cookie(name).value for name in ("sid", "form")}
    url = committed_app.config["SQLALCHEMY_DATABASE_URI"]

    answers = {}
    for name, secret_key in (("both", f"{NEXT},{SECRET}"), ("new", NEXT)):
        app = make_app(url, SECRET_KEY=secret_key)
        app.config["WTF_CSRF_ENABLED"] = True
        client = app.test_client()
        for cookie, value in cookies.items():
            client.set_cookie(cookie, value)
        settings = {"name": "Ada", "zone": "UTC", "language": "en", "csrf_token": form}
        answers[name] = [
            client.get("/me").status_code,
            client.get(f"/l/{link}").status_code,
            client.post("/me", data=settings).status_code,
        ]
        with app.app_context():
            db.engine.dispose()
    assert answers == {"both": [200, 303, 303], "new": [200, 404, 400]}
