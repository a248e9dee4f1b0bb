"""Links in letters: opening one shows a page, or leads to one, and changes nothing."""

from flask import Blueprint, abort, redirect
from flask.typing import ResponseReturnValue

from supportgroup.mail.links import destinations, read
from supportgroup.secrets import BadToken

bp = Blueprint("mail", __name__)


@bp.get("/l/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Lead to the page that the link is about. That page asks who is there, if it needs to know."""
    try:
        name, rows = read(token)
    except (BadToken, UnicodeDecodeError):
        abort(404)
    if name not in destinations:
        abort(404)
    return redirect(destinations[name](token, *rows), 303)
