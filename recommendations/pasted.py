"""Recommendations pasted as a list, from Word, from a PDF or from a mail: read so that no word is lost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from recommendations.pasted_lines import Line, Marker, ends_sentence, is_heading, labelled, lines

LABELLED = ("rationale", "directed_to", "priority", "timeline", "based_on", "levels")
_SUSPENDED = re.compile(r"(?:and|or|to|et|ou|y|o)\b")  # "short- and long-term"
LARGEST_GAP = 3  # numbers that may be missing between two recommendations


@dataclass(frozen=True, slots=True)
class Point:
    """A point under a recommendation, and the points under it."""

    text: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """One recommendation as it was read, in its own words; blank is what the text does not say.

    ``number`` is the printed one. ``based_on`` names conclusions and findings, ``levels`` urgency, difficulty
    and impact, each as printed. ``doubts`` are sentences for the person who pasted it; ``at`` is the line of
    the text that it begins at.
    """

    number: str = ""
    text: str = ""
    sub_points: tuple[Point, ...] = ()
    rationale: str = ""
    directed_to: str = ""
    priority: str = ""
    timeline: str = ""
    based_on: str = ""
    levels: str = ""
    at: int = 0
    doubts: list[str] = field(default_factory=list)

    @property
    def outline(self) -> str:
        """The sub-points as an indented list, one a line."""
        return "\n".join(
            line
            for point in self.sub_points
            for line in (f"- {point.text}", *(f"  - {inner}" for inner in point.points))
        )


def recommendations_in(text: str) -> list[Proposed]:
    """The recommendations of a pasted text, in order; none for a blank one.

    They begin at the outermost marks of the text: "Recommendation 1:", "R1.", "1)", "(i)", bullets. What is
    not understood stays in the text and becomes a doubt; what is left out is told in the doubts of the first.
    """
    found, left_out = lines(text)
    first = _first_mark(found)
    items: list[_Item] = []
    before: list[str] = []
    for line, following in zip(found, [*found[1:], None], strict=False):
        if _begins(line, first, items):
            items.append(_Item(line, items[-1] if items else None, marked=first is not None))
        elif items:
            items[-1].take(line, before_list=bool(following and following.marker))
        elif not is_heading(line.written):
            before.append(line.written)
    proposed = [item.finished() for item in items]
    if proposed:
        proposed[0].doubts[:0] = _told(before, left_out, marked=first is not None)
    return proposed


def _told(before: list[str], left_out: list[str], *, marked: bool) -> Iterator[str]:
    if not marked:
        yield _("No numbers were found: each paragraph is taken for a recommendation.")
    if before:
        yield _("Before the first recommendation stands, and is left out: “%(words)s”") % {
            "words": " ".join(before)
        }
    if left_out:
        yield _("Left out as page numbers and running lines: “%(words)s”") % {"words": "”, “".join(left_out)}


# Where a recommendation begins --------------------------------------------------------------------------


def _first_mark(found: Sequence[Line]) -> Line | None:
    """The line with the first of the outermost marks; none where nothing is marked."""
    marked = [line for line in found if line.marker]
    for kind in ("label", "R"):
        for line in marked:
            if line.marker and line.marker.kind == kind:
                return line
    for line in marked:
        if line.marker and line.marker.kind == "bullet":
            return _numbers_outside(line, marked) or line
        if _runs(line, marked):
            return line
    return None


def _alike(marked: Sequence[Line], mark: Marker) -> list[Line]:
    return [
        one for one in marked if one.marker and (one.marker.kind, one.marker.shape) == (mark.kind, mark.shape)
    ]


def _runs(line: Line, marked: Sequence[Line]) -> bool:
    """Whether a numbered line begins a list: it is the first, or one with the next number follows."""
    mark = line.marker
    assert mark is not None  # noqa: S101 - the caller looks at marked lines only
    values = [one.marker.value for one in _alike(marked, mark) if one.marker]
    return mark.value == 1 or mark.value + 1 in values


def _numbers_outside(bullet: Line, marked: Sequence[Line]) -> Line | None:
    """Bullets may stand before a numbered list. The numbers of a list within bullets begin anew."""
    for line in marked:
        if line.marker and line.marker.kind in ("number", "roman", "letter") and line.marker.value == 1:
            values = [one.marker.value for one in _alike(marked, line.marker) if one.marker]
            outside = line.indent <= bullet.indent and values.count(1) == 1
            return line if outside and len(values) > 1 else None
    return None


def _begins(line: Line, first: Line | None, items: "list[_Item]") -> bool:
    if first is None or first.marker is None:
        return _is_paragraph_of_its_own(line, items)
    if not items:
        return line is first
    mark, last = line.marker, items[-1]
    if mark is None or mark.kind != first.marker.kind:
        return False
    if mark.kind in ("label", "R"):
        return line.begins_paragraph or line.after_sentence or mark.value == last.value + 1
    if mark.shape != first.marker.shape:
        return False
    if mark.kind == "bullet":
        return abs(line.indent - first.indent) <= 1
    if not (line.begins_paragraph or line.after_sentence or line.words[:1] != line.words[:1].lower()):
        return False  # a wrapped line that happens to begin with a number
    return _follows(line, mark, first, last)


def _follows(line: Line, mark: Marker, first: Line, last: "_Item") -> bool:
    if "." in mark.number:
        return _steps(mark.number) > _steps(last.number)
    if last.goes_on(line, mark):
        return False
    gap = mark.value - last.value - 1
    return gap == 0 or (0 < gap <= LARGEST_GAP and line.indent <= first.indent + 1)


def _steps(number: str) -> list[int]:
    return [int(step) for step in number.split(".") if step.isdecimal()]


def _is_paragraph_of_its_own(line: Line, items: "list[_Item]") -> bool:
    if is_heading(line.written):
        return False
    if not items:
        return True
    is_label = any(name for name, _words in labelled(line.written))
    return line.begins_paragraph and not is_label and not items[-1].is_open(line)


# What a recommendation holds ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    """A list of sub-points that is open: its mark, how far it is indented, and the number it has come to."""

    kind: str
    shape: str
    indent: int
    value: int


class _Item:
    """One recommendation while its lines come in."""

    def __init__(self, line: Line, before: "_Item | None", *, marked: bool) -> None:
        mark = line.marker if marked else None
        self.at = line.at
        self.number = mark.number if mark else ""
        self.value = mark.value if mark else 0
        self.said: dict[str, list[str]] = {name: [] for name in ("text", *LABELLED)}
        self.points: list[tuple[str, list[str]]] = []
        self.levels: list[_Level] = []
        self.doubts = _number_doubts(mark, before)
        self.into = "text"  # where the next words go: an attribute, or "point"
        self.list_from, self.list_labels = 0, 0
        self._words(line.words if mark else line.written, line, before_list=False)

    def goes_on(self, line: Line, mark: Marker) -> bool:
        """Whether the line is the next of a list of sub-points that is open."""
        return any(
            (level.kind, level.shape, level.indent, level.value + 1)
            == (mark.kind, mark.shape, line.indent, mark.value)
            for level in self.levels
        )

    def is_open(self, line: Line) -> bool:
        """Whether the last paragraph was broken off, by a page for instance, and this line continues it."""
        last = self._last()
        begins_small = line.written[:1] != line.written[:1].upper()
        return bool(last) and not ends_sentence(last) and begins_small

    def take(self, line: Line, *, before_list: bool) -> None:
        mark = line.marker
        if mark and self._is_point(line, mark):
            self._point(line, mark)
        else:
            self._words(line.written, line, before_list=before_list)

    def finished(self) -> Proposed:
        self._close_list()
        said = {name: [words for words in chunks if words] for name, chunks in self.said.items()}
        if not said["text"]:
            self.doubts.append(_("There is no text."))
        return Proposed(
            number=self.number,
            text="\n\n".join(said["text"]),
            sub_points=tuple(Point(text, tuple(inner)) for text, inner in self.points),
            rationale="\n\n".join(said["rationale"]),
            directed_to=" ".join(said["directed_to"]),
            priority=" ".join(said["priority"]),
            timeline=" ".join(said["timeline"]),
            based_on="; ".join(said["based_on"]),
            levels=", ".join(said["levels"]),
            at=self.at,
            doubts=self.doubts,
        )

    # Sub-points -----------------------------------------------------------------------------------------

    def _is_point(self, line: Line, mark: Marker) -> bool:
        if mark.kind in ("label", "R") or not line.words:
            return False
        if mark.kind == "bullet" or "." in mark.number or mark.value == 1:
            return line.begins_paragraph or line.after_sentence or mark.kind != "number" or bool(self.levels)
        return any(level.kind == mark.kind and level.value < mark.value for level in self.levels)

    def _point(self, line: Line, mark: Marker) -> None:
        if not self.levels:
            self.list_from, self.list_labels = len(self.points), 0
        depth = self._depth(line, mark)
        parts = list(labelled(line.words))
        if parts and parts[0][0]:
            self.list_labels += 1
            self._attributes(parts)
            return
        self.into = "point"
        if depth == 0 or len(self.points) == self.list_from:
            self.points.append((line.words, []))
        elif depth == 1:
            self.points[-1][1].append(line.words)
        else:
            self._add(f"\n{line.written}")
            self.doubts.append(
                _("“%(words)s” is nested deeper than two levels; it stands with the point above it.")
                % {"words": line.words}
            )

    def _depth(self, line: Line, mark: Marker) -> int:
        """How deep a point is, by its mark and its indentation; the open lists are brought up to it."""
        level = _Level(mark.kind, mark.shape, line.indent, mark.value)
        if "." in mark.number:  # 1.2 is under 1, and 1.2.1 under 1.2
            steps = len(_steps(mark.number)) - len(_steps(self.number or "0"))
            self.levels = [*self.levels[: max(0, steps - 1)], level]
            return len(self.levels) - 1
        same = [(one.kind, one.shape, one.indent) for one in self.levels]
        if (level.kind, level.shape, level.indent) in same:
            at = same.index((level.kind, level.shape, level.indent))
        else:
            at = len(self.levels)
            while at and self.levels[at - 1].indent > level.indent:
                at -= 1
        self.levels = [*self.levels[:at], level]
        return at

    def _close_list(self) -> None:
        """A list of attributes ("Directed to ...") gives what else it says to the text."""
        points = self.points[self.list_from :]
        if self.list_labels and self.list_labels >= len(points):
            del self.points[self.list_from :]
            for text, inner in points:
                words = "\n".join([text, *(f"- {one}" for one in inner)])
                self.said["text"].append(words)
                self.doubts.append(
                    _("“%(words)s” was not understood; it stands in the text.") % {"words": words}
                )
        self.levels, self.list_from, self.list_labels = [], len(self.points), 0

    # Words ----------------------------------------------------------------------------------------------

    def _words(self, words: str, line: Line, *, before_list: bool) -> None:
        """A line without a mark: more of what came before, a new paragraph, or an attribute."""
        parts = list(labelled(words))
        if parts and not parts[0][0]:
            own = parts.pop(0)[1]
            if self._last() and (not line.begins_paragraph or self.is_open(line)):
                self._add(own)
            else:
                self._paragraph(own, line, before_list=before_list and own.endswith(":"))
        if parts:
            self._close_list()
            self._attributes(parts)

    def _attributes(self, parts: list[tuple[str, str]]) -> None:
        for name, words in parts:
            self.into = name
            self.said[name].append(words)

    def _paragraph(self, words: str, line: Line, *, before_list: bool) -> None:
        if self.into == "point" and line.after_blank and line.indent > self.levels[-1].indent:
            self._add(words)
            return
        was, after_points = self.into, bool(self.points)
        if was == "point":
            self._close_list()
        waits = was in LABELLED and not self.said[was][-1]
        if waits:
            self._add(words)
        elif was == "rationale" and not before_list:
            self.said["rationale"].append(words)
        else:
            self.into = "text"
            self.said["text"].append(words)
            if after_points or (was in LABELLED and not before_list):
                self.doubts.append(
                    _("“%(words)s” stands apart; it was put into the text.") % {"words": words}
                )

    def _last(self) -> str:
        """The words that came last."""
        if self.into == "point":
            text, inner = self.points[-1]
            return inner[-1] if inner else text
        chunks = self.said[self.into]
        return chunks[-1] if chunks else ""

    def _add(self, words: str) -> None:
        joined = _joined(self._last(), words)
        if self.into != "point":
            chunks = self.said[self.into]
            chunks[-1:] = [joined]
        elif self.points[-1][1]:
            self.points[-1][1][-1] = joined
        else:
            self.points[-1] = (joined, [])


def _joined(before: str, after: str) -> str:
    """A line with the next; a word broken at its hyphen stays one word, with the hyphen it has."""
    broken = before.endswith("-") and not before.endswith(" -") and not _SUSPENDED.match(after)
    if not before or after.startswith("\n") or broken:
        return before + after
    return f"{before} {after}"


def _number_doubts(mark: Marker | None, before: "_Item | None") -> list[str]:
    if (
        mark is None
        or before is None
        or mark.value == before.value + 1
        or "." in mark.number
        or not mark.value
    ):
        return []
    return [_("Number %(number)s comes after %(before)s.") % {"number": mark.number, "before": before.number}]
