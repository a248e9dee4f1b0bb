"""Who somebody is here, where they take part, and what was written down about their account."""

from sqlalchemy import select

from supportgroup.accounts.mail_forms import DAYS, WORDS
from supportgroup.accounts.models import Account, MailWish, Passkey, ReminderTime, SecurityNote, Session
from supportgroup.accounts.notes import WORDS as CHANGES
from supportgroup.board.side_models import LoadWish
from supportgroup.db import db
from supportgroup.groups.defaults import CONSENTS
from supportgroup.groups.models import Agreement, Group, Invitation, Membership, MembershipState, Role
from supportgroup.groups.queries import invites
from supportgroup.languages import LANGUAGES
from supportgroup.languages import lazy_gettext as _l
from supportgroup.mail.kinds import KINDS, PREFERENCES
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings.models import CalendarWish
from supportgroup.moderation.models import Report
from supportgroup.moderation.phrases import ACTS, REASONS, SUBJECTS
from supportgroup.privacy.parts.record import Coded, Record, coded, mine
from supportgroup.safety.models import Avoided, Block, Mute
from supportgroup.safety.queries import entries_about

STATES = {
    MembershipState.APPLIED: _l("Asked to come in"),
    MembershipState.WAITING: _l("Waits for a place"),
    MembershipState.ACTIVE: _l("In the group"),
    MembershipState.LEFT: _l("Left"),
    MembershipState.DECLINED: _l("There was no room"),
    MembershipState.REMOVED: _l("The place was ended"),
}
ROLES = {Role.MEMBER: _l("Member"), Role.FACILITATOR: _l("Looks after the group")}
OUT_OF_SIGHT = {
    "blocked": _l("Blocked somebody"),
    "muted": _l("Muted somebody"),
    "avoided": _l("Would rather not meet somebody"),
}
ALWAYS = _l("A letter that always comes: signing in, safety")


def profile(account: Account) -> list[Record]:
    reminders = select(ReminderTime.minutes).where(ReminderTime.account_id == account.id)
    limit = db.session.get(LoadWish, account.id)
    calendar = db.session.get(CalendarWish, account.id)
    return [
        {
            "email address": account.email,
            "name": account.name,
            "time zone": account.zone,
            "language": Coded.of(account.language, LANGUAGES.get(account.language, account.language)),
            "letters name the service and the group": account.full_letters,
            "quiet hours from": account.quiet_from,
            "quiet hours until": account.quiet_until,
            "the daily letter comes at": account.letters_at,
            "the weekly letter comes on": coded(DAYS, account.letters_on),
            "reminders, minutes before": sorted(db.session.scalars(reminders)),
            "no letters until": account.paused_until,
            "a calendar of one's own": bool(calendar and calendar.feed_id),
            "calendars name the group": bool(calendar and calendar.full_titles),
            "letters carry invitations for the calendar": bool(calendar and calendar.by_letter),
            "asks to carry in a week": limit.per_week if limit else None,
            "resting until": limit.resting_until if limit else None,
            "account made": account.created_at,
            "address confirmed": account.confirmed_at,
        }
    ]


def wishes(account: Account) -> list[Record]:
    """Which letters are to come how, where that was changed; about which group stays out of it."""
    found = db.session.scalars(select(MailWish).where(MailWish.account_id == account.id))
    return [
        {"letters": Coded.of(one.preference, PREFERENCES[one.preference]), "how they come": coded(WORDS, one.how)}
        for one in sorted(found, key=lambda one: one.preference)
    ]


def groups(account: Account) -> list[Record]:
    """Places in groups, and with each what was agreed to and when."""
    rows = db.session.execute(
        select(Membership, Group, Agreement)
        .join(Group, Group.id == Membership.group_id)
        .outerjoin(
            Agreement,
            (Agreement.group_id == Group.id) & (Agreement.version == Membership.agreement_version),
        )
        .where(Membership.account_id == account.id)
        .order_by(Membership.agreed_at, Membership.id)
    )
    return [
        {
            "group": group.name,
            "state": coded(STATES, one.state),
            "role": coded(ROLES, one.role),
            "name there": one.name,
            "letters call it": one.cover_word,
            "agreed on": one.agreed_at,
            "agreement version": one.agreement_version,
            "agreement": agreement.text if agreement else None,
            "said yes to what is kept": one.consented_at,
            "in these words": str(CONSENTS[one.consent_version]) if one.consent_version else None,
            "said to be this old or older": one.said_age,
            "answers when applying": one.answers or None,
            "applied": one.applied_at,
            "joined": one.joined_at,
            "ended": one.ended_at,
            "takes a break from looking after it until": one.back_at,
            "would be glad to look after it too, since": one.glad_at,
        }
        for one, group, agreement in rows
    ]


def reports(account: Account) -> list[Record]:
    """What was reported by this account. What others reported is not here, whoever it is about."""
    found = select(Report).where(Report.reporter_id.in_(mine(account))).order_by(Report.created_at)
    return [
        {
            "reported": one.created_at,
            "what": coded(SUBJECTS, one.subject),
            "why": coded(REASONS, one.reason),
            "added": one.words or None,
            "answered": one.answered_at,
        }
        for one in db.session.scalars(found)
    ]


def out_of_sight(account: Account) -> list[Record]:
    """Blocks and mutes that this account wanted, and people it would rather not meet: when, not whom."""
    ids = mine(account)
    found = {
        "blocked": db.session.scalars(select(Block.created_at).where(Block.blocker_id.in_(ids))),
        "muted": db.session.scalars(select(Mute.created_at).where(Mute.muter_id.in_(ids))),
        "avoided": db.session.scalars(select(Avoided.created_at).where(Avoided.account_id == account.id)),
    }
    return [{"when": on, "what": coded(OUT_OF_SIGHT, what)} for what, days in found.items() for on in days]


def invited(account: Account) -> list[Record]:
    """Invitations by letter that wait for this account's address. To what stays out of it, as on their page."""
    found = select(Invitation).where(invites(account.email)).order_by(Invitation.created_at)
    return [{"invited by letter": one.created_at, "good until": one.expires_at} for one in db.session.scalars(found)]


def letters(account: Account) -> list[Record]:
    """Letters of the last thirty days. What they said is kept nowhere."""
    found = select(Letter).where(Letter.recipient_id == account.id, Letter.state == LetterState.SENT)
    return [
        {"sent": one.sent_at, "kind": Coded.of(one.kind, about(one.kind))}
        for one in db.session.scalars(found.order_by(Letter.id))
    ]


def about(kind: str) -> str:
    """What letters of this kind are about: the sort of letters that it belongs to."""
    preference = KINDS[kind].preference if kind in KINDS else None
    return PREFERENCES[preference] if preference else ALWAYS


def signing_in(account: Account) -> list[Record]:
    """Browsers that are signed in, passkeys, and what was changed about signing in."""
    sessions = db.session.scalars(select(Session).where(Session.account_id == account.id))
    passkeys = db.session.scalars(select(Passkey).where(Passkey.account_id == account.id))
    changes = db.session.scalars(select(SecurityNote).where(SecurityNote.account_id == account.id))
    records: list[Record] = [{"since": one.created_at, "signed in on": one.device} for one in sessions]
    records += [{"since": one.created_at, "passkey of": one.device} for one in passkeys]
    records += [{"when": one.created_at, "changed": coded(CHANGES, one.change)} for one in changes]
    return records


def log(account: Account) -> list[Record]:
    """The account's own part of the log of what people with powers did."""
    return [{"when": one.at, "what": coded(ACTS, one.act)} for one in entries_about(account.id)]
