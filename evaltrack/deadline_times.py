"""Days, months, quarters, years and spans of time as tokens name them, and the days they stand for.

``outline`` turns the tokens of a deadline into what ``evaltrack.deadlines`` understands: one letter for each
thing named. A point of time becomes ``P`` and a length of time ``D``, whatever number of words it took; the
rest keeps the letter of its token.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from evaltrack.deadline_tokens import Token
from evaltrack.deadline_words import EARLY, END, MIDDLE

YEARS_AHEAD = 8  # a 29 February without a year is never further away than this

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Point:
    """A day, month or longer unit of the calendar.

    ``unit`` is a deadline kind. ``month`` is the first of ``size`` months. Without a ``year`` the next such
    day is meant, or, with ``ahead``, the unit of ``ahead[0]`` months that many units after the present one.
    """

    unit: str
    month: int | None = None
    size: int = 1
    day: int | None = None
    year: int | None = None
    ahead: tuple[int, int] | None = None
    part: int | None = None
    needs_year: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """``low`` to ``high`` units of time; the unit is that of a token."""

    low: int
    high: int
    unit: int


@dataclass(slots=True)
class Outline:
    """What a deadline names, in order, as letters, with the points and durations among them."""

    letters: str = ""
    points: list[Point] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)


def months_after(day: date, months: int) -> date:
    """The same day of the month ``months`` later (earlier if negative), or that month's last day.

    ValueError where the calendar ends.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError("There is no such day: the calendar ends in the year 9999.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def later(day: date, count: int, unit: int) -> date | None:
    """``count`` units after ``day``; None for working days, which cannot be counted without holidays."""
    if unit > 0:
        return months_after(day, count * unit)
    return day - timedelta(days=count * unit) if unit else None


def days(point: Point, issued: date | None) -> Days | None:
    """The first and last day of a point; None while the year is open. ValueError for an impossible day."""
    if point.year is not None:
        return _days_of_year(point, point.year)
    if point.needs_year and not point.ahead:
        raise ValueError("A quarter or half named by a letter alone may be something else.")
    if issued is None:
        return None
    if point.ahead:
        return _days_ahead(point, *point.ahead, issued)
    for year in range(issued.year, issued.year + YEARS_AHEAD + 1):
        if point.day == 29 and point.month == 2 and monthrange(year, 2)[1] == 28:
            continue
        found = _days_of_year(point, year)
        if found[1] >= issued:
            return found
    return None


def _days_ahead(point: Point, size: int, units: int, issued: date) -> Days:
    if size == 12:
        return _days_of_year(point, issued.year + units)
    current = (issued.year * 12 + issued.month - 1) // size + units
    year, month = divmod(current * size, 12)
    return _days_of_year(replace(point, month=month + 1, size=size), year)


def _days_of_year(point: Point, year: int) -> Days:
    first = date(year, point.month or 1, point.day or 1)
    if point.day:
        return first, first
    last = months_after(first, point.size) - timedelta(days=1)
    if point.part is None:
        return first, last
    return _days_of_part(first, last, point.size, point.part)


def _days_of_part(first: date, last: date, size: int, part: int) -> Days:
    """Early, mid and end of a month or a year: the 10th, 15th and last day; March, 30 June and December."""
    if part == END:
        return last, last
    if size == 12:
        day = date(first.year, 3, 31) if part == EARLY else date(first.year, 6, 30)
    elif size == 1:
        day = first.replace(day=10 if part == EARLY else 15)
    else:
        raise ValueError("Only months and years have an early and a middle part.")
    return (first, day) if part == EARLY else (day, day)


def days_of_all(points: list[Point], issued: date | None) -> list[Days] | None:
    """The days of points in rising order, which lend each other month and year: "15 to 20 March 2022".

    None while the year is open; ValueError where they do not rise.
    """
    points = [*points]
    for at in range(len(points) - 2, -1, -1):
        if points[at].month is None and points[at].day:
            points[at] = replace(points[at], month=points[at + 1].month)
    known = [None if point.year is None and not point.ahead else days(point, issued) for point in points]
    if not any(known):
        known[-1] = days(points[-1], issued)
    for at in range(len(points) - 2, -1, -1):
        known[at] = known[at] or _nearest(points[at], known[at + 1], -1)
    for at in range(1, len(points)):
        known[at] = known[at] or _nearest(points[at], known[at - 1], 1)
    spans = [span for span in known if span]
    if spans and any(before[0] > after[1] or before[1] > after[1] for before, after in pairwise(spans)):
        raise ValueError("The end comes before the start.")
    return spans if len(spans) == len(points) else None


def _nearest(point: Point, other: Days | None, direction: int) -> Days | None:
    """A point without year in the year of its neighbour, or in the one before or after if it must be."""
    if other is None or point.ahead:
        return None
    found = _days_of_year(point, other[0].year)
    wrong = found[1] > other[1] if direction < 0 else found[1] < other[0]
    return _days_of_year(point, other[0].year + direction) if wrong else found


Groups = dict[str, list[Token]]
Named = list[str | Point | Duration]


def _year(groups: Groups) -> tuple[int | None, tuple[int, int] | None]:
    """The year written (4 digits, 2 digits, "next year"), as ``year`` and ``ahead`` of a point."""
    if short := groups.get("short"):
        if not 20 <= short[0].value <= 99:
            raise ValueError("Not a year of two digits.")
        return 2000 + short[0].value, None
    named = groups.get("year", [])
    if not named:
        return None, None
    if len(named) == 1:
        return named[0].value, None
    letters = {token.letter: token.value for token in named}
    if letters["u"] != 12:
        raise ValueError("Only a year can complete a month or quarter.")
    return None, (12, 1 if "N" in letters else 0)


def _day(groups: Groups) -> Named:
    year, ahead = _year(groups)
    month = groups["month"][0].value if "month" in groups else None
    named: Named = []
    for part in ("day", "last"):
        if part in groups:
            day = groups[part][0].value
            if not 1 <= day <= (monthrange(2000, month)[1] if month else 31):
                raise ValueError("There is no such day.")
            named += ["t", Point("date", month, 0, day, year, ahead)]
    return named[1:]


def _whole_day(groups: Groups) -> Named:
    day = date.fromordinal(groups["date"][0].value)
    return [Point("date", day.month, 0, day.day, day.year)]


def _month(groups: Groups) -> Named:
    if "stamp" in groups:
        year, month = divmod(groups["stamp"][0].value, 12)
        return [Point("month", month + 1, year=year)]
    if "unit" in groups and groups["unit"][0].value != 1:
        raise ValueError("Only a month is named like a month.")
    written, ahead = _year(groups)
    return [Point("month", groups["month"][0].value, year=written, ahead=ahead)]


def _stretch(size: int, index: int, groups: Groups, *, needs_year: bool = False) -> Point:
    """The ``index``-th stretch of ``size`` months in a year; -1 is the last."""
    if size not in (3, 4, 6) or not (index == -1 or 1 <= index <= 12 // size):
        raise ValueError("A year has no such part.")
    year, ahead = _year(groups)
    month = (12 // size if index == -1 else index) * size - size + 1
    unit = "quarter" if size == 3 else "period"
    return Point(unit, month, size, year=year, ahead=ahead, needs_year=needs_year)


def _code(groups: Groups) -> Named:
    token = groups["code"][0]
    return [_stretch(*divmod(token.value, 10), groups, needs_year=token.letter == "Q")]


def _nth(groups: Groups) -> Named:
    size = groups["unit"][0].value
    if "month" in groups:
        return _half_of_month(size, groups)
    named: Named = []
    for part in ("nth", "last"):
        if part in groups:
            named += ["t", _stretch(size, groups[part][0].value, groups)]
    return named[1:]


def _half_of_month(size: int, groups: Groups) -> Named:
    index = groups["nth"][0].value
    if size != 6 or index not in (1, 2, -1):
        raise ValueError("A month has no such part.")
    year, ahead = _year(groups)
    part = MIDDLE if index == 1 else END
    return [Point("month", groups["month"][0].value, year=year, ahead=ahead, part=part)]


def _whole_year(groups: Groups) -> Named:
    if "unit" in groups and groups["unit"][0].value != 12:
        raise ValueError("Only a year is named like a year.")
    return [Point("year", size=12, year=groups["year"][0].value)]


def _ahead(groups: Groups) -> Named:
    letters = {token.letter: token.value for token in groups["ahead"]}
    return _unit(letters["u"], 1 if "N" in letters else 0)


def _unit(size: int, units_ahead: int) -> Named:
    unit = {1: "month", 3: "quarter", 12: "year"}.get(size, "period")
    return [Point(unit, size=size, ahead=(size, units_ahead))] if size > 0 else ["h"]


def _end_of_unit(groups: Groups) -> Named:
    """ "Year end", "mid-year 2025", "end of the month": the present unit where none is named."""
    size, part = groups["unit"][0].value, groups["part"][0].value
    year, ahead = _year(groups)
    if size <= 0 or (size != 12 and (year or ahead)):
        raise ValueError("Neither a month nor a longer unit.")
    if year or ahead:
        return [Point("year", size=12, year=year, ahead=ahead, part=part)]
    return [replace(point, part=part) for point in _unit(size, 0) if isinstance(point, Point)]


def _duration(groups: Groups) -> Named:
    low = groups["low"][0].value if "low" in groups else 1
    high = groups["high"][0].value if "high" in groups else low
    if "again" in groups and groups["again"][0].value != low:
        raise ValueError("Two numbers that contradict each other.")
    if low > high:
        raise ValueError("The longer time comes first.")
    unit = groups["unit"][0]
    if low > 1 and unit.letter == "u" and unit.value in (3, 4, 6):
        raise ValueError("2 trimestre may be the second quarter or two of them.")
    return [Duration(low, high, unit.value)]


def _recurring(groups: Groups) -> Named:
    return ["R"]


def _vague(groups: Groups) -> Named:
    return ["h"]


_YEAR = r"(?P<year>y|[NH]u|u[NH])"
_OF_YEAR = rf"(?:[O,\-/]?{_YEAR})?"
_FORMS: list[tuple[re.Pattern[str], Callable[[Groups], Named]]] = [
    (re.compile(form), build)
    for form, build in (
        (r"r[NM]?n?-?[uv]|n?T[tAO]?n?[uv]", _recurring),
        (r"(?P<date>d)", _whole_day),
        (r"(?P<stamp>k)", _month),
        (rf"(?P<unit>u)-?(?P<part>p)(?:[O\-]?{_YEAR})?", _end_of_unit),
        (r"(?P<day>n)(?P<joint>-?)(?P<month>m)(?P=joint)(?P<short>n)(?![-tAO]?[muv])", _day),
        (rf"(?P<day>[no])[O\-/]?(?P<month>m){_OF_YEAR}", _day),
        (rf"(?P<month>m)(?P<day>[no])[-tA&](?P<last>[no])(?![O\-]?[muv]){_OF_YEAR}", _day),
        (rf"(?P<month>m)(?P<day>[no])(?![O\-]?[muv]){_OF_YEAR}", _day),
        (r"(?P<year>y)[,\-/]?(?P<month>m)(?![O,\-/]?[noy])", _month),
        (rf"(?:(?P<unit>u)O?)?(?P<month>m){_OF_YEAR}", _month),
        (r"(?P<code>[qQ])[-/]?(?P<short>n)(?![O\-/]?[ymuv])", _code),
        (r"(?P<year>y)[,\-/]?(?P<code>[qQ])(?![O,\-/]?y)", _code),
        (rf"(?P<code>[qQ]){_OF_YEAR}", _code),
        (rf"(?P<nth>o)[-/&tA](?P<last>o)(?P<unit>[uv]){_OF_YEAR}", _nth),
        (rf"(?P<nth>o)(?P<unit>u)(?:O?(?P<month>m))?{_OF_YEAR}", _nth),
        (r"(?P<year>y)[,\-/]?(?P<nth>o)(?P<unit>u)(?![O,\-/]?y)", _nth),
        (rf"(?P<unit>u)(?P<nth>n){_OF_YEAR}", _nth),
        (rf"(?P<nth>n)(?P<unit>u)[O,]?{_YEAR}", _nth),
        (r"(?:(?P<unit>u)O?)?(?P<year>y)", _whole_year),
        (r"(?P<ahead>[NH]u|u[NH])", _ahead),
        (
            r"[NM]?(?P<low>n)(?:,(?P<again>n),?)?(?:[-tA/&](?P<high>n)(?:,n,?)?)?-?[NM]?(?P<unit>[uv])",
            _duration,
        ),
        (r"A(?P<unit>u)(?![NH])", _duration),
        (r"[NM][uv]|[uv]M", _vague),
        (r"(?P<day>[no])(?=[-tA/&][no][O\-/]?m)", _day),
    )
]
_PART_OF_POINT = re.compile(r"(?P<part>p)[O\-]?")
_PART_OF_UNIT = re.compile(r"(?P<part>p)[O\-]?(?P<unit>u)")


def outline(tokens: list[Token]) -> Outline:
    """What ``tokens`` name. ValueError for a day, quarter or year that does not exist."""
    letters = "".join(token.letter for token in tokens)
    found = Outline()
    at = 0
    while at < len(letters):
        named, at = _named_at(letters, tokens, at)
        for thing in named:
            if isinstance(thing, str):
                found.letters += thing
            elif isinstance(thing, Point):
                found.letters += "P"
                found.points.append(thing)
            else:
                found.letters += "D"
                found.durations.append(thing)
    return found


def _named_at(letters: str, tokens: list[Token], at: int) -> tuple[Named, int]:
    if match := _PART_OF_POINT.match(letters, at):
        named, end = _whole_at(letters, tokens, match.end())
        if len(named) == 1 and isinstance(named[0], Point):
            return [replace(named[0], part=tokens[at].value)], end
        if match := _PART_OF_UNIT.match(letters, at):
            return _end_of_unit(_groups(match, tokens)), match.end()
    return _whole_at(letters, tokens, at)


def _whole_at(letters: str, tokens: list[Token], at: int) -> tuple[Named, int]:
    for form, build in _FORMS:
        if match := form.match(letters, at):
            return build(_groups(match, tokens)), match.end()
    return [letters[at : at + 1]], at + 1


def _groups(match: re.Match[str], tokens: list[Token]) -> Groups:
    return {
        name: tokens[match.start(name) : match.end(name)] for name, text in match.groupdict().items() if text
    }
