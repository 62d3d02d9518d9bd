"""Deadlines as people write them: a value made of the text as written and what it was understood to mean.

Pure: no model, no clock, no request. What is not understood stays as text, kind unknown; nothing is guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.utils import formats, translation
from django.utils.translation import gettext as _

from evaltrack.deadline_times import Outline, days, days_of_all, later, months_after, outline
from evaltrack.deadline_tokens import Token, tokens

__all__ = ["Deadline", "Kind", "check_on", "explain", "from_date", "months_after", "next_check", "read"]

LONGEST = 500  # characters, runs of space counted as one; more is a narrative and not a time


class Kind(StrEnum):
    """What sort of time a wording names."""

    DATE = "date"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    PERIOD = "period"
    FROM = "from"
    CONTINUOUS = "continuous"
    IMMEDIATE = "immediate"
    RELATIVE = "relative"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time as written, its kind, the first day (start) and the last day still in time (due)."""

    text: str
    kind: Kind = Kind.UNKNOWN
    start: date | None = None
    due: date | None = None

    def __str__(self) -> str:
        return self.text


def read(text: str, *, issued: date | None = None) -> Deadline:
    """What ``text`` means as a deadline; the text itself is kept, stripped.

    ``issued`` is the day of the response: times without a year ("August 15") are the first such time not over
    by then, and lengths of time ("within three months") are counted from it. Without it they have a kind but
    no days. Never raises; a wording that is not understood whole is unknown.

    Conventions: due is the last day of what is named; early, mid and end of a year are 31 March, 30 June and
    31 December, of a month the 10th, 15th and last day; "before" excludes the day or month it names.
    """
    written = text.strip()
    compact = " ".join(written.split())
    if len(compact) > LONGEST:
        return Deadline(written)
    try:
        meaning = _with_condition(tokens(compact), issued)
    except (ValueError, OverflowError):  # a day that does not exist, or beyond the calendar
        meaning = _NOTHING
    return replace(meaning, text=written)


def from_date(day: date, language: str) -> Deadline:
    """A deadline for a bare date, written out in ``language`` such as "30 November 2021"."""
    return Deadline(_written(day, language), Kind.DATE, due=day)


def check_on(deadline: Deadline, *, issued: date | None, every_months: int) -> date | None:
    """The next day to ask how it stands, for a deadline that no due date drives; None where due does.

    ====================================================  ==================================================
    kind                                                  first day to ask
    ====================================================  ==================================================
    date, month, quarter, year, period, relative: due     None: reminders run on the due date
    from, start known                                     the start, or the day after issue if that is later
    immediate                                             one month after issue
    all others, and the above without their day           ``every_months`` after issue
    ====================================================  ==================================================

    A conditional or continuous deadline is asked about even when it has a due date, up to that date: from
    there on (and where the first day to ask would be later) it is None. Without ``issued`` only a known start
    can be asked about. After each asking ``next_check`` moves the day on.
    """
    if deadline.due and deadline.kind not in (Kind.CONDITIONAL, Kind.CONTINUOUS):
        return None
    if deadline.kind is Kind.FROM and deadline.start:
        return max(deadline.start, issued + timedelta(days=1)) if issued else deadline.start
    if issued is None:
        return None
    first = next_check(issued, every_months=1 if deadline.kind is Kind.IMMEDIATE else every_months)
    return None if deadline.due and first >= deadline.due else first


def next_check(after: date, *, every_months: int) -> date:
    """The day to ask again, ``every_months`` (at least 1) after ``after``, at most that month's last day."""
    if every_months < 1:
        raise ValueError("The months between two checks must be 1 or more.")
    return months_after(after, every_months)


def explain(deadline: Deadline, *, language: str) -> str:
    """How the deadline was understood, as a short sentence in ``language``; "" for an empty one."""
    with translation.override(language):
        start = _written(deadline.start, language) if deadline.start else ""
        due = _written(deadline.due, language) if deadline.due else ""
        return _explanation(deadline, start, due)


def _explanation(deadline: Deadline, start: str, due: str) -> str:
    named = {"start": start, "due": due}
    match deadline.kind:
        case Kind.UNKNOWN:
            return _("not understood as a time: kept as written") if deadline.text else ""
        case Kind.FROM:
            return _("no fixed day: starts %(start)s") % named if start else _("no fixed day: only a start")
        case Kind.IMMEDIATE:
            return _("no fixed day: at once")
        case Kind.CONTINUOUS if not due:
            return _("continuous since %(start)s") % named if start else _("continuous: no last day")
        case Kind.CONTINUOUS:
            return _("continuous until %(due)s") % named
        case Kind.CONDITIONAL if not due:
            return _("no fixed day: depends on a condition")
        case Kind.CONDITIONAL:
            return _("if the condition is met: due %(due)s") % named
        case Kind.RELATIVE if not due:
            return _("no fixed day: counted from something else")
    if not due:
        return _("no day known: the year is not written")
    return _("starts %(start)s, due %(due)s") % named if start else _("due %(due)s") % named


def _written(day: date, language: str) -> str:
    """Formats that can be read back; Django's own are "Nov. 30, 2021" in English."""
    written_as = {
        "en": r"j F Y",
        "fr": r"j\e\r F Y" if day.day == 1 else "j F Y",
        "es": r"j \d\e F \d\e Y",
    }
    with translation.override(language):
        return formats.date_format(day, written_as.get(language[:2].lower(), "DATE_FORMAT"))


_NOTHING = Deadline("")


def _with_condition(words: list[Token], issued: date | None) -> Deadline:
    """A time with or without a clause such as "subject to funding", which may say anything itself."""
    letters = "".join(word.letter for word in words)
    at = letters.find("s")
    if at < 0 or at == len(letters) - 1:
        return _time(words, issued)
    if letters[:at].strip(",-"):
        meaning = _time(words[:at], issued)
        settled = meaning.kind is not Kind.UNKNOWN or not letters[:at].strip("?,-")
        return replace(meaning, kind=Kind.CONDITIONAL) if settled else _NOTHING
    clause_end = letters.find(",", at)
    meaning = _time(words[clause_end + 1 :], issued) if clause_end > 0 else _NOTHING
    return replace(meaning, kind=Kind.CONDITIONAL)


def _time(words: list[Token], issued: date | None) -> Deadline:
    """A time without condition, qualified (ongoing, immediate, tentative) or not."""
    if any(word.letter == "!" for word in words):
        return _NOTHING
    named = outline(_without_kinds_of_event(words))
    meaning = _unqualified(named, issued)
    if re.search("[cR]", named.letters) and meaning.kind is not Kind.UNKNOWN:
        meaning = _continuous(meaning, named, issued)
    if "?" in named.letters and meaning.kind is not Kind.UNKNOWN:
        return replace(meaning, kind=Kind.CONDITIONAL)
    return meaning


def _without_kinds_of_event(words: list[Token]) -> list[Token]:
    """An annual meeting is one event, and so is the end of the ongoing project: neither goes on for ever."""
    kinds = _KIND_OF_EVENT.finditer("".join(word.letter for word in words))
    dropped = {kind.start() for kind in kinds}
    return [word for at, word in enumerate(words) if at not in dropped]


def _unqualified(named: Outline, issued: date | None) -> Deadline:
    letters = named.letters
    core = re.sub(r"[-,/&tA]*[cRih?][-,/&tA]*", ",", letters).strip(",").removeprefix("-")
    for shape, understand in _SHAPES:
        if shape.fullmatch(core):
            return understand(named, issued)
    if _SMALL_WORDS.fullmatch(core):
        kinds = [kind for kind, sorts in _QUALIFIERS if re.search(sorts, letters)]
        return Deadline("", kinds[0]) if kinds else _NOTHING
    if _EVENT.fullmatch(letters) or _LENGTH_AND_EVENT.fullmatch(core):
        return Deadline("", Kind.RELATIVE)
    return Deadline("", Kind.CONTINUOUS) if _STEADY.fullmatch(letters) else _NOTHING


def _continuous(meaning: Deadline, named: Outline, issued: date | None) -> Deadline:
    """Ongoing until 2026 has an end; 2025 and ongoing, or 2025 to ongoing, has none."""
    if len(named.points) == 1 and re.search(r"P[-,/&tA]*[cR]", named.letters):
        since = days(named.points[0], issued)
        return Deadline("", Kind.CONTINUOUS, start=since[0] if since else None)
    return replace(meaning, kind=Kind.CONTINUOUS)


def _single(named: Outline, issued: date | None) -> Deadline:
    point = named.points[0]
    kind = Kind.RELATIVE if point.ahead else Kind(point.unit)
    span = days(point, issued)
    if span is None:
        return Deadline("", kind)
    return Deadline("", kind, span[0] if point.unit == "period" and point.part is None else None, span[1])


def _before(named: Outline, issued: date | None) -> Deadline:
    """Before June excludes June, before the end of June does not."""
    point = named.points[0]
    meaning = _single(named, issued)
    span = days(point, issued)
    if span is None or point.part is not None:
        return meaning
    return replace(meaning, start=None, due=span[0] - timedelta(days=1))


def _from(named: Outline, issued: date | None) -> Deadline:
    span = days(named.points[0], issued)
    return Deadline("", Kind.FROM, start=span[0] if span else None)


def _after(named: Outline, issued: date | None) -> Deadline:
    span = days(named.points[0], issued)
    return Deadline("", Kind.FROM, start=span[1] + timedelta(days=1) if span else None)


def _period(named: Outline, issued: date | None) -> Deadline:
    spans = days_of_all(named.points, issued)
    return Deadline("", Kind.PERIOD, spans[0][0], spans[-1][1]) if spans else Deadline("", Kind.PERIOD)


def _several(named: Outline, issued: date | None) -> Deadline:
    """A list, as a period from its first to its last; only of like things, lest a slip be read as a list."""
    return _period(named, issued) if len({point.unit for point in named.points}) == 1 else _NOTHING


def _length(named: Outline, issued: date | None) -> Deadline:
    shortest, longest = named.durations[0], named.durations[-1]
    if issued is None:
        return Deadline("", Kind.RELATIVE)
    due = later(issued, longest.high, longest.unit)
    start = later(issued, shortest.low, shortest.unit)
    if due and start and start > due:
        return _NOTHING
    return Deadline("", Kind.RELATIVE, start if start != due else None, due)


def _start_within(named: Outline, issued: date | None) -> Deadline:
    length = named.durations[0]
    return Deadline("", Kind.FROM, start=later(issued, length.low, length.unit) if issued else None)


# Letters as in deadline_tokens; P is a point of time, D a length of time. The whole wording must fit.
_SHAPES: list[tuple[re.Pattern[str], Callable[[Outline, date | None], Deadline]]] = [
    (re.compile(shape), understand)
    for shape, understand in (
        (r"[OltAg]*P", _single),
        (r"[tA]*bO?P", _before),
        (r"[tA]*f[OltgfA]*P,?>?|O?P,?[>f]", _from),
        (r"aO?P", _after),
        (r"[OfgtwlA]*P,?[-tAl][OtAl]*P|[Ofgt]*wO?P&O?P", _period),
        (r"[OfgtlA]*P(?:[,/&]|,&)P(?:(?:[,/&]|,&)P)*", _several),
        (r"[OltAg]*D(?:[-tA/&]D)?", _length),
        (r"[OltAg]*D[aflgO]+j[jOH]*", _length),
        (r"[tA]*f[Ol]*D", _start_within),
    )
]
_KIND_OF_EVENT = re.compile("R(?=[RW]*E)|(?<=E)R|(?<=[NMO])c(?=E)|(?<=OE)c")
_SMALL_WORDS = re.compile(r"[OltAgf,]*")
_QUALIFIERS = ((Kind.CONTINUOUS, "[cR]"), (Kind.IMMEDIATE, "i"), (Kind.RELATIVE, "h"))
_EVENT = re.compile(r"[tAO,cRih]*(?:[abglfNMHp][^P]*[Ej][^P]*|[EjO]*[Ej][EjO]*p)")
_LENGTH_AND_EVENT = re.compile(r"[OltAg]*D[-,]?[abflgO][^P]+")
_STEADY = re.compile(r"c[^PDnydqQ?]*")
