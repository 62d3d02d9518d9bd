"""A deadline cut into tokens, the words of which are in ``evaltrack.deadline_words``.

A token is one letter, the sort of word, and one number. Letters let the grammar be written as short regular
expressions over a string of them (``evaltrack.deadline_times``, ``evaltrack.deadlines``):

===  =====================================  ===  =====================================
d    a whole date (its ordinal)             k    month of a year, in digits
y    year                                   m    month
n    number                                 o    ordinal (-1: last)
q    quarter code (size * 10 + index)       Q    the same, sure only beside a year
u v  unit, singular and plural              p    part: early, middle, end
f    from                                   >    onwards
b    before                                 a    after
l    by, until                              g    at, during
t A  to; "a" (also "to", also one)          &    and, or
w    between                                O    of
N    next                                   M    coming
H    this                                   r    every
T    times (twice a year)                   R    recurring (yearly)
c    continuous                             i    immediate
h    a vague horizon                        ?    tentative, not settled
s    opens a condition                      j    the issue of the response itself
E    any other event                        W    a word not known
!    a number that is no time               ,    comma, colon, bracket
===  =====================================  ===  =====================================

A dash and a slash stand for themselves. A unit counts months when positive, days when negative (a week is
-7); 0 is a working day, which has no fixed length.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from evaltrack import deadline_words as words

FIRST_YEAR, LAST_YEAR = 1900, 2199


class Token(NamedTuple):
    """One word of a deadline: its sort (see the module's table) and its number."""

    letter: str
    value: int = 0


_SYMBOLS = dict.fromkeys(",;:()[]{}|", ",") | {"-": "-", "/": "/", "&": "&", "?": "?"}
_SILENT = frozenset(".!'\"*_~<\u2264\u2019\u2018\u201c\u201d\u00ab\u00bb")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2012\u2013\u2014\u2015\u2212", "-"))
_CODES = {"q": 3, "t": 3, "s": 6, "h": 6}
_LEXER = re.compile(
    r"(?P<ordinal>[0-9]{1,2}\.?(?:st|nd|rd|th|ere|er|re|eme|e|o|a|\u00b0)(?![a-z0-9]))"
    r"|(?P<code>[qtsh][1-4](?![a-z0-9])|[1-4][qtsh](?![a-z0-9]))"
    r"|(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9]))"
    r"|(?P<digits>[0-9]+(?:[-/.][0-9]+)*(?![a-z0-9])|[0-9]+)"
    r"|'(?P<short_year>[0-9]{2})(?![0-9])"
    r"|(?P<word>[a-z]+)"
    r"|(?P<symbol>\S)"
)


def tokens(text: str) -> list[Token]:
    """The words of ``text`` as tokens, in order; accents, case, full stops and quotes do not matter."""
    raw = list(_raw_tokens(_plain(text)))
    found: list[Token] = []
    at = 0
    while at < len(raw):
        item = raw[at]
        if isinstance(item, Token):
            found.append(item)
            at += 1
        else:
            phrase, at = _phrase_at(raw, at)
            found.extend(phrase)
    return found


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_DASHES).replace("\u2019", "'")
    return "".join(char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))


def _raw_tokens(plain: str) -> Iterator[Token | str]:
    """Tokens for what is clear by itself; plain words, still to be looked up, as strings."""
    for match in _LEXER.finditer(plain):
        sort = match.lastgroup or ""
        part = match.group(sort)
        if sort == "word":
            yield part
        elif sort == "ordinal":
            yield Token("o", int(part[:2]) if part[:2].isdecimal() else int(part[:1]))
        elif sort == "code":
            yield _code(part)
        elif sort == "short_year":
            yield Token("y", 2000 + int(part))
        elif sort == "digits":
            yield from _digits(part)
        elif sort == "symbol" and part not in _SILENT:
            yield Token(_SYMBOLS.get(part, "W"))


def _code(part: str) -> Token:
    name, index = sorted(part, reverse=True)
    return Token("q" if name == "q" else "Q", _CODES[name] * 10 + int(index))


def _digits(chunk: str) -> list[Token]:
    """A run of digits joined by ``- / .`` without spaces, read only where it can mean one thing."""
    read = _joined(chunk)
    if read is None and chunk.count("-") == 1:
        first, second = (_joined(half) for half in chunk.split("-"))
        read = [*first, Token("-"), *second] if first and second else None
    return read or [Token("!")]


def _joined(chunk: str) -> list[Token] | None:
    parts = re.split("[-/.]", chunk)
    shape = "".join("2" if len(part) <= 2 else "4" if len(part) == 4 else "x" for part in parts)
    joints = {char for char in chunk if char in "-/."}
    if "x" in shape or len(joints) > 1:
        return [Token("n", int(chunk))] if shape == "x" and len(chunk) == 3 else None
    numbers = [int(part) for part in parts]
    if shape in ("422", "224"):
        return _day(numbers if shape == "422" else numbers[::-1], year_first=shape == "422")
    if shape == "24":
        return _month(numbers[1], numbers[0])
    if shape == "42":
        return _month_or_years(numbers[0], parts[1])
    if shape in ("4", "44", "2", "22") and joints <= {"-", "/"}:
        return _separate(numbers, shape, "".join(joints))
    return None


def _day(numbers: list[int], *, year_first: bool) -> list[Token] | None:
    """05/06/2022 is two days and so none; 25/06/2022 is one."""
    year, second, third = numbers
    readings = [(second, third)] if year_first else [(second, third), (third, second)]
    days = set()
    for month, day in readings:
        with suppress(ValueError):
            days.add(date(year, month, day).toordinal())
    return [Token("d", days.pop())] if len(days) == 1 and _is_year(year) else None


def _month(year: int, month: int) -> list[Token] | None:
    return [Token("k", year * 12 + month - 1)] if 1 <= month <= 12 and _is_year(year) else None


def _month_or_years(year: int, last: str) -> list[Token] | None:
    """2025-06 is a month, 2025/26 are two years, and 2010-12 can be both."""
    two_years = len(last) == 2 and int(last) > year % 100
    month = _month(year, int(last))
    if month and two_years:
        return None
    return month or (_separate([year, year - year % 100 + int(last)], "44", "-") if two_years else None)


def _separate(numbers: list[int], shape: str, joint: str) -> list[Token] | None:
    if shape[0] == "4" and not all(_is_year(number) for number in numbers):
        return None
    found = [Token("y" if shape[0] == "4" else "n", number) for number in numbers]
    return found if len(found) == 1 else [found[0], Token(joint), found[1]]


def _is_year(number: int) -> bool:
    return FIRST_YEAR <= number <= LAST_YEAR


Phrase = tuple[tuple[str, ...], list[Token]]


def _vocabulary() -> dict[str, list[Phrase]]:
    """Every phrase by its first word, longest first, with the tokens it stands for."""
    meanings: dict[str, list[Token]] = {}
    for letter, phrases in words.PHRASES.items():
        meanings |= {phrase: [Token(letter)] if letter else [] for phrase in phrases.split()}
    numbered = {"n": words.NUMBERS, "o": words.ORDINALS, "p": words.PARTS, "m": words.MONTHS}
    numbered |= {"u": words.UNITS, "v": words.PLURALS}
    for letter, table in numbered.items():
        for value, phrases in table.items():
            meanings |= {phrase: [Token(letter, value)] for phrase in phrases.split()}
    for phrase, (letter, value, unit) in words.PAIRS.items():
        meanings[phrase] = [Token(letter, value), *meanings[unit]]
    by_first_word: dict[str, list[Phrase]] = {}
    for phrase in sorted(meanings, key=lambda phrase: -phrase.count("_")):
        parts = tuple(phrase.split("_"))
        by_first_word.setdefault(parts[0], []).append((parts, meanings[phrase]))
    return by_first_word


_VOCABULARY = _vocabulary()


def _phrase_at(raw: list[Token | str], at: int) -> tuple[list[Token], int]:
    """The tokens of the longest known phrase at ``at`` and where the text goes on after it."""
    for phrase, meaning in _VOCABULARY.get(str(raw[at]), []):
        end = at
        for word in phrase:
            # mid-term, on-going, year-end: a dash inside a phrase is no word of its own
            if end > at and end + 1 < len(raw) and raw[end] == Token("-"):
                end += 1
            if end >= len(raw) or raw[end] != word:
                break
            end += 1
        else:
            return meaning, end
    return [Token("W")], at + 1
