"""What the writer of an ask to be heard chooses about its answers."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from supportgroup.board import listening
from supportgroup.board.views import ASK, back_to, bp, find_own
from supportgroup.db import transaction
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _


@bp.post(f"{ASK}/lines")
@login_required
def welcome_lines(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Whether who answers may add a line of their own."""
    me = enter(slug)
    ask = find_own(me, ask_id)
    welcome = "welcome" in request.form
    with transaction():
        listening.welcome_lines(me=me, ask_id=ask.id, welcome=welcome)
    said = _("A line is welcome now, beside “I hear you”.") if welcome else _("No words, then. “I hear you” is enough.")
    return back_to(slug, ask_id, said)
