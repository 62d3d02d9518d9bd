"""What stands in an Excel file: the cells of its sheets, read as a stream and never reckoned.

Its XML is read here and not by openpyxl, which holds all of a file at many times its size, knows either a
formula or what it came to, and gives up over the looks of a file whose cells are sound.
"""

import io
import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from posixpath import join, normpath
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents import archives
from evaltrack.documents.content import Cell as ContentCell
from evaltrack.documents.content import Content, Paragraph, Place, Table
from evaltrack.documents.errors import UnreadableFileError

MOST_ROWS = 50_000  # in a sheet, counted to the last that holds something
MOST_COLUMNS = 1_000
MOST_CELLS = 500_000  # with something in them, in all sheets
MOST_SHEETS = 200
MOST_LETTERS = 50_000_000  # in all cells: a text that many cells share counts as often

# An underscore that would else begin the number of a character, and a carriage return so written.
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)|_x000D_(?=\n|$)")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` as it reads. ``day`` where it is a real date; of a formula the last result, if it is kept."""

    text: str
    day: date | None = None
    is_formula: bool = False


Spot = tuple[int, int]  # row and column, from 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """``cells`` holds those with something in them; ``spans`` how many rows and columns merged ones cover."""

    name: str
    cells: Mapping[Spot, Cell]
    spans: Mapping[Spot, Spot] = field(default_factory=dict)
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def text(self, row: int, column: int) -> str:
        found = self.cells.get((row, column))
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """``properties`` are the document's own; ``remarks`` sentences on what was not read as it stands."""

    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    remarks: tuple[str, ...] = ()


def read(data: bytes) -> Workbook:
    """The sheets of an XLSX file. Raises :class:`UnreadableFileError`."""
    from lxml.etree import LxmlError

    remarks = archives.check(data, "xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Reader(archive).workbook(remarks)
    except (LxmlError, zipfile.BadZipFile, ValueError, KeyError, IndexError, OverflowError) as error:
        raise UnreadableFileError(archives.damaged()) from error


def content(book: Workbook) -> Content:
    """The sheets as tables, one each, empty rows and columns left out."""
    tables = [_table(sheet, number) for number, sheet in enumerate(book.sheets, 1) if sheet.cells]
    return Content(tuple(tables), title=book.title, remarks=(*book.remarks, *_hidden(book)))


def _hidden(book: Workbook) -> Iterator[str]:
    for sheet in (one for one in book.sheets if one.cells):
        if sheet.is_hidden:
            yield _("The sheet “%(sheet)s” is hidden; it was read all the same.") % {
                "sheet": sheet.name[:100]
            }
        elif any(row in sheet.hidden_rows or column in sheet.hidden_columns for row, column in sheet.cells):
            yield _("Rows or columns of the sheet “%(sheet)s” are hidden; they were read all the same.") % {
                "sheet": sheet.name[:100]
            }


def _table(sheet: Sheet, number: int) -> Table:
    rows, columns = sorted({row for row, _ in sheet.cells}), sorted({column for _, column in sheet.cells})
    if len(rows) * len(columns) > 2 * MOST_CELLS:
        raise UnreadableFileError(_too_large(sheet.name))
    spans = _spans(sheet, rows, columns)
    covered = {spot for spots in spans.values() for row in spots for spot in row[spots[0] is row :]}
    made = []
    blank = ContentCell()  # a table has many; each by itself would cost more than all that is said
    for row in rows:
        cells = []
        for column in columns:
            if (row, column) in covered:
                continue
            if (row, column) not in sheet.cells and (row, column) not in spans:
                cells.append(blank)
                continue
            at = Place(sheet=sheet.name, table=number, row=row, column=column)
            text = sheet.text(row, column).strip()
            blocks = tuple(Paragraph(line, at) for line in text.split("\n")) if text else ()
            spots = spans.get((row, column), [[(row, column)]])
            cells.append(ContentCell(blocks, at, columns=len(spots[0]), rows=len(spots)))
        made.append(tuple(cells))
    return Table(tuple(made), Place(sheet=sheet.name, table=number))


def _spans(sheet: Sheet, rows: list[int], columns: list[int]) -> dict[Spot, list[list[Spot]]]:
    """The spots that each merged cell covers, by row, of those rows and columns that hold something."""
    found: dict[Spot, list[list[Spot]]] = {}
    left = MOST_CELLS
    for (top, width_from), (high, wide) in sheet.spans.items():
        down = rows[bisect_left(rows, top) : bisect_left(rows, top + high)]
        across = columns[bisect_left(columns, width_from) : bisect_left(columns, width_from + wide)]
        left -= len(down) * len(across)
        if left < 0:
            break
        if down and across:
            found[down[0], across[0]] = [[(row, column) for column in across] for row in down]
    return found


class _Reader:
    """One archive, while it is read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left = MOST_CELLS
        self.letters = MOST_LETTERS
        self.unknown = 0  # formulas without a result

    def workbook(self, remarks: tuple[str, ...]) -> Workbook:
        root = self._relations("")
        main = next((target for kind, target in root.values() if kind == "officeDocument"), "")
        parts = self._relations(main)
        by_kind = dict(parts.values())
        self.strings = list(self._strings(by_kind.get("sharedStrings", "")))
        self.days = self._day_styles(by_kind.get("styles", ""))
        sheets, self.epoch = [], False
        for element in self._elements(main, "sheet", "workbookPr"):
            if _local(element) == "workbookPr":
                self.epoch = element.get("date1904") in ("1", "true")
                continue
            relation = next((value for name, value in element.items() if name.endswith("}id")), "")
            kind, target = parts.get(relation, ("", ""))
            if kind == "worksheet":
                hidden = element.get("state", "visible") != "visible"
                sheets.append(self._sheet(element.get("name", ""), target, hidden))
            if len(sheets) > MOST_SHEETS:
                raise UnreadableFileError(
                    _("The file has more than %(most)d sheets.") % {"most": MOST_SHEETS}
                )
        if not sheets:
            raise UnreadableFileError(archives.damaged())
        own = next((target for kind, target in root.values() if kind == "custom-properties"), "")
        core = next((target for kind, target in root.values() if kind == "core-properties"), "")
        return Workbook(
            tuple(sheets), dict(self._properties(own)), self._title(core), (*remarks, *self._remarks(sheets))
        )

    def _remarks(self, sheets: list[Sheet]) -> Iterator[str]:
        formulas = sum(cell.is_formula for sheet in sheets for cell in sheet.cells.values())
        if formulas:
            yield _(
                "Cells with formulas were read with the results that the file keeps; nothing was reckoned."
            )
        if self.unknown:
            yield _("The file keeps no result of some formulas; they stand as they are written.")

    # Parts --------------------------------------------------------------------------------------------------

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """id -> (kind, part); addresses outside the file are left out, and never followed."""
        folder, _slash, name = part.rpartition("/")
        found = {}
        for element in self._elements(join(folder, "_rels", f"{name}.rels"), "Relationship"):
            if element.get("TargetMode") != "External":
                target = element.get("Target", "")
                whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], whole)
        return found

    def _elements(self, part: str, *names: str) -> Iterator[Any]:
        """The elements of those names when they end."""
        return (element for event, element in self._events(part, *names) if event == "end")

    def _events(self, part: str, *names: str) -> Iterator[tuple[str, Any]]:
        """("start" or "end", element) of those names; each is let go of once its end was looked at."""
        from lxml import etree

        if not part or part not in self.archive.NameToInfo:
            return
        tags = [f"{{*}}{name}" for name in names]
        with self.archive.open(part) as stream:
            for event, element in etree.iterparse(
                stream,
                events=("start", "end"),
                tag=tags,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                yield event, element
                if event == "end":
                    element.clear()
                    while element.getprevious() is not None and element.getparent() is not None:
                        del element.getparent()[0]

    def _strings(self, part: str) -> Iterator[str]:
        for element in self._elements(part, "si"):
            yield _said(element)

    def _day_styles(self, part: str) -> dict[int, str]:
        """The formats of those styles that show a number as a date, by place."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        own: dict[int, str] = {}
        found: dict[int, str] = {}
        for element in self._elements(part, "numFmt", "cellXfs"):
            if _local(element) == "numFmt":
                own[_number(element.get("numFmtId"))] = element.get("formatCode", "")
                continue
            for place, style in enumerate(element):
                number = _number(style.get("numFmtId"))
                code = own.get(number) or BUILTIN_FORMATS.get(number, "")
                if code and is_date_format(code):
                    found[place] = code
        return found

    def _properties(self, part: str) -> Iterator[tuple[str, str]]:
        for element in self._elements(part, "property"):
            yield element.get("name", ""), "".join(element.itertext())

    def _title(self, part: str) -> str:
        return next(("".join(element.itertext()).strip() for element in self._elements(part, "title")), "")

    # Cells --------------------------------------------------------------------------------------------------

    def _sheet(self, name: str, part: str, is_hidden: bool) -> Sheet:
        cells: dict[Spot, Cell] = {}
        spans: dict[Spot, Spot] = {}
        hidden_rows, hidden_columns = set(), set()
        row = column = 0
        for event, element in self._events(part, "row", "c", "mergeCell", "col"):
            match event, _local(element):
                case "start", "row":
                    row, column = _number(element.get("r"), row + 1), 0
                    if element.get("hidden") in ("1", "true"):
                        hidden_rows.add(row)
                case "end", "c":
                    reference = element.get("r")
                    column = _spot(reference)[1] if reference else column + 1
                    cell = self._cell(element)
                    if cell.text:
                        self._count(name, row, column, cell)
                        cells[row, column] = cell
                case "end", "mergeCell":
                    spot, covers = _merged(element.get("ref", ""))
                    spans[spot] = covers
                case "end", "col" if element.get("hidden") in ("1", "true"):
                    last = min(_number(element.get("max")), MOST_COLUMNS)
                    hidden_columns |= set(range(_number(element.get("min")), last + 1))
        return Sheet(name, cells, spans, is_hidden, frozenset(hidden_rows), frozenset(hidden_columns))

    def _count(self, sheet: str, row: int, column: int, cell: Cell) -> None:
        self.left -= 1
        self.letters -= len(cell.text)
        if row > MOST_ROWS or column > MOST_COLUMNS or self.left < 0 or self.letters < 0:
            raise UnreadableFileError(_too_large(sheet))

    def _cell(self, element: Any) -> Cell:
        kind, style = element.get("t", "n"), _number(element.get("s"))
        value, formula, inline = None, None, ""
        for child in element:
            match _local(child):
                case "v":
                    value = child.text or ""
                case "f":
                    formula = child.text or ""
                case "is":
                    inline = _said(child)
        if formula is not None and not value and not inline:
            self.unknown += 1
            return Cell(f"={formula}" if formula else "", is_formula=True)
        return self._value(kind, value or "", inline, self.days.get(style, ""), formula is not None)

    def _value(self, kind: str, value: str, inline: str, day_format: str, is_formula: bool) -> Cell:
        match kind:
            case "inlineStr":
                return Cell(inline, is_formula=is_formula)
            case "s":
                place = _number(value, -1)
                text = self.strings[place] if 0 <= place < len(self.strings) else ""
                return Cell(text, is_formula=is_formula)
            case "b":
                return Cell("TRUE" if value == "1" else "FALSE", is_formula=is_formula)
            case "d":
                return _dated(datetime.fromisoformat(value.rstrip("Z")), "yyyy-mm-dd", is_formula)
            case "n" if value:
                return self._numbered(value, day_format, is_formula)
        return Cell(_unescaped(value), is_formula=is_formula)

    def _numbered(self, value: str, day_format: str, is_formula: bool) -> Cell:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

        try:
            number = float(value)
            if day_format and number >= 1:
                moment = from_excel(number, CALENDAR_MAC_1904 if self.epoch else CALENDAR_WINDOWS_1900)
                if isinstance(moment, datetime):
                    return _dated(moment, day_format, is_formula)
        except (ValueError, OverflowError):  # no number, or a day beyond the calendar
            return Cell(_unescaped(value), is_formula=is_formula)
        return Cell(f"{number:.15g}", is_formula=is_formula)


def _merged(reference: str) -> tuple[Spot, Spot]:
    """Where merged cells begin, and how many rows and columns they cover."""
    first, _colon, last = reference.partition(":")
    (top, left), (bottom, right) = _spot(first), _spot(last or first)
    return (top, left), (max(1, bottom - top + 1), max(1, right - left + 1))


def _too_large(sheet: str) -> str:
    sentence = _(
        "The sheet “%(sheet)s” is larger than any matrix: at most %(rows)d rows, %(columns)d columns and"
        " %(cells)d filled cells are read. Take out what does not belong to it."
    )
    return sentence % {
        "sheet": sheet[:100],
        "rows": MOST_ROWS,
        "columns": MOST_COLUMNS,
        "cells": MOST_CELLS,
    }


def _dated(moment: datetime, day_format: str, is_formula: bool) -> Cell:
    """A date as 2031-05-03; one that is shown without its day, as 2031-05."""
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", day_format).casefold()
    if "d" not in shown and "y" in shown and "m" in shown:
        return Cell(f"{moment:%Y-%m}", is_formula=is_formula)
    return Cell(f"{moment:%Y-%m-%d}", moment.date(), is_formula)


def _said(element: Any) -> str:
    """The text of a string with its runs; how it is pronounced is left out."""
    texts = []
    for child in element:
        name = _local(child)
        if name == "t":
            texts.append(child.text or "")
        elif name == "r":
            texts += [part.text or "" for part in child if _local(part) == "t"]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    text = _ESCAPED.sub(lambda found: "_" if found[0] == "_x005F_" else "", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _local(element: Any) -> str:
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _spot(reference: str) -> Spot:
    """Row and column of a reference such as B12. Raises ValueError."""
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if not found:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
