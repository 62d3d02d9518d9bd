"""What differs between a file and the matrix it goes into, ready for the page where it is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from evaltrack.models import User
from responses.importing import choosing
from responses.importing.choosing import Choice, Choices
from responses.importing.comparing import ActionBlock, Block, Comparison, Line, RowLine
from responses.importing.shown import in_words
from responses.matrix import carried, document
from responses.matrix.differences import Change, Differences
from responses.matrix.marked import Marked, MarkedChange
from responses.models import MatrixImport

LINES = 120  # choices on one page, about


@dataclass(frozen=True)
class ShownLine:
    """A cell: both its texts, marked; ``base`` is what went out, where it is a conflict."""

    choice: Choice
    marked: MarkedChange
    base: str
    place: str

    @property
    def name(self) -> str:
        return f"c:{self.choice.line.key} {self.choice.line.seen}"

    @property
    def conflict(self) -> bool:
        return self.choice.line.is_conflict and not self.choice.barred


@dataclass(frozen=True)
class ShownRow:
    """A row that only one side has."""

    choice: Choice
    text: str
    details: tuple[str, ...]
    is_added: bool

    @property
    def name(self) -> str:
        return f"c:{self.choice.line.key} {self.choice.line.seen}"

    @property
    def conflict(self) -> bool:
        return self.choice.line.is_conflict and not self.choice.barred


@dataclass(frozen=True)
class ShownAction:
    heading: str
    lines: list[ShownLine]
    row: ShownRow | None


@dataclass(frozen=True)
class ShownBlock:
    heading: str
    text: str
    lines: list[ShownLine]
    row: ShownRow | None
    actions: list[ShownAction]


class Differing:
    """One import that goes into a matrix that is there."""

    def __init__(self, one: MatrixImport, user: User, language: str) -> None:
        assert one.response  # noqa: S101 - for mypy; see choosing.goes_into_a_matrix
        self.one, self.response, self.language = one, one.response, language
        self.choices: Choices = choosing.choices_of(one, user)
        rules = self.response.evaluation.profile.rules
        self.rules = rules
        self.marked = Marked(Differences((), (), ()), rules, language)

    @property
    def comparison(self) -> Comparison:
        return self.choices.comparison

    @property
    def seen(self) -> str:
        return self.choices.comparison.seen

    @cached_property
    def total(self) -> int:
        return len(self.choices.of)

    @cached_property
    def undecided(self) -> int:
        return len(self.choices.open)

    @cached_property
    def taken(self) -> int:
        return len(self.choices.taken)

    @cached_property
    def barred(self) -> int:
        return sum(1 for choice in self.choices if choice.barred)

    def page(self, number: str | None) -> "Page[list[Block]]":
        return Paginator(self._pages(), 1).get_page(number)

    def _pages(self) -> list[list[Block]]:
        """The blocks in handfuls, so that no form has too many fields; conflicts come first."""
        blocks = sorted(self.comparison.blocks, key=self._calm)
        pages: list[list[Block]] = [[]]
        lines = 0
        for block in blocks:
            own = sum(1 for _one in block.everything)
            if pages[-1] and lines + own > LINES:
                pages.append([])
                lines = 0
            pages[-1].append(block)
            lines += own
        return pages

    def _calm(self, block: Block) -> bool:
        return not any(self.choices.of[one.key].is_open for one in block.everything)

    @property
    def front(self) -> list[ShownLine]:
        return self._lines(self.comparison.front)

    def shown(self, blocks: Iterable[Block]) -> list[ShownBlock]:
        return [
            ShownBlock(
                heading=self.rules.label("recommendation", self.language).format(number=block.number),
                text=block.text,
                lines=self._lines(block.lines),
                row=self._row(block.row),
                actions=[self._action(action) for action in block.actions],
            )
            for block in blocks
        ]

    def _action(self, block: ActionBlock) -> ShownAction:
        heading = _("Key action %(number)s") % {"number": block.number}
        return ShownAction(heading, self._lines(block.lines), self._row(block.row))

    def _lines(self, lines: Iterable[Line]) -> list[ShownLine]:
        return [self._line(line) for line in lines]

    def _line(self, line: Line) -> ShownLine:
        field, mark = line.field, line.field.removeprefix("note ")
        if field != mark:
            marked = MarkedChange(_("Note %(mark)s") % {"mark": mark}, line.ours, line.theirs)
        elif field == "number":
            marked = MarkedChange(_("Number"), line.ours, line.theirs)
        else:
            marked = self.marked.change(Change(field, line.ours, line.theirs, round=line.round))
        base = ""
        if line.is_conflict and line.base:
            base = self.marked.change(Change(field, line.base, "", round=line.round)).old
        return ShownLine(self.choices.of[line.key], marked, base, self._place(line.path))

    def _place(self, path: str) -> str:
        sources = self.one.draft["sources"]
        source = sources.get(path) or sources.get(f"{path}.text")
        return in_words(carried.source(source).place) if source else ""

    def _row(self, row: RowLine | None) -> ShownRow | None:
        if row is None:
            return None
        side = row.theirs or row.ours
        assert side  # noqa: S101 - for mypy; it stands on one of them
        details = []
        if isinstance(side, document.Action):
            details = [value.text for value in (side.deadline, side.responsible) if value]
        else:
            details = [action.text for action in side.actions]
        return ShownRow(self.choices.of[row.key], side.text, tuple(details), row.theirs is not None)
