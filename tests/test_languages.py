"""Every sentence can be said in every language: none is unmarked, none untranslated, and each says the same."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from supportgroup.accounts.mail_views import ONE_CLICK
from supportgroup.app import TEMPLATES
from supportgroup.languages import LANGUAGES, SOURCES, language, speaking
from tests.factories import make_account
from tests.sentences import sentences

HOUSE = TEMPLATES.parent / "supportgroup"
SEEN = ("alt", "aria-label", "aria-description", "placeholder", "title")
# What is no sentence of a page or a letter: pages for development, what operators read in a terminal.
NOT_MARKED = {
    "dev",
    "cli",
    "kit.py",
    "commands",
    "doctor.py",
    "backup.py",
    "up.py",
    "supervisor.py",
    "config.py",
    "demo",
    "logs.py",
}
EN = Environment(extensions=["jinja2.ext.i18n"], autoescape=False)  # noqa: S701
MARKS = {"_", "gettext", "ngettext", "pgettext", "_l", "lazy_gettext", "to_say"}
NOT_FOR_READERS = {"debug", "info", "warning", "error", "ValueError", "RuntimeError", "AssertionError", "LookupError"}
SENTENCE = re.compile(r"^[A-Z“][\w’]+.* .*\w[.?:]$")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"<[^>]+>")


def places(folder: Path, *suffixes: str) -> list[Path]:
    """The files that are to be looked at, without what is not marked, or not yet."""
    left_out = NOT_MARKED | {"migrations", "translations"}
    found = [path for path in sorted(folder.rglob("*")) if path.suffix in suffixes]
    return [path for path in found if not left_out & set(path.relative_to(folder).parts)]


class Words(HTMLParser):
    """Collects what is read: text, and attributes that are seen or heard."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [value for name, value in attrs if name in SEEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script"):
            self.found.append(data)


def unmarked_in_template(source: str) -> list[str]:
    """Words outside of every mark: as text of the page, or as a text that is handed on."""
    outside, handed_on, marked, before = "", list[str](), False, ["", ""]
    for _line, sort, value in EN.lex(source):
        if sort == "whitespace":
            continue
        if sort == "name" and value in ("trans", "endtrans") and before[-1].startswith("{%"):
            marked = value == "trans"
        elif marked:
            pass
        elif sort == "data":
            outside += value
        elif sort == "string" and is_words(value[1:-1]) and before[-2] not in MARKS:
            handed_on.append(value)
        before = [before[-1], value]
    words = Words()
    words.feed(outside)
    words.close()
    texts = [re.sub(r"&\w+;|\S*://\S*", "", text) for text in words.found]
    return [text.strip() for text in texts if re.search(r"[A-Za-z]{2}", text)] + handed_on


def is_words(text: str) -> bool:
    """Whether it looks like something to read; what RFC 8058 lets a form post does too."""
    return text not in ONE_CLICK and bool(re.match(r"[A-Z][a-z]{2}", text))


def unmarked_in_python(source: str) -> list[str]:
    """Whole sentences that are in no mark. Single words are found where pages say them, by the sweep of sentences."""
    tree, left = ast.parse(source), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            left |= {id(inner) for inner in ast.walk(node)} if name in MARKS | NOT_FOR_READERS else set()
        elif isinstance(node, ast.Expr):
            left.add(id(node.value))  # a docstring
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in texts if id(node) not in left and SENTENCE.search(node.value)]


def test_templates_say_nothing_unmarked():
    found = {str(path): unmarked_in_template(path.read_text()) for path in places(TEMPLATES, ".html", ".txt", ".svg")}
    assert {path: words for path, words in found.items() if words} == {}


def test_code_says_no_sentence_unmarked():
    found = {str(path): unmarked_in_python(path.read_text()) for path in places(HOUSE, ".py")}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_a_catalogue_says_every_sentence(code):
    with (SOURCES / f"{code}.po").open("rb") as source:
        catalogue = read_po(source)
    untold = []
    for sentence in sentences():
        found = catalogue.get(sentence.id)
        said = found.string if found else ""
        if not found or found.fuzzy or not all(said if isinstance(said, tuple | list) else [said]):
            untold.append(sentence.id)
    assert untold == []


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_a_translation_has_the_values_and_the_marks_of_its_sentence(code):
    with (SOURCES / f"{code}.po").open("rb") as source:
        catalogue = read_po(source)
    wrong = []
    for message in catalogue:
        if not message.id or not message.string:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        known = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for text in filter(None, strings):
            names = set(PLACEHOLDER.findall(text))
            whole = names == known or (len(ids) > 1 and names <= known and known - names <= {"num", "count", "number"})
            if not whole or sorted(TAG.findall(text)) != sorted(TAG.findall(ids[-1])):
                wrong.append((message.id, text))
    assert wrong == []


def test_a_page_follows_the_browser_until_an_account_says_otherwise(app, client, sign_in):
    answer = client.get("/", headers={"Accept-Language": "ar;q=0.9, fr"})
    assert 'lang="ar" dir="rtl"' in answer.text
    assert answer.headers["Content-Language"] == "ar"
    assert "Accept-Language" in answer.headers["Vary"]
    assert 'lang="en-GB" dir="ltr"' in client.get("/", headers={"Accept-Language": "fr"}).text
    ada = sign_in(make_account("Ada"))
    ada.post("/me", data={"name": "Ada", "zone": "Europe/Berlin", "language": "de"})
    assert 'lang="de" dir="ltr"' in ada.get("/me", headers={"Accept-Language": "es"}).text


def test_an_unknown_language_is_english(app):
    with speaking("xx"):
        assert language() == "en"
