"""Letters about signing in. They name nothing: neither the service nor what it is for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import SignInLink
from supportgroup.db import db
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.service import Owed, owe


def owe_link(made: SignInLink) -> None:
    """Owe the letter that carries this link; to nobody where the address is nobody's."""
    name = "confirm-account" if made.purpose == "confirm" else "sign-in"
    letter = Owed(
        recipient_id=made.account_id,
        about_id=made.id,
        occasion=made.id.hex,
        due_at=made.created_at,
        expires_at=made.expires_at,
    )
    owe(name, [letter])


@kind("confirm-account", priority=0, lateness=timedelta(hours=72), preference=None, samples=[{}])
def confirm_account(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The link that confirms an address, and completes a joining that waits for it."""
    return links(letters)


@kind("sign-in", priority=0, lateness=timedelta(minutes=15), preference=None, samples=[{"minutes": 15}])
def sign_in(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The link that signs in."""
    return links(letters)


def links(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What the letters say; used and expired links are left out."""
    now = clock.now()
    good = select(SignInLink).where(SignInLink.id.in_([letter.about_id for letter in letters]))
    rows = {
        row.id: row for row in db.session.scalars(good.where(SignInLink.used_at.is_(None), SignInLink.expires_at > now))
    }
    return {
        letter.id: Says(
            link=link("sign-in", letter.about_id),
            more={
                "minutes": round(
                    (rows[letter.about_id].expires_at - rows[letter.about_id].created_at) / timedelta(minutes=1)
                )
            },
        )
        for letter in letters
        if letter.about_id in rows
    }
