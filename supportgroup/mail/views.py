"""Links in letters: opening one shows a page, or leads to one, and changes nothing."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from supportgroup.mail.links import destinations, read
from supportgroup.secrets import BadToken

bp = Blueprint("mail", __name__)


@bp.get("/l/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Lead to the page that the link is about. That page asks who is there, if it needs to know.

    The address of a group's page names the group, so whoever is not signed in is asked to before they are led there:
    somebody who only holds the letter does not learn which one it is.
    """
    try:
        name, rows = read(token)
    except (BadToken, UnicodeDecodeError):
        abort(404)
    if name not in destinations:
        abort(404)
    path = destinations[name](token, *rows)
    if path.startswith("/g/") and not current_user.is_authenticated:
        path = url_for("accounts.sign_in", next=url_for(".follow", token=token))
    return redirect(path, 303)
