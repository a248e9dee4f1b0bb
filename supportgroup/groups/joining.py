"""The ways in: by a form and a letter, at once for who is signed in, by application, by invitation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.service import LinkUsed, sign_up
from supportgroup.db import db
from supportgroup.errors import Refused
from supportgroup.groups import letters, places, queries, service
from supportgroup.groups.defaults import ANSWER_LAPSES, ANSWER_REMINDED, CONSENT_VERSION
from supportgroup.groups.models import (
    Group,
    GroupState,
    Joining,
    Membership,
    MembershipState,
    PendingJoining,
    Visibility,
)
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

CHANGED = _l("The agreement has changed while this page was open. Read it as it is now.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody who wants to join wrote: the name they chose, the agreement they read, questions and answers."""

    name: str
    agreement_version: int
    said_age: int | None = None  # that they are this old or older
    answers: Sequence[tuple[str, str]] = ()

    @property
    def sealed_answers(self) -> str | None:
        return json.dumps([list(pair) for pair in self.answers]) if self.answers else None


def answers_of(one: Membership) -> list[tuple[str, str]]:
    """The questions of an application with what was answered."""
    return [(question, answer) for question, answer in json.loads(one.answers or "[]")]


def ask_to_join(
    *, group_id: UUID, invitation_id: UUID | None, wish: Wish, email: str, zone: str, language: str, browser: str | None
) -> None:
    """Owe the one letter whose link completes this joining, to a new address or a known one.

    Raises Refused where the group rests or its agreement is another one by now.
    """
    group = queries.locked_group(group_id)
    refuse_unready(group, wish)
    link = sign_up(email=email, name=wish.name, zone=zone, language=language, browser=browser)
    db.session.add(
        PendingJoining(
            link_id=link.id,
            group_id=group.id,
            invitation_id=invitation_id,
            name=wish.name,
            agreement_version=wish.agreement_version,
            said_age=wish.said_age,
            answers=wish.sealed_answers,
            created_at=link.created_at,
        )
    )


def complete_joining(event: LinkUsed) -> None:
    """The link in the letter was used: what waited for it happens now, as far as it still can."""
    pending = queries.pending_joining(event.link_id)
    if pending is None:
        return
    wish = Wish(
        name=pending.name,
        agreement_version=pending.agreement_version,
        said_age=pending.said_age,
        answers=[(question, answer) for question, answer in json.loads(pending.answers or "[]")],
    )
    group = queries.locked_group(pending.group_id)
    if group.state is GroupState.ACTIVE:
        take_place(group, event.account, wish, pending.invitation_id)
    db.session.delete(pending)


def join(*, group_id: UUID, account: Account, wish: Wish, invitation_id: UUID | None = None) -> Membership | None:
    """Join, apply, or stand in line, at once. None: the group is not there for this account.

    Raises Refused where the group rests or its agreement is another one by now.
    """
    group = queries.locked_group(group_id)
    refuse_unready(group, wish)
    return take_place(group, account, wish, invitation_id)


def refuse_unready(group: Group, wish: Wish) -> None:
    if group.state is not GroupState.ACTIVE:
        raise Refused(service.RESTS)
    if wish.agreement_version != queries.agreement(group.id).version:
        raise Refused(CHANGED)


def take_place(group: Group, account: Account, wish: Wish, invitation_id: UUID | None) -> Membership | None:
    """What every way in ends with. The group is locked, so that two never take the last place of it or of a link."""
    mine = queries.locked_place(group.id, account.id)
    if mine is not None and mine.state is MembershipState.REMOVED:
        return None
    if mine is not None and mine.state in (MembershipState.ACTIVE, MembershipState.WAITING):
        return mine
    if mine is not None and queries.may_come_back(mine):
        places.admit(group, mine)
        return mine
    if invitation_id is not None:
        return by_invitation(group, account, wish, mine, invitation_id)
    if mine is not None and mine.state is MembershipState.APPLIED:
        return mine
    if group.visibility is not Visibility.LISTED or group.joining is Joining.INVITATION:
        return None
    if group.joining is Joining.APPLICATION:
        return apply(group, account, wish, mine)
    return enter_open(group, account, wish, mine)


def by_invitation(
    group: Group, account: Account, wish: Wish, mine: Membership | None, invitation_id: UUID
) -> Membership | None:
    """Use an invitation once. None where it admits nobody any more, or somebody else."""
    invitation = queries.locked_invitation(invitation_id)
    if invitation is None or invitation.group_id != group.id or not invitation.admits(account):
        return None
    invitation.uses += 1
    if invitation.by_letter:
        invitation.email = None  # it has done what it was for
    one = written(group, account, wish, mine)
    one.answers = None
    one.hello_at = None if group.joining is Joining.OPEN else clock.now()
    letters.drop_application(one)
    return welcomed(group, one)


def enter_open(group: Group, account: Account, wish: Wish, mine: Membership | None) -> Membership:
    one = written(group, account, wish, mine)
    one.hello_at = None
    return welcomed(group, one)


def welcomed(group: Group, one: Membership) -> Membership:
    if places.admit(group, one):
        letters.owe_to_member("welcome", one)
    return one


def apply(group: Group, account: Account, wish: Wish, mine: Membership | None) -> Membership:
    """Ask the facilitators, and let them know."""
    one = written(group, account, wish, mine)
    one.state, one.applied_at = MembershipState.APPLIED, clock.now()
    one.answers, one.reminded_at, one.ended_at, one.joined_at = wish.sealed_answers, None, None, None
    db.session.flush()
    letters.owe_application(one, letters.FIRST)
    return one


def written(group: Group, account: Account, wish: Wish, mine: Membership | None) -> Membership:
    """The account's row in this group, a new one or the former one, with what the form said."""
    now = clock.now()
    if mine is not None:
        mine.name, mine.agreement_version, mine.agreed_at = wish.name, wish.agreement_version, now
        mine.consent_version, mine.consented_at, mine.said_age = CONSENT_VERSION, now, wish.said_age
        return mine
    one = Membership(
        group_id=group.id,
        account_id=account.id,
        state=MembershipState.LEFT,
        name=wish.name,
        colour=queries.size(group.id) % 8,
        cover_word=service.cover_word(account),
        asks_by_mail=service.asks_by_mail(account),
        agreement_version=wish.agreement_version,
        agreed_at=now,
        consent_version=CONSENT_VERSION,
        consented_at=now,
        said_age=wish.said_age,
    )
    one.group = group
    db.session.add(one)
    return one


def answer_application(*, by: Membership, membership_id: UUID, accept: bool) -> Membership:
    """A facilitator's yes or no. A yes to a full group is a place in the line. Raises Refused when it was answered."""
    group = queries.locked_group(by.group_id)
    one = queries.locked_membership(group.id, membership_id, MembershipState.APPLIED)
    if one is None:
        raise Refused(_("This application has its answer already, or was taken back."))
    if accept:
        places.admit(group, one)
        one.hello_at = clock.now()
        one.answers = None
    else:
        decline(one)
    letters.drop_application(one)
    letters.owe_to_member("application-answered", one, letters.ANSWERED)
    return one


def decline(one: Membership) -> None:
    """The answers of who does not come in are not kept."""
    one.state, one.ended_at, one.answers = MembershipState.DECLINED, clock.now(), None


def remind_of_applications() -> None:
    """Remind the facilitators, once, of applications that wait since three days; while all take a break, as soon as
    one is back.
    """
    for one in applications_before(ANSWER_REMINDED, Membership.reminded_at.is_(None)):
        if queries.back_at(one.group) is not None:
            continue
        one.reminded_at = clock.now()
        letters.owe_application(one, letters.AGAIN)


def lapse_applications() -> None:
    """After fourteen days without an answer, eleven of them after the reminder, the applicant hears that nobody
    answered, and that we are sorry. An application does not lapse while nobody was there to look at it.
    """
    reminded = Membership.reminded_at <= clock.now() - (ANSWER_LAPSES - ANSWER_REMINDED)
    for one in applications_before(ANSWER_LAPSES, reminded):
        decline(one)
        letters.drop_application(one)
        letters.owe_to_member("application-answered", one, letters.LAPSED)


def applications_before(age: timedelta, *more: ColumnElement[bool]) -> Sequence[Membership]:
    """Applications older than this, locked; those that somebody is answering right now are left for the next time."""
    waiting = select(Membership).where(
        Membership.state == MembershipState.APPLIED, Membership.applied_at <= clock.now() - age, *more
    )
    locked = waiting.with_for_update(of=Membership, skip_locked=True)
    return db.session.scalars(locked, execution_options=queries.FRESH).all()
