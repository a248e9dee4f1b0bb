"""The development mailbox as pages, and every letter there can be, to look at.

Registered in development only: in production these addresses are not there.
"""

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from supportgroup import clock, devmail
from supportgroup.languages import LANGUAGES, language
from supportgroup.mail.compose import Example, example
from supportgroup.mail.kinds import KINDS, PREFERENCES, Kind, Recipient

bp = Blueprint("dev", __name__)


def folder() -> Path:
    path: Path = current_app.config["SETTINGS"].var / "outbox"
    return path


@bp.get("/dev/mail")
def mailbox() -> ResponseReturnValue:
    return render_template("dev/mailbox.html", letters=devmail.messages(folder())[:100])


@bp.get("/dev/mail/<letter_id>")
def letter(letter_id: str) -> ResponseReturnValue:
    found = devmail.message(folder(), letter_id) or abort(404)
    g.frame_src = "'self'"
    text = found.message.get_body(("plain",))
    calendar = next((part for part in found.message.walk() if part.get_content_type() == "text/calendar"), None)
    return render_template(
        "dev/letter.html",
        letter=found,
        text=text.get_content() if text else "",
        calendar=calendar.get_content() if calendar else None,
    )


@bp.get("/dev/mail/<letter_id>/html")
def letter_html(letter_id: str) -> ResponseReturnValue:
    found = devmail.message(folder(), letter_id) or abort(404)
    html = found.message.get_body(("html",)) or abort(404)
    return framed(html.get_content())


def framed(html: str) -> Response:
    """HTML as a mail program would show it: in a frame of its own, with no scripts and no way out."""
    g.frame_ancestors = "'self'"
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-top-navigation-by-user-activation"
    )
    return response


@bp.get("/dev/mail/samples")
def samples() -> ResponseReturnValue:
    """Every kind of letter, from its samples, with a cover word and with names, in the language that is asked for."""
    spoken = tongue()
    kinds = sorted(KINDS.values(), key=lambda kind: kind.name)
    shown = [
        (kind, [[sample(kind, at, spoken, full=full) for full in (False, True)] for at, _ in enumerate(kind.samples)])
        for kind in kinds
    ]
    return render_template("dev/samples.html", kinds=shown, preferences=PREFERENCES, languages=LANGUAGES, spoken=spoken)


@bp.get("/dev/mail/samples/<name>/<int:at>/<mode>")
def sample_html(name: str, at: int, mode: str) -> ResponseReturnValue:
    kind = KINDS.get(name) or abort(404)
    if at >= len(kind.samples) or mode not in ("discreet", "full"):
        abort(404)
    return framed(sample(kind, at, tongue(), full=mode == "full").written.html)


def tongue() -> str:
    """The language that the page asks for, or its reader's."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else language()


def sample(kind: Kind, at: int, spoken: str, *, full: bool) -> Example:
    _, sender = current_app.extensions["mail"]
    reader = Recipient(id=UUID(int=0), email="ada@example.org", name="Ada", zone=clock.zone("UTC"), language=spoken)
    return example(kind.name, reader, None, sender, full=full, sample=at)
