"""What stands in a Word file that we write: texts and tables, in neutral words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evaltrack.documents.docx_package import Properties
from evaltrack.documents.docx_styles import Style


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs in one style: ``html`` is that of ``evaltrack.text``, with ``<b>`` around words of the form.

    A blank one is an empty paragraph, to be filled in. As the item of a list, of level ``item``, its further
    paragraphs are indented with it, and its own lists stand a level deeper; one ``below`` an item of that
    level is indented like it.
    """

    html: str
    style: str = "Normal"
    further: str = ""  # the style of its further paragraphs, where that is another
    item: int | None = None
    below: int | None = None
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """``columns`` and ``rows`` are how many it spans."""

    texts: Sequence[Text] = ()
    columns: int = 1
    rows: int = 1
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """``header`` rows stand at the head of a table, and are repeated on each page that it goes on to.

    One that does not ``part`` stays whole on a page; one that ``keeps`` stays on the page of the next.
    """

    cells: Sequence[Cell]
    header: bool = False
    parts: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the page's width; ``title`` is what those hear who cannot see it."""

    rows: Sequence[Row]
    widths: Sequence[float]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """What stands at the head and foot of every page; the page number comes between its three words."""

    title: str = ""
    date: str = ""
    foot: str = ""
    before: str = ""
    between: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """``notes`` are the footnotes as HTML by their marks; those that no text cites stand at the end.

    ``label_language`` is that of the words of the form, ``notes_label`` what stands before uncited notes.
    """

    properties: Properties
    blocks: Sequence[Text | Table]
    styles: Sequence[Style] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    notes_label: str = ""
    notes_style: str = "Normal"
    label_language: str = ""
    running: Running = Running()
