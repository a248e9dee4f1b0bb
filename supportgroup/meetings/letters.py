"""What letters about meetings say at the moment they are sent. Never a place, a link to a call, an agenda or a name."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from supportgroup import clock
from supportgroup.db import db
from supportgroup.groups import queries as groups_queries
from supportgroup.groups.models import Membership, MembershipState
from supportgroup.mail.kinds import Says, kind
from supportgroup.mail.links import link
from supportgroup.mail.models import Letter, LetterState
from supportgroup.meetings import calendars, queries, rota
from supportgroup.meetings.doubts import FEW, question
from supportgroup.meetings.models import Answer, Meeting, Rsvp, Series, TurnSwap
from supportgroup.meetings.reminders import COMING, KIND, UNANSWERED, minutes_before, useful_until
from supportgroup.meetings.scenes import Scene, scenes
from supportgroup.safety.queries import apart

WAY_IN = timedelta(minutes=60)  # the way in is shown from so long before the start
SAMPLE = {
    "title": "Evening circle",
    "starts": datetime(2027, 5, 13, 17, tzinfo=UTC),
    "ends": datetime(2027, 5, 13, 18, tzinfo=UTC),
}


@kind(
    KIND,
    priority=1,  # quiet hours were thought of when it was planned
    lateness=timedelta(days=14),  # each ends when its meeting starts
    preference="meeting-reminders",
    samples=[
        {**SAMPLE, "answer": "going", "hosts": False, "way_in": False},
        {**SAMPLE, "answer": "maybe", "hosts": False, "way_in": True},
        {**SAMPLE, "answer": None, "hosts": False, "way_in": False},
        {**SAMPLE, "answer": "going", "hosts": True, "way_in": True},
    ],
)
def meeting_reminder(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A meeting comes up. Left out: cancelled, moved, begun, not coming; and all but the latest of those due."""
    now, newest = clock.now(), latest_due(letters)
    said = {}
    for scene in scenes(letters):
        meeting, minutes = scene.meeting, minutes_before(scene.letter.key)
        wanted = scene.answer in COMING or scene.hosts or (scene.answer is None and minutes == UNANSWERED)
        if not wanted or not meeting.is_planned or meeting.version != scene.letter.about_version:
            continue
        if now >= useful_until(meeting.starts_at, scene.letter.due_at) or scene.letter.id not in newest:
            continue
        near = timedelta(minutes=minutes) <= WAY_IN or meeting.starts_at - now <= WAY_IN
        way_in = near and (scene.answer in COMING or scene.hosts)
        path = link("way-in", meeting.id, scene.member_id) if way_in else scene.page()
        said[scene.letter.id] = scene.says(path, answer=scene.answer, hosts=scene.hosts, way_in=way_in)
    return said


def latest_due(letters: Sequence[Letter]) -> set[int]:
    """Of the reminders of each meeting to each person that are due or went out, the one nearest to the meeting."""
    live = (LetterState.OWED, LetterState.CLAIMED, LetterState.SENDING, LetterState.SENT)
    due = select(Letter.id, Letter.about_id, Letter.about_version, Letter.recipient_id, Letter.key).where(
        Letter.kind == KIND,
        Letter.about_id.in_({letter.about_id for letter in letters}),
        Letter.recipient_id.in_({letter.recipient_id for letter in letters}),
        Letter.state.in_(live),
        Letter.due_at <= clock.now(),
    )
    nearest: dict[tuple[UUID, int, UUID | None], tuple[int, int]] = {}
    for row in db.session.execute(due):
        whose, this = (row.about_id, row.about_version, row.recipient_id), (minutes_before(row.key), row.id)
        nearest[whose] = min(this, nearest.get(whose, this))
    return {letter_id for _, letter_id in nearest.values()}


@kind(
    "meeting-changed",
    lateness=timedelta(days=3),
    preference="meeting-changes",
    samples=[
        {**SAMPLE, "moved": True, "again": False, "was": datetime(2027, 5, 12, 17, tzinfo=UTC), "following": False},
        {**SAMPLE, "moved": True, "again": False, "was": datetime(2027, 5, 12, 17, tzinfo=UTC), "following": True},
        {**SAMPLE, "moved": False, "again": False, "was": None, "following": False},
        {**SAMPLE, "moved": False, "again": True, "was": None, "following": True},
        {**SAMPLE, "moved": True, "again": False, "clocks": clock.zone("Europe/Paris"), "was": None, "following": True},
    ],
)
def meeting_changed(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A meeting has a new time, or something else about it changed that who comes wants to know."""
    said = {}
    for scene in scenes(letters):
        meeting, what = scene.meeting, scene.letter.key.split(":")[4]
        current = meeting.is_planned and meeting.version == scene.letter.about_version
        moved, following = what.startswith("time"), what.endswith("following")
        declined = scene.answer is Answer.NOT_GOING and not following
        if not current or meeting.ends_at <= clock.now() or declined:
            continue
        was = meeting.moved_from if moved and meeting.moved_from != meeting.starts_at else None
        again, clocks = what.startswith("again"), None
        if what.startswith("clock"):
            moved, was, clocks = True, None, clock.zone(meeting.zone)
        said[scene.letter.id] = scene.says(
            scene.page(), moved=moved, again=again, clocks=clocks, was=was, following=following
        )
    return said


@kind(
    "meeting-cancelled",
    lateness=timedelta(days=3),
    preference="meeting-changes",
    samples=[
        {**SAMPLE, "following": False, "until": None},
        {**SAMPLE, "following": True, "until": None},
        {**SAMPLE, "following": False, "until": datetime(2027, 6, 12, 12, tzinfo=UTC)},
    ],
)
def meeting_cancelled(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A meeting does not take place, or it and those that were to follow, all of them or until a day."""
    said = {}
    for scene in scenes(letters):
        following, until = scene.letter.key.endswith(":following"), paused_until(scene)
        if not scene.meeting.is_planned and (following or until or scene.answer is not Answer.NOT_GOING):
            said[scene.letter.id] = scene.says(scene.page(), following=following, until=until)
    return said


def paused_until(scene: Scene) -> datetime | None:
    """Noon of the day on which the series may meet again, where the letter is about a pause."""
    what, _, day = scene.letter.key.rpartition(":")
    if not what.endswith(":until"):
        return None
    return datetime.combine(date.fromisoformat(day), time(12), clock.zone(scene.meeting.zone))


@kind(
    calendars.INVITATION,
    lateness=timedelta(days=14),
    preference="meeting-changes",
    samples=[{**SAMPLE}],
)
def meeting_invitation(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The meeting for the reader's calendar, who wants that and comes, may come or hosts."""
    return {
        scene.letter.id: scene.says(scene.page())
        for scene in scenes(letters)
        if scene.meeting.is_planned
        and scene.meeting.starts_at > clock.now()
        and scene.calendar is not None
        and scene.comes
    }


@kind(
    calendars.REMOVAL,
    lateness=timedelta(days=14),
    preference="meeting-changes",
    samples=[{**SAMPLE}],
)
def meeting_removal(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The meeting out of the calendar of one who does not come, or is not of the group any more; cancelled meanwhile or
    not, for of that they hear nothing else.
    """
    anyone = (MembershipState.ACTIVE, MembershipState.LEFT, MembershipState.REMOVED)
    said = {scene.letter.id: scene.says(scene.page(), off=True) for scene in scenes(letters, anyone)}
    return {one: words for one, words in said.items() if words.calendar}


@kind(
    "place-free",
    lateness=timedelta(days=14),
    preference="meeting-changes",
    samples=[{**SAMPLE, "yours": True}, {**SAMPLE, "yours": False}],
)
def place_free(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """A place in a full meeting became free: it is the reader's already, or whose who takes it first."""
    taken = places_taken({letter.about_id for letter in letters})
    said = {}
    for scene in scenes(letters):
        yours = scene.answer is Answer.GOING
        open_now = scene.answer is Answer.WAITING and scene.meeting.has_place(taken.get(scene.meeting.id, 0))
        if scene.meeting.is_planned and scene.meeting.starts_at > clock.now() and (yours or open_now):
            said[scene.letter.id] = scene.says(scene.page(), yours=yours)
    return said


def places_taken(meeting_ids: set[UUID]) -> dict[UUID, int]:
    going = select(Rsvp.meeting_id, func.count()).where(Rsvp.meeting_id.in_(meeting_ids), Rsvp.answer == Answer.GOING)
    return dict(db.session.execute(going.group_by(Rsvp.meeting_id)).all())


@kind("series-quiet", lateness=timedelta(days=7), preference="meeting-changes", samples=[{}])
def series_quiet(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Nobody answered or came for three months. Left out: who does not look after the group any more."""
    running = select(Series.id).where(Series.id.in_({letter.about_id for letter in letters}), Series.ended_at.is_(None))
    there = set(db.session.scalars(running))
    places = groups_queries.places([letter.scope_id for letter in letters], [letter.recipient_id for letter in letters])
    found = {}
    for letter in letters:
        me = places.get((letter.scope_id, letter.recipient_id)) if letter.scope_id and letter.recipient_id else None
        if me and me.is_facilitator and not me.takes_a_break and letter.about_id in there:
            found[letter.id] = Says(link=link("series", me.group_id), cover=me.cover_word, group=me.group.name)
    return found


@kind(
    "meeting-follow-up",
    lateness=timedelta(days=3),
    again=False,
    preference="meeting-follow-ups",
    samples=[{**SAMPLE}],
)
def meeting_follow_up(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """How was it? For those who were there, as far as anybody knows."""
    met = (
        select(Meeting.id, Membership.id)
        .join(Membership, Membership.group_id == Meeting.group_id)
        .where(Meeting.id.in_({letter.about_id for letter in letters}))
        .where(Membership.account_id.in_({letter.recipient_id for letter in letters}))
        .where(queries.was_there(Meeting.id, Membership.id))
    )
    there = set(db.session.execute(met))
    return {
        scene.letter.id: scene.says(link("check-in", scene.meeting.id))
        for scene in scenes(letters)
        if scene.meeting.is_planned and (scene.meeting.id, scene.member_id) in there
    }


@kind(
    rota.ASKED,
    lateness=timedelta(days=14),  # each ends when its meeting starts
    preference="hosting",
    samples=[{**SAMPLE}],
)
def host_asked(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The turn to host is the reader's. Left out: it is not any more. What the host needs waits on the page."""
    return {
        scene.letter.id: scene.says(link("host-turn", scene.meeting.id, scene.member_id))
        for scene in scenes(letters)
        if scene.hosts and scene.meeting.is_planned and scene.meeting.starts_at > clock.now()
    }


@kind(
    rota.ENDED,
    lateness=timedelta(days=14),  # each ends when its meeting starts
    preference="hosting",
    samples=[{**SAMPLE}],
)
def host_ended(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """The turn to host was given to somebody else, or to nobody yet. Left out: it is the reader's again."""
    return {
        scene.letter.id: scene.says(link("meeting", scene.meeting.id), off=not scene.comes)
        for scene in scenes(letters)
        if not scene.hosts and scene.meeting.is_planned and scene.meeting.starts_at > clock.now()
    }


@kind(
    "host-swap",
    lateness=timedelta(days=14),  # each ends when its meeting starts
    preference="hosting",
    samples=[{**SAMPLE, "what": "asked"}, {**SAMPLE, "what": "yes"}, {**SAMPLE, "what": "not-now"}],
)
def host_swap(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Somebody asks to swap a turn; or what the answer was. Left out: it was taken back, or the turn has changed."""
    asked = set(db.session.execute(swaps_asked({letter.about_id for letter in letters})))
    said = {}
    for scene in scenes(letters):
        what, meeting = scene.letter.key.rsplit(":", 1)[1], scene.meeting
        holds = {"asked": (meeting.id, scene.member_id) in asked, "yes": not scene.hosts, "not-now": scene.hosts}
        if holds[what] and meeting.is_planned and meeting.starts_at > clock.now():
            path = link("host-swap" if what == "asked" else "meeting", meeting.id)
            said[scene.letter.id] = scene.says(path, what=what, off=what == "yes" and not scene.comes)
    return said


def swaps_asked(meeting_ids: set[UUID]) -> Select[UUID, UUID]:
    """Which turns are asked of which members, where the two are in each other's sight."""
    asked = select(TurnSwap.meeting_id, TurnSwap.asked_id).where(TurnSwap.meeting_id.in_(meeting_ids))
    return asked.where(~apart(TurnSwap.asker_id, TurnSwap.asked_id))


@kind(
    "meeting-whether",
    priority=1,  # it comes a day before, or three hours: it cannot wait
    lateness=timedelta(days=1),  # each ends when its meeting starts
    preference="hosting",
    samples=[{**SAMPLE, "few": True}, {**SAMPLE, "few": False}],
)
def meeting_whether(letters: Sequence[Letter]) -> Mapping[int, Says]:
    """Do you meet? Few come, or nobody hosts. Left out: enough do by now, somebody does, or it was decided."""
    said = {}
    for scene in scenes(letters):
        asked = scene.letter.key.rsplit(":", 1)[1]
        if question(scene.meeting) == asked:
            said[scene.letter.id] = scene.says(link("whether", scene.meeting.id), few=asked == FEW)
    return said
