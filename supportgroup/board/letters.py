"""Letters about asks: that something happened, and where to look. Never what was asked, where, or by whom."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.accounts.queries import quiet_of
from supportgroup.board.eyes import seen_pairs
from supportgroup.board.models import Ask, AskKind, AskState, Help, HelpState
from supportgroup.db import db
from supportgroup.groups.letters import readers_of
from supportgroup.groups.models import AsksByMail, Membership
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter
from supportgroup.mail.quiet import after_quiet
from supportgroup.mail.service import Owed, drop, owe
from supportgroup.safety.queries import blocked_with, hidden

NOON = time(12)
DAY, THREE_DAYS = timedelta(days=1), timedelta(days=3)
GATHERED = timedelta(minutes=2)  # what is written within so long is one letter
THURSDAY = datetime(2027, 5, 13, 17, tzinfo=UTC)  # for looking at letters


def owe_about(
    kind_name: str,
    ask: Ask,
    accounts: Iterable[UUID],
    *,
    occasion: str,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
) -> None:
    """Owe these accounts a letter about an ask: now, unless told otherwise."""
    more = {"due_at": due_at or clock.now(), "expires_at": expires_at, "priority": priority}
    owe(kind_name, [about(ask, account_id, occasion, **more) for account_id in accounts])


def about(ask: Ask, account_id: UUID, occasion: str, **more: Any) -> Owed:
    return Owed(
        recipient_id=account_id,
        about_id=ask.id,
        about_version=ask.version,
        occasion=f"{ask.id.hex}:{occasion}",
        scope_id=ask.group_id,
        **more,
    )


def owe_asker(kind_name: str, ask: Ask, *, occasion: str) -> None:
    """Tell the asker; through quiet hours what cannot wait, because it is needed within a day."""
    urgent = 1 if ask.is_soon(clock.now()) else None
    owe_about(kind_name, ask, [ask.asker.account_id], occasion=occasion, priority=urgent)


def owe_again(
    kind_name: str,
    ask: Ask,
    account_ids: Collection[UUID],
    *,
    occasion: str,
    expires_at: datetime | None = None,
    soon: int | None = None,
) -> None:
    """Tell these that an ask is open again: at once, and in quiet hours an hour after them.

    What is needed by the noon after somebody's quiet hours passes them. `soon`: the priority of the rest.
    """
    now, letters = clock.now(), []
    hours = select(Account.id, Account.zone, Account.quiet_from, Account.quiet_until)
    for reader in db.session.execute(hours.where(Account.id.in_(account_ids))):
        zone = clock.zone(reader.zone)
        awake = after_quiet(now, quiet_of(reader.quiet_from, reader.quiet_until), zone)
        noon = datetime.combine(awake.astimezone(zone).date(), NOON, zone)
        passes = awake > now and ask.needed_by is not None and ask.needed_by <= noon
        due_at, priority = (now, 1) if passes else (awake, soon)
        letters.append(about(ask, reader.id, occasion, due_at=due_at, expires_at=expires_at, priority=priority))
    owe(kind_name, letters)


def owe_helpers(kind_name: str, ask: Ask, helps: Iterable[Help], *, occasion: str) -> None:
    """Tell those who help; through quiet hours what cannot wait."""
    urgent = 1 if ask.is_soon(clock.now()) else None
    owe_about(kind_name, ask, [help_.helper.account_id for help_ in helps], occasion=occasion, priority=urgent)


def owe_message(ask: Ask, author: Membership) -> None:
    """Tell the others in the thread, in one letter for all that is written within two minutes."""
    apart = blocked_with(author.id) | {author.id}
    accounts = {one.account_id for one in (ask.asker, *(help_.helper for help_ in ask.helpers)) if one.id not in apart}
    turn = int(clock.now().timestamp() // GATHERED.total_seconds()) + 1
    due = datetime.fromtimestamp(turn * GATHERED.total_seconds(), UTC)
    owe_about("ask-message", ask, sorted(accounts, key=str), occasion=str(turn), due_at=due)


def drop_of_helper(ask: Ask, helper: Membership) -> None:
    """Who helps no more is not written to about it."""
    kinds = ["help-reminder", "ask-changed", "ask-follow-up", "ask-message"]
    drop("handed-back", kinds=kinds, about_id=ask.id, recipient_id=helper.account_id)


def drop_ended(ask: Ask) -> None:
    """Nothing of what was owed while the ask went on is wanted any more, but for what somebody wrote."""
    gone = ["ask-posted", "ask-accepted", "ask-handed-back", "ask-changed", "help-proposed", "help-reminder"]
    drop("ended", kinds=[*gone, "ask-follow-up"], about_id=ask.id)


def drop_proposed(ask: Ask) -> None:
    """The asker has looked, or it was taken back: nothing waits for an answer any more."""
    if not ask.proposals:
        drop("answered", kinds=["help-proposed"], about_id=ask.id)


@dataclass(frozen=True)
class Scene:
    """One letter with the ask it is about and its reader's place in the group, as they are now."""

    letter: Letter
    ask: Ask
    me: Membership

    @property
    def is_asker(self) -> bool:
        return self.ask.asker_id == self.me.id

    @property
    def help(self) -> Help | None:
        return self.ask.help_of(self.me.id)

    @property
    def helps(self) -> bool:
        """Whether the reader has taken this on, and goes on with it."""
        return self.help is not None and self.help.state is HelpState.ACCEPTED and self.ask.is_running

    def says(self, **more: object) -> Says:
        common = {"needed_by": self.ask.needed_by, "timed": self.ask.timed}
        return Says(
            link=link("ask", self.ask.id),
            cover=self.me.cover_word,
            group=self.me.group.name,
            more={**common, **more},
        )


def scenes(letters: Sequence[Letter], *, frees: bool = False) -> Iterator[Scene]:
    """The letters whose ask is there and whose reader is an active member.

    What is hidden for now is told of to its asker alone. `frees`: they say that something is not needed any more, and
    everybody who was counted on hears that.
    """
    chosen = select(Ask, hidden(Ask.id)).where(Ask.id.in_({letter.about_id for letter in letters}))
    asks = {ask.id: (ask, is_hidden) for ask, is_hidden in db.session.execute(chosen)}
    readers = readers_of(letters)
    for letter in letters:
        ask, is_hidden = asks.get(letter.about_id, (None, False))
        me = readers.get(letter.id)
        if ask and me and (frees or not is_hidden or ask.asker_id == me.id):
            yield Scene(letter, ask, me)


SAMPLES: list[dict[str, Any]] = [{"needed_by": None, "timed": False}, {"needed_by": THURSDAY, "timed": True}]


@kind(
    "ask-posted",
    lateness=THREE_DAYS,
    preference="asks-of-others",
    samples=[{**sample, "again": again} for sample in SAMPLES for again in (False, True)],
)
def ask_posted(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """There is something new on the board. Left out: it is open no more, or not for this reader's eyes."""
    found = [scene for scene in scenes(letters) if scene.ask.state is AskState.OPEN and not scene.is_asker]
    seen = seen_pairs({scene.ask.id for scene in found}, {scene.me.id for scene in found})
    return {
        scene.letter.id: scene.says(again=any(help_.state is HelpState.HANDED_BACK for help_ in scene.ask.helps))
        for scene in found
        if (scene.ask.id, scene.me.id) in seen and scene.me.asks_by_mail is not AsksByMail.NEVER and not scene.help
    }


@kind("ask-accepted", priority=1, lateness=THREE_DAYS, preference="own-asks", samples=SAMPLES)
def ask_accepted(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody can do this. Left out: handed back since."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.is_asker and scene.ask.is_running and scene.ask.helpers
    }


@kind("help-proposed", priority=1, lateness=THREE_DAYS, preference="own-asks", samples=SAMPLES)
def help_proposed(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody could do what the reader asked without a name. Left out: taken back, or answered."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.is_asker and scene.ask.state is AskState.OPEN and scene.ask.proposals
    }


@kind(
    "help-answered",
    priority=1,
    lateness=THREE_DAYS,
    preference="own-helps",
    samples=[{**sample, "fine": fine} for sample in SAMPLES for fine in (True, False)],
)
def help_answered(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The asker's word to who could do it: that is fine, or not this time. Left out: handed back, or over."""
    answers = {HelpState.ACCEPTED: True, HelpState.NOT_THIS_TIME: False}
    return {
        scene.letter.id: scene.says(fine=answers[scene.help.state])
        for scene in scenes(letters)
        if scene.help is not None and scene.help.state in answers and scene.ask.is_running
    }


@kind("help-ended", lateness=THREE_DAYS, preference="own-helps", samples=SAMPLES)
def help_ended(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The asker does not need it from the reader any more. Left out: the reader has taken it on again."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters, frees=True)
        if scene.help is not None and scene.help.state is HelpState.NOT_THIS_TIME
    }


@kind("ask-handed-back", lateness=THREE_DAYS, preference="own-asks", samples=SAMPLES)
def ask_handed_back(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Who was to help can't after all. Left out: somebody else can since."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.is_asker and scene.ask.state is AskState.OPEN
    }


@kind("ask-withdrawn", lateness=THREE_DAYS, preference="own-helps", samples=SAMPLES)
def ask_withdrawn(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What a helper took on, or would have, is not needed any more."""
    over = (AskState.WITHDRAWN, AskState.EXPIRED)
    return {scene.letter.id: scene.says() for scene in scenes(letters, frees=True) if scene.ask.state in over}


@kind("ask-changed", lateness=THREE_DAYS, preference="own-helps", samples=SAMPLES)
def ask_changed(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What, when or where has changed. Left out: the reader helps no more."""
    return {scene.letter.id: scene.says() for scene in scenes(letters) if scene.helps}


@kind("help-reminder", lateness=DAY, preference="own-helps", samples=[{"needed_by": THURSDAY, "timed": False}])
def help_reminder(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """What the reader took on is needed tomorrow. Left out: handed back, over, or for another day now."""
    now = clock.now()
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.helps and scene.ask.version == scene.letter.about_version and not scene.ask.is_over(now)
    }


@kind("ask-message", lateness=THREE_DAYS, preference="ask-messages", samples=SAMPLES)
def ask_message(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody wrote. Left out: the reader is not in the thread any more."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.is_asker or (scene.help is not None and scene.help.holds)
    }


@kind("ask-heard", priority=1, lateness=THREE_DAYS, preference="own-asks", samples=[{}])
def ask_heard(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody read what the reader said, and hears it."""
    return {
        scene.letter.id: scene.says()
        for scene in scenes(letters)
        if scene.is_asker and scene.ask.kind is AskKind.LISTEN
    }


@kind(
    "ask-follow-up",
    lateness=2 * DAY,
    again=False,
    preference="ask-follow-ups",
    samples=[{"asker": True}, {"asker": False}],
)
def ask_follow_up(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Did it happen? Left out: it was said already."""
    return {
        scene.letter.id: scene.says(asker=scene.is_asker)
        for scene in scenes(letters)
        if scene.ask.state is AskState.COVERED and (scene.ask.asker_says is None if scene.is_asker else scene.helps)
    }


@kind(
    "ask-expired",
    lateness=THREE_DAYS,
    again=False,
    preference="own-asks",
    samples=[{"answered": False}, {"answered": True}],
)
def ask_expired(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """No one had room this time; or somebody had, and its time was over first."""
    return {
        scene.letter.id: scene.says(answered=scene.ask.was_answered)
        for scene in scenes(letters)
        if scene.is_asker and scene.ask.state is AskState.EXPIRED
    }
