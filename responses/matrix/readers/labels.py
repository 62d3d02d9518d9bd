"""Which words of a file are labels of a form, in English, French and Spanish, however they are dressed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from recommendations.profiles import Profile
from responses.matrix.readers.label_words import COLUMNS, OPTION, WEAK, WORDS

LONGEST = 260  # characters a label may take with all that is printed beside it

_FOLDED = {
    **dict.fromkeys("‘’‚‛`´", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-"),
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\t": " ", "：": ":", "／": "/", "（": "(", "）": ")",
}  # fmt: skip
_OPTIONS = rf"{OPTION}(?: ?(?:/|\bor\b|\bou\b|\bo\b|;|,) ?{OPTION})+"
_NOTE = r"(?: ?\[\^[^\]\n]{1,20}\]| ?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=[a-z)])\d{1,2}(?= ?[:(\n]| *$)|\*+)?"
# What may stand between a label and its value.
_AFTER = re.compile(
    rf"{_NOTE}(?P<options>(?: *-? *(?:\([^()\n]{{1,140}}(?:\([^()\n]{{0,20}}\)[^()\n]{{0,60}})?\)"
    rf"|{_OPTIONS}))*)"
    rf"{_NOTE} *(?P<colon>:?)(?P<time> *\(? *\b(?:time|temps|tiempo|moment|momento|etape|etapa|phase|fase"
    rf"|t)[ -]?\d\b *\)?)? *:?"
    r"(?P<stop>[.)-]?)(?P<space>[ \n]*)"
)
_TIME = re.compile(r"\b(?:time|temps|tiempo|moment|momento|etape|etapa|phase|fase|t)[ -]?(\d)\b")
_TIME_AHEAD = re.compile(r"\(?(?:time|temps|tiempo|momento) ?-?(\d)\)? ?[:-] ")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
# Where two keys fit the same words, the earlier counts.
_BEFORE_OTHERS = ("round_status", "round_comment", "directed_to", "management_response", "coordinator")
_FROM_PROFILE = {
    "document_title", "evaluation_title", "short_title", "reference", "coordinator", "responded_on",
    "overall_comment", "recommendation", "rationale", "sub_points", "directed_to", "responsible_units",
    "priority",
    "priority_note", "timeline", "management_response", "decision", "narrative", "key_actions", "notes",
}  # fmt: skip
_HEADS_TOO = ("recommendation", "management_response", "rationale", "priority", "decision", "directed_to")
_COLUMNS_FROM_PROFILE = ("key_action", "deadline", "responsible", "monitoring", "comment", "status")


@dataclass(frozen=True, slots=True)
class Label:
    """A label that was found: its key, where the value begins, and what it says besides.

    ``time`` is the number of a follow-up round that it names, 0 for none; ``final`` says that it is the last.
    """

    key: str
    end: int
    language: str = ""
    number: str = ""
    time: int = 0
    final: bool = False
    printed: str = ""


@dataclass(frozen=True, slots=True)
class _Wording:
    key: str
    language: str
    pattern: re.Pattern[str]


def folded(text: str) -> str:
    """Small letters without accents, straight quotes, one dash; as many letters as before."""
    return "".join(map(_fold, text))


@lru_cache(maxsize=4096)
def _fold(letter: str) -> str:
    plain = _FOLDED.get(letter) or unicodedata.normalize("NFKD", letter)[:1].lower()
    return plain if len(plain) == 1 else letter


class Labels:
    """The labels of some rule profiles in all their languages, and the other wordings that forms have."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.profiles = tuple(profiles)
        self._wordings = [*_known_wordings(), *self._of_profiles(_FROM_PROFILE), *self._of_rounds()]
        self._columns = [*_known_columns(), *self._of_profiles(_COLUMNS_FROM_PROFILE)]
        heads = (one for one in self._wordings if one.key in _HEADS_TOO)
        self._narrow = [_without_blanks(wording) for wording in (*self._columns, *heads)]
        self._heads: dict[str, Label | None] = {}
        self._seen: dict[tuple[str, int, bool], Label | None] = {}

    def at_start(self, text: str, *, bold: int = 0, whole: bool = False) -> Label | None:
        """The label that ``text`` begins with, or None.

        ``bold`` is how many letters at its beginning are; ``whole`` says that nothing else stands in the cell
        or that the paragraph looks like a heading, so that common words may be a label without a colon.
        """
        key = (text[:LONGEST], min(bold, LONGEST), whole and len(text) <= LONGEST)
        if key not in self._seen:
            self._seen[key] = self._find(text, bold=bold, whole=whole)
        return self._seen[key]

    def column(self, text: str) -> Label | None:
        """The label of a column that is all there is in ``text``."""
        if len(text) > LONGEST or not text.strip():
            return None
        if text not in self._heads:
            self._heads[text] = self._head(text)
        return self._heads[text]

    def _head(self, text: str) -> Label | None:
        plain = folded(text).strip()
        narrow = plain.replace(" ", "").replace("\n", "")
        for wordings, words in ((self._columns, plain), (self._narrow, narrow)):
            for wording in wordings:
                found = wording.pattern.match(words)
                if found and _ends(words, found.end()):
                    return Label(wording.key, len(text), wording.language, printed=text.strip())
        label = self.at_start(text.strip(), whole=True)
        return label if label and label.end >= len(text.strip()) else None

    def in_action(self, text: str, *, bold: int = 0) -> Label | None:
        """A label such as "Deadline:" or "Responsible unit:" that a line about an action begins with."""
        plain = folded(text[: 2 * LONGEST])
        found = (
            label
            for wording in self._columns
            if wording.key not in ("key_action", "monitoring", "number")
            and (match := wording.pattern.match(plain))
            and (label := _dressed(wording, match, text, plain, bold, whole=False))
        )
        best = max(found, key=_rank, default=None)
        return best if best and ":" in text[: best.end] else None

    def _find(self, text: str, *, bold: int, whole: bool) -> Label | None:
        lead = len(text) - len(text.lstrip(" \n\t\u00a0•-–"))
        plain = folded(text[lead : lead + 2 * LONGEST])
        ahead = _TIME_AHEAD.match(plain)
        if ahead:
            lead, plain = lead + ahead.end(), plain[ahead.end() :]
        best: Label | None = None
        for wording in self._wordings:
            found = wording.pattern.match(plain)
            if not found:
                continue
            label = _dressed(wording, found, text[lead:], plain, bold - lead, whole=whole)
            if label and (best is None or _rank(label) > _rank(best)):
                best = label
        if best is None:
            return None
        end = best.end + lead
        time = best.time or (int(ahead[1]) if ahead else 0)
        return Label(best.key, end, best.language, best.number, time, best.final, text[:end].strip(" :\n"))

    def _of_profiles(self, keys: Iterable[str]) -> Iterator[_Wording]:
        for profile in self.profiles:
            for key in keys:
                for language, words in profile.labels.get(key, {}).items():
                    yield _Wording(key, language, _as_pattern(words))

    def _of_rounds(self) -> Iterator[_Wording]:
        for profile in self.profiles:
            for place, round_ in enumerate(profile.rounds):
                last = len(profile.rounds) > 1 and place == len(profile.rounds) - 1
                for key, labels in (
                    ("round_status", round_.status_labels),
                    ("round_comment", round_.comment_labels),
                ):
                    for language, words in labels.items():
                        yield _Wording(key, language, _as_pattern(words, final=last))


def number_of(printed: str) -> str:
    """A recommendation's number in figures: III is 3, B is 2."""
    plain = printed.casefold()
    if plain in _ROMAN:
        return str(_ROMAN[plain])
    return str(ord(plain) - ord("a") + 1) if re.fullmatch("[a-h]", plain) else printed


def _dressed(
    wording: _Wording, found: re.Match[str], text: str, plain: str, bold: int, *, whole: bool
) -> Label | None:
    """The label with what is printed beside it; None where it is only the beginning of a sentence."""
    groups = {key.rstrip("0123456789"): one for key, one in found.groupdict().items() if one is not None}
    number = groups.get("number", "")
    at = found.end()
    if at < len(plain) and (plain[at].isalnum() or plain[at] == "_") and not plain[at].isdigit():
        return None
    after = _AFTER.match(plain, at)
    if after is None or (number.isalpha() and not text[at - 1].isascii()):  # "Recommandation à"
        return None
    end = after.end()
    at_end = end >= len(text)
    has_options, colon = bool(after["options"].strip()), bool(after["colon"])
    breaks = "\n" in after["space"]
    bold_ends = 0 < bold < len(text) and at <= bold <= end + 1
    weak = (wording.key in WEAK and not (wording.key == "priority" and has_options)) or (
        wording.key == "recommendation" and not number
    )
    numbered = bool(number) and (bool(after["stop"]) or text[end : end + 1].isupper())
    if not (colon or bold_ends):
        if weak:
            # "Key actions" is nothing else, where it is all that a paragraph says.
            is_all = wording.key == "key_actions" and at_end and " " in plain.strip()
            if not is_all and not ((at_end or breaks) and whole) and not (has_options and (at_end or whole)):
                return None
        elif not (at_end or breaks or has_options or numbered):
            return None
    if not colon and after["stop"] and not at_end and not (numbered or bold_ends):
        end = after.start("stop")
    time = _TIME.search(plain[at:end])
    return Label(
        wording.key, end, wording.language, number_of(number) if number else "",
        int(time[1]) if time else 0, "final" in groups,
    )  # fmt: skip


def _rank(label: Label) -> tuple[int, int, bool]:
    return label.end, label.key in _BEFORE_OTHERS, bool(label.number) or label.final


def _ends(plain: str, at: int) -> bool:
    after = _AFTER.match(plain, at)
    return bool(after) and after.end() >= len(plain)  # type: ignore[union-attr]


@cache
def _known_wordings() -> tuple[_Wording, ...]:
    return tuple(_joined(WORDS))


@cache
def _known_columns() -> tuple[_Wording, ...]:
    return tuple(_joined({**COLUMNS, "monitoring": WORDS["monitoring"]}))


def _joined(words: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Iterator[_Wording]:
    for key, languages in words.items():
        for language, alternatives in languages.items():
            for one in alternatives:
                yield _Wording(key, language, re.compile(rf"(?:{_numbered_groups(one)})(?![a-z])"))


def _numbered_groups(pattern: str) -> str:
    """Group names made different where one alternative has the same twice."""
    counts: dict[str, int] = {}

    def renamed(found: re.Match[str]) -> str:
        counts[found[1]] = counts.get(found[1], 0) + 1
        return f"(?P<{found[1]}{counts[found[1]]}>"

    return re.sub(r"\(\?P<(\w+)>", renamed, pattern)


def _without_blanks(wording: _Wording) -> _Wording:
    """For heads that were broken in the middle of a word by a narrow column."""
    pattern = wording.pattern.pattern.replace(r"[ \n]+", "").replace(" ?", "").replace(" ", "")
    return _Wording(wording.key, wording.language, re.compile(pattern))


def _as_pattern(words: str, *, final: bool = False) -> re.Pattern[str]:
    """The words of a profile, without the options they print in brackets or after a dash."""
    base = re.split(r"\s*[(:]|\s+[-–—]\s+", words.replace("{number}", "\0").replace("{period}", ""))[
        0
    ].strip()
    pattern = (
        re.escape(folded(base)).replace(r"\ ", r"[ \n]+").replace("\0", r"(?P<number>\d{1,3}(?:\.\d{1,3})*)")
    )
    pattern = pattern.replace("\\\x00", r"(?P<number>\d{1,3}(?:\.\d{1,3})*)")
    return re.compile(f"(?:{pattern}){'(?P<final>)' if final else ''}(?![a-z])")
