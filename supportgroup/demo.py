"""`supportgroup demo`: a lived-in service to look at."""

from sqlalchemy import func, select

from supportgroup.accounts.models import Account
from supportgroup.db import db


def has_accounts() -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Account)))


def load() -> None:
    """Load the demo."""


def sign_in_links() -> list[tuple[str, str]]:
    """Fresh links that sign in, by name."""
    return []
