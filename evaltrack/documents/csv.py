"""Rows as CSV that spreadsheet programs open as it is meant: as UTF-8, and never as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

BOM = "\ufeff"
# What a spreadsheet program takes for the beginning of a formula, or skips before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith(FORMULA) else text
