"""Times of the demo: all counted from now, in texts and in the history."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from django.utils import formats, translation

from evaltrack import audit, deadlines

# {day-20d} is written as the day 20 days ago, {quarter+3m} as the quarter three months from now.
_PLACE = re.compile(r"\{(?P<unit>day|month|quarter|half|year)(?P<distance>[+-]\d+)(?P<step>[dm])\}")
_HALVES = {"en": ("first half of", "second half of"), "fr": ("premier semestre", "second semestre")}


class Moments:
    """The times of one making of the demo, all before ``now``."""

    def __init__(self, now: datetime) -> None:
        self.today = now.astimezone(UTC).date()
        self._made: Counter[int] = Counter()

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def at(self, ago: int) -> datetime:
        """A time of that day, yesterday at the latest; each call gives a later one."""
        self._made[ago] += 1
        return datetime.combine(self.day(ago), time(8), UTC) + self._made[ago] * timedelta(minutes=2)

    @contextmanager
    def written(self, ago: int) -> Iterator[datetime]:
        """What is done inside stands in the history as one click of that day."""
        moment = self.at(ago)
        with audit.one_click(), audit.at(moment):
            yield moment

    def fill(self, text: str, language: str) -> str:
        """The text with its times written out."""
        return _PLACE.sub(lambda place: self._written(place, language), text)

    def _written(self, place: re.Match[str], language: str) -> str:
        distance = int(place["distance"])
        if place["step"] == "d":
            day = self.today + timedelta(days=distance)
        else:
            day = deadlines.months_after(self.today, distance)
        match place["unit"]:
            case "day":
                return deadlines.from_date(day, language).text
            case "month":
                with translation.override(language):
                    return formats.date_format(day, "F Y")
            case "quarter":
                return f"{'T' if language == 'fr' else 'Q'}{(day.month + 2) // 3} {day.year}"
            case "half":
                return f"{_HALVES[language][day.month > 6]} {day.year}"
        return str(day.year)
