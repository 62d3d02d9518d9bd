"""Days as an iCalendar file (RFC 5545): all-day events that calendar programs read once or again and again.

The same events give the same bytes, so that a program that asks again can be told that nothing changed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

LONGEST = 2_000  # characters of a description
# What no text of a calendar may hold; a line break is one of two kinds, and both become the one.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class AllDay:
    """Something that is due on a day.

    ``uid`` stays the same for ever; ``sequence`` grows with each change, ``changed_at`` is when the last was.
    """

    uid: str
    day: date
    summary: str
    description: str
    url: str
    changed_at: datetime
    sequence: int


def make(events: Iterable[AllDay], *, name: str, method: str = "") -> bytes:
    """The calendar as bytes; ``method="PUBLISH"`` where it is handed over once as a file."""
    calendar = Calendar()
    calendar.add("prodid", "-//EvalTrack//EvalTrack//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    calendar.add("x-wr-calname", _line(name))
    # How often a program that subscribed should look again.
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for event in events:
        calendar.add_component(_event(event))
    return bytes(calendar.to_ical())


def _event(one: AllDay) -> Event:
    changed = one.changed_at.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", one.sequence)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", _line(one.summary))
    if one.description:
        event.add("description", _text(one.description))
    event.add("url", one.url)
    # Nobody is busy for having a deadline.
    event.add("transp", "TRANSPARENT")
    return event


def _text(words: str) -> str:
    words = words.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST]
    return _CONTROLS.sub(" ", words).strip()


def _line(words: str) -> str:
    return " ".join(_text(words).split())
