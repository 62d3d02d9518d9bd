"""Workbooks for spreadsheet programs: what is asked for as columns and rows, as XLSX.

Text stays text: no cell is ever a formula. The same arguments give the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from openpyxl import Workbook

LONGEST = 32_767  # characters in a cell
LISTS = "_lists"  # the hidden sheet that holds what can be chosen from
LINE = 14.4  # points: a line of text of 11 points
TALLEST = 409.0  # points that a row may have
FITTING = 0.94  # of a line is filled before a word goes to the next, measured with English and French text
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - spreadsheet files know no time zone

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what spreadsheet programs take for a character's number
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in characters. ``choices`` make a drop-down; with ``strict`` nothing else can be entered.

    ``key`` names the column for programs, in a hidden first row; ``is_open`` cells can be changed in a
    protected sheet.
    """

    head: str = ""
    width: float = 16
    key: str = ""
    choices: tuple[str, ...] = ()
    strict: bool = True
    is_open: bool = False
    is_hidden: bool = False


Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """``style`` is "", "title", "heading", "note" or "label" (which its first shown cell is).

    ``is_open`` names the places of the cells that can be changed, where they are not those of the columns.
    """

    values: Sequence[Value]
    style: str = ""
    is_open: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows`` may be a generator. Where a column has a head, they are repeated on every printed page."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    is_protected: bool = False  # without a password: against slips, not against people
    is_hidden: bool = False  # so that only a program finds it
    right_to_left: bool = False
    mark: str = ""  # what programs know the sheet by, in its first cell; the first column is left for it


def workbook(
    sheets: Sequence[Sheet],
    *,
    title: str = "",
    language: str = "",
    properties: Mapping[str, str] | None = None,
    made_on: date | None = None,
) -> bytes:
    """The sheets as XLSX; ``properties`` are kept as the document's own, ``made_on`` is the day it names."""
    import openpyxl
    from openpyxl.packaging.custom import StringProperty

    book: Any = openpyxl.Workbook(write_only=True)
    day = datetime(made_on.year, made_on.month, made_on.day) if made_on else _EPOCH  # noqa: DTZ001
    book.properties.creator = "EvalTrack"
    book.properties.title, book.properties.language = cell_text(title), language
    for name, value in (properties or {}).items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    _add_styles(book)
    lists: list[tuple[str, ...]] = []
    names: list[str] = []
    for sheet in sheets:
        names.append(_name(sheet.name, names))
        _add(book, sheet, names[-1], lists)
    if lists:
        _add_lists(book, lists)
    buffer = io.BytesIO()
    book.save(buffer)
    return _repacked(buffer.getvalue(), day)


def cell_text(text: str) -> str:
    """What a cell can hold of a text: line ends as ``\\n``, no control characters, at most 32,767 long."""
    kept = _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))
    return kept if len(kept) <= LONGEST else f"{kept[: LONGEST - 1]}…"


def lines_in(text: str, width: float) -> int:
    """How many lines a text takes in a column of that many characters: an estimate."""
    fits = max(1.0, width * FITTING)
    return sum(max(1, ceil(_length(line) / fits)) for line in text.split("\n"))


def _length(line: str) -> int:
    if line.isascii():
        return len(line)
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


# Sheets -----------------------------------------------------------------------------------------------------


def _add(book: "Workbook", sheet: Sheet, name: str, lists: list[tuple[str, ...]]) -> None:
    made: Any = book.create_sheet(name)
    head = _set_up(made, sheet)
    first = head + 1
    count = 0
    for row in chain(_heads(sheet), sheet.rows):
        count += 1
        made.row_dimensions[count].height = _height(row, sheet)
        made.row_dimensions[count].hidden = row.style == "key"
        made.append([_cell(made, row, place, sheet) for place in range(len(row.values))])
    if head and not sheet.is_hidden:
        made.auto_filter.ref = f"A{head}:{_letter(len(sheet.columns))}{max(count, first)}"
    for place, column in enumerate(sheet.columns, 1):
        if column.choices and count >= first:
            _add_choices(made, column, f"{_letter(place)}{first}:{_letter(place)}{count}", lists)


def _set_up(made: Any, sheet: Sheet) -> int:
    """Everything about the sheet but its cells; the row that its heads stand in, or 0."""
    has_keys = any(column.key for column in sheet.columns) or bool(sheet.mark)
    head = 1 + has_keys if any(column.head for column in sheet.columns) else 0
    made.sheet_state = "veryHidden" if sheet.is_hidden else "visible"
    made.sheet_view.rightToLeft = sheet.right_to_left
    made.sheet_view.showGridLines = bool(head)
    for place, column in enumerate(sheet.columns, 1):
        made.column_dimensions[_letter(place)].width = column.width
        made.column_dimensions[_letter(place)].hidden = column.is_hidden
    if head:
        made.freeze_panes = f"A{head + 1}"
        made.print_title_rows = f"{head}:{head}"
    made.page_setup.orientation = "landscape" if head else "portrait"
    made.page_setup.paperSize = 9  # A4
    made.sheet_properties.pageSetUpPr.fitToPage = True
    made.page_setup.fitToWidth, made.page_setup.fitToHeight = 1, 0
    for side in ("left", "right", "top", "bottom"):
        setattr(made.page_margins, side, 0.5)  # inches
    made.oddFooter.center.text = "&P / &N"
    if sheet.is_protected:
        made.protection.enable()
        for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
            setattr(made.protection, allowed, False)  # what is named there is what is kept from people
    return head


def _heads(sheet: Sheet) -> Iterator[Row]:
    if sheet.mark or any(column.key for column in sheet.columns):
        keys = [column.key for column in sheet.columns]
        yield Row([sheet.mark or keys[0], *keys[1:]], "key", frozenset())
    if any(column.head for column in sheet.columns):
        yield Row([column.head for column in sheet.columns], "head", frozenset())


def _cell(made: Any, row: Row, place: int, sheet: Sheet) -> Any:
    from openpyxl.cell import WriteOnlyCell

    value: Any = row.values[place]
    column = sheet.columns[place]
    is_open = column.is_open if row.is_open is None else place in row.is_open
    style = row.style
    if style == "label":
        shown = next(at for at, one in enumerate(sheet.columns) if not one.is_hidden)
        style = "label" if place == shown else ""
    if isinstance(value, str) and (text := cell_text(value)):
        cell = WriteOnlyCell(made, _ESCAPE.sub("_x005F_", text))
        cell.data_type = "s"
    else:
        cell = WriteOnlyCell(made, None if isinstance(value, str) else value)
    if not style:
        style = "day" if isinstance(value, date) else "number" if isinstance(value, int) else "text"
        style = f"{style} open" if is_open or not sheet.is_protected else style
    cell.style = f"evaltrack {style}"
    return cell


def _height(row: Row, sheet: Sheet) -> float | None:
    """Enough for the longest of its texts."""
    lines = 1
    if row.style in ("title", "heading"):  # on one line, over the columns beside it
        return LINE * (1.6 if row.style == "title" else 1.3) + 3
    for value, column in zip(row.values, sheet.columns, strict=False):
        if isinstance(value, str) and not column.is_hidden and row.style != "key":
            bold = 1.1 if row.style == "head" else 1.0
            lines = max(lines, lines_in(cell_text(value), column.width / bold))
    return min(TALLEST, lines * LINE + 3)


# Drop-downs -------------------------------------------------------------------------------------------------


def _add_choices(made: Any, column: Column, where: str, lists: list[tuple[str, ...]]) -> None:
    """The list stands in cells of its own: written into the rule it could hold no comma, and 255 letters."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if column.choices not in lists:
        lists.append(column.choices)
    letter = _letter(lists.index(column.choices) + 1)
    rule = DataValidation(
        type="list",
        formula1=f"'{LISTS}'!${letter}$1:${letter}${len(column.choices)}",
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop" if column.strict else "warning",
    )
    rule.add(where)
    made.data_validations.append(rule)


def _add_lists(book: "Workbook", lists: list[tuple[str, ...]]) -> None:
    longest = max(len(choices) for choices in lists)
    rows = [
        Row([choices[place] if place < len(choices) else "" for choices in lists]) for place in range(longest)
    ]
    _add(book, Sheet(LISTS, (Column(),) * len(lists), rows, is_hidden=True), LISTS, [])


# Looks ------------------------------------------------------------------------------------------------------


def _add_styles(book: "Workbook") -> None:
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

    thin = Side(style="thin", color="FFC4CBD3")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    wrapped = Alignment(wrap_text=True, vertical="top")
    shut = PatternFill("solid", fgColor="FFF3F5F7")
    free = PatternFill("solid", fgColor="FFFFFFFF")

    def add(name: str, **looks: Any) -> None:
        looks = {"alignment": wrapped, "number_format": "@", **looks}
        book.add_named_style(NamedStyle(name=f"evaltrack {name}", **looks))

    for kind, number_format in (("text", "@"), ("number", "0"), ("day", "yyyy-mm-dd")):
        add(kind, number_format=number_format, border=box, fill=shut)
        add(
            f"{kind} open",
            number_format=number_format,
            border=box,
            fill=free,
            protection=Protection(locked=False),
        )
    dark = PatternFill("solid", fgColor="FF1F3A5F")
    add("head", font=Font(bold=True, color="FFFFFFFF"), fill=dark, border=box)
    add("key", font=Font(color="FF808080", size=8))
    beside = Alignment(vertical="top")
    add("title", font=Font(bold=True, size=16), alignment=beside)
    add("heading", font=Font(bold=True, size=13), alignment=beside)
    add("label", font=Font(bold=True))
    add("note")


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _name(name: str, taken: Iterable[str]) -> str:
    """A name that spreadsheet programs accept, and no other sheet has."""
    wanted = _NOT_IN_NAMES.sub(" ", cell_text(name)).strip("' ")[:31] or "-"
    known = {one.casefold() for one in taken} | {LISTS}
    found, count = wanted, 1
    while found.casefold() in known:
        count += 1
        found = f"{wanted[: 30 - len(str(count))]} {count}"
    return found


def _repacked(data: bytes, day: datetime) -> bytes:
    """The same archive without the moment it was written at."""
    buffer = io.BytesIO()
    stamp = b"%04d-%02d-%02dT00:00:00Z" % (day.year, day.month, day.day)
    when = (max(day.year, 1980), day.month, day.day, 0, 0, 0)  # the first year of ZIP
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            fresh = zipfile.ZipInfo(entry.filename, when)
            fresh.external_attr = 0o600 << 16
            new.writestr(fresh, content, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()
