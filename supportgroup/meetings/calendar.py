"""A meeting as iCalendar (RFC 5545): for a calendar that others in the house may see."""

from datetime import timedelta

from icalendar import Calendar, Event

from supportgroup import clock
from supportgroup.meetings.models import Meeting


def calendar_file(meeting: Meeting, *, title: str, url: str, domain: str) -> bytes:
    """One meeting in its own zone. No place, no description, nobody's name or address.

    The UID is the meeting's for ever; SEQUENCE goes up when its time changes or it is cancelled.
    """
    zone = clock.zone(meeting.zone)
    event = Event()
    event.add("uid", f"{meeting.id}@{domain}")
    event.add("dtstamp", meeting.changed_at or meeting.created_at)
    event.add("sequence", meeting.version - 1)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", title)
    event.add("url", url)
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if meeting.is_planned else "CANCELLED")
    found = Calendar()
    found.add("prodid", "-//Reminder//EN")
    found.add("version", "2.0")
    found.add_component(event)
    found.add_missing_timezones(
        first_date=(meeting.starts_at - timedelta(days=366)).date(),
        last_date=(meeting.ends_at + timedelta(days=366)).date(),
    )
    return bytes(found.to_ical())
