"""In which language somebody reads: the browser's at first, an account's own afterwards; letters in their reader's.

A sentence is its own message id, in English. `supportgroup/translations/<code>.po` says it in another language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_babel.speaklater import LazyString
from flask_login import current_user

SOURCES = Path(__file__).with_name("translations")
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "ar": "العربية"}  # each by its own name
FIRST = "en"
LOCALES = {code: Locale.parse(code) for code in LANGUAGES}
FORMATS = {**{code: code for code in LANGUAGES}, "en": "en_GB"}  # whose days and hours are written how


# While a letter is written: the code of its language, and its catalogue. A letter says dozens of sentences, and each
# would otherwise find out anew which language this is.
SPOKEN: ContextVar[tuple[str, Any] | None] = ContextVar("spoken", default=None)


def catalogue() -> Any:
    """The sentences of the language that is spoken now."""
    here = SPOKEN.get()
    return get_translations() if here is None else here[1]


def said(sentence: str) -> str:
    return str(catalogue().ugettext(sentence))


def said_of(one: str, many: str, num: int) -> str:
    return str(catalogue().ungettext(one, many, num))


def gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language that is spoken now, with its %(named)s values in it. Known as `_`."""
    return said(sentence) % values if values else said(sentence)


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The sentence that fits the number, which it may name as %(num)d."""
    return said_of(one, many, num) % {"num": num, **values}


def to_say(sentence: str) -> str:
    """Marks a sentence that is stored as it is, in English, and said later: `_(stored)`."""
    return sentence


def lazy_gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language that is spoken when it is shown: for what is written down as the house is built.

    Known as `_l`. It behaves as a text, and is none: `str()` makes one of it.
    """
    return LazyString(gettext, sentence, **values)  # type: ignore[no-any-return]


def install_languages(app: Flask, folder: Path) -> None:
    """Let pages and letters speak every language there is a catalogue for; catalogues are compiled into `folder`."""
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # how a template is laid out is not a part of its sentences
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(publish(folder))
    Babel(app, default_locale=FIRST, locale_selector=chosen)
    app.jinja_env.install_gettext_callables(said, said_of, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(spoken)
    app.after_request(say_language)


def publish(folder: Path) -> Path:
    """The catalogues as gettext reads them, in a folder whose name changes with what they say.

    Several processes may make it at once: it appears whole, and who comes second leaves it as it is.
    """
    sources = sorted(SOURCES.glob("*.po"))
    name = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    if (folder / name).is_dir():
        return folder / name
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix="making-") as workshop:
        made = Path(workshop) / name
        made.mkdir()
        for source in sources:
            target = made / source.stem / "LC_MESSAGES" / "messages.mo"
            target.parent.mkdir(parents=True)
            with source.open("rb") as text, target.open("wb") as compiled:
                write_mo(compiled, read_po(text))
        try:
            made.rename(folder / name)
        except OSError:
            if not (folder / name).is_dir():
                raise
    return folder / name


def chosen() -> str:
    """The language of who reads this page."""
    if not has_request_context():
        return FIRST
    if current_user.is_authenticated:
        return str(current_user.language)
    return of_browser()


def of_browser() -> str:
    """What the browser asks for, as far as we speak it; English where it asks for nothing that we do."""
    return request.accept_languages.best_match(LANGUAGES, default=FIRST)


def language() -> str:
    """The code of the language that is spoken now: to who reads this page, or to who gets this letter."""
    here = SPOKEN.get()
    if here is not None:
        return here[0]
    locale = get_locale()
    return FIRST if locale is None else str(locale.language)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language for a while, as a letter to somebody does. One that we do not speak is English."""
    known = code if code in LOCALES else FIRST
    with force_locale(LOCALES[known]):
        token = SPOKEN.set((known, get_translations()))
        try:
            yield
        finally:
            SPOKEN.reset(token)


def direction(code: str) -> str:
    """Whether it is written from the left or the right: `ltr` or `rtl`."""
    return str(LOCALES[code].text_direction)


def spoken() -> dict[str, str]:
    """What every template can use: as what its words are marked, for who reads them aloud and who lays them out."""
    code = language()
    return {"lang": FORMATS[code].replace("_", "-"), "dir": direction(code)}


def say_language(response: Response) -> Response:
    """Pages to nobody in particular follow the browser's wish, and whoever keeps a copy is to know it."""
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
        response.content_language.add(language())
    return response
