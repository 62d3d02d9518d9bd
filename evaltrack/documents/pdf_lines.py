"""The lines of a PDF page: its glyphs put back in order, with what they look like.

A PDF says where each glyph stands, and seldom more: which make a line, where words end and what is raised is
read from the places. Coordinates are points from the page's upper left corner.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

_BOLD = re.compile(r"bold|black|heavy|semibold|demi|[-,_]bd\b", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obliq|[-,_]it\b", re.IGNORECASE)
_PICTOGRAMS = re.compile(r"symbol|wingding|webding|dingbat", re.IGNORECASE)
_CHARACTER_IDS = re.compile(r"\(cid:\d+\)")

WORD_GAP = 0.17  # of the size: wider than any kerning, narrower than the spaces of squeezed lines
SMALL = 0.82  # of the line's size: superscripts are smaller
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
_TIED = "\xa0\u202f\u2007"  # spaces at which no line breaks
_HANGS = frozenset(";:!?»")  # what a no-break space stands before, even where the file has lost it
_INVISIBLE = "\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Glyph:
    """``text`` is mostly one character; ``element`` what the structure of a tagged PDF says of it."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    italic: bool = False
    grey: bool = False
    pictogram: bool = False  # of a font of symbols: its letter means nothing
    element: "Element | None" = None

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Element:
    """Where a glyph belongs in a tagged PDF: numbers of the objects above it, "" and 0 for none."""

    paragraph: int = 0
    cell: int = 0
    row: int = 0
    item: int = 0
    kind: str = ""  # the tag of the paragraph: P, H1, Lbl ...
    is_artifact: bool = False


@dataclass(slots=True)
class Run:
    """Glyphs of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    grey: bool = False
    raised: bool = False
    link: str = ""

    def looks_as(self, other: "Run") -> bool:
        return (self.bold, self.italic, self.grey, self.raised, self.link) == (
            other.bold, other.italic, other.grey, other.raised, other.link
        )  # fmt: skip


@dataclass(slots=True)
class Line:
    """``right`` is how far it might have gone; ``left`` the edge of the cell or page it stands in."""

    page: int
    glyphs: list[Glyph]
    size: float
    left: float = 0.0
    right: float = 0.0
    runs: list[Run] = field(default_factory=list)

    @property
    def x0(self) -> float:
        return min(glyph.x0 for glyph in self.printed)

    @property
    def x1(self) -> float:
        return max(glyph.x1 for glyph in self.printed)

    @property
    def printed(self) -> list[Glyph]:
        return [glyph for glyph in self.glyphs if not glyph.text.isspace()] or self.glyphs

    @property
    def top(self) -> float:
        return min(glyph.top for glyph in self.printed if glyph.size >= SMALL * self.size)

    @property
    def bottom(self) -> float:
        return max(glyph.bottom for glyph in self.printed if glyph.size >= SMALL * self.size)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def first_element(self) -> Element | None:
        return next((glyph.element for glyph in self.printed if glyph.element), None)

    @property
    def last_element(self) -> Element | None:
        return next((glyph.element for glyph in reversed(self.printed) if glyph.element), None)

    @property
    def first_word_width(self) -> float:
        """Of the first word with what hangs on it, in points."""
        return next(words(self.glyphs), (0.0, 0.0, ""))[1] - self.x0 if self.glyphs else 0.0


def glyph(char: dict[str, Any], element: Element | None = None) -> Glyph | None:
    """What pdfplumber says of a character, if it is one that can be read."""
    text = _clean(str(char["text"]))
    if not text or not char.get("upright", True):
        return None
    font = str(char.get("fontname", ""))
    matrix = char.get("matrix") or (1, 0, 0, 1, 0, 0)
    leans = abs(matrix[2]) > 0.1 * abs(matrix[3] or 1)
    return Glyph(
        text,
        float(char["x0"]),
        float(char["x1"]),
        float(char["top"]),
        float(char["bottom"]),
        float(char["size"]),
        bold=bool(_BOLD.search(font)),
        italic=leans or bool(_ITALIC.search(font)),
        grey=_is_grey(char.get("non_stroking_color")),
        pictogram=bool(_PICTOGRAMS.search(font)),
        element=element,
    )


def lines(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """The lines that glyphs of one column make, from the top; what is raised belongs to its line."""
    bands: list[tuple[float, float, list[Glyph]]] = []
    last = 0
    for one in sorted(glyphs, key=lambda glyph: -glyph.size):
        if bands and bands[last][0] < one.middle < bands[last][1]:
            bands[last][2].append(one)
            continue
        for index, (top, bottom, held) in enumerate(bands):
            if top < one.middle < bottom:
                held.append(one)
                last = index
                break
        else:
            if not one.text.isspace():
                bands.append((one.top, one.bottom, [one]))
                last = len(bands) - 1
    bands.sort(key=lambda band: band[0])
    return [_line(held, page) for _top, _bottom, held in bands]


def words(glyphs: list[Glyph]) -> Iterator[tuple[float, float, str]]:
    """Where each word of a line begins and ends, and the word."""
    held: list[Glyph] = []
    parted = False
    for one in glyphs:
        if one.text.isspace() and one.text not in _TIED:
            parted = True
            continue
        gap = bool(held) and one.x0 - held[-1].x1 > WORD_GAP * max(one.size, held[-1].size)
        if held and (parted or gap) and one.text not in _HANGS:
            yield held[0].x0, held[-1].x1, "".join(glyph.text for glyph in held).strip()
            held = []
        parted = False
        held.append(one)
    if held:
        yield held[0].x0, held[-1].x1, "".join(glyph.text for glyph in held).strip()


def _line(glyphs: list[Glyph], page: int) -> Line:
    ordered = sorted(glyphs, key=lambda glyph: (glyph.x0, glyph.x1))
    ordered = _without_doubles(ordered)
    size = median(glyph.size for glyph in ordered if not glyph.text.isspace())
    size = max((g.size for g in ordered if g.size >= size), default=size) if len(ordered) < 4 else size
    line = Line(page, _in_reading_order(ordered), size)
    line.runs = list(_runs(line))
    return line


def _without_doubles(glyphs: list[Glyph]) -> list[Glyph]:
    """Some programs print a glyph twice, slightly moved, to make it bold."""
    kept: list[Glyph] = []
    for one in glyphs:
        before = kept[-1] if kept else None
        near = before is not None and one.x0 - before.x0 < 0.1 * one.size
        if before and near and before.text == one.text and not one.text.isspace():
            continue
        kept.append(one)
    return kept


def _runs(line: Line) -> Iterator[Run]:
    """The line's text with its looks; spaces where the file has them, or leaves a gap."""
    run: Run | None = None
    before: Glyph | None = None
    middle = median(glyph.middle for glyph in line.printed if glyph.size >= SMALL * line.size)
    for one in line.glyphs:
        raised = not one.text.isspace() and one.size < SMALL * line.size and one.middle < middle - 0.5
        new = Run(one.text, one.bold, one.italic, one.grey, raised)
        previous, before = before, one
        if run is not None and one.text.isspace():
            run.text += one.text if one.text in _TIED else "" if run.text.endswith(" ") else " "
            continue
        if previous and not previous.text.isspace() and _is_apart(previous, one):
            new.text = " " + new.text
        if run is None:
            run = new
        elif run.looks_as(new):
            run.text += new.text
        else:
            yield run
            run = new
    if run is not None:
        yield run


def _is_apart(before: Glyph, one: Glyph) -> bool:
    gap = max(one.x0 - before.x1, before.x0 - one.x1)
    return gap > WORD_GAP * max(one.size, before.size)


def _in_reading_order(glyphs: list[Glyph]) -> list[Glyph]:
    """Glyphs that stand from left to right, in the order in which one reads them."""
    if sum(map(_turns, glyphs)) <= sum(glyph.text.isalpha() and not _turns(glyph) for glyph in glyphs):
        return glyphs
    ordered: list[Glyph] = []
    forward: list[Glyph] = []  # of digits and Latin letters, which run the other way within the line
    for one in reversed(glyphs):
        if not _turns(one) and (one.text[:1].isalnum() or (forward and one.text in ".,:/-%")):
            forward.append(one)
            continue
        ordered += [*reversed(forward), one]
        forward = []
    return [*ordered, *reversed(forward)]


def _turns(glyph: Glyph) -> bool:
    return unicodedata.bidirectional(glyph.text[:1]) in ("R", "AL")


def _clean(text: str) -> str:
    if _CHARACTER_IDS.fullmatch(text):
        return "\ufffd"
    text = _CONTROL.sub("", text)
    if any(
        "\ufb00" <= sign <= "\ufb06" or "\ufb50" <= sign <= "\ufdff" or "\ufe70" <= sign <= "\ufefc"
        for sign in text
    ):
        text = unicodedata.normalize("NFKC", text)
    if text in _INVISIBLE:
        return ""
    return " " if text in "\t\u2003\u2002\u2009" else text


def _is_grey(colour: Any) -> bool:
    """Whether a colour of one, three or four parts is a middle grey, neither black nor white."""
    parts = (
        [part for part in colour if isinstance(part, int | float)] if isinstance(colour, tuple | list) else []
    )
    if len(parts) == 1:
        return 0.25 < parts[0] < 0.9
    if len(parts) == 3:
        return max(parts) - min(parts) < 0.06 and 0.25 < parts[0] < 0.9
    if len(parts) == 4:
        return (
            max(parts[:3]) - min(parts[:3]) < 0.06
            and 0.1 < 1 - min(1, parts[0] + parts[3]) < 0.9
            and parts[0] + parts[3] > 0.1
        )
    return False
