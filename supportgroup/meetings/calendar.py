"""Meetings as iCalendar (RFC 5545, iTIP: RFC 5546): for a calendar that others in the house may see.

Pure: no database. No place, no link to a call, no description, and nobody's name or address but the reader's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address

from icalendar import Alarm, Calendar, Event, vCalAddress, vDDDTypes

from supportgroup import clock
from supportgroup.meetings.models import Answer, Meeting

FRESH_FOR = timedelta(hours=1)  # how often programs that ask are told to look again
# Zones change their rules and their hour; what a file says of them covers a year around its meetings.
AROUND = timedelta(days=366)
TAKES_PART = {Answer.GOING: "ACCEPTED", Answer.MAYBE: "TENTATIVE", Answer.NOT_GOING: "DECLINED"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One meeting in somebody's calendar: what it is called there, where its page is, and when to ring before it."""

    meeting: Meeting
    title: str
    url: str
    sure: bool = True  # whether its owner said they come
    off: bool = False  # it is taken out of the calendar: its owner does not come any more
    minutes_before: Sequence[int] = ()


def calendar_file(entries: Sequence[Entry]) -> bytes:
    """A calendar that holds these meetings, each in its own zone."""
    return written(*(event_of(entry) for entry in entries), zones_of=entries)


def feed(entries: Sequence[Entry]) -> bytes:
    """A calendar to subscribe to: the same, and how often to look again (RFC 7986)."""
    return written(*(event_of(entry) for entry in entries), zones_of=entries, refresh_interval=FRESH_FOR)


def itip(entry: Entry, *, organizer: Address, attendee: str, answer: Answer | None) -> bytes:
    """What a letter carries for the reader's calendar: a REQUEST, or a CANCEL where the meeting does not take place, or
    not for them. Of two about one meeting and of one SEQUENCE the later one holds, as its DTSTAMP says.

    The organizer is the neutral sender, the only attendee the reader.
    """
    event = event_of(entry)
    event["DTSTAMP"] = vDDDTypes(clock.now())
    sender = vCalAddress(f"mailto:{organizer.addr_spec}")
    sender.params["CN"] = organizer.display_name
    event.add("organizer", sender)
    reader = vCalAddress(f"mailto:{attendee}")
    reader.params["PARTSTAT"] = TAKES_PART.get(answer, "NEEDS-ACTION") if answer else "NEEDS-ACTION"
    reader.params["RSVP"] = "FALSE"  # answers are given on the page; the sender's address reads no letters
    event.add("attendee", reader)
    return written(event, zones_of=[entry], method=method_of(entry))


def method_of(entry: Entry) -> str:
    return "REQUEST" if stays(entry) else "CANCEL"


def stays(entry: Entry) -> bool:
    return entry.meeting.is_planned and not entry.off


def event_of(entry: Entry) -> Event:
    """The UID is the meeting's id, its own for ever; SEQUENCE goes up when its time changes or it is cancelled."""
    meeting, zone = entry.meeting, clock.zone(entry.meeting.zone)
    event = Event()
    event.add("uid", str(meeting.id))
    event.add("dtstamp", meeting.changed_at or meeting.created_at)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", entry.title)
    event.add("url", entry.url)
    event.add("class", "PRIVATE")
    event.add("status", ("CONFIRMED" if entry.sure else "TENTATIVE") if stays(entry) else "CANCELLED")
    for minutes in entry.minutes_before:
        event.add_component(alarm(entry.title, minutes))
    return event


def alarm(title: str, minutes: int) -> Alarm:
    found = Alarm()
    found.add("action", "DISPLAY")
    found.add("description", title)
    found.add("trigger", -timedelta(minutes=minutes))
    return found


def written(*events: Event, zones_of: Sequence[Entry], **properties: object) -> bytes:
    """A whole calendar object, with the rules of every zone in it."""
    found = Calendar()
    found.add("prodid", "-//Reminder//EN")
    found.add("version", "2.0")
    for name, value in properties.items():
        found.add(name.replace("_", "-"), value)
    for event in events:
        found.add_component(event)
    if zones_of:
        first = min(entry.meeting.starts_at for entry in zones_of)
        last = max(entry.meeting.ends_at for entry in zones_of)
        found.add_missing_timezones(first_date=(first - AROUND).date(), last_date=(last + AROUND).date())
    return bytes(found.to_ical())
