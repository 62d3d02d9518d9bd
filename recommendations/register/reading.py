"""From the bytes of a CSV file to its rows. Runs in a process of its own (``apart``): no database."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from recommendations.register.columns import NEEDED, Header, header, printed

MOST_ROWS = 50_000
LONGEST_CELL = 200_000  # characters
DELIMITERS = (",", ";", "\t", "|")
HEADED_WITHIN = 10  # lines above the headings: a title, a date of the export
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read(content: bytes) -> dict[str, Any]:
    """The rows of a register, as JSON can say them.

    ``rows``: line number as a spreadsheet shows it, and text by column (empty rows are left out);
    ``unknown``: headings that are not known; ``ragged``: lines that are longer or shorter than the headings;
    ``encoding`` as read. Raises Refused with a sentence.
    """
    text, encoding = decoded(content)
    delimiter, at, found = _headed(text)
    missing = [printed(column) for column in NEEDED if column in found.missing]
    if missing or len(found.known) < 2:
        raise Refused(
            _(
                "This does not look like an evaluation register: a column “Title” and at least one other "
                "known column are needed in the first ten lines. Save the register as CSV with its headings."
            )
        )
    rows: list[tuple[int, dict[str, str]]] = []
    ragged: list[int] = []
    width = 1 + max([*found.known, *found.unknown])
    for number, cells in enumerate(_lines(text, delimiter), 1):
        if number <= at or not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise Refused(
                _("The register has more than %(most)d rows. Import it in parts.") % {"most": MOST_ROWS}
            )
        if (len(cells) != width and any(cell.strip() for cell in cells[width:])) or len(cells) < width:
            ragged.append(number)
        rows.append((number, _row(cells, found)))
    if not rows:
        raise Refused(_("The register has headings and no rows."))
    return {
        "rows": rows,
        "ragged": ragged,
        "unknown": list(found.unknown.values()),
        "missing": [str(column) for column in found.missing],
        "encoding": encoding,
    }


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was read in: by its mark, else UTF-8, else Windows' Western one."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise Refused(
                    _("The file is damaged: it says it is %(encoding)s and is not. Save it anew.")
                    % {"encoding": encoding}
                ) from error
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def _headed(text: str) -> tuple[str, int, Header]:
    """The delimiter and the line (from 1) by which most headings are known."""
    best: tuple[str, int, Header] = (",", 1, Header({}, {}))
    for delimiter in DELIMITERS:
        for number, cells in enumerate(_lines(text, delimiter), 1):
            found = header(cells)
            if len(found.known) > len(best[2].known):
                best = (delimiter, number, found)
            if number == HEADED_WITHIN:
                break
    return best


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                _(
                    "Line %(line)d cannot be read: a cell there is too long or a quotation mark is not "
                    "closed. Mend it and try again."
                )
                % {"line": lines.line_num}
            ) from error


def _row(cells: list[str], found: Header) -> dict[str, str]:
    """The texts by column; those under an unknown heading by that, those under none by their place."""
    row: dict[str, str] = {}
    for place, cell in enumerate(cells):
        text = _CONTROL.sub("", unicodedata.normalize("NFC", cell)).strip()
        if place in found.known:
            row[str(found.known[place])] = text
        elif text:
            row[f"? {found.unknown.get(place, place + 1)}"] = text
    return row
