"""Crisis help: a page for everyone, signed in or not, that asks nobody who they are and remembers nothing."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from supportgroup.pages import as_nobody
from supportgroup.safety import crisis
from supportgroup.safety.phrases import fact_words
from supportgroup.words import day_words

bp = Blueprint("safety", __name__)


@bp.get("/help-now")
def help_now() -> ResponseReturnValue:
    """Numbers and lines of the country that the visitor picks, at first of the one that the operator named.

    The same for everybody: no session is looked up, and no cookie read but the one that says light or dark. So it
    opens with the database away, and a browser that keeps it for when there is no network keeps nothing of anybody.
    """
    as_nobody()
    code = request.args.get("country") or current_app.config["SETTINGS"].crisis_country or ""
    try:
        found = crisis.help_for(code, current_app.config["SETTINGS"].crisis_file)
    except LookupError:
        found = None
    countries = crisis.countries()
    return render_template(
        "safety/help_now.html", countries=countries, found=found, fact_words=fact_words, day_words=day_words, bare=True
    )
