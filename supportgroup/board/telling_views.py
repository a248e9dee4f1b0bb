"""Telling the group what came of an ask."""

from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_login import login_required
from wtforms import BooleanField
from wtforms.validators import Length

from supportgroup.board import telling
from supportgroup.board.views import ASK, back_to, bp, find_own
from supportgroup.db import transaction
from supportgroup.fields import Form, Paragraphs
from supportgroup.groups.access import enter
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l


class TellForm(Form):
    text = Paragraphs(_l("What came of it"), [Length(max=500, message=_l("Up to 500 letters."))])
    unnamed = BooleanField(_l("Without my name"))


@bp.post(f"{ASK}/tell")
@login_required
def tell(slug: str, ask_id: UUID) -> ResponseReturnValue:
    """Tell the group; without words, take back what was told."""
    me = enter(slug)
    ask = find_own(me, ask_id)
    form = TellForm()
    if not form.validate_on_submit():
        abort(422)
    text = form.text.data or ""
    with transaction():
        telling.tell_group(me=me, ask_id=ask.id, text=text, unnamed=form.unnamed.data)
    return back_to(slug, ask_id, _("Told. It stands under “What came of asks”.") if text else _("Taken back."))
