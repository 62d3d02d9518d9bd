"""Tables of a PDF: cells out of ruled lines, rows and texts that page breaks cut made whole again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from evaltrack.documents.pdf_lines import Glyph, Line, lines
from evaltrack.documents.pdf_paragraphs import Setting, begins_bold, bold_length, is_cut, marker

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


# Over pages -----------------------------------------------------------------------------------------------


def join(first: RawTable, second: RawTable, setting: Setting, room: float) -> bool:
    """Puts ``second``, at the head of the next page, under ``first``; False where it is another table.

    ``room`` is how far above the foot of its page the first ends, in points.
    """
    if abs(first.x0 - second.x0) > 2 * SNAP or abs(first.x1 - second.x1) > 2 * SNAP:
        return False
    repeated = _repeated(first, second)
    rows = second.rows[repeated:]
    if repeated and repeated == _first_rows(first, second):
        first.headers = max(first.headers, repeated)
    whole: dict[int, RawCell] = {}
    if rows and _is_row_cut(first, rows[0], setting, room):
        for above, below in _pairs(first, rows[0]):
            above.lines += below.lines
            above.tables += below.tables
            whole[id(below)] = above
        rows = rows[1:]
    first.rows += rows
    first.last_page, first.bottom = second.last_page, second.bottom
    first.lowest = [whole.get(id(cell), cell) for cell in _lowest(second)]
    return True


def _lowest(table: RawTable) -> list[RawCell]:
    return table.lowest or [cell for cell in table.cells if abs(cell.bottom - table.bottom) < SNAP]


def _repeated(first: RawTable, second: RawTable) -> int:
    """How many rows at the head of ``second`` repeat rows of ``first``: heads of its columns."""
    heads = [row.texts for row in second.rows]
    texts = [row.texts for row in first.rows]
    for start in range(len(texts)):
        count = 0
        while (
            count < len(heads)
            and start + count < len(texts)
            and heads[count] == texts[start + count]
            and any(heads[count])
        ):
            count += 1
        if sum(bool(text) for row in heads[:count] for text in row) > (1 if start else 0):
            return count
    return 0


def _first_rows(first: RawTable, second: RawTable) -> int:
    count = 0
    for one, other in zip(first.rows, second.rows, strict=False):
        if one.texts != other.texts:
            break
        count += 1
    return count


def _pairs(table: RawTable, row: RawRow) -> list[tuple[RawCell, RawCell]]:
    """The lowest cells of a table with those that would go on below them; none where the columns differ."""
    low = _lowest(table)
    pairs = []
    for cell in row.cells:
        above = next(
            (one for one in low if abs(one.x0 - cell.x0) < SNAP and abs(one.x1 - cell.x1) < SNAP), None
        )
        if above is None:
            return []
        pairs.append((above, cell))
    return pairs if len(pairs) == len(low) else []


def _is_row_cut(table: RawTable, row: RawRow, setting: Setting, room: float) -> bool:
    """Whether ``row``, the first on its page, is the rest of the last one above."""
    pairs = _pairs(table, row)
    filled = [(above, below) for above, below in pairs if not below.is_empty]
    if not filled or all(above.is_empty for above, _below in pairs):
        return False
    if (tagged := _same_tagged_row(filled)) is not None:
        return tagged
    if any(_begins_anew(below, setting) for _above, below in filled):
        return False
    if len(pairs) < 3 and any(_is_label_alone(above, below) for above, below in filled):
        return True
    if len(pairs) > 2 and all(_is_bold(above) and not _is_bold(below) for above, below in filled):
        return False  # heads of columns, and the first row below them
    size = setting.size or 11.0
    if room > 4.5 * size or any(above.is_empty for above, _below in filled):
        return False
    return _score(table, pairs, filled, setting) > 0


def _score(
    table: RawTable,
    pairs: list[tuple[RawCell, RawCell]],
    filled: list[tuple[RawCell, RawCell]],
    setting: Setting,
) -> int:
    """How much speaks for the lower cells being the rest of the upper ones."""
    scores = [
        is_cut(above.lines[-1], below.lines[0], setting)
        for above, below in filled
        if above.lines and below.lines
    ]
    if len(scores) > 1 and min(scores) <= -2 and max(scores) < 2:
        return 0
    score = sum(scores)
    if any(below.is_empty and not above.is_empty for above, below in pairs):
        score += 2
        if len(pairs) > 3 and len(filled) == 1 and _usual_count(table) > 1:
            score += 3
    elif len(pairs) == 1 and filled[0][1].lines:
        score += 3 if marker(filled[0][1].lines[0]) else _label_habit(table, filled[0][1])
    return score


def _begins_anew(cell: RawCell, setting: Setting) -> bool:
    if not setting.starts or not cell.lines:
        return False
    return setting.starts(opening(cell), bold_length(cell.lines[0]))


def _same_tagged_row(pairs: list[tuple[RawCell, RawCell]]) -> bool | None:
    """What the structure of a tagged PDF says, if anything."""
    for above, below in pairs:
        first = above.lines[-1].last_element if above.lines else None
        second = below.lines[0].first_element if below.lines else None
        if first and second and first.row and second.row:
            return first.row == second.row
    return None


def _is_label_alone(above: RawCell, below: RawCell) -> bool:
    """Whether the page ends between a bold label and what it labels."""
    if not above.lines or not below.lines or begins_bold(below.lines[0]):
        return False
    last = above.lines[-1]
    return all(run.bold for run in last.runs if run.text.strip()) and last.text.rstrip().endswith((":", ")"))


def _is_bold(cell: RawCell) -> bool:
    return bool(cell.lines) and all(run.bold for line in cell.lines for run in line.runs if run.text.strip())


def _usual_count(table: RawTable) -> float:
    """In how many cells most rows of several columns have something."""
    counts = [sum(not cell.is_empty for cell in row.cells) for row in table.rows if len(row.cells) > 3]
    return median(counts) if counts else 0


def _label_habit(table: RawTable, cell: RawCell) -> int:
    """Where nearly every row of one cell begins with a bold label, one that does not is a rest."""
    rows = [row for row in table.rows if len(row.cells) == 1 and row.cells[0].lines]
    labelled = [row for row in rows if begins_bold(row.cells[0].lines[0])]
    if len(rows) < 2 or len(labelled) < 0.7 * len(rows):
        return 0
    return -9 if begins_bold(cell.lines[0]) else 5


def opening(cell: RawCell) -> str:
    """The first words of a cell, enough to see a label in them."""
    return " ".join(" ".join(line.text for line in cell.lines[:3]).split())[:300]


def clusters(values: Iterable[float]) -> list[float]:
    """The values without those that come within a few points of another."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > SNAP:
            kept.append(value)
    return kept


def position(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))
