"""The front page and a person's home page."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.groups import queries as groups

bp = Blueprint("front", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for(".home"), 303)
    return render_template("front/index.html", groups=[])


@bp.get("/home")
@login_required
def home() -> ResponseReturnValue:
    return render_template("front/home.html", memberships=groups.memberships_of(current_user.id))


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("front/privacy.html")
