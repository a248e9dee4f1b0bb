"""Letters that somebody asks us to pass on, to an address they typed: whoever reads there can stop all of them."""

from collections.abc import Collection

from sqlalchemy import select

from supportgroup import clock
from supportgroup.db import db, insert_or_ignore
from supportgroup.mail.models import StoppedAddress
from supportgroup.secrets import BadToken, blind_index, blind_indexes, open_token, seal_token

PURPOSE, SIZE = "stop-passed-on", 32  # bytes of a blind index


def stopping_token(email: str) -> str:
    """What stops them for this address, for good: it works when the address is long forgotten here."""
    return seal_token(PURPOSE, blind_index(here(email)))


def here(email: str) -> str:
    """What is hashed of an address, so that its hash is one of this table alone."""
    return f"{StoppedAddress.__tablename__}|{email}"


def stopped_by(token: str) -> bytes:
    """The address of such a link, as its keyed hash. Raises BadToken."""
    index = open_token(PURPOSE, token)
    if len(index) != SIZE:
        raise BadToken
    return index


def stop(index: bytes) -> None:
    """Pass nothing on to this address any more. Twice is once."""
    db.session.execute(insert_or_ignore(StoppedAddress).values(address_index=index, stopped_at=clock.now()))


def stopped(emails: Collection[str]) -> set[str]:
    """Those of these addresses whose owners want nothing passed on. One query."""
    known = {index: email for email in emails for index in blind_indexes(here(email))}
    found = select(StoppedAddress.address_index).where(StoppedAddress.address_index.in_(known))
    return {known[index] for index in db.session.scalars(found)}
