"""The development mailbox as pages. Registered in development only: in production these addresses are not there."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, g, render_template
from flask.typing import ResponseReturnValue

from supportgroup import devmail

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
    """The HTML part as a mail program would show it: in a frame of its own, with no scripts and no way out."""
    found = devmail.message(folder(), letter_id) or abort(404)
    html = found.message.get_body(("html",)) or abort(404)
    g.frame_ancestors = "'self'"
    response = Response(html.get_content(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-top-navigation-by-user-activation"
    )
    return response
