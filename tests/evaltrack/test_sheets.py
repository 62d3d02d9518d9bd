"""Workbooks as they are written: text that stays text, what can be changed, what is seen and printed."""

import io
from datetime import date

import openpyxl
import pytest

from evaltrack.documents import sheet_reading
from evaltrack.documents.sheets import LONGEST, TALLEST, Column, Row, Sheet, cell_text, lines_in, workbook

DAY = date(2031, 5, 3)


def opened(*sheets: Sheet, **how: object) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets, **how)))


def one(*values: object, **how: object) -> openpyxl.worksheet.worksheet.Worksheet:
    columns = how.pop("columns", (Column("Text", 40),) * len(values))
    return opened(Sheet("Sheet", columns, [Row(values)], **how)).worksheets[0]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "#N/A", "#REF!"]
)
def test_text_is_never_reckoned_with(text: str) -> None:
    cell = one(text)["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.number_format == "@"  # nor when somebody goes into the cell and out of it again


def test_characters_that_no_sheet_can_hold_are_left_out() -> None:
    assert one("a\0b\x07c\ud800d\ufffee\r\nf\vg")["A2"].value == "abcde\nf\ng"


@pytest.mark.parametrize("text", ["_x000D_", "_x005F_x000D_", "a _x0041_ b", "_x0041", "__x0041__"])
def test_what_looks_like_the_number_of_a_character_stays(text: str) -> None:
    data = workbook([Sheet("Sheet", (Column("Text"),), [Row([text])])])
    assert sheet_reading.read(data).sheets[0].text(2, 1) == text


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    assert cell_text("a" * LONGEST) == "a" * LONGEST
    cut = one("a" * (LONGEST + 1))["A2"].value
    assert (len(cut), cut[-2:]) == (LONGEST, "a…")


def test_numbers_and_days_are_such() -> None:
    sheet = one(12, DAY, "")
    assert (sheet["A2"].value, sheet["B2"].value.date(), sheet["C2"].value) == (12, DAY, None)


def test_the_same_gives_the_same_bytes_whenever() -> None:
    sheets = [Sheet("Sheet", (Column("Text", choices=("a", "b")),), [Row(["x"])])]
    first = workbook(sheets, made_on=DAY)
    assert workbook(sheets, made_on=DAY) == first
    assert b"2031-05-03" in sheet_bytes(first, "docProps/core.xml")


def sheet_bytes(data: bytes, name: str) -> bytes:
    import zipfile

    return zipfile.ZipFile(io.BytesIO(data)).read(name)


def test_heads_are_frozen_filtered_and_printed_on_every_page() -> None:
    sheet = one("x", "y")
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A2", "$1:$1", "A1:B2")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape", 1, 0,
    )  # fmt: skip
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_names_for_programs_stand_in_a_hidden_row_above_the_heads() -> None:
    columns = (Column(is_hidden=True), Column("Text", key="text"))
    sheet = one("r1", "x", columns=columns, mark="ours")
    assert [[cell.value for cell in row] for row in sheet] == [["ours", "text"], [None, "Text"], ["r1", "x"]]
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    assert sheet.freeze_panes == "A3"


def test_a_row_is_as_high_as_its_longest_text_needs_and_no_higher_than_a_row_may_be() -> None:
    sheet = opened(
        Sheet("Sheet", (Column("Text", 20), Column("More", 40)), [
            Row(["short", "short"]), Row(["word " * 40, "word " * 40]), Row(["a\nb\nc", ""]), Row(["word " * 2000, ""]),
        ])
    ).worksheets[0]  # fmt: skip
    heights = [sheet.row_dimensions[row].height for row in range(2, 6)]
    assert heights[0] < 20
    assert heights[1] == pytest.approx(11 * 14.4 + 3)  # 200 letters, 18.8 to the line
    assert heights[2] == pytest.approx(3 * 14.4 + 3)
    assert heights[3] == TALLEST


def test_wide_letters_take_two_places() -> None:
    assert lines_in("漢" * 10, 22) == 1
    assert lines_in("漢" * 11, 22) == 2


def test_only_open_cells_can_be_changed_where_a_sheet_is_protected() -> None:
    columns = (Column("No."), Column("Text", is_open=True))
    sheet = opened(
        Sheet("Sheet", columns, [Row(["1", "x"]), Row(["", ""], is_open=frozenset({0}))], is_protected=True)
    ).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [[cell.protection.locked for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [True, False], [False, True],
    ]  # fmt: skip


def test_a_list_to_choose_from_may_hold_commas_and_be_long() -> None:
    choices = ("Yes, in part", *(f"Choice {number}, and quite some words more" for number in range(20)))
    book = opened(Sheet("Sheet", (Column("Pick", choices=choices, strict=False),), [Row([""]), Row([""])]))
    [rule] = book.worksheets[0].data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1, rule.errorStyle) == ("A2:A3", "'_lists'!$A$1:$A$21", "warning")
    assert book["_lists"].sheet_state == "veryHidden"
    assert [cell.value for cell in book["_lists"]["A"]] == list(choices)


def test_a_sheet_of_a_right_to_left_language_begins_at_the_right() -> None:
    assert one("سلام", right_to_left=True).sheet_view.rightToLeft
    assert not one("hello").sheet_view.rightToLeft


def test_names_of_sheets_are_such_as_programs_take() -> None:
    names = ["a/b:c*[d]", "'quoted'", "x" * 40, "X" * 40, "", "_lists"]
    book = opened(*(Sheet(name, (Column("Head"),), []) for name in names))
    assert book.sheetnames == ["a b c  d", "quoted", "x" * 31, f"{'X' * 29} 2", "-", "_lists 2"]


def test_what_the_document_says_of_itself() -> None:
    data = workbook([Sheet("Sheet", (Column("Head"),), [])], title="A title", properties={"Known as": "x y"})
    book = sheet_reading.read(data)
    assert (book.title, dict(book.properties)) == ("A title", {"Known as": "x y"})
