"""The front page, a person's home page, and what we say about privacy."""

from datetime import UTC, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup import clock
from supportgroup.board import offer_queries as offers
from supportgroup.board import queries as board
from supportgroup.board import spoken
from supportgroup.board.models import AskState, Happened
from supportgroup.board.queries import Summary
from supportgroup.front import finding
from supportgroup.front.waiting import waits_for, wished_for
from supportgroup.groups import queries as groups
from supportgroup.groups.defaults import ANSWER_PROMISED
from supportgroup.groups.models import Membership
from supportgroup.languages import gettext as _
from supportgroup.languages import ngettext
from supportgroup.load import service as load
from supportgroup.meetings import queries as meetings
from supportgroup.meetings.forms import ANSWERS
from supportgroup.meetings.roster import Roster, roster
from supportgroup.words import listed

bp = Blueprint("front", __name__)

MEETINGS = 3  # on the home page
SHOWN = 3  # groups on the front page
NEW = timedelta(days=21)  # for so long there is nothing to do yet, and a group's home begins with its first time


@bp.get("/")
def index() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for(".home"), 303)
    listed = finding.groups(finding.Filter(zone=UTC), None, limit=SHOWN)
    return render_template("front/index.html", groups=listed.items)


@bp.get("/home")
@login_required
def home() -> ResponseReturnValue:
    """When do we meet next, what did I ask and what came of it, is there something small I could carry."""
    mine = groups.memberships_of(current_user.id)
    asks, helps = board.asks_of(current_user.id), board.helps_of(current_user.id)
    people = rosters(asks)
    return render_template(
        "front/home.html",
        memberships=mine,
        waits=waits_for(current_user.id) if any(one.is_facilitator for one in mine) else [],
        wished=wished_for(current_user.id),
        answer_promised=ANSWER_PROMISED,
        is_new=not (asks or helps) and is_new(mine),
        upcoming=meetings.upcoming_for(current_user.id, MEETINGS),
        answers=[(str(one), words) for one, words in ANSWERS.items()],
        how_was_it=meetings.how_was_it(current_user.id),
        asks=[(summary, came_of(summary, people.get(summary.me))) for summary in asks],
        helps=helps,
        offers=offers.waiting_for(current_user.id),
        spoken=spoken.said_by(current_user.id),
        small=board.something_small(mine),
        card=load.card(current_user.id, mine),
    )


def is_new(mine: list[Membership]) -> bool:
    """Whether everything here is still new to this person, who looks after nothing yet."""
    since = clock.now() - NEW
    return all(one.joined_at is not None and one.joined_at > since and not one.is_facilitator for one in mine)


def rosters(asks: list[Summary]) -> dict[Membership, Roster]:
    """The names of those who help, for the groups where somebody does."""
    return {me: roster(me) for me in {summary.me for summary in asks if summary.helpers}}


def came_of(summary: Summary, people: Roster | None) -> str:
    """What came of an ask so far, in a few words. Nothing is counted."""
    if summary.ask.is_listen:
        rests = summary.ask.state is AskState.DONE
        return _("You were heard") if summary.heard else _("It was right to say it") if rests else ""
    if summary.ask.state is AskState.EXPIRED:
        return _("Somebody was willing") if summary.ask.was_answered else _("No one had room this time")
    if summary.proposed:
        return _("Somebody could do this: look who")
    if people is None or not summary.helpers:
        return ""
    if summary.ask.asker_says is Happened.NO:
        return _("It didn’t happen this time")
    names = listed(people[helper].name for helper in summary.helpers)
    if summary.ask.state is AskState.DONE:
        return ngettext("%(names)s helped", "%(names)s helped", len(summary.helpers), names=names)
    return ngettext("%(names)s can do this", "%(names)s can do this", len(summary.helpers), names=names)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("front/privacy.html")
