"""Tables whose columns are fields of the matrix: which column is which, as far as their heads say it."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaltrack.documents.content import Cell, Content, Place, Table
from evaltrack.documents.emphasis import from_markdown, plain
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.labels import Label, Labels, folded
from responses.matrix.tabular import ACTION, FRONT, RECOMMENDATION, round_fields

RESPONSE = "response"  # decision and explanation in one cell
FIELDS = (*RECOMMENDATION, RESPONSE, *ACTION, *FRONT)
FRONT_LABELS = {"conducted": "period", **{name: name for name in FRONT if name != "period"}}
HEADS_WITHIN = 40  # rows from the top, among which the heads are
MOST_HEADS = 4  # rows of heads
LONGEST_HEAD = 200  # characters
MOST_COLUMNS = 300  # of a table; what stands further right is no matrix
MOST_SPOTS = 1_000_000  # of a table, those that cells reach over counted
SAMPLES = 3  # rows shown beside a proposal
NUMBER = re.compile(
    r"\W*(?:(?:re[ck]omm?[ea]n?da\w*|rec|r|no|n[°o])\W*)?(\d{1,3}(?:\.\d{1,3})*)\W*", re.IGNORECASE
)
_NUMBER_HEAD = re.compile(
    r"(?:(?P<of>re[ck]omm?[ea]n?da\w*|rec|r|action|accion|mesure|medida)s?\.? ?)?"
    r"(?:no|nr|number|num|numero|id|ref|n\.?[°o]|#)\.?"
)

_BY_LABEL = {
    "recommendation": "text", "rationale": "rationale", "sub_points": "sub_points",
    "directed_to": "directed_to", "responsible_units": "responsible_units", "priority": "priority",
    "priority_note": "priority_note", "timeline": "timeline", "management_response": RESPONSE,
    "decision": "decision", "narrative": "narrative", "key_action": "key_action",
    "key_actions": "key_action", "deadline": "deadline", "responsible": "responsible",
    "comment": "comment", "status": "status", "number": "number",
    "action_number": "action_number", **FRONT_LABELS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the grid of a table; ``is_first`` is false where a cell from above or the left reaches."""

    text: str
    place: Place
    is_first: bool = True

    @property
    def own(self) -> str:
        return self.text if self.is_first else ""


Grid = Sequence[Sequence[Spot]]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What the columns of one table are: ``fields`` by column, "" for one that is left out.

    ``table`` is its number in the file, ``first`` the place of the first row under the heads, both from 0.
    """

    table: int
    first: int
    fields: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.fields) - {""}

    @property
    def is_matrix(self) -> bool:
        """Whether that is enough to be a matrix by itself."""
        items = self.known & {"text", "key_action"}
        others = self.known - items - {"number", "action_number"}
        return len(items) == 2 or (bool(items) and len(others) >= 1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table as it may be read. ``heads`` are the words over its columns, ``samples`` its first rows."""

    mapping: ColumnMap
    heads: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]

    @property
    def unknown(self) -> list[int]:
        """The columns that nobody could name, from 0."""
        return [place for place, name in enumerate(self.mapping.fields) if not name and self.heads[place]]

    @property
    def digest(self) -> str:
        return digest(self.heads)


def digest(heads: Iterable[str]) -> str:
    """What heads are known by again, however they are dressed."""
    plain = "\n".join(" ".join(folded(head).split()) for head in heads)
    return hashlib.sha256(plain.encode()).hexdigest()


def tables(content: Content) -> list[Table]:
    """The tables of a file, and those within their cells, in order."""
    return list(_tables(content.blocks))


def _tables(blocks: Iterable[object]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table):
            yield block
            for row in block.rows:
                for cell in row:
                    yield from _tables(cell.blocks)


def grid(table: Table) -> list[list[Spot]]:
    """The table with every row as long as the others, spanning cells in each place that they cover.

    Raises :class:`UnreadableError` for one beyond all measure.
    """
    reaching: dict[int, tuple[int, Cell]] = {}  # column -> rows left, cell
    rows: list[list[Spot]] = []
    for row in table.rows:
        spots: list[Spot] = []
        cells = iter(row)
        while len(spots) < MOST_COLUMNS:
            if len(spots) in reaching:
                left, cell = reaching.pop(len(spots))
                if left > 1:
                    reaching[len(spots)] = (left - 1, cell)
                spots.append(_spot(cell, is_first=False))
                continue
            cell_here = next(cells, None)
            if cell_here is None:
                break
            for across in range(min(cell_here.columns, MOST_COLUMNS - len(spots))):
                if cell_here.rows > 1:
                    reaching[len(spots)] = (cell_here.rows - 1, cell_here)
                spots.append(_spot(cell_here, is_first=across == 0))
        rows.append(spots)
        if len(rows) * len(spots) > MOST_SPOTS:
            raise UnreadableError(_("A table of the file is larger than any matrix; take out what is none"))
    width = max(map(len, rows), default=0)
    nothing = Spot("", table.place, is_first=False)
    return [spots + [nothing] * (width - len(spots)) for spots in rows]


def _spot(cell: Cell, *, is_first: bool) -> Spot:
    return Spot(cell.text.strip(), cell.place, is_first)


# Proposals --------------------------------------------------------------------------------------------------


def proposals(content: Content, profiles: Iterable[Profile]) -> list[Proposal]:
    """What each table with rows may be, in the order of the file."""
    profiles = tuple(profiles)
    labels = Labels(profiles)
    made = (_proposal(place, grid(table), labels, profiles) for place, table in enumerate(tables(content)))
    return [one for one in made if one]


def _proposal(place: int, rows: Grid, labels: Labels, profiles: Sequence[Profile]) -> Proposal | None:
    if not rows or not rows[0]:
        return None
    first, last = _heads(rows, labels)
    found = [_label_over(rows[first:last], column, labels) for column in range(len(rows[0]))]
    heads = tuple(_head_over(rows[first:last], column) for column in range(len(rows[0])))
    fields = _fields(found, rows[last:], profiles)
    samples = tuple(tuple(spot.own for spot in row) for row in rows[last : last + SAMPLES])
    return Proposal(ColumnMap(place, last, tuple(fields)), heads, samples)


def _heads(rows: Grid, labels: Labels) -> tuple[int, int]:
    """From which row to before which the heads stand: round the one with the most labels."""
    counts = [_labels_in(row, labels) for row in rows[:HEADS_WITHIN]]
    best = max(range(len(counts)), key=lambda place: (counts[place], -place))
    if not counts[best]:
        return 0, 1
    first = last = best
    while first and best - first < MOST_HEADS - 1 and counts[first - 1] and _is_head(rows[first - 1], labels):
        first -= 1
    while last + 1 < len(counts) and last - first < MOST_HEADS - 1 and _is_head(rows[last + 1], labels):
        last += 1
    return first, last + 1


def _labels_in(row: Sequence[Spot], labels: Labels) -> int:
    return len({label.key for spot in row if (label := _label(spot.text, labels))})


def _is_head(row: Sequence[Spot], labels: Labels) -> bool:
    """Whether all that a row says are labels of columns."""
    said = [spot.text for spot in row if spot.text]
    return bool(said) and all(_label(text, labels) for text in said)


def _label(text: str, labels: Labels) -> Label | None:
    if not text or len(text) > LONGEST_HEAD:
        return None
    text = plain(from_markdown(text))
    numbered = _NUMBER_HEAD.fullmatch(" ".join(folded(text).split()))
    if numbered:
        is_of_action = (numbered["of"] or "r")[0] != "r"
        return Label("action_number" if is_of_action else "number", len(text))
    return labels.column(" ".join(text.split()))


def _label_over(heads: Grid, column: int, labels: Labels) -> Label | None:
    """The label of a column: the lowest that is one, for the upper ones hold several columns together."""
    return next((label for row in reversed(heads) if (label := _label(row[column].text, labels))), None)


def _head_over(heads: Grid, column: int) -> str:
    words = dict.fromkeys(row[column].text for row in heads if row[column].text)
    return " / ".join(words)[:LONGEST_HEAD]


def _fields(found: Sequence[Label | None], rows: Grid, profiles: Sequence[Profile]) -> list[str]:
    """The field of each column; where two would be the same, the first has it."""
    fields = [_BY_LABEL.get(label.key, "") if label else "" for label in found]
    has_actions = "key_action" in fields
    rounds = [round_.name for profile in profiles for round_ in profile.rounds]
    for place, label in enumerate(found):
        if label and label.key in ("round_status", "round_comment"):
            fields[place] = _of_round(label, rounds)
        elif not has_actions and fields[place] in ("deadline", "responsible"):
            fields[place] = {"deadline": "timeline", "responsible": "responsible_units"}[fields[place]]
        elif has_actions and fields[place] == "timeline" and "deadline" not in fields:
            fields[place] = "deadline"
        elif fields[place] == "number":
            fields[place] = _number_field(place, fields, rows)
        elif fields[place] == "text" and _holds_numbers(place, rows):
            fields[place] = "number"
    seen: set[str] = set()
    for place, name in enumerate(fields):
        fields[place] = "" if name in seen else name
        seen.add(name)
    return fields


def _of_round(label: Label, rounds: Sequence[str]) -> str:
    status, comment = range(2)
    named = [name for name in rounds if label.time and name.endswith(str(label.time))]
    name = named[0] if named else rounds[-1 if label.final else 0] if rounds else ""
    return round_fields(name)[status if label.key == "round_status" else comment] if name else ""


def _number_field(place: int, fields: Sequence[str], rows: Grid) -> str:
    """Of a number beside key actions: whether it is theirs."""
    if "key_action" not in fields:
        return "number"
    if "number" in fields[:place]:
        return "action_number"
    values = [row[place].own for row in rows if row[place].own]
    steps = sum("." in value.strip(". ") for value in values)
    return "action_number" if values and steps > len(values) / 2 else "number"


def _holds_numbers(place: int, rows: Grid) -> bool:
    values = [row[place].own for row in rows if row[place].own]
    return bool(values) and all(map(NUMBER.fullmatch, values))
