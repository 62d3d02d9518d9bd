"""The deadline and the responsible units that stand inside the sentence of an action."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evaltrack import deadlines, responsible_words
from evaltrack.deadlines import Deadline, Kind
from responses.matrix.readers.labels import folded

LONGEST_TIME = 120  # characters of a wording that can be one

_BRACKETED = re.compile(r"\(([^()]{2,200})\)|\[([^\[\]^]{2,200})\](?!\()")
_OPEN_END = re.compile(r"([^()]{4,200})\)\W*$")
# Who, behind the time: "by June 2032 (Legal Unit)".
_LAST = re.compile(r"\s*(?:\(([^()]{2,120})\)|\s[–—-]\s([^()–—\d]{2,120}?))[\s.;]*$")
_TAIL_MARKS = re.compile(r"[\s.;:,)\]]+$")
_WORD_START = re.compile(r"(?<![\w/-])(?=[\w(])")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_RANGE = re.compile(r"(?:19|20)\d\d ?(?:[-–—/]|to|à|a|al) ?(?:19|20)\d\d\b.{0,60}", re.IGNORECASE)
# Words with which a time begins that is no part of the sentence before it.
_TIME_WORDS = re.compile(
    r"(?:by|before|until|no later than|not later than|due|deadline|as of|from|starting|d'ici|avant|jusqu'"
    r"|au plus tard"
    r"|des|a partir|para|antes de|hasta|a mas tardar|desde|a partir de|q[1-4]|t[1-4]|"
    r"(?:first|second|third|fourth|last) (?:quarter|half|semester)|(?:premier|deuxieme|troisieme|quatrieme)"
    r" (?:trimestre|semestre)|(?:primer|segundo|tercer|cuarto) (?:trimestre|semestre)|(?:mid|end|early"
    r"|fin|debut|mi"
    r"|finales|mediados|principios)\b|\d{1,2}(?:st|nd|rd|th|er)? (?:de )?[a-z]{3,})"
)
_IN_A_YEAR = re.compile(r"(?:in|during|en|durante|pendant|courant|over|au cours de) ")
_BEFORE_TIME = re.compile(r"[,;:–—-]\s*$|\s-\s*$")
_LABEL = {
    "deadline": re.compile(
        r"\b(?:deadline|time ?-?frame|timeline|due(?: date)?|target date|echeance|delai|calendrier"
        r"|date limite|plazo"
        r"|fecha(?: limite)?|cronograma)\s*:\s*"
    ),
    "responsible": re.compile(
        r"\b(?:responsible(?: (?:units?|part(?:y|ies)|persons?|offices?))?(?:\(s\))?|lead(?: unit)?|owner"
        r"|responsibility"
        r"|responsables?(?: principal(?:e|es)?)?|unites? responsables?|unidad(?:es)? responsables?"
        r"|chef de file|lider)"
        r"(?:\(s\))?\s*:\s*"
    ),
}
_PIECES = re.compile(r"\s*[;|]\s*|\s+[–—-]\s+|\s+/\s+|,\s+")
_PERSON, _UNIT = (
    responsible_words.pattern(responsible_words.PERSON),
    responsible_words.pattern(responsible_words.UNIT),
)
_ACRONYMS = re.compile(
    r"(?:[A-Z][\w&-]*[A-Z]\w*|[A-Z]{2,})(?:[ ,/&-]+(?:and |et |y )?(?:[A-Z][\w&-]*[A-Z]\w*|[A-Z]{2,}))*"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the sentence promises; ``certain`` where it stands in brackets or behind a label."""

    deadline: str = ""
    responsible: str = ""
    certain: bool = True


def read(text: str, *, issued: date | None) -> Promise:
    """The deadline and the responsible that ``text``, plain letters, names; each "" where it names none.

    Years that are told of, before the year of the response, are no deadlines.
    """
    labelled = _labelled(text)
    if labelled.deadline:
        return labelled
    for found in reversed(list(_BRACKETED.finditer(text))):
        promise = _in_brackets((found[1] or found[2]).strip(), issued)
        if promise.deadline:
            return Promise(promise.deadline, labelled.responsible or promise.responsible)
    tail = _at_end(text, issued)
    if not tail.deadline and (last := _LAST.search(text)):
        who = (last[1] or last[2]).strip()
        before = _at_end(text[: last.start()], issued) if _names_someone(who) else Promise()
        if before.deadline:
            return Promise(before.deadline, labelled.responsible or who, certain=False)
    return Promise(tail.deadline, labelled.responsible, tail.certain)


def is_time(text: str, issued: date | None) -> bool:
    """Whether a wording is a time that lies ahead of the response, or has no year at all."""
    return len(text) <= LONGEST_TIME and _is_ahead(deadlines.read(text, issued=issued), text, issued)


def _is_ahead(meaning: Deadline, text: str, issued: date | None) -> bool:
    if meaning.kind is Kind.UNKNOWN:
        return False
    last = meaning.due or meaning.start
    years = [int(year) for year in _YEAR.findall(text)]
    latest = max(years) if years else last.year if last else None
    return latest is None or issued is None or latest >= issued.year


def _labelled(text: str) -> Promise:
    """ "Deadline: June 2026. Responsible: Legal Unit" within the sentence."""
    values = {"deadline": "", "responsible": ""}
    for key, start, end in labelled(text):
        values[key] = values[key] or _balanced(text[start:end])
    return Promise(values["deadline"], values["responsible"])


def labelled(text: str) -> list[tuple[str, int, int]]:
    """The labels "Deadline:" and "Responsible:" in a text: which, and where its value begins and ends."""
    plain = folded(text)
    labels = sorted(
        (found.start(), found.end(), key)
        for key, pattern in _LABEL.items()
        for found in pattern.finditer(plain)
    )
    spans = []
    for place, (_start, start, key) in enumerate(labels):
        stop = labels[place + 1][0] if place + 1 < len(labels) else len(text)
        ends = r"[;\n|]|\.\s|\)(?!\w)" if key == "deadline" else r"[\n|]|\.\s"
        value = re.split(ends, text[start:stop])[0].rstrip(" .;,–—-")
        if value.strip():
            spans.append((key, start + len(value) - len(value.lstrip()), start + len(value)))
    return spans


def _balanced(text: str) -> str:
    return (
        text.rstrip(")]") if text.count("(") < text.count(")") or text.count("[") < text.count("]") else text
    )


def _in_brackets(inner: str, issued: date | None) -> Promise:
    """A time, or a time and who is responsible, in either order."""
    if is_time(inner, issued):
        return Promise(inner)
    for found in _PIECES.finditer(inner):
        first, second = inner[: found.start()].strip(), inner[found.end() :].strip()
        if is_time(first, issued) and _names_someone(second):
            return Promise(first, second)
        if is_time(second, issued) and _names_someone(first):
            return Promise(second, first)
    return Promise()


def _names_someone(text: str) -> bool:
    return bool(text) and bool(
        _PERSON.search(text) or _UNIT.search(text) or _ACRONYMS.fullmatch(text) or "@" in text
    )


def _at_end(text: str, issued: date | None) -> Promise:
    """A time at the end of the sentence: its opening bracket lost, or never there."""
    unopened = _OPEN_END.search(text) if text.count(")") > text.count("(") else None
    body = _TAIL_MARKS.sub("", text)
    for start in _starts(body):
        wording = body[start:]
        if not is_time(wording, issued):
            continue
        if unopened:
            return Promise(wording)
        if _stands_alone(body[:start], wording):
            return Promise(wording, certain=False)
        if _IN_A_YEAR.match(folded(wording)) and issued and _YEAR.search(wording):
            return Promise(wording, certain=False)
    return Promise()


def _starts(body: str) -> Iterator[int]:
    """Where words of the last part begin, the longest part first."""
    floor = max(0, len(body) - LONGEST_TIME)
    starts = [found.start() for found in _WORD_START.finditer(body, floor)]
    yield from starts[-14:]


def _stands_alone(before: str, wording: str) -> bool:
    plain = folded(wording)
    return bool(
        _RANGE.fullmatch(wording)
        or _TIME_WORDS.match(plain)
        or _BEFORE_TIME.search(before)
        or before.endswith(". ")
    )
