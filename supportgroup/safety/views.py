"""Crisis help: a page for everyone, signed in or not, that remembers nothing."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from supportgroup.pages import as_nobody
from supportgroup.safety import crisis

bp = Blueprint("safety", __name__)


@bp.get("/help-now")
def help_now() -> ResponseReturnValue:
    """Numbers and lines of the country that the visitor picks, at first of the one that the operator named."""
    open_without_database()
    code = request.args.get("country") or current_app.config["SETTINGS"].crisis_country or ""
    try:
        found = crisis.help_for(code)
    except LookupError:
        found = None
    return render_template("safety/help_now.html", countries=crisis.countries(), found=found)


def open_without_database() -> None:
    """The bar around the page asks who is signed in. Nobody is, when that cannot be found out."""
    try:
        current_user.get_id()
    except SQLAlchemyError:
        as_nobody()
