"""Tables of a PDF: cells out of ruled lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evaltrack.documents.pdf_lines import Glyph, Line, lines

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

Bounds = tuple[float, float, float, float]  # x0, top, x1, bottom

MOST_EDGES = 6_000  # of a page: finding cells among more takes too long
SNAP = 4.0  # points by which edges of one column may differ
PADDING = 5.0  # between a cell's edge and its text, where the text does not show it
THIN = 4.0  # a filled rectangle that is thinner is a rule
DARK = 0.55  # of black: an area that is lighter is shading
SPACER = 13.0  # an empty row that is lower holds things apart and says nothing


@dataclass(slots=True)
class RawCell:
    x0: float
    x1: float
    top: float
    bottom: float
    lines: list[Line] = field(default_factory=list)
    tables: list["RawTable"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(line.text for line in self.lines).split())

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.tables


@dataclass(slots=True)
class RawRow:
    page: int
    cells: list[RawCell]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text.casefold() for cell in self.cells)

    @property
    def is_empty(self) -> bool:
        return all(cell.is_empty for cell in self.cells)

    @property
    def top(self) -> float:
        return min(cell.top for cell in self.cells)


@dataclass(slots=True)
class RawTable:
    """``page`` is the one it starts on, ``bottom`` its foot on the page it ends on."""

    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    rows: list[RawRow]
    headers: int = 0
    last_page: int = 0
    lowest: list[RawCell] = field(default_factory=list)  # the cells along its foot, which may go on below

    @property
    def cells(self) -> Iterator[RawCell]:
        for row in self.rows:
            yield from row.cells

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


def ruled(page: "PlumberPage", glyphs: list[Glyph], number: int) -> tuple[list[RawTable], list[Glyph]]:
    """The tables whose cells are ruled, and the glyphs that stand in none."""
    boxes = _boxes(page)
    tables = [table for box in boxes if (table := _grid(box, number)) and not _is_frame(table, page)]
    tables.sort(key=lambda table: (table.x1 - table.x0) * (table.bottom - table.top))
    left = list(glyphs)
    for table in tables:  # those within others come first
        left = _fill(table, left, number)
    return list(_nested(tables)), left


def _boxes(page: "PlumberPage") -> list[list[Bounds]]:
    if len(page.lines) + len(page.rects) + len(page.curves) > MOST_EDGES:
        return []
    found = _touching(_cells(page.filter(lambda thing: not _is_fill(thing))))
    if found or not page.rects:
        return found
    return [cells for cells in _touching(_cells(page)) if len(cells) > 3]


def _cells(page: "PlumberPage") -> list[Bounds]:
    """The cells between ruled lines; where a row is cut by the page, its open ends are closed."""
    open_ends = list(_missing_rules(page))
    return list(page.debug_tablefinder({"explicit_horizontal_lines": open_ends}).cells)


def _missing_rules(page: "PlumberPage") -> Iterator[dict[str, Any]]:
    """The rules that are not drawn where several upright ones begin or end together."""
    upright = [edge for edge in page.edges if edge["orientation"] == "v" and edge["height"] > 8]
    level = [edge for edge in page.edges if edge["orientation"] == "h"]
    for side in ("top", "bottom"):
        for height in clusters(edge[side] for edge in upright):
            ends = [edge for edge in upright if abs(edge[side] - height) < SNAP]
            left, right = min(edge["x0"] for edge in ends), max(edge["x0"] for edge in ends)
            drawn = any(
                abs(edge["top"] - height) < SNAP and edge["x1"] > left and edge["x0"] < right
                for edge in level
            )
            if right - left > 20 and not drawn:
                yield {"object_type": "line", "x0": left, "x1": right, "top": height, "bottom": height}


def _touching(cells: list[Bounds]) -> list[list[Bounds]]:
    """The cells by table: those that have a corner in common."""
    tables: dict[int, list[Bounds]] = {}
    owner: dict[tuple[int, int], int] = {}
    for number, cell in enumerate(cells):
        x0, top, x1, bottom = (round(value / SNAP) for value in cell)
        corners = [
            (x + across, y + down)
            for x, y in ((x0, top), (x1, top), (x0, bottom), (x1, bottom))
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
        ]
        met = {owner[corner] for corner in corners if corner in owner}
        tables[number] = [cell]
        for other in met:
            tables[number] += tables.pop(other, [])
        owner |= dict.fromkeys(corners[::1], number)
        for corner, table in owner.items():
            if table in met:
                owner[corner] = number
    return list(tables.values())


def _is_fill(thing: dict[str, Any]) -> bool:
    """Light shading behind text, whose edges are no rules; dark areas are borders, or heads of columns."""
    if thing.get("object_type") not in ("rect", "curve") or thing.get("stroke"):
        return False
    if thing["width"] <= THIN or thing["height"] <= THIN:
        return False
    colour = thing.get("non_stroking_color")
    parts = (
        [part for part in colour if isinstance(part, int | float)] if isinstance(colour, tuple | list) else []
    )
    darkness = parts[3] + min(parts[:3]) if len(parts) == 4 else 1 - max(parts, default=0)
    return darkness < DARK


def _grid(cells: Iterable[Bounds], number: int) -> RawTable | None:
    kept = [cell for cell in cells if cell[2] - cell[0] > 3 and cell[3] - cell[1] > 3]
    if not kept:
        return None
    tops = clusters(cell[1] for cell in kept)
    rows: dict[int, list[RawCell]] = {}
    for x0, top, x1, bottom in kept:
        rows.setdefault(position(tops, top), []).append(RawCell(x0, x1, top, bottom))
    return RawTable(
        number,
        min(cell[0] for cell in kept),
        max(cell[2] for cell in kept),
        min(cell[1] for cell in kept),
        max(cell[3] for cell in kept),
        [RawRow(number, sorted(rows[key], key=lambda cell: cell.x0)) for key in sorted(rows)],
        last_page=number,
    )


def _is_frame(table: RawTable, page: "PlumberPage") -> bool:
    """A border around the whole page."""
    wide = table.x1 - table.x0 > 0.88 * float(page.width)
    return len(list(table.cells)) == 1 and wide and table.bottom - table.top > 0.88 * float(page.height)


def _fill(table: RawTable, glyphs: list[Glyph], number: int) -> list[Glyph]:
    """Puts each glyph into its cell; gives back those that stand in none."""
    held: dict[int, list[Glyph]] = {}
    left: list[Glyph] = []
    cells = list(table.cells)
    for one in glyphs:
        x, y = (one.x0 + one.x1) / 2, one.middle
        if not (table.x0 <= x <= table.x1 and table.top <= y <= table.bottom):
            left.append(one)
            continue
        index = next(
            (i for i, cell in enumerate(cells) if cell.x0 <= x <= cell.x1 and cell.top <= y <= cell.bottom),
            None,
        )
        if index is None:
            left.append(one)
        else:
            held.setdefault(index, []).append(one)
    for index, cell in enumerate(cells):
        cell.lines = lines(held.get(index, ()), number)
        fit(cell)
    for row in list(table.rows):
        if row.is_empty and max(cell.bottom for cell in row.cells) - row.top < SPACER:
            table.rows.remove(row)
    return left


def fit(cell: RawCell) -> None:
    """Tells the lines of a cell how far they might go: as far from its right edge as from its left."""
    if not cell.lines:
        return
    padding = max(0.0, min(min(line.x0 for line in cell.lines) - cell.x0, PADDING + 3))
    right = max(cell.x1 - padding, *(line.x1 for line in cell.lines))
    for line in cell.lines:
        line.left, line.right = cell.x0 + padding, right


def _nested(tables: list[RawTable]) -> Iterator[RawTable]:
    """Puts tables within a cell of another there; ``tables`` begins with the smallest."""
    for index, table in enumerate(tables):
        for other in tables[index + 1 :]:
            holder = next((cell for cell in other.cells if _holds(cell, table)), None)
            if holder:
                holder.tables.append(table)
                holder.tables.sort(key=lambda one: one.top)
                break
        else:
            yield table


def _holds(cell: RawCell, table: RawTable) -> bool:
    return (
        cell.x0 - 1 <= table.x0
        and table.x1 <= cell.x1 + 1
        and cell.top - 1 <= table.top
        and table.bottom <= cell.bottom + 1
    )


def clusters(values: Iterable[float]) -> list[float]:
    """The values without those that come within a few points of another."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > SNAP:
            kept.append(value)
    return kept


def position(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))
