"""Excel and CSV files as matrices: our own come back as they went out, of others the columns are found."""

import base64
import binascii
import json as json_module
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents import sheet_reading
from evaltrack.documents.content import Place
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.documents.sheet_reading import Sheet, Workbook
from responses.matrix.document import Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json
from responses.matrix.readers.entered import Entry
from responses.matrix.readers.filled import Row, Rows, put_together
from responses.matrix.reading import Doubt, Reading
from responses.matrix.tabular import FRONT, Words, round_fields
from responses.matrix.writers.sheets import MARKS

LARGEST_UNPACKED = 20 * 1024 * 1024  # bytes of the matrix that a file brings along
_NOTE_KEY = re.compile(r"n\d{1,5}")


def read(data: bytes) -> Reading:
    try:
        book = sheet_reading.read(data)
    except UnreadableFileError as error:
        raise UnreadableError(str(error)) from error
    own = own_file(book)
    assert own
    return own


# Files that we gave out -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Identity:
    matrix: Matrix
    words: Words
    rounds: tuple[str, ...]  # in the order of their columns
    handout: str


def own_file(book: Workbook) -> Reading | None:
    """What came back of a file that we gave out; None for any other file."""
    identity = next(filter(None, map(_identity, _marked(book, "identity"))), None)
    if identity is None:
        return None
    doubts = [Doubt("", remark) for remark in book.remarks]
    found: dict[str, Sheet] = {}
    for name in ("front", "recommendations", "actions"):
        sheets = list(_marked(book, name))
        if sheets:
            found[name] = sheets[0]
        if len(sheets) > 1:
            sentence = _("The sheet “%(name)s” stands there twice; only the first of them was read.")
            doubts.append(Doubt("", sentence % {"name": sheets[0].name}))
    front = found.get("front")
    rows = Rows(
        front=dict(_front(front)) if front else {},
        recommendations=_rows(found.get("recommendations"), identity.rounds),
        actions=_rows(found.get("actions")),
        notes=list(_notes(front)) if front else None,
    )
    reading = put_together(identity.matrix, rows, identity.words, handout=identity.handout)
    return replace(reading, doubts=(*doubts, *reading.doubts))


def _marked(book: Workbook, name: str) -> Iterator[Sheet]:
    return (sheet for sheet in book.sheets if sheet.text(1, 1) == MARKS[name])


def _identity(sheet: Sheet) -> _Identity | None:
    """What the file was when it went out; None where somebody meddled with it."""
    said: dict[str, str] = {}
    for row in sorted({row for row, _column in sheet.cells}):
        name = sheet.text(row, 1)
        said[name] = said.get(name, "") + sheet.text(row, 2)
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(base64.b64decode(said.get("packed", ""), validate=True), LARGEST_UNPACKED)
        kept = json_module.loads(plain)
        matrix = json.from_data(kept["matrix"])
        rounds = tuple(map(str, kept["rounds"]))
        return _Identity(matrix, _words(kept["words"]), rounds, said.get("handout", "")[:100])
    except (zlib.error, binascii.Error, ValueError, TypeError, KeyError, RecursionError, UnreadableError):
        return None


def _words(kept: dict[str, Any]) -> Words:
    """Raises TypeError or ValueError for what are no words."""
    lists = {name: _texts(kept[name]) for name in ("decisions", "priorities", "statuses")}
    return Words(
        **lists,
        rounds=tuple(str(name) for name in kept["rounds"]),
        also={name: _texts(words) for name, words in kept["also"].items()},
    )


def _texts(kept: dict[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in dict(kept).items()}


def _rows(sheet: Sheet | None, rounds: tuple[str, ...] = ()) -> list[Row] | None:
    """The rows below the head, each with all of its columns, those that hold nothing as well."""
    if sheet is None:
        return None
    by_key = {
        key: field
        for place, name in enumerate(rounds)
        for key, field in zip(round_fields(str(place)), round_fields(name), strict=True)
    }
    names = {
        column: by_key.get(cell.text, cell.text)
        for (row, column), cell in sheet.cells.items()
        if row == 1 and column > 1
    }
    return [
        Row(sheet.text(row, 1), {name: _entry(sheet, row, column) for column, name in names.items()})
        for row in sorted({row for row, _column in sheet.cells if row > 2})
    ]


def _front(sheet: Sheet) -> Iterator[tuple[str, Entry]]:
    for row, name in _keyed(sheet):
        if name in FRONT:
            yield name, _entry(sheet, row, 3)


def _notes(sheet: Sheet) -> Iterator[tuple[str, Entry, Entry]]:
    for row, name in _keyed(sheet):
        if _NOTE_KEY.fullmatch(name):
            yield name, _entry(sheet, row, 2), _entry(sheet, row, 3)


def _keyed(sheet: Sheet) -> Iterable[tuple[int, str]]:
    return [(row, cell.text) for (row, column), cell in sheet.cells.items() if column == 1 and row > 1]


def _entry(sheet: Sheet, row: int, column: int) -> Entry:
    cell = sheet.cells.get((row, column))
    place = Place(sheet=sheet.name, row=row, column=column)
    return Entry(cell.text, place, cell.day) if cell else Entry("", place)
