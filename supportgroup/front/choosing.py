"""Where "Board" and "Meetings" lead outside a group: to the one group's, or to a choice between several."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.front.views import bp
from supportgroup.groups import queries as groups


@bp.get("/board")
@login_required
def boards() -> ResponseReturnValue:
    return choose("board.index", "front/boards.html")


@bp.get("/meetings")
@login_required
def meetings() -> ResponseReturnValue:
    return choose("meetings.index", "front/meetings.html")


def choose(endpoint: str, template: str) -> ResponseReturnValue:
    """To the page of this endpoint in the reader's one group; to a list of groups where there are several, or none."""
    mine = groups.memberships_of(current_user.id)
    if len(mine) == 1:
        return redirect(url_for(endpoint, slug=mine[0].group.slug), 303)
    return render_template(template, memberships=mine)
