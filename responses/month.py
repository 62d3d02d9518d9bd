"""One month of deadlines as weeks of days, as a calendar on the wall shows it."""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format

from responses.dates import Entry, Window

SHOWN = 4  # entries of a day before the rest folds away
# Calendars that people look at; a date beyond cannot be reckoned with everywhere.
FIRST_YEAR, LAST_YEAR = 1990, 2199


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: list[Entry]
    inside: bool
    today: bool

    @property
    def shown(self) -> list[Entry]:
        return self.entries[:SHOWN] if len(self.entries) > SHOWN + 1 else self.entries

    @property
    def folded(self) -> list[Entry]:
        return self.entries[len(self.shown) :]


@dataclass(frozen=True, slots=True)
class Month:
    """``heads`` are the days of the week as the reader's language begins it: short, and in full."""

    first: date
    heads: list[tuple[str, str]]
    weeks: list[list[Day]]
    count: int

    @property
    def before(self) -> date | None:
        day = (self.first - timedelta(days=1)).replace(day=1)
        return day if day.year >= FIRST_YEAR else None

    @property
    def after(self) -> date | None:
        day = (self.first + timedelta(days=31)).replace(day=1)
        return day if day.year <= LAST_YEAR else None


def read(text: str, today: date) -> date:
    """The first day of the month that an address names, such as "2026-11"; of this one without any."""
    try:
        year, month = (int(part) for part in text.split("-"))
        if FIRST_YEAR <= year <= LAST_YEAR:
            return date(year, month, 1)
    except ValueError:
        pass
    return today.replace(day=1)


def window(first: date, today: date) -> Window:
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return Window(first, last, today)


def laid_out(first: date, entries: Iterable[Entry], today: date) -> Month:
    """The month, with what falls on each of its days."""
    by_day: dict[date, list[Entry]] = defaultdict(list)
    count = 0
    for entry in entries:
        by_day[entry.day].append(entry)
        count += 1
    # Django counts from Sunday, Python from Monday.
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    weeks = calendar.Calendar(begins).monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        heads=[
            (str(WEEKDAYS_ABBR[(begins + day) % 7]), str(WEEKDAYS[(begins + day) % 7])) for day in range(7)
        ],
        weeks=[
            [Day(day, by_day.get(day, []), day.month == first.month, day == today) for day in week]
            for week in weeks
        ],
        count=count,
    )
