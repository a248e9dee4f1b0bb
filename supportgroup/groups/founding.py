"""Starting a group, and changing what it says of itself."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import note_powers
from supportgroup.db import db
from supportgroup.groups import defaults, letters, places, queries, service
from supportgroup.groups.models import (
    Agreement,
    Delicate,
    Format,
    Group,
    Joining,
    Membership,
    MembershipState,
    Posting,
    Role,
    Topic,
    Visibility,
)
from supportgroup.languages import lazy_gettext as _l

PUBLIC_TITLE = _l("A group for support")


@dataclass(frozen=True, kw_only=True)
class Charter:
    """All that a group says of itself and how people join it. Texts are plain; `zone` is an IANA name."""

    name: str
    public_title: str
    purpose: str
    first_time: str
    topics: Sequence[str]
    language: str
    format: Format
    area: str
    zone: str
    visibility: Visibility
    joining: Joining
    questions: Sequence[str]
    size_limit: int
    agreement: str
    posting: Posting = Posting.AT_ONCE
    fine: Sequence[Delicate] = ()


def start_group(
    *, by: Account, name: str, purpose: str, format: Format, zone: str, agreement: str, my_name: str
) -> Membership:
    """A new group, which `by` looks after: unlisted, by application, twelve places, until that is changed."""
    now = clock.now()
    group = Group(
        slug=random_slug(),
        name=name,
        public_title=str(PUBLIC_TITLE),
        purpose=purpose,
        first_time=str(defaults.FIRST_TIME),
        language=by.language,
        format=format,
        zone=zone,
        questions=[str(question) for question in defaults.QUESTIONS],
        size_limit=defaults.SIZE,
        created_at=now,
    )
    db.session.add(group)
    db.session.flush()
    db.session.add(Agreement(group_id=group.id, version=1, text=agreement, created_at=now))
    first = Membership(
        group_id=group.id,
        account_id=by.id,
        role=Role.FACILITATOR,
        state=MembershipState.ACTIVE,
        name=my_name,
        cover_word=service.cover_word(by),
        asks_by_mail=service.asks_by_mail(by),
        agreement_version=1,
        agreed_at=now,
        consent_version=defaults.CONSENT_VERSION,
        consented_at=now,
        joined_at=now,
        hello_at=now,
    )
    first.group = group
    db.session.add(first)
    note_powers(by)
    db.session.flush()
    return first


def change_group(*, by: Membership, charter: Charter) -> Group:
    """Take over what was changed. A changed text makes a new version of the agreement, which nobody has accepted yet
    but who wrote it; more places go to those who wait; an address changes when the group is listed or no longer.
    """
    group = queries.locked_group(by.group_id)
    moved = charter.visibility is not group.visibility
    group.name, group.public_title, group.purpose = charter.name, charter.public_title, charter.purpose
    group.first_time, group.language, group.format = charter.first_time, charter.language, charter.format
    group.area, group.zone, group.visibility = charter.area, charter.zone, charter.visibility
    group.joining, group.questions, group.size_limit = charter.joining, list(charter.questions), charter.size_limit
    group.posting, group.fine = charter.posting, [str(one) for one in charter.fine]
    set_topics(group, charter.topics)
    set_agreement(group, by, charter.agreement)
    if moved:
        set_slug(group)
    places.fill_places(group)
    return group


def set_topics(group: Group, words: Sequence[str]) -> None:
    """Keep the rows of words that stay."""
    kept = {topic.word: topic for topic in group.topics}
    group.topics = [kept.get(word) or Topic(word=word) for word in dict.fromkeys(words)]


def set_agreement(group: Group, by: Membership, text: str) -> None:
    old = queries.agreement(group.id)
    if text == old.text:
        return
    now = clock.now()
    db.session.add(Agreement(group_id=group.id, version=old.version + 1, text=text, created_at=now))
    by.agreement_version, by.agreed_at = old.version + 1, now
    db.session.flush()
    letters.owe_agreement(group, old.version + 1, without=by)


def set_slug(group: Group) -> None:
    """A listed group's address is its public title, an unlisted one's cannot be guessed."""
    db.session.flush()
    if group.visibility is Visibility.UNLISTED:
        group.slug = random_slug()
        return
    title = slug_of(group.public_title)
    try:
        with db.session.begin_nested():
            group.slug = title
    except IntegrityError:  # another group is called so
        group.slug = f"{title}-{secrets.token_hex(3)}"


def random_slug() -> str:
    return secrets.token_hex(16)


def slug_of(title: str) -> str:
    """The title in letters that an address may have; `group` where none is left of it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "group"
