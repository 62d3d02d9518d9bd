"""Rows as CSV that spreadsheet programs open as it is meant: as UTF-8, and never as a formula.

And CSV as people have it: with commas, semicolons or tabs, in UTF-8, UTF-16 or the letters of Windows.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.sheet_reading import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Cell, Sheet, Workbook

BOM = "\ufeff"
# What a spreadsheet program takes for the beginning of a formula, or skips before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DELIMITERS = (",", ";", "\t", "|")
LARGEST = 100 * 1024 * 1024  # bytes
_LOOKED_AT = 200  # records, to find out what parts the columns
_SAMPLE = 200_000  # characters that they are taken from


class _Lines:
    """What ``csv.writer`` writes to: it only hands back the line."""

    def write(self, line: str) -> str:
        return line


def stream(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines one by one, so that a long list is never held as a whole."""
    writer = csv.writer(_Lines())
    yield BOM + writer.writerow([_cell(head) for head in heads])
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    """A number stays one, a day is written as 2026-03-02; text that would be reckoned with gets a quote."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if _is_reckoned_with(text) else text


def _is_reckoned_with(text: str) -> bool:
    """Also where quotes stand before it already, so that one of them can be taken away again."""
    text = text.lstrip("'")
    return text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith(FORMULA)


def plain(text: str) -> str:
    """A cell's text without the quote that keeps it from being reckoned with."""
    return text[1:] if text.startswith("'") and _is_reckoned_with(text[1:]) else text


# Reading ----------------------------------------------------------------------------------------------------


def read(data: bytes) -> Workbook:
    """The rows of a CSV file, as a workbook of one sheet. Raises :class:`UnreadableFileError`."""
    if not data.strip():
        raise UnreadableFileError(_("The file is empty."))
    if len(data) > LARGEST:
        raise UnreadableFileError(_("The file is larger than %(most)d MB.") % {"most": LARGEST // 2**20})
    text, remarks = _decoded(data)
    return Workbook((sheet(text),), remarks=remarks)


def sheet(text: str, delimiter: str = "") -> Sheet:
    """The rows of a text; what parts its columns is found out where it is not said.

    Raises :class:`UnreadableFileError`.
    """
    first, _end, rest = text.partition("\n")
    if not delimiter and first.strip().casefold().startswith("sep=") and len(first.strip()) <= 5:
        delimiter, text = first.strip()[4:] or "\t", rest
    delimiter = delimiter or _delimiter(text)
    cells: dict[tuple[int, int], Cell] = {}
    try:
        for row, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if row > MOST_ROWS or len(record) > MOST_COLUMNS or len(cells) > MOST_CELLS:
                raise UnreadableFileError(_too_large())
            for column, value in enumerate(record, 1):
                if value:
                    cells[row, column] = Cell(plain(value))
    except csv.Error as error:  # a quote that is never closed, mostly
        raise UnreadableFileError(
            _("The file is no CSV that can be read: after row %(row)d a quotation mark is never closed.")
            % {"row": max((row for row, _column in cells), default=0)}
        ) from error
    return Sheet("", cells)


def _too_large() -> str:
    sentence = _(
        "The file is larger than any matrix: at most %(rows)d rows, %(columns)d columns and %(cells)d filled"
        " cells are read."
    )
    return sentence % {"rows": MOST_ROWS, "columns": MOST_COLUMNS, "cells": MOST_CELLS}


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and what is to be said of how it was read."""
    head = data[:2000]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head[1::2].count(0) > len(head) // 4:
        encoding = "utf-16-le"
    elif head[::2].count(0) > len(head) // 4:
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        if encoding != "utf-8-sig" or head.count(0):
            raise UnreadableFileError(
                _("This is no text. Save the table as “CSV UTF-8” and try again.")
            ) from None
    sentence = _("The file is not UTF-8; it was read with the letters of Western European Windows.")
    return data.decode("cp1252", "replace"), (sentence,)


def _delimiter(text: str) -> str:
    """What parts the first records into more than one column, nearly all into as many."""
    best, most = ",", (False, 0)
    for delimiter in DELIMITERS:
        lines = csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(record) for record in islice(lines, _LOOKED_AT) if record)
        except csv.Error:
            continue
        for width, count in widths.items():
            score = (count >= 0.9 * widths.total(), count * min(width, 20))
            if width > 1 and score > most:
                best, most = delimiter, score
    return best
