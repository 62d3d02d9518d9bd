"""Word files as offices make them, for the readers: written with python-docx, all content invented."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.shared import RGBColor

Words = str | Sequence[Any]  # a paragraph, or several; a list within is a nested table


class Word:
    """A Word file being made.

    A paragraph may begin with "- " (a bullet), "-- " (one level deeper) or "# " (a heading); what stands
    between two "|" is bold, and what follows "? " is guidance: grey and italic.
    """

    def __init__(self, *paragraphs: str) -> None:
        self.document = Document()
        self.say(*paragraphs)

    def say(self, *paragraphs: str) -> "Word":
        for words in paragraphs:
            _fill(self.document.add_paragraph(), words)
        return self

    def table(self, *rows: Sequence[Words], merge: Sequence[tuple[int, int, int, int]] = ()) -> "Word":
        """Rows of cells; a row of one cell spans all columns. ``merge``: from row, column to row, column."""
        width = max(len(row) for row in rows)
        table = self.document.add_table(len(rows), width, style="Table Grid")
        for cells, row in zip(rows, table.rows, strict=True):
            if len(cells) == 1 and width > 1:
                _into(row.cells[0].merge(row.cells[-1]), cells[0])
            else:
                for words, cell in zip(cells, row.cells, strict=True):
                    _into(cell, words)
        for top, left, bottom, right in merge:
            table.cell(top, left).merge(table.cell(bottom, right))
        return self

    def running(self, words: str) -> "Word":
        self.document.sections[0].header.paragraphs[0].text = words
        return self

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


def _into(cell: Any, words: Words) -> None:
    parts = [words] if isinstance(words, str) else list(words)
    first = True
    for part in parts:
        if isinstance(part, list):
            inner = cell.add_table(len(part), max(map(len, part)))
            for cells, row in zip(part, inner.rows, strict=True):
                for one, place in zip(cells, row.cells, strict=True):
                    _into(place, one)
        else:
            _fill(cell.paragraphs[0] if first else cell.add_paragraph(), part)
        first = False


def _fill(paragraph: Any, words: str) -> None:
    for mark, style in (("-- ", "List Bullet 2"), ("- ", "List Bullet"), ("# ", "Heading 2")):
        if words.startswith(mark):
            words = words.removeprefix(mark)
            paragraph.style = style
            break
    said, _mark, guidance = words.partition("? ")
    for place, part in enumerate(said.split("|")):
        paragraph.add_run(part).bold = bool(place % 2)
    if guidance:
        run = paragraph.add_run(guidance)
        run.italic = True
        run.font.color.rgb = RGBColor(0x76, 0x71, 0x71)
