"""Light or dark: as the device has it, or as somebody chose for the browser they sit at.

A cookie of two possible values, and no column of the account: a phone at night and a desk by day may want different
ones, and who is not signed in may choose as well. The page comes as it was chosen, so nothing flashes.
"""

from datetime import timedelta

from flask import Flask, flash, has_request_context, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from supportgroup.accounts.access import cookie_name, set_cookie
from supportgroup.accounts.views import bp
from supportgroup.fields import Form, choices
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

AS_THE_DEVICE = "device"
CHOSEN = ("light", "dark")
LASTS = timedelta(days=365)


class LookForm(Form):
    look = RadioField(
        _l("How pages look in this browser"),
        choices=choices({AS_THE_DEVICE: _l("As this device has it"), "light": _l("Light"), "dark": _l("Dark")}),
    )


def install(app: Flask) -> None:
    app.context_processor(lambda: {"theme": chosen()})


def chosen() -> str | None:
    """`light` or `dark` where this browser's reader chose; None where pages follow the device."""
    look = request.cookies.get(cookie_name("look")) if has_request_context() else None
    return look if look in CHOSEN else None


@bp.route("/look", methods=["GET", "POST"])
def look() -> ResponseReturnValue:
    """For everybody. Asks for no account, and the cookie tells of nobody."""
    form = LookForm(look=chosen() or AS_THE_DEVICE)
    if form.validate_on_submit():
        set_cookie(cookie_name("look"), form.look.data, LASTS)
        flash(_("Pages look like this now, in this browser."))
        return redirect(url_for(".look"), 303)
    return render_template("accounts/look.html", form=form), 422 if form.errors else 200
