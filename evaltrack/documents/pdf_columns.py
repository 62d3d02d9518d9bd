"""Tables of a PDF without rules: words that stand below each other, with the same gaps between.

A label beside its value is such a table of two columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from evaltrack.documents.pdf_lines import Glyph, Line, lines, words
from evaltrack.documents.pdf_running import Page
from evaltrack.documents.pdf_tables import RawCell, RawRow, RawTable, fit

APART = 0.55  # of the size: wider than spaces are, unless a line is justified
SAME_EDGE = 6.0  # points
SAME_START = 1.5  # points by which words of one column begin apart
LEAST_LINES = 3  # with something in two columns
MOST_COLUMNS = 8
BETWEEN = 14.0  # points between the words of two columns, and a space
LOOSE = 0.45  # of the size: rows with more between them than lines are parted


@dataclass(slots=True)
class _Region:
    """Lines in columns; ``starts`` is where each column begins."""

    starts: list[float]
    lines: list[Line] = field(default_factory=list)
    parts: list[list[list[Glyph]]] = field(default_factory=list)

    def column(self, glyphs: list[Glyph]) -> int | None:
        """The column that words begin in; None where they reach into the next one, or begin in none."""
        x0, x1 = glyphs[0].x0, glyphs[-1].x1
        for index, start in enumerate(self.starts):
            if abs(start - x0) <= SAME_EDGE:
                after = self.starts[index + 1] if index + 1 < len(self.starts) else float("inf")
                return index if x1 < after - 2 else None
        return None

    def takes(self, line: Line, parts: list[list[Glyph]]) -> bool:
        if self.lines and line.top - self.lines[-1].bottom > 1.3 * line.size:
            return False
        if len(parts) == 1 and len(self.starts) > 2 and _is_bold(line) and not all(map(_is_bold, self.lines)):
            return False  # a heading below the table
        return all(self.column(part) is not None for part in parts)


def find(pages: list[Page]) -> None:
    """Makes tables of the lines of pages that stand in columns; such a table may go on over the page."""
    goes_on: list[float] = []
    for page in pages:
        last = page.blocks[-1] if page.blocks else None
        found = list(_regions(page, goes_on))
        goes_on = found[-1].starts if found and found[-1].lines[-1] is last else []
        for region in found:
            page.tables.append(_table(region, page))
            for line in region.lines:
                page.lines.remove(line)
        page.fit()


def _regions(page: Page, goes_on: list[float]) -> Iterator[_Region]:
    """``goes_on`` is where the columns begin of a table that may go on at the head of the page."""
    for index, run in enumerate(_runs(page)):
        starts = goes_on if not index and goes_on and _fits(run[0], goes_on) else _starts(run)
        region: _Region | None = None
        for line in run:
            parts = _parts(line, starts)
            if region and region.takes(line, parts):
                region.lines.append(line)
                region.parts.append(parts)
                continue
            if region and (_is_table(region) or region.starts is goes_on):
                yield region
            begins = 2 <= len(parts) <= MOST_COLUMNS or (starts is goes_on and line is run[0])
            region = _Region(starts, [line], [parts]) if begins else None
        if region and (_is_table(region) or region.starts is goes_on):
            yield region


def _fits(line: Line, starts: list[float]) -> bool:
    region = _Region(starts)
    return all(region.column(part) is not None for part in _parts(line, starts))


def _runs(page: Page) -> Iterator[list[Line]]:
    """The lines between tables and lines that are filled from edge to edge."""
    held: list[Line] = []
    for block in page.blocks:
        if isinstance(block, Line) and not _is_solid(block):
            held.append(block)
            continue
        if len(held) > 1:
            yield held
        held = []
    if len(held) > 1:
        yield held


def _is_solid(line: Line) -> bool:
    return len(_parts(line)) == 1 and line.x1 - line.x0 > 0.6 * (line.right - line.left)


def _starts(run: list[Line]) -> list[float]:
    """Where words begin behind a gap on several lines; and the left edge."""
    starts = sorted(part[0].x0 for line in run for part in _parts(line))
    counted = [(start, sum(abs(other - start) <= SAME_START for other in starts)) for start in starts]
    heads = [part[0].x0 for line in run if _is_bold(line) and len(_parts(line)) > 2 for part in _parts(line)]
    kept: list[float] = []
    for start, count in counted:
        is_head = any(abs(start - head) <= SAME_START for head in heads)
        if (count >= LEAST_LINES or is_head) and (not kept or start - kept[-1] > SAME_EDGE):
            kept.append(start)
    return kept


def _is_table(region: _Region) -> bool:
    several = sum(len(parts) > 1 for parts in region.parts)
    if len(region.starts) > 2:
        return several > 1
    return several >= LEAST_LINES and several * 8 >= len(region.lines)


def _is_bold(line: Line) -> bool:
    return all(run.bold for run in line.runs if run.text.strip())


def _parts(line: Line, starts: list[float] | None = None) -> list[list[Glyph]]:
    """The glyphs of a line, parted at its gaps: at all that are wide, or where columns begin."""
    parts: list[list[Glyph]] = []
    for one in line.printed:
        gap = one.x0 - parts[-1][-1].x1 if parts else 0.0
        begins = starts is None or any(abs(start - one.x0) <= SAME_START for start in starts)
        if parts and (gap < APART * line.size or not begins):
            parts[-1].append(one)
        else:
            parts.append([one])
    if len(parts) > 1 and len(parts[0]) == 1:  # a list item's bullet
        parts[:2] = [parts[0] + parts[1]]
    return parts


def _table(region: _Region, page: Page) -> RawTable:
    ends = [*region.starts[1:], max(page.width - region.starts[0], region.starts[-1] + 30)]
    rows: list[list[list[Glyph]]] = []
    bounds: list[tuple[float, float]] = []
    for index, (line, parts) in enumerate(zip(region.lines, region.parts, strict=True)):
        if not index or _begins_row(region, index, ends):
            rows.append([[] for _start in region.starts])
            bounds.append((line.top, line.bottom))
        for part in parts:
            rows[-1][region.column(part) or 0] += part
        bounds[-1] = (bounds[-1][0], line.bottom)
    raw = []
    for held, (top, bottom) in zip(rows, bounds, strict=True):
        cells = []
        for x0, x1, glyphs in zip(region.starts, ends, held, strict=True):
            cell = RawCell(x0, x1 - SAME_EDGE, top, bottom, lines(glyphs, page.number))
            fit(cell)
            cells.append(cell)
        raw.append(RawRow(page.number, cells))
    return RawTable(
        page.number, region.starts[0], ends[-1], bounds[0][0], bounds[-1][1], raw, last_page=page.number
    )


def _begins_row(region: _Region, index: int, ends: list[float]) -> bool:
    """Whether a row begins with a line: after a space, with more cells than the line before it had, or where
    all cells of that ended.
    """
    line, before = region.lines[index], region.lines[index - 1]
    parts, last = region.parts[index], region.parts[index - 1]
    gaps = [two.top - one.bottom for one, two in pairwise(region.lines)]
    if line.top - before.bottom > min(gaps) + LOOSE * line.size:
        return True
    if _is_bold(before) != _is_bold(line) and len(parts) > 1:
        return True
    if region.column(parts[0]) != 0 or _is_bold(line):
        return False
    if len(parts) > len(last):
        return True
    now = {region.column(part): part for part in parts}
    return len(parts) > 1 and all(
        _ended(part, now.get(region.column(part)), ends[region.column(part) or 0]) for part in last
    )


def _ended(part: list[Glyph], below: list[Glyph] | None, end: float) -> bool:
    """Whether a cell ended with these words: the next word below would have fitted beside them."""
    if below is None:
        return True
    x0, x1, _word = next(words(below))
    return end - part[-1].x1 > x1 - x0 + BETWEEN
