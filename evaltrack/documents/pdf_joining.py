"""Tables of a PDF over pages: rows, texts and heads that page breaks cut or repeat are made whole again."""

from statistics import median

from evaltrack.documents.pdf_paragraphs import begins_bold, bold_length, is_cut, marker
from evaltrack.documents.pdf_tables import SNAP, RawCell, RawRow, RawTable
from evaltrack.documents.pdf_text import Setting


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
