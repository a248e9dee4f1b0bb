"""The door of the operators' pages."""

from flask import abort
from flask_login import current_user

from supportgroup.accounts.models import Account


def enter_as_operator() -> Account:
    """The signed-in operator; for everyone else the page is not there. Views are `second_factor_required`."""
    account: Account = current_user._get_current_object()
    return account if account.is_operator else abort(404)
