"""The sections of a report that hold recommendations, lessons and good practices, and which of them count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaltrack.documents.content import Place
from recommendations.pasted_lines import marked
from recommendations.report_headings import WANTED, Part, count_of, number_of, parts_of
from recommendations.report_pieces import Piece

SHORTEST = 40  # characters of a labelled recommendation; less is a reference to one
LONG = 120  # characters: more is no line of a table of contents

_LABEL_KINDS = ("label", "R")


@dataclass(slots=True)
class Section:
    """What stands under a heading, up to the next that is not within it.

    ``inside`` is what the section is in: a summary, a case study, an annex, or "" for the report itself.
    ``level`` is that of the heading, 0 where it is not known.
    """

    parts: frozenset[Part]
    title: str
    place: Place
    level: int = 0
    inside: str = ""
    body: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Heading:
    """``count`` is that of its number: 3 of "3.2" and 9 of "Section IX", 0 without one."""

    parts: frozenset[Part]
    level: int
    count: int


def sections(row: Sequence[Piece]) -> list[Section]:
    """All sections, in order; what stands before the first heading is one without a title."""
    found = [Section(frozenset(), "", row[0].place if row else Place())]
    enclosing = _Enclosing(is_numbered=any(count_of(number_of(one.words)) for one in row if one.heading))
    position = 0
    while position < len(row):
        piece = row[position]
        heading = _heading(piece)
        if heading and Part.CONTENTS in heading.parts:
            position = _after_contents(row, position)
            continue
        if heading is None or _is_within(heading, found[-1]):
            found[-1].body.append(piece)
        else:
            inside = enclosing.at(heading)
            parts = heading.parts or frozenset({Part.OTHER})
            found.append(Section(parts, piece.words, piece.place, heading.level, inside))
        position += 1
    return found


def _heading(piece: Piece) -> _Heading | None:
    """The heading that a piece is, by its style or by its words."""
    if marked(piece.words)[0] and marked(piece.words)[0].kind in _LABEL_KINDS:  # type: ignore[union-attr]
        return None
    parts = parts_of(piece.source)
    if piece.in_table and not (parts & WANTED and _plural(piece.words)):
        return None
    listed = piece.level is not None and not any(sign.isalnum() for sign in piece.marker)
    if not piece.heading and (not parts or (listed and not piece.bold) or not _stands_out(piece, parts)):
        return None
    number = number_of(piece.words)
    return _Heading(parts, piece.heading or _depth(number), count_of(number))


def _plural(words: str) -> bool:
    return words.rstrip(" .:").lower().endswith("s")


def _stands_out(piece: Piece, parts: frozenset[Part]) -> bool:
    """A line of a few known words; of those that may go on at will ("Annex", "Case study") a short one."""
    open_ended = parts <= {Part.ANNEX, Part.CASE, Part.OPENING, Part.BACKGROUND}
    ends = piece.words.endswith((".", ";", ","))
    return not ends and (not open_ended or piece.bold or len(piece.words) <= LONG)


def _depth(number: str) -> int:
    return number.count(".") + 1 if number else 0


def _is_within(heading: _Heading, section: Section) -> bool:
    """Whether a heading is one within a section: of a group of recommendations, or of a single one."""
    if not section.parts & WANTED:
        return False
    deeper = bool(section.level) and heading.level > section.level
    if not heading.parts or heading.parts == {Part.OTHER}:
        return deeper
    return heading.parts == section.parts and deeper


def _after_contents(row: Sequence[Piece], position: int) -> int:
    """Where a table of contents ends: at a heading by style, or before the first long paragraph."""
    for at in range(position + 1, len(row)):
        if row[at].heading:
            return at
        if len(row[at].source) >= LONG:
            return at - 1 if at - 1 > position and parts_of(row[at - 1].source) else at
    return position + 1


class _Enclosing:
    """Which summary, case study or annex the headings stand in, one after the other."""

    def __init__(self, *, is_numbered: bool) -> None:
        self.is_numbered = is_numbered  # whether the headings of the report have numbers
        self.inside, self.level = "", 0
        self.count = 0  # of the numbered sections of the report itself

    def at(self, heading: _Heading) -> str:
        part = next((one for one in (Part.SUMMARY, Part.CASE, Part.ANNEX) if one in heading.parts), None)
        if part and not (self.inside == Part.ANNEX and part == Part.CASE):
            self.inside, self.level = part, heading.level
        elif self.inside and self._ends(heading):
            self.inside, self.level = "", 0
        if not self.inside and heading.count:
            self.count = heading.count
        return self.inside

    def _ends(self, heading: _Heading) -> bool:
        if self.inside == Part.ANNEX:
            return 0 < heading.level < self.level and bool(heading.parts & WANTED)
        if self.inside == Part.SUMMARY and self.is_numbered and heading.level == self.level:
            return bool(heading.count) or Part.OPENING in heading.parts  # not "Findings" without a number
        if self.level and heading.level:
            return heading.level <= self.level
        if self.inside == Part.SUMMARY:
            return Part.OPENING in heading.parts or bool(heading.count and heading.parts)
        # A case study may have numbers of its own; the next one of the report is told by counting on.
        return bool(heading.count) and heading.count == self.count + 1


def unheaded(row: Sequence[Piece]) -> list[Piece]:
    """Recommendations that stand under their own labels all over a report, each up to the next heading."""
    found: list[Piece] = []
    taking = False
    for piece in row:
        mark = marked(re.sub(r"^\W+", "", piece.words))[0]
        labelled = mark is not None and mark.kind == "label"
        if labelled and (len(piece.words) > SHORTEST or piece.heading or piece.bold):
            taking = True
        elif _heading(piece):
            taking = False
        if taking:
            found.append(piece)
    return found
