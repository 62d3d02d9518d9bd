"""The paragraphs of a file in the order of reading, and the rows of its tables of key actions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.emphasis import Run, cut, from_markdown, plain, to_markdown
from responses.matrix.readers.labels import Label, Labels

# Columns that make a table one of key actions, whatever else it has.
_TELLING = ({"key_action", "deadline"}, {"key_action", "responsible"}, {"key_action", "status"},
            {"deadline", "responsible"}, {"key_actions", "deadline"}, {"key_actions", "responsible"},
            {"recommendation", "management_response"}, {"recommendation", "key_action"},
            {"recommendation", "key_actions"}, {"recommendation", "decision"})  # fmt: skip
# Labels that end a table of key actions when a row begins with one.
_STARTS = {
    "recommendation", "rationale", "directed_to", "priority", "management_response", "key_actions",
    "round_status",
    "round_comment", "responsible_units", "overall_comment", "coordinator", "evaluation_title",
    "responded_on",
    "decision", "narrative", "sub_points", "document_title",
}  # fmt: skip

# Labels between two tables after which the second does not go on with the first; a line that runs over the
# pages may begin like a label, too.
_ENDS = _STARTS - {"management_response", "document_title", "evaluation_title", "responded_on"}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or what is left of it behind its label.

    ``alone`` says that nothing else stands in its cell; ``cell`` tells cells apart, 0 is outside of tables.
    """

    paragraph: Paragraph
    runs: tuple[Run, ...]
    cell: int = 0
    alone: bool = False
    in_label: bool = False  # follows a label in its paragraph

    @property
    def text(self) -> str:
        """Its letters without marks of emphasis."""
        return plain(self.runs)

    @property
    def markdown(self) -> str:
        return to_markdown(self.runs).strip()

    @property
    def place(self) -> Place:
        return self.paragraph.place

    @property
    def bold(self) -> int:
        """How many letters at its beginning are bold."""
        if self.paragraph.bold:
            return len(self.text)
        count = 0
        for run in self.runs:
            if not run.bold and run.text.strip():
                return count
            count += len(run.text)
        return count

    def after(self, start: int) -> "Line":
        rest = cut(self.runs, start)
        return replace(self, runs=tuple(rest), in_label=True)

    def before(self, end: int) -> "Line":
        return replace(self, runs=tuple(cut(self.runs, 0, end)))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of key actions: what stands under each head."""

    cells: dict[str, tuple[Line, ...]]
    place: Place


@dataclass(frozen=True, slots=True)
class Ended:
    """A table ended."""


@dataclass(slots=True)
class _Grid:
    """The rows of a table with the grid column of each cell, and which spanning cells hang over them."""

    hanging: dict[int, int] = field(default_factory=dict)  # grid column -> rows it still covers

    def placed(self, row: Sequence[Cell]) -> list[tuple[int, Cell]]:
        found, column = [], 0
        for cell in row:
            while self.hanging.get(column, 0) > 0:
                column += 1
            at = cell.place.column - 1 if cell.place.column else column
            column = max(at, 0)
            found.append((column, cell))
            column += cell.columns
        self.hanging = {at: left - 1 for at, left in self.hanging.items() if left > 1}
        for at, cell in found:
            if cell.rows > 1:
                self.hanging |= dict.fromkeys(range(at, at + cell.columns), cell.rows - 1)
        return found


def lines_of(paragraphs: Sequence[Paragraph], cell: int = 0) -> tuple[Line, ...]:
    """The paragraphs that say something."""
    said = [one for one in paragraphs if one.text.replace("\u00a0", " ").strip()]
    return tuple(
        Line(one, tuple(from_markdown(one.text)), cell, alone=bool(cell) and len(said) == 1) for one in said
    )


class Stream:
    """The events of a content in the order of reading: lines, rows of key actions, ends of tables."""

    def __init__(self, content: Content, labels: Labels) -> None:
        self.content = content
        self.labels = labels
        self.cells = 0
        self.columns: dict[int, str] = {}  # of the table of key actions read last: grid column -> head

    def events(self) -> Iterator[Line | Row | Ended]:
        yield from self._blocks(self.content.blocks)

    def _blocks(self, blocks: Sequence[Paragraph | Table], cell: int = 0) -> Iterator[Line | Row | Ended]:
        paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
        by_paragraph = dict(
            zip(
                [id(one) for one in paragraphs if one.text.replace("\u00a0", " ").strip()],
                lines_of(paragraphs, cell),
                strict=True,
            )
        )
        for block in blocks:
            if isinstance(block, Table):
                yield from self._table(block)
                yield Ended()
            elif id(block) in by_paragraph:
                line = by_paragraph[id(block)]
                label = None if cell else self._label(line)
                if label and label.key in _ENDS:
                    self.columns = {}
                yield line

    def _table(self, table: Table) -> Iterator[Line | Row | Ended]:
        grid = _Grid()
        columns = self._going_on(table)
        rows = self._with_whole_heads([grid.placed(row) for row in table.rows])
        skip, last = False, columns
        for place, row in enumerate(rows):
            if skip:
                skip = False
                continue
            heads = self._heads(row)
            if heads and (columns is None or _is_head(heads, row) or place == 0):
                columns = {**(columns or {}), **heads} if _is_second_head(columns, heads) else heads
                last = columns
                continue
            if columns is None and last and place and _resumes(row, rows[place - 1], last):
                columns = last
            if columns is not None and self._is_row(row, columns):
                yield _row(row, columns, self)
                continue
            columns = None
            below = rows[place + 1] if place + 1 < len(rows) else []
            if self._is_over(row, below):
                yield from self._pairs(row, below)
                skip = True
            else:
                for _column, cell in row:
                    self.cells += 1
                    yield from self._blocks(cell.blocks, self.cells)
        self.columns = columns or {}

    def _with_whole_heads(self, rows: list[list[tuple[int, Cell]]]) -> list[list[tuple[int, Cell]]]:
        """The rows, with heads put together again that a page break cut in two."""
        whole: list[list[tuple[int, Cell]]] = []
        for row in rows:
            if whole and _page(whole[-1]) < _page(row) and _layout(whole[-1]) == _layout(row):
                both = [
                    (column, replace(cell, blocks=cell.blocks + rest.blocks))
                    for (column, cell), (_column, rest) in zip(whole[-1], row, strict=True)
                ]
                if len(self._heads(both)) > len(self._heads(whole[-1])):
                    whole[-1] = both
                    continue
            whole.append(row)
        return whole

    def _going_on(self, table: Table) -> dict[int, str] | None:
        """The heads of the table before, where this one goes on with its rows on another page."""
        if not self.columns or not table.rows:
            return None
        width = max(sum(cell.columns for cell in row) for row in table.rows)
        return dict(self.columns) if width >= 3 and width > max(self.columns) else None

    def _heads(self, row: Sequence[tuple[int, Cell]]) -> dict[int, str]:
        """Grid column -> head, where the row is one of heads of key actions, or a second such row."""
        found: dict[int, str] = {}
        others = 0
        for column, cell in row:
            words = " ".join(line.text for line in lines_of(list(cell.paragraphs)))
            label = self.labels.column(words)
            if label:
                found |= dict.fromkeys(range(column, column + cell.columns), label.key)
            elif words.strip():
                others += 1
        keys = set(found.values())
        if others and others >= len(keys):
            return {}
        if any(telling <= keys for telling in _TELLING) or keys in (
            {"comment", "status"},
            {"comment"},
            {"status"},
        ):
            return found
        return {}

    def _is_row(self, row: Sequence[tuple[int, Cell]], columns: dict[int, str]) -> bool:
        if len(row) < 2 and len(set(columns.values())) > 2:
            covered = sum(cell.columns for _column, cell in row)
            if covered > len(columns) / 2 or not row:
                return False
        first = lines_of(list(row[0][1].paragraphs)) if row else ()
        label = self._label(first[0]) if first else None
        starts = label is not None and label.key in _STARTS
        return not starts or (label is not None and columns.get(row[0][0]) == label.key)

    def _is_over(self, row: Sequence[tuple[int, Cell]], below: Sequence[tuple[int, Cell]]) -> bool:
        """Whether these are two or more labels side by side with their values in the row below."""
        if len(row) < 2 or len(row) != len(below):
            return False
        return all(self._is_only_label(cell) for _column, cell in row) and not any(
            self._begins_with_label(cell) for _column, cell in below
        )

    def _pairs(
        self, row: Sequence[tuple[int, Cell]], below: Sequence[tuple[int, Cell]]
    ) -> Iterator[Line | Row | Ended]:
        for (_left, label), (_right, value) in zip(row, below, strict=True):
            for cell in (label, value):
                self.cells += 1
                yield from self._blocks(cell.blocks, self.cells)

    def _is_only_label(self, cell: Cell) -> bool:
        lines = lines_of(list(cell.paragraphs), 1)
        label = self._label(lines[0]) if len(lines) == 1 else None
        return label is not None and not lines[0].text[label.end :].strip()

    def _begins_with_label(self, cell: Cell) -> bool:
        lines = lines_of(list(cell.paragraphs), 1)
        return bool(lines) and self._label(lines[0]) is not None

    def _label(self, line: Line) -> Label | None:
        return label_of(line, self.labels)


def label_of(line: Line, labels: Labels) -> Label | None:
    """The label that a line begins with."""
    look = line.paragraph.bold or bool(line.paragraph.heading) or line.alone
    return labels.at_start(line.text, bold=line.bold, whole=look)


def _resumes(
    row: Sequence[tuple[int, Cell]], before: Sequence[tuple[int, Cell]], columns: dict[int, str]
) -> bool:
    """Whether a row stood under heads at the top of a page, dropped as those of the page before."""
    below = {column for column, _cell in row} <= columns.keys() and len(row) >= len(set(columns.values()))
    return below and len(row) > max(2, len(before)) and 0 < _page(before) < _page(row)


def _layout(row: Sequence[tuple[int, Cell]]) -> list[tuple[int, int]]:
    return [(column, cell.columns) for column, cell in row]


def _page(row: Sequence[tuple[int, Cell]]) -> int:
    return max((one.place.page for _column, cell in row for one in cell.paragraphs), default=0)


def _is_head(heads: dict[int, str], row: Sequence[tuple[int, Cell]]) -> bool:
    return len(set(heads.values())) >= 2 or len(row) <= 2


def _is_second_head(columns: dict[int, str] | None, heads: dict[int, str]) -> bool:
    """Whether a row of heads stands below "Implementation monitoring", or prints the heads that span rows."""
    if not columns:
        return False
    return "monitoring" in columns.values() or not set(heads.values()) - {"comment", "status"}


def _row(row: Sequence[tuple[int, Cell]], columns: dict[int, str], stream: Stream) -> Row:
    found: dict[str, tuple[Line, ...]] = {}
    monitoring = [column for column, key in sorted(columns.items()) if key == "monitoring"]
    for column, cell in row:
        key = columns.get(column, "")
        if key == "monitoring":  # two columns under one head without heads of their own
            key = "comment" if column == monitoring[0] else "status"
        stream.cells += 1
        lines = lines_of(list(cell.paragraphs), stream.cells)
        if lines:
            found[key] = found.get(key, ()) + lines
    place = row[0][1].place if row else Place()
    return Row(found, place)
