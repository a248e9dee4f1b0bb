"""Every word of every page and letter is marked, so that it can be said in another language.

A language that nobody speaks puts each marked sentence into brackets. What is left outside of brackets must be what
people wrote, a name of ours, or a day.
"""

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from html import unescape
from uuid import UUID

import pytest
from babel import Locale
from babel.support import NullTranslations
from sqlalchemy import String, select

from supportgroup import clock
from supportgroup.db import Base, db
from supportgroup.languages import LANGUAGES
from supportgroup.mail.compose import example
from supportgroup.mail.kinds import KINDS, Recipient
from tests.sweeps.test_roles import AUDIENCE, rules
from tests.sweeps.world import PEOPLE
from tests.test_languages import SEEN

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # what pages say is the same on both
SPOKEN = "de"
NOT_SAID = {"accounts.set_up_codes"}  # shows a key, which is no word
FOR_DEVELOPMENT = {
    "dev.mailbox",
    "dev.letter",
    "dev.letter_html",
    "dev.samples",
    "dev.sample_html",
    "dev.kit",
    "dev.kit_in",
}
READER = Recipient(id=UUID(int=0), email="a@example.org", name="Ada", zone=clock.zone("Europe/Paris"), language=SPOKEN)
MARKED = re.compile("⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")


class Bracketed(NullTranslations):
    """Says every sentence in brackets."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, singular, plural, num):
        return f"⟦{singular if num == 1 else plural}⟧"

    def upgettext(self, _context, message):
        return self.gettext(message)

    ugettext, ungettext = gettext, ngettext


@pytest.fixture
def bracketed(app):
    """German is the language in which everything is in brackets."""
    cache = app.extensions["babel"].instance.domain_instance.cache
    kept, cache[SPOKEN, "messages"] = cache.get((SPOKEN, "messages")), Bracketed()
    yield
    del cache[SPOKEN, "messages"]
    if kept is not None:
        cache[SPOKEN, "messages"] = kept


def read(html):
    """What is seen or heard of a page, outside of brackets."""
    body = re.sub(r"<(style|script|svg|select|textarea|code|pre)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    body = re.sub(r"<html[^>]*>", "", body)
    while MARKED.search(body):
        body = MARKED.sub(" ", body)
    heard = re.findall(rf'\s(?:{"|".join(SEEN)})="([^"]*)"', body)
    return unescape(" | ".join([*heard, *re.split(r"<[^>]*>", body)]))


def names():
    """Words that stay as they are in every language: of days, countries and languages, and those that are data."""
    found = {
        "UTC",
        "Paris",
        "MESZ",
        "MEZ",
        "Mitteleuropäische",
        "Koordinierte",
        "Weltzeit",
        "Zeit",
        *LANGUAGES.values(),
    }
    locale = Locale.parse(SPOKEN)
    for table in (locale.months, locale.days):
        for forms in table.values():
            for form in forms.values():
                found |= set(form.values())
    return found


def written():
    """Every text that is in the database."""
    found = set()
    for mapper in Base.registry.mappers:
        plain = [column.key for column in mapper.columns if isinstance(column.type, String)]
        sealed = [
            name.removesuffix("_sealed")
            for name in (column.key for column in mapper.columns)
            if name.endswith("_sealed")
        ]
        for row in db.session.scalars(select(mapper.class_)).unique():
            found |= {str(getattr(row, name)) for name in [*plain, *sealed] if getattr(row, name, None)}
    return found


def texts_in(value):
    """The texts of a sample, however deep they are in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for inner in value.values() for text in texts_in(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in texts_in(inner))
    elif is_dataclass(value):
        yield from texts_in(vars(value))


def left_over(text, known):
    """The words of `text` that are in none of the known texts; those of several words stand there whole."""
    for one in sorted((one for one in known if " " in one), key=len, reverse=True):
        text = text.replace(one, " ")
    words = {word for one in known for word in WORD.findall(one) if " " not in one}
    return sorted(set(WORD.findall(re.sub(r"\S+@\S+|\S*[/.]\S+", " ", text))) - words)


@pytest.mark.usefixtures("bracketed")
def test_pages_say_nothing_unmarked(app, world):
    for account in world.accounts.values():
        account.language = SPOKEN
    db.session.commit()
    known, unmarked = written() | names() | {app.config["SETTINGS"].service_name}, {}
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint in FOR_DEVELOPMENT | NOT_SAID:
            continue
        for person in [one for one in PEOPLE if one in AUDIENCE[rule.endpoint]][-1:]:
            answer = world.browser(app, person).get(world.path(app, rule), headers={"Accept-Language": SPOKEN})
            if (
                answer.status_code < 300
                and answer.mimetype == "text/html"
                and (left := left_over(read(answer.text), known))
            ):
                unmarked[rule.endpoint] = left
    assert unmarked == {}, "\n" + "\n".join(f"{place}: {left}" for place, left in unmarked.items())


@pytest.mark.usefixtures("bracketed")
def test_letters_say_nothing_unmarked(app):
    _, sender = app.extensions["mail"]
    unmarked = {}
    for kind in KINDS.values():
        for at, sample in enumerate(kind.samples):
            theirs = set(texts_in(sample))
            known = names() | theirs | {"Blue", "Evening circle", sender.service_name}
            said = example(kind.name, READER, None, sender, full=True, sample=at).written
            for part in (read(f"<p>{said.subject}</p>"), read(f"<p>{said.text}</p>"), read(said.html)):
                if left := left_over(part, known):
                    unmarked.setdefault(kind.name, set()).update(left)
    assert unmarked == {}, "\n" + "\n".join(f"{place}: {left}" for place, left in unmarked.items())
