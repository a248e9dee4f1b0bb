"""Crisis help: a page for everyone, signed in or not, that remembers nothing."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from supportgroup.safety import crisis

bp = Blueprint("safety", __name__)


@bp.get("/help-now")
def help_now() -> ResponseReturnValue:
    """Numbers and lines of the country that the visitor picks, at first of the one that the operator named."""
    code = request.args.get("country") or current_app.config["SETTINGS"].crisis_country or ""
    try:
        found = crisis.help_for(code)
    except LookupError:
        found = None
    return render_template("safety/help_now.html", countries=crisis.countries(), found=found)
