"""Letters about signing in. They name nothing: neither the service nor what it is for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Change, OtherAddress, SecurityNote, SignInLink
from supportgroup.accounts.notes import WORDS
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


@kind("email-change", priority=0, lateness=timedelta(hours=72), preference=None, samples=[{}])
def email_change(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """To a new address: the link by which letters go there from now on. Left out where it was confirmed or dropped."""
    waiting = addresses([letter.about_id for letter in letters])
    return {
        letter.id: Says(link=link("address", letter.about_id), to=waiting[letter.about_id].email)
        for letter in letters
        if letter.about_id in waiting
    }


def addresses(ids: Collection[UUID | None]) -> dict[UUID, OtherAddress]:
    """People's other addresses, by their ids, while their time lasts."""
    rows = select(OtherAddress).where(OtherAddress.id.in_(ids), OtherAddress.expires_at > clock.now())
    return {row.id: row for row in db.session.scalars(rows)}


@kind(
    "security-notice",
    priority=0,
    lateness=timedelta(days=3),
    preference=None,
    samples=[
        {"what": WORDS[Change.PASSKEY], "at": datetime(2027, 5, 12, 17, tzinfo=UTC), "at_former": False},
        {"what": WORDS[Change.ADDRESS], "at": datetime(2027, 5, 12, 17, tzinfo=UTC), "at_former": True},
    ],
)
def security_notice(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What was changed about signing in. At a former address it holds no link: who reads mail there may be another."""
    ids = [letter.about_id for letter in letters]
    notes = {note.id: note for note in db.session.scalars(select(SecurityNote).where(SecurityNote.id.in_(ids)))}
    former = addresses([note.former_id for note in notes.values()])
    said = {letter.id: told(notes[letter.about_id], former) for letter in letters if letter.about_id in notes}
    return {letter_id: says for letter_id, says in said.items() if says is not None}


def told(note: SecurityNote, former: Mapping[UUID, OtherAddress]) -> Says | None:
    """What the letter about this change says; None where its address is of no use any more."""
    address = former.get(note.former_id) if note.former_id else None
    if note.change is Change.ADDRESS and address is None:
        return None
    more = {"what": WORDS[note.change], "at": note.created_at, "at_former": address is not None}
    return Says(link=link("ways"), to=address.email if address else None, more=more)


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
