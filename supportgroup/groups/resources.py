"""What a group keeps for its members: places to turn to outside of it. Its facilitators look after the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership, Resource, ResourceKind
from supportgroup.languages import lazy_gettext as _l

MOST = 40  # on one page
FULL = _l("There are forty here already. Take one away first, so that the page can be read.")
GONE = _l("This one is not here any more.")
BAD_LINK = _l("Give the whole address, as it begins in a browser: https://…")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place to turn to, as a facilitator says it. `country`: an ISO 3166-1 code, or nothing."""

    title: str
    url: str
    kind: ResourceKind
    country: str = ""
    words: str = ""


def is_good_link(url: str) -> bool:
    """Whether this is an https address of a host with a name, and hides nothing: no names or passwords, no odd port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    labels = host.split(".")
    named = len(labels) > 1 and all(labels) and not labels[-1].isdigit()
    plain = "@" not in parts.netloc and not any(letter.isspace() or letter in "<>\"'\\" for letter in url)
    return parts.scheme == "https" and named and plain and port in (None, 443)


def resources(group_id: UUID) -> dict[ResourceKind, list[Resource]]:
    """What the group keeps: crisis lines first, in the order in which they were put there. One query."""
    kept = select(Resource).where(Resource.group_id == group_id).order_by(Resource.created_at, Resource.id)
    rows: Sequence[Resource] = db.session.scalars(kept).all()
    found = {kind: [one for one in rows if one.kind is kind] for kind in ResourceKind}
    return {kind: ones for kind, ones in found.items() if ones}


def resource(me: Membership, resource_id: UUID) -> Resource | None:
    found = select(Resource).where(Resource.id == resource_id, Resource.group_id == me.group_id)
    return db.session.scalars(found).first()


def keep(*, by: Membership, place: Place) -> Resource:
    """Put a place on the page. Raises Refused where the page is full, or the link leads elsewhere than it says."""
    check(place)
    kept = db.session.scalar(select(func.count()).where(Resource.group_id == by.group_id)) or 0
    if kept >= MOST:
        raise Refused(FULL)
    made = Resource(group_id=by.group_id, created_at=clock.now())
    say(made, place)
    db.session.add(made)
    db.session.flush()
    return made


def change(*, by: Membership, resource_id: UUID, place: Place) -> None:
    check(place)
    found = resource(by, resource_id)
    if found is None:
        raise Refused(GONE)
    say(found, place)


def say(one: Resource, place: Place) -> None:
    for name, value in vars(place).items():
        setattr(one, name, value)


def check(place: Place) -> None:
    if not is_good_link(place.url):
        raise Refused(BAD_LINK)


def take_away(*, by: Membership, resource_id: UUID) -> None:
    """Take a place off the page. Doing it twice changes nothing."""
    db.session.execute(delete(Resource).where(Resource.id == resource_id, Resource.group_id == by.group_id))
