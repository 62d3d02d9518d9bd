"""What a file says, whatever its format: paragraphs and tables in order, each with the place it stands at.

Readers of formats make it; whoever looks for meaning in it need not know whether it was Word or PDF.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: page, table, row and column count from 1; 0 is not known."""

    page: int = 0
    sheet: str = ""
    table: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, list item or heading; ``text`` is the small Markdown of ``evaltrack.text``.

    Emphasis of the whole paragraph is house style and stands in ``bold`` and ``italic`` only, emphasis within
    it in the text. ``level`` is that of a list item, from 0; ``marker`` what is printed before it. ``style``
    is the name of the style that whoever wrote the file gave it, where the format has such. ``marked`` are
    the words that are underlined or highlighted, ``struck`` those struck through, where the format tells.
    """

    text: str
    place: Place = field(default_factory=Place)
    heading: int = 0  # 1 is the outermost
    level: int | None = None
    marker: str = ""
    bold: bool = False
    italic: bool = False
    grey: bool = False
    style: str = ""
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """``columns`` and ``rows`` are how many it spans."""

    blocks: tuple["Paragraph | Table", ...] = ()
    place: Place = field(default_factory=Place)
    columns: int = 1
    rows: int = 1

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        """All of them, those of tables within it as well."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield block
            else:
                for row in block.rows:
                    for cell in row:
                        yield from cell.paragraphs

    @property
    def text(self) -> str:
        """Its paragraphs, one a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a cell that spans rows stands in the first of them only."""

    rows: tuple[tuple[Cell, ...], ...] = ()
    place: Place = field(default_factory=Place)
    headers: int = 0  # rows that are repeated over pages


@dataclass(frozen=True, slots=True)
class Content:
    """A file's content; what stands in running headers and feet is kept apart."""

    blocks: tuple[Paragraph | Table, ...] = ()
    footnotes: dict[str, str] = field(default_factory=dict)  # mark as printed -> text
    running: tuple[str, ...] = ()
    title: str = ""
    language: str = ""  # BCP 47, where the file says so
    remarks: tuple[str, ...] = ()  # sentences on what was not read: macros, pictures
    properties: dict[str, str] = field(default_factory=dict)  # of the document, beside the usual ones
