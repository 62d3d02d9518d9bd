"""What day it is for a person, and when it began, by their time zone."""

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo


def local_day(now: datetime, time_zone: str) -> date:
    return now.astimezone(_zone(time_zone)).date()


def beginning(day: date, time_zone: str) -> datetime:
    """The moment the day begins there."""
    return datetime.combine(day, time(), tzinfo=_zone(time_zone))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        # A zone that was renamed or never checked must not stop everyone's mail.
        return UTC
