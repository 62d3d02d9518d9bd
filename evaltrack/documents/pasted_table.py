"""What comes from the clipboard of Word, Excel or a browser: HTML, or text with tabs between its cells.

Only words are taken: no style but bold, no address, no script. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents import csv, sheet_reading
from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.sheet_reading import Workbook

LARGEST = 10_000_000  # characters
MOST_CELLS = 200_000
MOST_SPAN = 1_000  # rows or columns that a cell may cover
DEEPEST = 30  # tables and lists within each other

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HIDDEN = re.compile(r"mso-hide:\s*all|display:\s*none", re.IGNORECASE)
_BOLD = re.compile(r"font-weight:\s*(bold|[6-9]00)", re.IGNORECASE)
_WORD_LEVEL = re.compile(r"mso-list:[^;]*level(\d)", re.IGNORECASE)
_WORD_MARKER = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_LEFT_OUT = {"script", "style", "head", "title", "meta", "link", "template", "object", "iframe", "svg", "xml"}
_BLOCKS = {
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "blockquote",
    "section",
    "article",
    "caption",
}


def read_html(html: str) -> Content:
    """The paragraphs and tables of pasted HTML. Raises :class:`UnreadableFileError`."""
    from lxml import etree

    _check_size(html)
    plain = _UNPRINTABLE.sub("", html)
    if not plain.strip():
        return Content()
    parser = etree.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(plain.encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableFileError(_("What was pasted cannot be read. Paste the table itself.")) from error
    return _Reader().content(root) if root is not None else Content()


def read_text(text: str) -> Content:
    """The table of a text whose cells are parted by tabs. Raises :class:`UnreadableFileError`."""
    _check_size(text)
    return sheet_reading.content(Workbook((csv.sheet(text, "\t"),)))


def _check_size(text: str) -> None:
    if len(text) > LARGEST:
        raise UnreadableFileError(_("That is too much to be pasted at once. Import the file instead."))


class _Reader:
    """One paste, while it is read."""

    def __init__(self) -> None:
        self.cells = 0
        self.tables = 0

    def content(self, root: Any) -> Content:
        return Content(tuple(self._blocks(root, Place(), 0)))

    def _blocks(self, element: Any, place: Place, depth: int, level: int = -1) -> Iterator[Paragraph | Table]:
        """Paragraphs and tables in an element; ``level`` is that of the list it stands in."""
        words = _Words(place)
        words.add(element.text)
        for child in element:
            name = _name(child)
            if depth > DEEPEST or not _is_shown(child, name):
                pass
            elif name == "table":
                yield from words.paragraphs()
                yield self._table(child, depth + 1)
            elif name in ("ul", "ol"):
                yield from words.paragraphs()
                yield from self._list(child, place, depth + 1, level + 1, ordered=name == "ol")
            elif name in _BLOCKS or _holds_blocks(child):
                yield from words.paragraphs()
                yield from self._block(child, place, depth + 1, level)
            else:
                words.inline(child)
            words.add(child.tail)
        yield from words.paragraphs()

    def _block(self, element: Any, place: Place, depth: int, level: int) -> Iterator[Paragraph | Table]:
        style = element.get("style") or ""
        listed = _WORD_LEVEL.search(style)
        for block in self._blocks(element, place, depth, level):
            if isinstance(block, Paragraph) and listed and block.level is None:
                marker = _word_marker(element)
                text = block.text.removeprefix(marker).strip() if marker else block.text
                yield replace(block, text=text, level=int(listed[1]) - 1, marker=marker or "•")
            elif isinstance(block, Paragraph) and _name(element) in ("h1", "h2", "h3", "h4", "h5", "h6"):
                yield replace(block, heading=int(_name(element)[1]))
            else:
                yield block

    def _list(
        self, element: Any, place: Place, depth: int, level: int, *, ordered: bool
    ) -> Iterator[Paragraph | Table]:
        number = 0
        for item in element:
            if _name(item) in ("ul", "ol"):  # as some programs nest lists
                yield from self._list(item, place, depth + 1, level + 1, ordered=_name(item) == "ol")
                continue
            number += 1
            first = True
            for block in self._blocks(item, place, depth + 1, level):
                if first and isinstance(block, Paragraph) and block.level is None:
                    yield replace(block, level=level, marker=f"{number}." if ordered else "•")
                else:
                    yield block
                first = False

    def _table(self, element: Any, depth: int) -> Table:
        self.tables += 1
        number = self.tables
        rows: list[tuple[Cell, ...]] = []
        headers = 0
        for row in _rows(element):
            cells = []
            for column, cell in enumerate((one for one in row if _name(one) in ("td", "th")), 1):
                self.cells += 1
                if self.cells > MOST_CELLS:
                    raise UnreadableFileError(
                        _("That is too much to be pasted at once. Import the file instead.")
                    )
                place = Place(table=number, row=len(rows) + 1, column=column)
                blocks = tuple(self._blocks(cell, place, depth + 1))
                cells.append(Cell(blocks, place, _span(cell, "colspan"), _span(cell, "rowspan")))
            if cells:
                rows.append(tuple(cells))
                is_head = _name(row.getparent()) == "thead"
                headers += is_head and headers == len(rows) - 1
        return Table(tuple(rows), Place(table=number), headers)


class _Words:
    """Text that runs on, until something else begins."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.parts: list[tuple[str, bool]] = []

    def add(self, text: str | None, *, bold: bool = False) -> None:
        if text:
            self.parts.append((_BLANKS.sub(" ", text), bold))

    def inline(self, element: Any, *, bold: bool = False) -> None:
        """All words within, line breaks as such."""
        stack: list[tuple[Any, bool, bool]] = [(element, bold, False)]
        while stack:  # not by calls: what is pasted may be nested without end
            one, was_bold, is_tail = stack.pop()
            if is_tail:
                self.add(one.tail, bold=was_bold)
                continue
            name = _name(one)
            if not _is_shown(one, name):
                continue
            if name == "br":
                self.parts.append(("\n", was_bold))
                continue
            is_bold = was_bold or name in ("b", "strong") or bool(_BOLD.search(one.get("style") or ""))
            self.add(one.text, bold=is_bold)
            for child in reversed(one):
                stack += [(child, is_bold, True), (child, is_bold, False)]

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraph so far, and begins anew."""
        text = "".join(part for part, _bold in self.parts)
        lines = [re.sub(r" {2,}", " ", line).strip() for line in text.split("\n")]
        said = "\n".join(lines).strip("\n")
        bold = all(is_bold for part, is_bold in self.parts if part.strip())
        self.parts = []
        if said.strip():
            for line in said.split("\n"):
                yield Paragraph(line, self.place, bold=bold)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if _name(child) == "tr":
            yield child
        elif _name(child) in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if _name(row) == "tr")


def _holds_blocks(element: Any) -> bool:
    return next(element.iter("table", "ul", "ol", *_BLOCKS), None) is not None


def _is_shown(element: Any, name: str) -> bool:
    return bool(name) and name not in _LEFT_OUT and not _HIDDEN.search(element.get("style") or "")


def _word_marker(element: Any) -> str:
    """The bullet or number that Word writes out before a list item."""
    for one in element.iter("span"):
        if _WORD_MARKER.search(one.get("style") or ""):
            return _BLANKS.sub(" ", "".join(one.itertext()).replace("\xa0", " ")).strip()
    return ""


def _span(cell: Any, name: str) -> int:
    said = (cell.get(name) or "").strip()
    return max(1, min(int(said), MOST_SPAN)) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _name(element: Any) -> str:
    """The tag; "" for what is none."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
