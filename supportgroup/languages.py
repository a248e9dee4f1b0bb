"""In which language somebody reads: the browser's at first, an account's own afterwards; letters in their reader's.

A sentence is its own message id, in English. `supportgroup/translations/<code>.po` says it in another language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_babel import gettext as say
from flask_babel import lazy_gettext as say_later
from flask_babel import ngettext as say_number
from flask_login import current_user

SOURCES = Path(__file__).with_name("translations")
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "ar": "العربية"}  # each by its own name
FIRST = "en"
LOCALES = {code: Locale.parse(code) for code in LANGUAGES}
FORMATS = {**{code: code for code in LANGUAGES}, "en": "en_GB"}  # whose days and hours are written how


def gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language that is spoken now, with its %(named)s values in it. Known as `_`."""
    return str(say(sentence, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The sentence that fits the number, which it may name as %(num)d."""
    return str(say_number(one, many, num, **values))


def lazy_gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language that is spoken when it is shown: for what is written down as the house is built.

    Known as `_l`. It behaves as a text, and is none: `str()` makes one of it.
    """
    return say_later(sentence, **values)  # type: ignore[no-any-return]


def install_languages(app: Flask, folder: Path) -> None:
    """Let pages and letters speak every language there is a catalogue for; catalogues are compiled into `folder`."""
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # how a template is laid out is not a part of its sentences
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(publish(folder))
    Babel(app, default_locale=FIRST, locale_selector=chosen)
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
    locale = get_locale()
    return FIRST if locale is None else str(locale.language)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language for a while, as a letter to somebody does. One that we do not speak is English."""
    with force_locale(LOCALES.get(code, LOCALES[FIRST])):
        yield


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
