"""Excel files as people and programs write them, and as those who mean harm do."""

import io
import re
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.documents import sheet_reading
from evaltrack.documents.content import Table
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.sheet_reading import Cell, Sheet, Workbook


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def written(*rows: list[object]) -> tuple[openpyxl.Workbook, openpyxl.worksheet.worksheet.Worksheet]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book, book.active


def read(book: openpyxl.Workbook) -> Sheet:
    return sheet_reading.read(saved(book)).sheets[0]


def with_part(data: bytes, name: str, change) -> bytes:
    """The file with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, change(content) if entry == name else content)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
JUNE = datetime(2031, 6, 30)  # noqa: DTZ001 - spreadsheets know no time zone


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (" spaces kept ", " spaces kept "),
        (12, "12"),
        (12.0, "12"),
        (0.15, "0.15"),
        (2031, "2031"),
        (True, "TRUE"),
        ("two\nlines", "two\nlines"),
        ("#N/A", "#N/A"),
    ],
)
def test_what_a_cell_says(value: object, text: str) -> None:
    book, _sheet = written([value])
    assert read(book).text(1, 1) == text


@pytest.mark.parametrize(
    ("number_format", "text", "day"),
    [
        ("yyyy-mm-dd", "2031-06-30", date(2031, 6, 30)),
        ("dd/mm/yyyy", "2031-06-30", date(2031, 6, 30)),
        ('d" de "mmmm" de "yyyy', "2031-06-30", date(2031, 6, 30)),
        ("mmm-yy", "2031-06", None),
        ('mmmm" and "yyyy', "2031-06", None),
        ("0", "48029", None),
    ],
)
def test_a_date_is_what_is_shown_as_one(number_format: str, text: str, day: date | None) -> None:
    book, sheet = written([JUNE])
    sheet["A1"].number_format = number_format
    cell = read(book).cells[1, 1]
    assert (cell.text, cell.day) == (text, day)


def test_dates_counted_from_1904_as_on_old_macs() -> None:
    book, _sheet = written([JUNE])
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert read(book).cells[1, 1].day == date(2031, 6, 30)


def test_a_formula_says_its_last_result_and_is_never_reckoned() -> None:
    book, _sheet = written(["=1+1", "=NOW()"])
    with_result = with_part(
        saved(book), SHEET, lambda xml: xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>7</v>")
    )
    found = sheet_reading.read(with_result)
    assert [(cell.text, cell.is_formula) for cell in found.sheets[0].cells.values()] == [
        ("7", True),
        ("=NOW()", True),
    ]
    assert found.remarks == (
        "Cells with formulas were read with the results that the file keeps; nothing was reckoned.",
        "The file keeps no result of some formulas; they stand as they are written.",
    )


def test_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    book, sheet = written(["a", "b"], ["c", "d"])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("Other")["A1"] = "x"
    book["Other"].sheet_state = "veryHidden"
    found = sheet_reading.read(saved(book))
    first, other = found.sheets
    assert sheet_reading.content(found).remarks == (
        "Rows or columns of the sheet “Sheet” are hidden; they were read all the same.",
        "The sheet “Other” is hidden; it was read all the same.",
    )
    assert (first.hidden_rows, first.hidden_columns, first.text(2, 2)) == ({2}, {2}, "d")
    assert (other.name, other.is_hidden, other.text(1, 1)) == ("Other", True, "x")


def test_merged_cells_stand_once_with_what_they_span() -> None:
    book, sheet = written(["a", None, "b"], [None, None, "c"], ["d", "e", "f"])
    sheet.merge_cells("A1:B2")
    [table] = sheet_reading.content(sheet_reading.read(saved(book))).blocks
    assert isinstance(table, Table)
    assert [[(cell.text, cell.columns, cell.rows) for cell in row] for row in table.rows] == [
        [("a", 2, 2), ("b", 1, 1)],
        [("c", 1, 1)],
        [("d", 1, 1), ("e", 1, 1), ("f", 1, 1)],
    ]
    assert (table.rows[2][1].place.sheet, table.rows[2][1].place.row, table.rows[2][1].place.column) == (
        "Sheet",
        3,
        2,
    )


def test_empty_rows_and_columns_are_no_part_of_a_table() -> None:
    book, sheet = written()
    sheet["C5"], sheet["F9"] = "x", "y\n\nz"
    [table] = sheet_reading.content(sheet_reading.read(saved(book))).blocks
    assert [[cell.text for cell in row] for row in table.rows] == [["x", ""], ["", "y\n\nz"]]


def test_words_in_several_looks_are_one_text() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book, sheet = written()
    sheet["A1"] = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"), " and plain")
    assert read(book).text(1, 1) == "plain bold and plain"


def test_an_address_outside_the_file_is_not_followed() -> None:
    book, sheet = written(["x"])
    sheet["A1"].hyperlink = "http://127.0.0.1:9/never"
    data = with_part(
        saved(book), "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"</Relationships>", b'<Relationship Id="rId99" TargetMode="External" Type="x/worksheet"'
                                b' Target="file:///etc/passwd"/></Relationships>'),
    )  # fmt: skip
    assert sheet_reading.read(data).sheets[0].text(1, 1) == "x"


# Files that cannot be read ----------------------------------------------------------------------------------


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        sheet_reading.content(sheet_reading.read(data))
    return str(caught.value)


def test_a_row_beyond_all_measure_is_refused_at_once() -> None:
    book, sheet = written(["x"])
    sheet.cell(60_000, 1, "y")
    assert refusal(saved(book)).startswith("The sheet “Sheet” is larger than any matrix: at most 50000 rows")


def test_fifty_thousand_rows_are_read_in_time() -> None:
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = b"".join(row % (number, number) for number in range(1, 50_001))
    book, _sheet = written(["x"])
    data = with_part(saved(book), SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + rows))
    started = time.process_time()
    assert len(sheet_reading.read(data).sheets[0].cells) == 50_000
    assert time.process_time() - started < 5


def test_a_column_beyond_all_measure_is_refused() -> None:
    book, sheet = written(["x"])
    sheet.cell(1, 5_000, "y")
    assert "1000 columns" in refusal(saved(book))


def test_a_sheet_with_a_cell_here_and_there_is_no_huge_table() -> None:
    cells = {(number * 40, number): Cell("x") for number in range(1, 1_000)}
    started = time.process_time()
    sheet_reading.content(Workbook((Sheet("Sheet", cells),)))
    assert time.process_time() - started < 2
    cells |= {(number * 20 + 1, 1): Cell("x") for number in range(1, 2_000)}
    with pytest.raises(UnreadableFileError, match="larger than any matrix"):
        sheet_reading.content(Workbook((Sheet("Sheet", cells),)))


def test_cells_merged_without_end_cost_nothing() -> None:
    book, _sheet = written(["x", "y"], ["z", "w"])
    merged = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 2_000 + b"</mergeCells>"
    data = with_part(saved(book), SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + merged))
    started = time.process_time()
    sheet_reading.content(sheet_reading.read(data))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace(b'r="A1"', b'r="A"'),
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData><mergeCells><mergeCell ref='::'/></mergeCells>"),
        lambda xml: b"no XML at all",
    ],
)
def test_a_damaged_sheet_is_refused_with_what_helps(change) -> None:
    book, _sheet = written(["x"])
    assert "save it again" in refusal(with_part(saved(book), SHEET, change))


@pytest.mark.parametrize("value", [b"1e999", b"nan", b"-5", b"not a number", b"1" * 400, b"inf"])
def test_a_number_that_is_none_is_text(value: bytes) -> None:
    book, _sheet = written([JUNE])
    data = with_part(saved(book), SHEET, lambda xml: re.sub(rb"<v>[^<]*</v>", b"<v>%b</v>" % value, xml))
    assert sheet_reading.read(data).sheets[0].text(1, 1)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_any_damage_is_read_or_refused(place: int, scrap: bytes) -> None:
    at = place % len(SOUND)
    with suppress(UnreadableFileError):
        sheet_reading.read(SOUND[:at] + scrap + SOUND[at + len(scrap) :])


SOUND = saved(written(["a", 1, JUNE], ["=1+1", None, "b"])[0])
