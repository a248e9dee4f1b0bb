"""What a part of somebody's copy is made of."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from supportgroup.accounts.models import Account
from supportgroup.db import db
from supportgroup.groups.models import Membership

Record = dict[str, Any]  # label and value; `labels.LABELS` has every label
Part = Callable[[Account], list[Record]]
Choice = TypeVar("Choice")


class Coded(str):
    """One of several choices: its code, for programs; and `words`, for who reads the page."""

    words: str  # perhaps lazy: said when it is shown, in the language of then

    @classmethod
    def of(cls, choice: object, words: str) -> "Coded":
        made = cls(str(choice))
        made.words = words
        return made


def coded(choices: Mapping[Choice, str], choice: Choice | None) -> Coded | None:
    """The choice with its words; None where nothing was chosen."""
    return None if choice is None else Coded.of(choice, choices[choice])


def mine(account: Account) -> list[UUID]:
    """The ids of the account's places in groups, whatever their state."""
    return list(db.session.scalars(select(Membership.id).where(Membership.account_id == account.id)))
