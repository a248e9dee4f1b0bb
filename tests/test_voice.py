"""The copy: plain enough for a tired reader, and without the words that look.md's voice leaves out."""

import ast
import re
from functools import cache
from pathlib import Path

import textstat
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
PAGES = [
    path
    for path in sorted((ROOT / "templates").rglob("*"))
    if path.suffix in (".html", ".txt") and path.parts[-2] not in ("macros", "dev")
]
SOURCES = sorted((ROOT / "supportgroup").rglob("*.py"))
# Where sentences are said to people: what is refused, said after a press, asked for by a form.
SAID_BY = {"Refused", "flash", "InputRequired", "DataRequired", "Length", "ValidationError", "Regexp", "NumberRange"}
NEVER = re.compile(
    r"(?i)\b(just|simply|easy|easily|don[’']t worry|oops|failed|invalid|must|you haven[’']t|only \d+ left)\b|[!]"
)
QUOTED = {"If you need help, just ask"}  # titles of what others wrote
OVERALL, ONE_PAGE = 6, 9  # years of school; who has had six of them is eleven or twelve
SENTENCE = re.compile(r"[A-Z“][^.?…]*+[.?…]")


def words_of(path: Path) -> str:
    """What a template says by itself: no tags, no attributes but labels, no code."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", path.read_text(), flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", "Ada", text, flags=re.S)
    if path.suffix == ".txt":
        return text
    page = BeautifulSoup(text, "html.parser")
    for hidden in page(["script", "style", "code"]):
        hidden.decompose()
    labels = [
        str(element[name])
        for element in page(True)
        for name in ("aria-label", "alt", "placeholder")
        if name in element.attrs
    ]
    return "\n".join([page.get_text(" "), *labels])


def said_in_templates(path: Path) -> list[str]:
    """Strings inside a template's code, such as the labels of buttons and the sentences of notes."""
    code = re.findall(r"\{[{%](.*?)[%}]\}", re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S), flags=re.S)
    return [text for part in code for text in re.findall(r'"((?:[^"\\]|\\.)*)"', part) if " " in text]


def said_in_code(path: Path) -> list[str]:
    """Sentences that the code says: arguments of what speaks to people, and constants with a full stop."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAID_BY:
            found += [one.value for arg in node.args for one in ast.walk(arg) if is_text(one)]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            found += [one.value for one in ast.walk(node.value) if is_text(one) and one.value.rstrip().endswith(".")]
    return found


def without_quotes(text: str) -> str:
    for quote in QUOTED:
        text = text.replace(quote, "")
    return text


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def sentences_of(text: str) -> list[str]:
    """Sentences of three words and more."""
    return [" ".join(found.split()) for found in SENTENCE.findall(text) if len(re.findall(r"\s", found)) > 1]


@cache
def everything() -> dict[str, list[str]]:
    said = {str(path.relative_to(ROOT)): [words_of(path), *said_in_templates(path)] for path in PAGES}
    return said | {str(path.relative_to(ROOT)): said_in_code(path) for path in SOURCES}


def test_nothing_says_what_we_never_say():
    wrong = [
        (where, match.group(), text[max(0, match.start() - 40) : match.end() + 40].strip())
        for where, texts in everything().items()
        for text in texts
        for match in NEVER.finditer(without_quotes(text))
    ]
    assert wrong == []


def test_who_is_eleven_can_read_it():
    sentences = {
        where: " ".join(found for text in texts for found in sentences_of(text))
        for where, texts in everything().items()
    }
    assert textstat.flesch_kincaid_grade(" ".join(sentences.values())) <= OVERALL
    told = {where: text for where, text in sentences.items() if textstat.sentence_count(text) >= 3}
    hard = {where: textstat.flesch_kincaid_grade(text) for where, text in told.items()}
    assert {where: grade for where, grade in hard.items() if grade > ONE_PAGE} == {}
