"""The grammar of an answer by mail: ``2: done - guidelines adopted in March``, a line for each numbered item.

A line names a number (or "all"), then how it stands, then, after a dash or another sign, what there is to
say.
What goes on in the next lines belongs to it, up to an empty line or the next number. Anything that is read
otherwise would be a guess, and is given back to be looked at.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from recommendations.choices import CommonStatus
from recommendations.profiles import Profile

ALL = {"all", "everything", "tous", "toutes", "tout", "todo", "todos", "todas"}
NUMBER = re.compile(
    r"\s*(?:[-*•]\s*)?(?:#\s?|n[o°º]\.?\s?)?(\d{1,3})(?:(\s*[:)=]|\s*[.\-–—](?!\d))|\s)\s*(.*)", re.IGNORECASE
)
EVERY = re.compile(r"\s*([^\W\d_]{3,10})\s*:\s*(.*)")
WORD = re.compile(r"[^\W_]+")
BETWEEN = re.compile(r"[ \t\xa0'’\-/_]*")
AFTER = re.compile(r"[ \t\xa0]*(?:\n\s*|[:;,]+\s*|[-–—.!]+(?:\s|$)\s*|(?=\()|$)")
LONG_LINE = 60  # characters; a line that long was broken by a program, not by the writer

# What people write for the common statuses, beside their organisation's own words.
WORDS: dict[CommonStatus, str] = {
    CommonStatus.COMPLETED: (
        "done, completed, complete, finished, implemented,"
        " fait, faite, terminé, terminée, achevé, achevée, fini, finie, réalisé, réalisée,"
        " mis en œuvre, mise en œuvre,"
        " hecho, hecha, terminado, terminada, completado, completada, finalizado, finalizada,"
        " realizado, realizada"
    ),
    CommonStatus.IN_PROGRESS: (
        "started, in progress, ongoing, under way, underway, begun, initiated,"
        " en cours, commencé, commencée, engagé, engagée, entamé, entamée,"
        " en curso, en progreso, en marcha, iniciado, iniciada, empezado, empezada, comenzado, comenzada"
    ),
    CommonStatus.NOT_STARTED: (
        "not started, not yet started, not begun, not initiated,"
        " non commencé, non commencée, pas commencé, pas commencée, pas encore commencé,"
        " pas encore commencée,"
        " non engagé, non engagée, no iniciado, no iniciada, no empezado, no empezada,"
        " sin empezar, sin iniciar"
    ),
    CommonStatus.DROPPED: (
        "no longer applicable, not applicable, dropped, cancelled, canceled, discarded,"
        " sans objet, devenu sans objet, devenue sans objet, abandonné, abandonnée, annulé, annulée,"
        " ya no aplica, no aplica, cancelado, cancelada, descartado, descartada, abandonado, abandonada"
    ),
}
UNCHANGED = (
    "no change, no changes, unchanged, as before, sans changement, pas de changement, inchangé, inchangée,"
    " sin cambio, sin cambios, igual que antes"
)
SAME = "\0same"
COURTESY = re.compile(
    r"\W*(dear|hello|hi|good (morning|afternoon|evening)|thanks?|many thanks|thank you|here (is|are)|"
    r"bonjour|bonsoir|please find|"
    r"chers?|chères?|merci|voici|hola|estimad[oa]s?|buen[oa]s (días|dias|tardes)|gracias|aquí)\b.{0,60}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"\W*((best|kind|warm|with kind) (regards|wishes)|all the best|best|regards|sincerely|yours|cheers|"
    r"(bien )?cordialement|bien à vous|cdlt|salutations|"
    r"(un )?saludos?|atentamente|cordialmente|atte)\b.{0,30}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """What is said of one number: ``status`` is a code of its profile, SAME, or "" where none was read."""

    number: int
    status: str
    comment: str


@dataclass(slots=True)
class Reading:
    """Items in the order of their lines; lines that could not be read, of no such number, or said twice."""

    items: list[Item] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    no_such: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def read(text: str, rules: Mapping[int, Profile]) -> Reading:
    """What an answer says of the numbered items of a mail; ``rules`` are their profiles, by number."""
    reading = Reading()
    seen: set[int] = set()
    for numbers, said in _grouped(text, rules, reading):
        for number in numbers:
            if number in seen:
                reading.twice.append(said)
                continue
            seen.add(number)
            status, comment = understand(said, rules[number])
            if status or comment:
                reading.items.append(Item(number, status, comment))
            else:
                reading.unread.append(f"{number}:")
    return reading


def _grouped(text: str, rules: Mapping[int, Profile], reading: Reading) -> Iterator[tuple[list[int], str]]:
    """The numbers that each group of lines is about, and what it says of them."""
    numbers: list[int] = []
    said: list[str] = []
    closing = False
    for line in [*text.split("\n"), ""]:
        begun = _begins(line, rules, first=not said and not closing)
        if begun or not line.strip():
            if numbers:
                yield numbers, _joined(said)
            numbers, said = [], []
        if begun:
            known, rest = begun
            closing = False
            if known:
                numbers, said = known, [rest]
            else:
                reading.no_such.append(line.strip())
        elif numbers:
            said.append(line.strip())
        elif CLOSING.match(line):
            closing = True
        elif line.strip() and not closing and not COURTESY.match(line):
            reading.unread.append(line.strip())


def _begins(line: str, rules: Mapping[int, Profile], *, first: bool) -> tuple[list[int], str] | None:
    """The numbers that the line begins with and what follows; no numbers for one that there is not."""
    if found := NUMBER.match(line):
        number, sign, rest = int(found[1]), found[2], found[3]
        if sign:
            return ([number] if number in rules else []), rest
        if number in rules and understand(rest, rules[number])[0]:
            return [number], rest
    if (found := EVERY.match(line)) and found[1].casefold() in ALL:
        return sorted(rules), found[2]
    # Where there is one item only, nobody writes its number.
    if first and len(rules) == 1:
        (number,) = rules
        if understand(line, rules[number])[0]:
            return [number], line.strip()
    return None


def _joined(lines: list[str]) -> str:
    """The lines as they were meant: put together again where a program broke them."""
    text = ""
    before = ""
    for line in lines:
        text += (" " if len(before) >= LONG_LINE else "\n") * bool(text) + line
        before = line
    return text.strip()


def understand(said: str, rules: Profile) -> tuple[str, str]:
    """The status (a code of the profile, SAME, or "") and the comment in what is said of an item.

    A status counts only where it stands first and by itself: "completed by June" is none.
    """
    said = said.strip().lstrip("*_\"“'« ")
    vocabulary = _vocabulary(rules)
    words: list[str] = []
    found, end = "", 0
    last = 0
    for word in WORD.finditer(said[:200]):
        if not BETWEEN.fullmatch(said[last : word.start()]) or len(words) == 6:
            break
        words.append(_folded(word[0]))
        last = word.end()
        if code := vocabulary.get(tuple(words)):
            found, end = code, last
    if not found:
        return "", said
    rest = said[end:].lstrip("*_\"”'»")
    after = AFTER.match(rest)
    if after is None:
        return "", said
    return found, rest[after.end() :].strip()


@lru_cache(maxsize=64)
def _vocabulary_of(
    slug: str, version: int, statuses: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> dict[tuple[str, ...], str]:
    words = {_words(phrase): SAME for phrase in UNCHANGED.split(",")}
    for common, phrases in WORDS.items():
        # Of several that count as the same, such as "initiated" and "ongoing", the first.
        code = next((code for code, counts_as, _labels in statuses if counts_as == common), "")
        words |= {_words(phrase): code for phrase in phrases.split(",") if code}
    for code, _common, labels in statuses:
        words |= {_words(label): code for label in (code, *labels)}
    return words


def _vocabulary(rules: Profile) -> dict[tuple[str, ...], str]:
    """What can be said in a profile: its own words in all their languages, before those everyone uses."""
    statuses = tuple((one.code, str(one.common), tuple(one.labels.values())) for one in rules.statuses)
    return _vocabulary_of(rules.slug, rules.version, statuses)


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(_folded(word) for word in WORD.findall(phrase))


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
