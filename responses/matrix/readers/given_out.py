"""Excel and CSV files that we gave out ourselves, when they come back."""

import base64
import binascii
import json as json_module
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

from evaltrack.documents.content import Place
from evaltrack.documents.sheet_reading import Sheet, Workbook
from recommendations.profiles import Profile
from responses.matrix.document import Evaluation, Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json
from responses.matrix.readers.entered import Entry
from responses.matrix.readers.filled import Row, Rows, put_together
from responses.matrix.reading import Doubt, Reading
from responses.matrix.tabular import ACTION, FRONT, Words, round_fields
from responses.matrix.writers.csv import FORMAT, NOTES, seal
from responses.matrix.writers.sheets import MARKS

LARGEST_UNPACKED = 20 * 1024 * 1024  # bytes of the matrix that a file brings along
_NOTE_KEY = re.compile(r"n\d{1,5}")
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]: ", re.MULTILINE)
_NEW = 900_000  # the first key of recommendations that a CSV file has more than it went out with


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


# CSV --------------------------------------------------------------------------------------------------------


def own_csv(book: Workbook, profiles: Sequence[Profile]) -> Reading | None:
    """What came back of a CSV file that we gave out; None for any other file."""
    [sheet, *others] = book.sheets
    heads = {column: cell.text for (row, column), cell in sheet.cells.items() if row == 1}
    key_column = next((column for column, head in heads.items() if head.startswith(f"{FORMAT};")), 0)
    said = heads.get(key_column, "").split(";")
    if len(said) != 5 or others:
        return None
    slug, language, handout = (unquote(one) for one in said[1:4])
    profile = next((one for one in profiles if one.slug == slug), None)
    if profile is None:
        sentence = _("The file follows the rule profile “%(profile)s”, which is not known here")
        raise UnreadableError(sentence % {"profile": slug[:60]})
    fields = [unquote(name) for name in said[4].split(",")]
    columns = [column for column in sorted(heads) if column != key_column]
    names = dict(zip(columns, fields, strict=False))
    rows = _csv_rows(sheet, names, key_column)
    blank = Matrix(slug, language, Evaluation(""))
    words = Words.of(profile, language)
    return put_together(blank, rows, words, handout=handout[:100])


def _csv_rows(sheet: Sheet, names: dict[int, str], key_column: int) -> Rows:
    """Each row told apart: what it says of the whole response, of its recommendation, of its key action."""
    front: dict[str, Entry] = {}
    recommendations: dict[str, dict[str, Entry]] = {}
    codes: dict[str, dict[str, str]] = {}
    actions = []
    for row in sorted({row for row, _column in sheet.cells if row > 1}):
        cells = {name: _entry(sheet, row, column) for column, name in names.items()}
        for name in (*FRONT, NOTES):
            if (entry := cells.pop(name, None)) and entry.text:
                front.setdefault(name, entry)
        key, *marks = sheet.text(row, key_column).split(";")
        written = dict(_written(marks, cells))
        own = {name: entry for name, entry in cells.items() if name not in ACTION}
        said = [name for name, entry in own.items() if entry.text]
        of, _a, _action = key.partition("a")
        if not of and {"text", "narrative", "decision"} & set(said):
            of = key = f"r{_NEW + len(recommendations)}"
        if of:
            known = recommendations.setdefault(of, {})
            for name, entry in own.items():
                if entry.text or name not in known:
                    known[name] = entry if entry.text else known.get(name, entry)
            codes.setdefault(of, {}).update(written)
        deeds = {name: cells[name] for name in ("number", *ACTION) if name in cells}
        actions.append(Row(key, deeds, written))
    notes = front.pop(NOTES, None)
    return Rows(
        front,
        [Row(key, cells, codes.get(key, {})) for key, cells in recommendations.items()],
        actions,
        list(_csv_notes(notes)) if notes else [],
    )


def _written(marks: Sequence[str], cells: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """(field, code) of each status that still stands in the words it went out with."""
    for mark in marks:
        name, _equals, rest = mark.partition("=")
        code, _slash, sealed = rest.partition("/")
        entry = cells.get(unquote(name))
        if entry and seal(entry.text) == sealed:
            yield unquote(name), unquote(code)


def _csv_notes(entry: Entry) -> Iterator[tuple[str, Entry, Entry]]:
    parts = _NOTE.split(entry.text)[1:]
    for mark, text in zip(parts[::2], parts[1::2], strict=True):
        yield "", replace(entry, text=mark), replace(entry, text=text.removesuffix("\n"))
