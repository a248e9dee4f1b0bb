"""Who answers when a meeting looks for a host: the board asks the group, once, and stops when it is settled."""

from uuid import UUID

from sqlalchemy import select

from supportgroup import clock, words
from supportgroup.board import queries
from supportgroup.board.helping import give_back, take_place
from supportgroup.board.models import LONGER, RUNNING, SIZES, Ask, AskKind, HelpState
from supportgroup.board.service import Wish, move, post_ask, withdraw
from supportgroup.db import db
from supportgroup.groups import queries as groups
from supportgroup.groups.models import GroupState
from supportgroup.languages import gettext as _
from supportgroup.languages import speaking
from supportgroup.meetings.models import Meeting
from supportgroup.meetings.rota import CoverSettled, CoverWanted, HostedMeetingMoved


def running(meeting_id: UUID) -> Ask | None:
    """The ask that looks for this meeting's host, held. The meeting is held already."""
    found = select(Ask).where(Ask.meeting_id == meeting_id, Ask.state.in_(RUNNING)).with_for_update(of=Ask)
    return db.session.scalars(found.order_by(Ask.created_at), execution_options=queries.FRESH).first()


def want(event: CoverWanted) -> None:
    """Ask the group. Where the group was asked and it is the helper who can't after all, that ask is open again."""
    meeting, ask = event.meeting, running(event.meeting.id)
    mine = ask.help_of(event.by.id) if ask else None
    if ask is not None and mine is not None and mine.state is HelpState.ACCEPTED:
        give_back(ask, mine)
    elif ask is None and event.by.group.state is GroupState.ACTIVE:
        post_ask(me=event.by, wish=wish_for(meeting))


def wish_for(meeting: Meeting) -> Wish:
    return Wish(
        title=title_for(meeting),
        kind=AskKind.HOST_COVER,
        size_minutes=next((size for size in SIZES if size >= meeting.duration_minutes), LONGER),
        needed_by=meeting.starts_at,
        timed=True,
        meeting_id=meeting.id,
    )


def title_for(meeting: Meeting) -> str:
    """On the group's clock, as the meeting was agreed on, and in the group's language."""
    zone = clock.zone(meeting.zone)
    with speaking(groups.language_of(meeting.group_id)):
        day, time = words.local_day(meeting.starts_at, zone), words.local_time(meeting.starts_at, zone)
        return _("Host on %(day)s, %(time)s", day=day, time=time)


def settled(event: CoverSettled) -> None:
    """Somebody hosts it, or it does not take place. Who pressed that they can host is who said yes to the ask."""
    ask = running(event.meeting.id)
    if ask is None or (event.host_id is not None and any(one.helper_id == event.host_id for one in ask.helpers)):
        return
    host = groups.membership(ask.group_id, event.host_id) if event.host_id else None
    if host is not None and event.own_wish and host.id != ask.asker_id and not ask.helpers:
        take_place(ask, host)
    else:
        withdraw(ask)


def follow(event: HostedMeetingMoved) -> None:
    """The meeting is at another time: so is what is asked."""
    ask = running(event.meeting.id)
    if ask is not None and ask.needed_by != event.meeting.starts_at:
        ask.title, ask.needed_by = title_for(event.meeting), event.meeting.starts_at
        move(ask, clock.now())
        db.session.flush()
