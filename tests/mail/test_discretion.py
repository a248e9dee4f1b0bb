"""What letters give away. Discreet ones: nothing. Full ones: service, group and meeting, and nothing anybody wrote."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from itertools import count, cycle, product
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import Enum, String, select, update

from supportgroup import clock
from supportgroup.accounts import queries, wishes
from supportgroup.accounts.models import Account, Change, SecurityNote
from supportgroup.board.digest import Line
from supportgroup.board.models import Ask, AskKind, AskState, Help, HelpState
from supportgroup.db import Base, db, transaction
from supportgroup.groups.models import Group, GroupState, Membership, MembershipState
from supportgroup.languages import LANGUAGES
from supportgroup.load.models import Buddy, BuddyRound, Nudge
from supportgroup.mail.compose import compose
from supportgroup.mail.delivery import desk_of_app
from supportgroup.mail.kinds import KINDS, Recipient, Says
from supportgroup.mail.models import Letter
from supportgroup.meetings import reminders
from supportgroup.meetings.doubts import FEW, HOSTLESS
from supportgroup.meetings.models import Answer, Meeting, MeetingState, Rsvp, Series
from supportgroup.moderation.models import Report, ReportState
from supportgroup.privacy.models import Erasure, Export, ExportState, LastSeen
from supportgroup.safety.models import Hiding, Rule
from supportgroup.secrets import EncryptedText
from tests.mail.test_compose import DATE, read_back
from tests.sweeps.world import make_world

READER = Recipient(id=UUID(int=7), email="x@example.org", name="Zqkanariereader", zone=clock.zone("UTC"), language="en")
LETTERS = list(product(LANGUAGES, (False, True)))  # discreet and full
# Columns of plain text that people write or that say what a group is. Sealed text is found by itself.
PLAIN = {"name", "public_title", "purpose", "first_time", "area", "text", "word", "device"}


@pytest.fixture
def sender(app):
    return replace(desk_of_app(clock.now()).sender, service_name="Zqkanarieservice")


def all_words(message):
    """Everything that somebody who sees the letter could read: headers, text, HTML, calendar."""
    letter = read_back(message)
    parts = [part.get_content() for part in letter.walk() if not part.is_multipart()]
    headers = [f"{name}: {value}" for name, value in letter.items()]
    return "\n".join([*headers, *(part if isinstance(part, str) else part.decode() for part in parts)])


def marked(sample):
    """The sample with every name and title in it replaced by a canary."""
    changed = {
        name: "Zqkanarietitle" if name in ("title", "group", "name") else value for name, value in sample.items()
    }
    if "lines" in sample:
        changed["lines"] = [Line("Blue", "Zqkanariegroup", line.asks, line.counted) for line in sample["lines"]]
    return changed


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_discreet_letter_names_nothing_and_a_full_one_only_service_group_and_meeting(name, sender):
    for sample, (language, full) in product(KINDS[name].samples, LETTERS):
        says = Says(link="/l/x", cover="Blue", group="Zqkanariegroup", more=marked(sample))
        reader = replace(READER, full=full, language=language)
        message = compose(KINDS[name], reader, says, sender, message_id="<1@example.org>", date=DATE)
        found = set(re.findall(r"Zqkanarie\w+", all_words(message)))
        assert found <= ({"Zqkanarieservice", "Zqkanariegroup", "Zqkanarietitle"} if full else set()), language


@pytest.mark.parametrize("name", sorted(KINDS))
def test_text_and_html_say_the_same_in_the_same_order(name, sender):
    for sample in KINDS[name].samples:
        says = Says(link="/l/x", cover="Blue", group="Circle", more=sample)
        message = read_back(compose(KINDS[name], READER, says, sender, message_id="<1@example.org>", date=DATE))
        text, html = (part.get_content() for part in message.iter_parts())
        assert len(message.as_bytes()) < 20_000
        assert "<img" not in html
        assert re.findall(r'href="([^"]*)"', html) == re.findall(r"https?://\S+", text)
        seen, at = words_of(html), 0
        for line in text.split("--")[0].splitlines():
            words = straight(line)
            if words and not words.startswith("http"):
                assert words in seen[at:], words
                at = seen.index(words, at)


def words_of(html):
    """What a reader of the HTML sees."""
    body = re.sub(r"<head>.*?</head>|<[^>]+>", " ", html, flags=re.DOTALL)
    return straight(unescape(body))


def straight(words):
    """Words with single spaces and straight quotes."""
    return " ".join(words.translate(str.maketrans("“”‘’", "\"\"''")).split())


class TestOfRealRows:
    """The same for what letters of every kind say of a world in which every text is a canary."""

    @pytest.fixture
    def canaries(self, app):
        """A world whose every text is a word of its own; which of these words full letters may say."""
        world = make_world()
        with transaction():
            make_what_happened(world)
            for account_id in db.session.scalars(select(Account.id)).all():
                wishes.remind_at(account_id, [15])
            reminders.owe_reminders(since=None)
            db.session.execute(update(Letter).values(due_at=clock.now()))
        numbers, allowed = count(), set()
        with transaction():
            for mapper in Base.registry.mappers:
                sealed = [name for name, what in vars(mapper.class_).items() if isinstance(what, EncryptedText)]
                plain = [column.key for column in mapper.columns if is_plain(column)]
                for row in db.session.scalars(select(mapper.class_)):
                    for name in [*plain, *(name for name in sealed if name != "email")]:
                        word = f"Zqkanarie{next(numbers)}"
                        setattr(row, name, word)
                        if (mapper.class_, name) in ((Group, "name"), (Meeting, "title"), (Series, "title")):
                            allowed.add(word)
        return allowed

    @pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # what letters say is the same on both
    def test_letters_say_nothing_of_it(self, canaries, sender):
        silent, rows = set(KINDS), every_row()
        for turn in TURNS:
            with transaction():
                db.session.execute(turn)
            for name in sorted(silent):
                silent -= {name} if leaks_nothing(name, rows, canaries, sender) else set()

        assert not silent


def leaks_nothing(name, rows, allowed, sender):
    """Whether there is anything to say, having looked at it in every language: no more than is allowed, and that in
    full letters only.
    """
    readers = queries.recipients(set(db.session.scalars(select(Account.id))))
    letters = possible_letters(name, rows, readers)
    says = KINDS[name].says(list(letters.values()))
    for number, (language, full) in zip(cycle(some(list(says))), [*LETTERS, *reversed(LETTERS)], strict=False):
        reader = replace(readers[letters[number].recipient_id], full=full, language=language)
        message = compose(KINDS[name], reader, says[number], sender, message_id="<1@example.org>", date=DATE)
        found = set(re.findall(r"Zqkanarie\w+", all_words(message)))
        assert found <= (allowed | {"Zqkanarieservice"} if full else set()), (name, language, full)
    return bool(says)


def make_what_happened(world):
    """What nobody looks at a page of, and letters tell of nevertheless."""
    now, member = clock.now(), world.accounts["member"]
    for place in (world.here, world.elsewhere):
        week = BuddyRound(group_id=place.group.id, begins_at=now, ends_at=now + timedelta(days=7))
        db.session.add(week)
        db.session.flush()
        two = [place.people[name].id for name in ("member", "facilitator")]
        db.session.add_all([Buddy(round_id=week.id, membership_id=one, circle=1) for one in two])
    note = SecurityNote(account_id=member.id, change=Change.PASSKEY, created_at=now)
    seen = LastSeen(account_id=member.id, seen_on=now.date(), told=1, told_on=now.date())
    nudge = Nudge(account_id=world.accounts["stranger"].id, offered_at=now, by_mail=True)
    erasure = Erasure(account_id=member.id, asked_at=now, due_at=now)
    db.session.add_all([note, seen, nudge, erasure])


# What becomes of the world, one after the other, so that every kind has its turn to speak.
TURNS = [
    update(Account).values(full_letters=False),
    update(Export).values(state=ExportState.READY, ready_at=clock.now()),
    update(Hiding).values(rule=Rule.UNSEEN),
    update(Membership).values(agreement_version=0, can_listen=True, glad_at=clock.now()),
    update(Group).values(second_asked_at=clock.now(), rests_at=clock.now()),
    update(Ask).values(kind=AskKind.LISTEN),
    update(Report).values(state=ReportState.ANSWERED),
    *(update(Help).values(state=state) for state in HelpState),
    update(Help).values(state=HelpState.ACCEPTED),
    *(update(Ask).values(state=state) for state in AskState),
    update(Rsvp).values(answer=Answer.NOT_GOING),
    update(Meeting).values(host_id=None),
    update(Meeting).values(state=MeetingState.CANCELLED),
    update(Group).values(state=GroupState.RESTING),
    update(Membership).values(state=MembershipState.REMOVED),
]
# What happened stands last in a key.
ENDS = {"host-swap": ("yes", "not-now"), "meeting-whether": (FEW, HOSTLESS)}


def is_plain(column):
    if column.key not in PLAIN or column.primary_key or isinstance(column.type, Enum):
        return False
    return isinstance(column.type, String)


def some(numbers):
    """Eight of them at most, from all over the list."""
    return numbers[:: max(1, len(numbers) // 8)][:8]


def every_row():
    """The id of each row that a letter could be about. They stay the same, whatever becomes of the rows."""
    tables = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_ is not Letter]
    return [row.id for table in tables for row in db.session.scalars(select(table)) if is_row(row)]


def possible_letters(name, rows, readers):
    """What a letter of this kind could be to anybody about any of the rows, and those that are owed; by number."""
    group, now = db.session.scalars(select(Group.id)).first(), clock.now()
    ends = ENDS.get(name, ("time:60",))
    owed = {one.id: one for one in db.session.scalars(select(Letter).where(Letter.kind == name))}
    possible = {
        number: SimpleNamespace(
            id=number,
            key=f"{name}:{reader.hex}:{about.hex}:1:{end}",
            recipient_id=reader,
            about_id=about,
            about_version=1,
            scope_id=group,
            due_at=now,
        )
        for number, (reader, about, end) in enumerate(product(readers, rows, ends), start=10**6)
    }
    return {**owed, **possible}


def is_row(row):
    return isinstance(getattr(row, "id", None), UUID)
