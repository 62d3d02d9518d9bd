"""What comes from the clipboard of Word, Excel or a browser: HTML, or text with tabs between its cells.

Only words are taken, with emphasis and links to the web: no other style, no script. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents import csv, sheet_reading
from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.emphasis import Run, to_markdown
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
_ITALIC = re.compile(r"font-style:\s*(italic|oblique)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s()<>\"]{1,2000}", re.IGNORECASE)
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
        self.lines: list[list[Run]] = [[]]

    def add(self, text: str | None, *, bold: bool = False, italic: bool = False) -> None:
        if not text:
            return
        line = self.lines[-1]
        words = _BLANKS.sub(" ", text)
        if words[0] == " " and (not line or line[-1].text[-1] == " "):
            words = words[1:]
        if words:
            line.append(Run(words, bold, italic))

    def inline(self, element: Any) -> None:
        """All words within, with line breaks, emphasis and links to the web."""
        stack: list[tuple[Any, bool, bool, bool]] = [(element, False, False, False)]
        while stack:  # not by calls: what is pasted may be nested without end
            one, was_bold, was_italic, is_tail = stack.pop()
            if is_tail:
                self.add(one.tail, bold=was_bold, italic=was_italic)
                continue
            name, style = _name(one), one.get("style") or ""
            if not _is_shown(one, name):
                continue
            if name == "br":
                self.lines.append([])
            elif name == "a" and (link := _link(one)):
                self.lines[-1].append(Run(link, was_bold, was_italic, atom=True))
            else:
                bold = was_bold or name in ("b", "strong") or bool(_BOLD.search(style))
                italic = was_italic or name in ("i", "em") or bool(_ITALIC.search(style))
                self.add(one.text, bold=bold, italic=italic)
                for child in reversed(one):
                    stack += [(child, bold, italic, True), (child, bold, italic, False)]

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraphs so far, and begins anew."""
        lines, self.lines = self.lines, [[]]
        said = [run for line in lines for run in line if run.text.strip()]
        bold, italic = all(run.bold for run in said), all(run.italic for run in said)
        texts = [to_markdown(line).strip() for line in lines]
        for text in "\n".join(texts).strip("\n").split("\n") if said else ():
            yield Paragraph(text, self.place, bold=bold, italic=italic)


def _link(element: Any) -> str:
    """A link as Markdown; "" for one that leads elsewhere than to the web, of which only the words stay."""
    words = _BLANKS.sub(" ", "".join(element.itertext())).strip()
    address = _ADDRESS.fullmatch((element.get("href") or "").strip())
    return f"[{words}]({address[0]})" if words and address and not set(words) & set("[]") else ""


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
