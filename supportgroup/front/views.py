"""The front page, a person's home page, and what we say about privacy."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.board import queries as board
from supportgroup.board.models import AskState, Happened
from supportgroup.board.queries import Summary
from supportgroup.groups import queries as groups
from supportgroup.groups.models import Membership
from supportgroup.load import service as load
from supportgroup.meetings import queries as meetings
from supportgroup.meetings.forms import ANSWERS
from supportgroup.meetings.roster import Roster, roster

bp = Blueprint("front", __name__)

MEETINGS = 3  # on the home page


@bp.get("/")
def index() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for(".home"), 303)
    return render_template("front/index.html", groups=[])


@bp.get("/home")
@login_required
def home() -> ResponseReturnValue:
    """When do we meet next, what did I ask and what came of it, is there something small I could carry."""
    mine = groups.memberships_of(current_user.id)
    asks = board.asks_of(current_user.id)
    people = rosters(asks)
    return render_template(
        "front/home.html",
        memberships=mine,
        upcoming=meetings.upcoming_for(current_user.id, MEETINGS),
        answers=[(str(one), words) for one, words in ANSWERS.items()],
        how_was_it=meetings.how_was_it(current_user.id),
        asks=[(summary, came_of(summary, people.get(summary.me))) for summary in asks],
        helps=board.helps_of(current_user.id),
        small=board.something_small(mine),
        card=load.card(current_user.id, mine),
    )


def rosters(asks: list[Summary]) -> dict[Membership, Roster]:
    """The names of those who help, for the groups where somebody does."""
    return {me: roster(me) for me in {summary.me for summary in asks if summary.helpers}}


def came_of(summary: Summary, people: Roster | None) -> str:
    """What came of an ask so far, in a few words. Nothing is counted."""
    if summary.ask.is_listen:
        return "You were heard" if summary.heard else ""
    if summary.ask.state is AskState.EXPIRED:
        return "No one had room this time"
    if people is None or not summary.helpers:
        return ""
    if summary.ask.asker_says is Happened.NO:
        return "It didn’t happen this time"
    names = " and ".join(people[helper].name for helper in summary.helpers)
    return f"{names} helped" if summary.ask.state is AskState.DONE else f"{names} can do this"


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("front/privacy.html")
