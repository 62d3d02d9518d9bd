"""CSV as people have it: letters, separators, quotes; and text that a spreadsheet program would reckon with."""

import csv as plain_csv
import io
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.documents import csv
from evaltrack.documents.errors import UnreadableFileError

TABLE = [["No.", "Text", "Comment"], ["1", "Éclairer le quai", "a, b; c"], ["2", "two\nlines", 'said "yes"']]


def as_csv(delimiter: str, rows: list[list[str]] = TABLE) -> str:
    buffer = io.StringIO(newline="")
    plain_csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def cells(data: bytes) -> list[list[str]]:
    [sheet] = csv.read(data).sheets
    rows = sorted({row for row, _column in sheet.cells})
    width = max(column for _row, column in sheet.cells)
    return [[sheet.text(row, column) for column in range(1, width + 1)] for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_whatever_parts_the_columns_and_however_the_letters_are_written(
    delimiter: str, encoding: str
) -> None:
    data = as_csv(delimiter).encode(encoding)
    assert cells(data) == [[value.replace("\r\n", "\n") for value in row] for row in TABLE]
    assert csv.read(data).remarks == ()


def test_letters_of_windows_are_read_and_said() -> None:
    book = csv.read(as_csv(";").encode("cp1252"))
    assert book.sheets[0].text(2, 2) == "Éclairer le quai"
    assert book.remarks == (
        "The file is not UTF-8; it was read with the letters of Western European Windows.",
    )


def test_the_line_that_excel_names_its_separator_in_is_no_row() -> None:
    assert cells(b"sep=;\r\na,b;c\r\n") == [["a,b", "c"]]


def test_commas_within_texts_do_not_part_columns() -> None:
    rows = [["Text", "Other"], *[["One, two, three, four", "x, y"]] * 3]
    assert cells(as_csv(";", rows).encode()) == rows


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_what_is_guarded_against_reckoning_comes_back_as_it_was(text: str) -> None:
    line = "".join(csv.stream(["Head"], [[text]])).partition("\r\n")[2]
    [[guarded]] = plain_csv.reader(io.StringIO(line, newline=""))
    assert csv.plain(guarded) == text


@given(st.text(st.sampled_from(" '=+-@\ta＝\n\r\u00a0"), min_size=1))
def test_no_text_that_would_be_reckoned_with_goes_out(text: str) -> None:
    line = "".join(csv.stream(["Head"], [[text]])).partition("\r\n")[2]
    [[guarded]] = plain_csv.reader(io.StringIO(line, newline=""))
    assert not guarded.lstrip(" \u00a0").startswith(csv.FORMULA)
    assert csv.plain(guarded) == text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n ", "The file is empty."),
        (b"a\0\xff\xfe\x00b" * 50, "This is no text."),
        (b'No.,Text\n1,"never closed' + b"x" * 200_000, "a quotation mark is never closed"),
        (b"a\n" * 50_001, "larger than any matrix"),
        (b"," * 1_001, "larger than any matrix"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFileError, match=sentence):
        csv.read(data)


def test_quotes_without_end_cost_no_time() -> None:
    started = time.process_time()
    with pytest.raises(UnreadableFileError):
        csv.read(b'"' * 5_000_001)
    assert time.process_time() - started < 2


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(UnreadableFileError):
        csv.read(data)
