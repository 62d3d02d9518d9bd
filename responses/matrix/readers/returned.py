"""A Word file of ours that came back: every paragraph says by its style what it is, so nothing is guessed.

What somebody pasted has another style; it belongs to what stands before it in its cell, or in its column.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from evaltrack.documents import joining
from evaltrack.documents.content import Cell, Content, Paragraph, Table
from evaltrack.text import MARK
from recommendations.profiles import Profile
from responses.matrix.errors import UnreadableError
from responses.matrix.readers.returned_values import Item, Values
from responses.matrix.reading import LeftOut, Reading
from responses.matrix.word_form import Part, Property
from responses.matrix.writers import guidance

_PARTS = {part.value.casefold(): part for part in Part} | {"heading 1": Part.EVALUATION_TITLE}
_OF_ACTION = (Part.ACTION, Part.ACTION_MORE, Part.DEADLINE, Part.RESPONSIBLE, Part.COMMENT, Part.STATUS)
_IN_FRONT = (
    Part.EVALUATION_TITLE, Part.CONDUCTED, Part.COORDINATOR, Part.RESPONDED_ON, Part.OVERALL_COMMENT,
)  # fmt: skip
_NOTHING = (Part.LABEL, Part.GAP, Part.ASIDE, Part.ASIDE_HEADING)
_UNSTYLED = ("title", "between tables")


def profile_of(content: Content, profiles: Iterable[Profile]) -> Profile | None:
    """The profile in whose words we wrote the file; None for a file that is not ours."""
    slug = content.properties.get(Property.FORM, "")
    return next((one for one in profiles if one.slug == slug), None)


def understand(content: Content, profile: Profile) -> Reading:
    """The matrix in a file of ours. Raises :class:`UnreadableError` where nothing of one is left in it."""
    values = Values(content, profile)
    found = _Walk(content, profile, values)
    if not found.recommendations and not found.front.parts:
        raise UnreadableError(_("Of the matrix that this file once was nothing is left"))
    return values.reading(found.front, found.recommendations, tuple(found.left_out))


class _Walk:
    """Goes through the file from its beginning to its end."""

    def __init__(self, content: Content, profile: Profile, values: Values) -> None:
        self.values = values
        self.front = Item()
        self.recommendations: list[Item] = []
        self.left_out: list[LeftOut] = []
        self.guidance = {_squeezed(sentence) for sentence in guidance.known(profile)}
        self.last: Part | None = None  # in this cell, or on the page outside of tables
        for block in content.blocks:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._take(block)

    def _table(self, table: Table) -> None:
        columns = {
            cell.place.column: part for row in table.rows for cell in row if (part := _column_of(cell))
        }
        for row in table.rows:
            if len(columns) > 1:  # as a table; as a list they stand in one
                self._row_of_action(row, columns)
                continue
            for cell in row:
                self.last = None
                for paragraph in cell.paragraphs:
                    self._take(paragraph)
        self.last = None

    def _row_of_action(self, row: Sequence[Cell], columns: dict[int, Part]) -> None:
        action = Item(is_row=True)
        for cell in row:
            part = columns.get(cell.place.column)
            for paragraph in cell.paragraphs:
                if self._is_guidance(paragraph) or _style(paragraph) in _NOTHING:
                    continue
                if part:
                    action.add(part, _rewritten(paragraph))
                else:
                    self._leave_out(paragraph)
        if self.recommendations:
            self.recommendations[-1].actions.append(action)

    def _take(self, paragraph: Paragraph) -> None:
        part = _style(paragraph)
        if self._is_guidance(paragraph) or paragraph.style.casefold() in _UNSTYLED:
            return
        if part in _NOTHING:
            if part is Part.LABEL and self.last in (Part.DECISION, Part.NARRATIVE):
                self.last = Part.ACTION_MORE  # the key actions begin
            self._look_at(paragraph, part)
            return
        if part is None or part is Part.GUIDANCE:
            paragraph = _rewritten(paragraph)
            part = self._continued(paragraph)
            if part is None:
                self._leave_out(paragraph)
                return
        self.last = part
        if part is Part.HEADING:
            self.recommendations.append(Item())
        if part in _IN_FRONT:
            self.front.add(part, paragraph)
        elif not self.recommendations:
            self._leave_out(paragraph)
        elif part in _OF_ACTION:
            self._of_action(part, paragraph)
        else:
            part = Part.SUB_POINT if part is Part.SUB_POINT_MORE else part
            self.recommendations[-1].add(part, paragraph)

    def _of_action(self, part: Part, paragraph: Paragraph) -> None:
        actions = self.recommendations[-1].actions
        if part is Part.ACTION or not actions:
            actions.append(Item())
        actions[-1].add(part, paragraph)

    def _continued(self, paragraph: Paragraph) -> Part | None:
        """What a paragraph without a style of ours belongs to."""
        if self.last in _OF_ACTION and paragraph.level is not None:
            return Part.ACTION
        further = {Part.ACTION: Part.ACTION_MORE, Part.DECISION: Part.NARRATIVE, Part.HEADING: Part.TEXT}
        return further.get(self.last, self.last) if self.last else None

    def _is_guidance(self, paragraph: Paragraph) -> bool:
        return _squeezed(paragraph.text) in self.guidance

    def _look_at(self, paragraph: Paragraph, part: Part) -> None:
        """What is typed behind a label, or where nothing is to be, is not lost without a word."""
        if part is Part.LABEL and not joining.after(_unmarked(paragraph), self.values.labels):
            return
        if part in (Part.LABEL, Part.GAP):
            self._leave_out(paragraph)

    def _leave_out(self, paragraph: Paragraph) -> None:
        if paragraph.text.strip():
            why = _("It stands outside of the parts of the form.")
            self.left_out.append(LeftOut(paragraph.text, paragraph.place, why))


def _style(paragraph: Paragraph) -> Part | None:
    return _PARTS.get(paragraph.style.casefold())


def _column_of(cell: Cell) -> Part | None:
    """The part that a cell of a table of key actions holds."""
    styles = (_style(paragraph) for paragraph in cell.paragraphs)
    found = next((part for part in styles if part in _OF_ACTION), None)
    return Part.ACTION if found is Part.ACTION_MORE else found


def _rewritten(paragraph: Paragraph) -> Paragraph:
    """What somebody wrote in the place of guidance stands in its italics, which they did not mean."""
    return replace(paragraph, italic=False) if _style(paragraph) is Part.GUIDANCE else paragraph


def _unmarked(paragraph: Paragraph) -> Paragraph:
    return replace(paragraph, text=MARK.sub("", paragraph.text))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
