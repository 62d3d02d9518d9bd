"""A Word file as what it says: paragraphs, lists and tables in order.

Tracked changes count as accepted, hidden text is left out, and of pictures there is only a remark. The XML is
read as it is, with lxml: python-docx gives up on files that Word still opens, and knows no lists.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.utils.translation import ngettext

from evaltrack.documents import archives
from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from evaltrack.documents.docx_look import Numbering, Style, Styles, W, value, with_numbers
from evaltrack.documents.docx_parts import Parts
from evaltrack.documents.docx_words import (
    DELETED,
    Piece,
    Words,
    chosen,
    is_prompt,
    own_mark,
    span,
    value_of,
    without_mark,
)
from evaltrack.documents.emphasis import Run, plain, to_markdown
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.joining import joined

Element = Any  # lxml's, which is not typed

DEEPEST_TABLE = 8  # tables within tables; what is deeper is read as its paragraphs
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# Programs put these where a file has no title of its own.
_NO_TITLE = re.compile(r"document\d*|microsoft word.*|untitled.*|word document.*|.*\.docx?", re.IGNORECASE)
_DEEPER = 150  # twentieths of a point: an item so much further in is a level deeper
_PER_LEVEL = 720


def read(data: bytes) -> Content:
    """What a .docx file says. Raises :class:`UnreadableFileError`."""
    remarks = archives.check(data, "docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Document(Parts(archive)).content(remarks)
    except (zipfile.BadZipFile, RecursionError, ValueError, OSError, LookupError) as error:
        raise UnreadableFileError(archives.damaged()) from error


@dataclass(slots=True)
class _Where:
    """The cell that is being read, and how far in its last list items stood."""

    table: int = 0
    row: int = 0
    column: int = 0
    depth: int = 0
    steps: list[tuple[str, int, int]] = field(default_factory=list)  # list, its level, indent of each level


class _Document:
    def __init__(self, package: Parts) -> None:
        root = package.part(package.main)
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise UnreadableFileError(archives.damaged())
        self.package = package
        self.body = body
        self.styles = Styles(package.first("styles"))
        self.numbering = Numbering(package.first("numbering"))
        self.words = Words(self.styles, package.links(package.main), _marks(root))
        self.tables = 0
        self.joined: list[Piece] = []  # of a paragraph whose end was deleted

    def content(self, remarks: Iterable[str]) -> Content:
        blocks = tuple(self._blocks(self.body, _Where()))
        footnotes = {**self._notes("footnote"), **self._notes("endnote")}
        pictures, language = self.words.pictures, self._language()
        running = tuple(dict.fromkeys(self._running()))
        if not self.words.has_pages:
            blocks = tuple(_without_page(block) for block in blocks)
        return Content(
            blocks=blocks,
            footnotes=footnotes,
            running=running,
            title=self._title(),
            language=language,
            remarks=(*remarks, *_picture_remark(pictures)),
            properties=self._properties(),
        )

    # Blocks ---------------------------------------------------------------------------------------------

    def _blocks(self, parent: Element, where: _Where) -> Iterator[Paragraph | Table]:
        for child in parent:
            tag = child.tag
            if tag == f"{W}p":
                yield from self._paragraph(child, where)
            elif tag == f"{W}tbl":
                where.steps = []
                yield from self._table(child, where)
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    found = self._blocks(content, where)
                    yield from (_as_prompt(one) for one in found) if is_prompt(child) else found
            elif tag == f"{_MC}AlternateContent":
                yield from self._blocks(chosen(child), where)
            elif tag in (f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"):
                yield from self._blocks(child, where)

    def _paragraph(self, element: Element, where: _Where) -> Iterator[Paragraph | Table]:
        properties = element.find(f"{W}pPr")
        style = with_numbers(self.styles.of(value(properties, "pStyle")), properties)
        page = self.words.page
        pieces = self.joined + self.words.pieces(element, style.letters)
        for one in self.words.fields:
            one.in_code = False
        self.joined = []
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self.joined = pieces  # its end was deleted: it goes on in the next
        else:
            before = self.words.page if _turns_first(element) else page
            yield self._made(pieces, style, where, before)
        boxes, self.words.boxes = self.words.boxes, []
        for box in boxes:
            yield from self._blocks(box, _Where(where.table, where.row, where.column, where.depth))

    def _made(self, pieces: list[Piece], style: Style, where: _Where, page: int) -> Paragraph:
        value_pieces = _after_label(pieces)
        runs = [piece.run for piece in pieces]
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", to_markdown(runs).strip(" \t\n"))
        level, marker = self._listed(style, where, has_text=bool(plain(runs).strip()))
        return Paragraph(
            text=text,
            place=Place(page=page, table=where.table, row=where.row, column=where.column),
            heading=style.heading,
            level=level,
            marker=marker,
            bold=_all(pieces, "bold"),
            italic=_all(value_pieces, "italic"),
            grey=_all(value_pieces, "grey"),
            style=style.name,
            marked=_set_off(pieces, "marked"),
            struck=_set_off(pieces, "struck"),
        )

    def _listed(self, style: Style, where: _Where, *, has_text: bool) -> tuple[int | None, str]:
        """The level of a list item among its neighbours, and what is printed before it.

        Levels are what is seen: an item is deeper when its list says so, or when it stands further in; a list
        within a list is often a list of its own.
        """
        num_id = style.num_id
        if num_id is None or num_id == "0" or not self.numbering.is_list(num_id) or style.heading:
            where.steps = where.steps if not has_text else []
            return None, ""
        at = min(style.level or 0, 8)
        if not has_text:
            return at, ""
        own = self.numbering.level(num_id, at).indent
        indent = style.indent if style.indent is not None else own
        if own is not None and style.indent == self.styles.default.indent:
            indent = own
        step = (num_id, at, _PER_LEVEL * (at + 1) if indent is None else indent)
        while where.steps and _stands_before(step, where.steps[-1]):
            where.steps.pop()
        if not where.steps or _is_deeper(step, where.steps[-1]):
            where.steps.append(step)
        else:
            where.steps[-1] = step
        return len(where.steps) - 1, self.numbering.marker(num_id, at)

    # Tables ---------------------------------------------------------------------------------------------

    def _table(self, element: Element, where: _Where) -> Iterator[Paragraph | Table]:
        self.tables += 1
        place = Place(page=self.words.page, table=self.tables)
        rows: list[list[Cell]] = []
        open_cells: dict[int, tuple[int, int]] = {}  # grid column -> where the cell that spans rows stands
        headers = 0
        for row in _rows(element):
            found = self._row(row, replace_where(where, place.table, len(rows) + 1), rows, open_cells)
            repeated = row.find(f"{W}trPr/{W}tblHeader")
            if repeated is not None and value_of(repeated, "val") not in ("0", "false"):
                headers += headers == len(rows)
            rows.append(found)
        if where.depth >= DEEPEST_TABLE:
            for row_cells in rows:
                for cell in row_cells:
                    yield from cell.paragraphs
        elif rows:
            yield Table(tuple(map(tuple, rows)), place, headers)

    def _row(
        self,
        element: Element,
        where: _Where,
        rows: list[list[Cell]],
        open_cells: dict[int, tuple[int, int]],
    ) -> list[Cell]:
        cells: list[Cell] = []
        column = span(element.find(f"{W}trPr"), "gridBefore") if element.find(f"{W}trPr") is not None else 0
        for cell in _cells(element):
            properties = cell.find(f"{W}tcPr")
            columns = max(1, span(properties, "gridSpan")) if properties is not None else 1
            merged = properties.find(f"{W}vMerge") if properties is not None else None
            goes_on = merged is not None and value_of(merged, "val") != "restart"
            inside = replace(where, column=column + 1, steps=[])
            place = Place(page=self.words.page, table=where.table, row=where.row, column=column + 1)
            blocks = tuple(self._blocks(cell, inside))
            if goes_on and column in open_cells:
                row, at = open_cells[column]
                rows[row][at] = replace(rows[row][at], rows=rows[row][at].rows + 1)
            else:
                open_cells.pop(column, None)
                if merged is not None:
                    open_cells[column] = (len(rows), len(cells))
                cells.append(Cell(blocks, place, columns))
            column += columns
        return cells

    # The rest -------------------------------------------------------------------------------------------

    def _notes(self, kind: str) -> dict[str, str]:
        root = self.package.first(f"{kind}s")
        names = self.package.of_kind(f"{kind}s")
        if names:
            self.words.links = self.package.links(names[0])
        texts = {}
        for note in root.iter(f"{W}{kind}") if root is not None else ():
            mark = self.words.marks.get((kind, note.get(f"{W}id") or ""))
            if mark:
                first, *others = [one for one in self._paragraphs_of(note) if one.text] or [Paragraph("")]
                said = [(first, without_mark(first.text, mark)), *((one, one.text) for one in others)]
                texts[mark] = joined(said)
        return dict(sorted(texts.items(), key=lambda pair: list(self.words.marks.values()).index(pair[0])))

    def _running(self) -> Iterator[str]:
        for kind in ("header", "footer"):
            for name in self.package.of_kind(kind):
                try:
                    root = self.package.part(name)
                except UnreadableFileError:
                    continue
                if root is not None:
                    yield from (one.text for one in self._paragraphs_of(root) if one.text.strip())

    def _paragraphs_of(self, parent: Element) -> Iterator[Paragraph]:
        for block in self._blocks(parent, _Where()):
            yield from Cell((block,)).paragraphs

    def _title(self) -> str:
        root = self.package.part("docProps/core.xml") if "docprops/core.xml" in self.package.names else None
        title = " ".join((root.findtext(_TITLE) or "").split()) if root is not None else ""
        return "" if _NO_TITLE.fullmatch(title) else title

    def _properties(self) -> dict[str, str]:
        """The file's own properties, which programs keep and people seldom see."""
        root = (
            self.package.part("docProps/custom.xml") if "docprops/custom.xml" in self.package.names else None
        )
        found = root.iterfind("{*}property") if root is not None else ()
        return {one.get("name") or "": "".join(one.itertext()).strip() for one in found}

    def _language(self) -> str:
        found = self.words.languages
        return max(found, key=lambda key: found[key]) if found else ""


def _marks(root: Element) -> dict[tuple[str, str], str]:
    """The marks of notes as they are printed: footnotes 1, 2, 3, and endnotes i, ii, iii."""
    marks: dict[tuple[str, str], str] = {}
    counts = {"footnote": 0, "endnote": 0}
    for reference in root.iter(f"{W}footnoteReference", f"{W}endnoteReference"):
        kind = reference.tag.removeprefix(W).removesuffix("Reference")
        key = (kind, reference.get(f"{W}id") or "")
        if key in marks or any(True for _one in reference.iterancestors(*DELETED, f"{_MC}Fallback")):
            continue
        if own := own_mark(reference):
            marks[key] = own
            continue
        counts[kind] += 1
        marks[key] = str(counts[kind]) if kind == "footnote" else f"e{counts[kind]}"
    return marks


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{W}tr":
            if child.find(f"{W}trPr/{W}del") is None:
                yield child
        elif child.tag == f"{W}sdt":
            content = child.find(f"{W}sdtContent")
            if content is not None:
                yield from _rows(content)
        elif child.tag in (f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}customXml", f"{W}sdtContent"):
            yield from _cells(child)


def replace_where(where: _Where, table: int, row: int) -> _Where:
    return _Where(table, row, 0, where.depth + 1)


def _stands_before(step: tuple[str, int, int], last: tuple[str, int, int]) -> bool:
    """Whether an item stands further out than the level of the last."""
    same_list = step[0] == last[0]
    if same_list or step[1] != last[1]:
        return step[1] < last[1] and (same_list or step[2] < last[2] + _DEEPER)
    return step[2] < last[2] - _DEEPER


def _is_deeper(step: tuple[str, int, int], last: tuple[str, int, int]) -> bool:
    if step[0] == last[0] or step[1] != last[1]:
        return step[1] > last[1]
    return step[2] > last[2] + _DEEPER


def _after_label(pieces: list[Piece]) -> list[Piece]:
    """What follows a bold beginning; all of it where nothing does."""
    at = 0
    while at < len(pieces) and (pieces[at].run.bold or not pieces[at].run.text.strip()):
        at += 1
    rest = [piece for piece in pieces[at:] if piece.run.text.strip()]
    return rest or pieces


def _all(pieces: Iterable[Piece], look: str) -> bool:
    said = [piece for piece in pieces if any(map(str.isalnum, piece.run.text)) and not _is_mark(piece.run)]
    return bool(said) and all(piece.grey if look == "grey" else getattr(piece.run, look) for piece in said)


def _set_off(pieces: Iterable[Piece], look: str) -> tuple[str, ...]:
    """The words of a paragraph that have a look, each stretch of them by itself."""
    stretches = groupby(pieces, key=lambda piece: bool(getattr(piece, look)))
    words = ("".join(piece.run.text for piece in stretch).strip() for has_it, stretch in stretches if has_it)
    return tuple(word for word in words if word)


def _is_mark(run: Run) -> bool:
    return run.atom and run.text.startswith("[^")


def _turns_first(paragraph: Element) -> bool:
    """Whether a page break stands before its first letter."""
    for element in paragraph.iter(f"{W}t", f"{W}lastRenderedPageBreak"):
        if element.tag == f"{W}lastRenderedPageBreak":
            return True
        if (element.text or "").strip():
            return False
    return False


def _as_prompt(block: Paragraph | Table) -> Paragraph | Table:
    return replace(block, grey=True, italic=True) if isinstance(block, Paragraph) else block


def _without_page(block: Paragraph | Table) -> Paragraph | Table:
    place = replace(block.place, page=0)
    if isinstance(block, Paragraph):
        return replace(block, place=place)
    rows = tuple(tuple(_cell_without_page(cell) for cell in row) for row in block.rows)
    return replace(block, place=place, rows=rows)


def _cell_without_page(cell: Cell) -> Cell:
    blocks = tuple(_without_page(block) for block in cell.blocks)
    return replace(cell, blocks=blocks, place=replace(cell.place, page=0))


def _picture_remark(count: int) -> Iterator[str]:
    if count:
        yield ngettext(
            "%(count)d picture or drawing was not read.",
            "%(count)d pictures or drawings were not read.",
            count,
        ) % {"count": count}
