"""What recommendations and lessons rest on: conclusions and findings as printed, and which are missing."""

import re
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from recommendations.pasted_lines import RESULTS
from recommendations.report_headings import Part, folded
from recommendations.report_pieces import Piece
from recommendations.report_sections import Section

_IN_BRACKETS = re.compile(
    rf"[(\[](?:[\w' ’]{{0,40}} )?(?P<results>{RESULTS}(?: ?[,;] ?(?:and |et |y )?{RESULTS})*)[)\]]",
    re.IGNORECASE,
)
_RESULTS = re.compile(RESULTS, re.IGNORECASE)
_CONCLUSION = re.compile("conclusi", re.IGNORECASE)
_WORD_OR_NUMBER = re.compile(r"[^\W\d_]{4,}|\d{1,3}(?:\.\d{1,2})*")
_RANGE = re.compile(r"(\d{1,3}) ?(?:[–-]|to|à|a) ?(?:[A-Z]{1,2})?(\d{1,3})")

_NUMBERED = r" (?:n(?:o\.?|[°º]) ?)?(\d{1,3}(?:\.\d{1,2})*) ?(?:[:.)–—-]|$)"
_LABELS = {
    Part.CONCLUSIONS: re.compile(rf"\W*(?:key )?conclusi[oó]n{_NUMBERED}"),
    Part.FINDINGS: re.compile(
        rf"\W*(?:key )?(?:finding|constat|constatation|hallazgo|constatacion){_NUMBERED}"
    ),
}
_FOLLOWING = {
    Part.FINDINGS, Part.CONCLUSIONS, Part.RECOMMENDATIONS, Part.LESSONS, Part.PRACTICES, Part.ANNEX,
}  # fmt: skip
SHORTEST = 60  # characters of a finding that has a number and no label

Target = tuple[Part, str]


def results_in(words: str) -> list[str]:
    """The conclusions and findings that a text names in brackets, as printed: "(see findings 1, 2)"."""
    return [found["results"] for found in _IN_BRACKETS.finditer(words)]


def targets(printed: str) -> list[Target]:
    """What a printed reference points to: each conclusion and each finding by its number."""
    found: list[Target] = []
    for one in _RESULTS.finditer(printed):
        part = Part.FINDINGS
        for token in _WORD_OR_NUMBER.finditer(_spread(one[0])):
            if token[0][0].isalpha():
                part = Part.CONCLUSIONS if _CONCLUSION.match(token[0]) else Part.FINDINGS
            else:
                found.append((part, token[0]))
    return found


def _spread(printed: str) -> str:
    """With "3-5" as "3, 4, 5"."""

    def numbers(found: re.Match[str]) -> str:
        first, last = int(found[1]), int(found[2])
        if not first < last < first + 50:
            return found[0]
        return ", ".join(str(number) for number in range(first, last + 1))

    return _RANGE.sub(numbers, printed)


class Results:
    """The conclusions and findings that a report has, by number."""

    def __init__(self, row: Sequence[Piece], found: Sequence[Section]) -> None:
        self.numbers: dict[Part, set[str]] = {}
        for part, names in _LABELS.items():
            labelled = (names.match(folded(piece.words)) for piece in row)
            numbers = {label[1] for label in labelled if label}
            self.numbers[part] = numbers or _counted(_under(part, found))

    def missing(self, printed: Iterable[str]) -> Iterator[Target]:
        """What references name and the report has not; nothing of a kind whose numbers were not found."""
        named = dict.fromkeys(one for words in printed for one in targets(words))
        return (
            (part, number)
            for part, number in named
            if self.numbers[part] and number not in self.numbers[part]
        )

    def doubts(self, printed: Iterable[str]) -> Iterator[str]:
        """A sentence for each of those."""
        for part, number in self.missing(printed):
            said = {"number": number, "last": max(self.numbers[part], key=_steps)}
            if part == Part.CONCLUSIONS:
                yield _("It names conclusion %(number)s; the last of this report is %(last)s.") % said
            else:
                yield _("It names finding %(number)s; the last of this report is %(last)s.") % said

    def of_conclusions(self, found: Sequence[Section]) -> Iterator[str]:
        """A sentence for each conclusion that names a finding which the report has not."""
        conclusion = ""
        for piece in _under(Part.CONCLUSIONS, found):
            label = _LABELS[Part.CONCLUSIONS].match(folded(piece.words))
            conclusion = label[1] if label else conclusion
            for part, number in self.missing(results_in(piece.source)):
                if part == Part.FINDINGS and conclusion:
                    said = {"conclusion": conclusion, "number": number}
                    yield _("Conclusion %(conclusion)s names finding %(number)s, which is not there.") % said


def _steps(number: str) -> list[int]:
    return [int(step) for step in number.split(".")]


def _under(part: Part, found: Sequence[Section]) -> Iterator[Piece]:
    """What stands after the heading of the report's findings or conclusions, up to what comes after those."""
    within = False
    for section in found:
        if not section.inside and section.parts & _FOLLOWING:
            within = part in section.parts
        if within:
            yield from section.body


def _counted(body: Iterable[Piece]) -> set[str]:
    """The numbers that long paragraphs begin with, as far as they count on: 1, 2, 3."""
    last = 0
    for piece in body:
        mark = re.match(r"(\d{1,3})[.):]? ", piece.words)
        if mark and int(mark[1]) == last + 1 and len(piece.words) > SHORTEST and not piece.level:
            last += 1
    return {str(number) for number in range(1, last + 1)}
