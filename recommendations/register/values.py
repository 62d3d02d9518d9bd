"""From the cells of one row to the values of an evaluation, with what is amiss in them. No database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evaltrack.names import folded
from recommendations.choices import DescriptorKind, EvaluationType, Timing
from recommendations.register import documents, places
from recommendations.register.columns import Column
from recommendations.register.defects import Defect, Kind

LONGEST_TITLE = 500
LONGEST_TEXT = 300  # of a theme, donor, code
NOTHING = {"", "none", "n a", "not specified", "not available", "not applicable", "unknown", "unspecified"}
LANGUAGES = {
    "english": "en", "anglais": "en", "ingles": "en", "french": "fr", "francais": "fr", "frances": "fr",
    "spanish": "es", "espagnol": "es", "espanol": "es", "portuguese": "pt", "portugais": "pt", "arabic": "ar",
    "russian": "ru", "chinese": "zh-hans", "german": "de", "italian": "it", "dutch": "nl", "indonesian": "id",
}  # fmt: skip
T = EvaluationType
TYPES = {
    "programme project": T.PROJECT, "project": T.PROJECT, "programme": T.PROGRAMME, "program": T.PROGRAMME,
    "thematic": T.THEMATIC, "strategy": T.STRATEGIC, "strategic": T.STRATEGIC, "policy": T.STRATEGIC,
    "synthesis": T.OTHER, "country": T.COUNTRY, "country programme": T.COUNTRY, "joint": T.JOINT,
    "other": T.OTHER,
}  # fmt: skip
TIMINGS = {
    "final": Timing.FINAL, "end term": Timing.FINAL, "ex post": Timing.EX_POST, "mid term": Timing.MID_TERM,
    "midterm": Timing.MID_TERM, "real time": Timing.REAL_TIME, "ex ante": Timing.EX_ANTE,
}  # fmt: skip
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d")
YEARS = range(1900, 2101)
_EMPTY_DATE = date(1970, 1, 1)
_CODE = re.compile(r"(?=.*\d)[\w./ ()\-]+", re.ASCII)
_MANGLED = re.compile("Ã[\u0080-\u00bf]|Â[\u0080-\u00bf]|â\u20ac")
D = DescriptorKind
# A column whose cell is a list, parted at the commas that a capital follows, but not within brackets.
LISTS = {
    Column.THEMES: D.THEME, Column.CROSS_CUTTING: D.CROSS_CUTTING, Column.DONOR: D.DONOR,
    Column.LANGUAGES: D.LANGUAGE, Column.COMMISSIONER: D.COMMISSIONER, Column.SCOPE: D.SCOPE,
    Column.REGIONS: D.REGION,
}  # fmt: skip
WHOLE = {
    Column.AUTHOR: D.AUTHOR, Column.COVERAGE: D.COVERAGE, Column.EVALUATOR: D.EVALUATOR,
    Column.LEVEL: D.LEVEL, Column.PAGES: D.PAGES, Column.PROJECTS: D.PROJECT,
}  # fmt: skip

# Where each field stands; a register that lacks the column says nothing of the field.
COLUMN_OF = {
    "title": Column.TITLE, "report_date": Column.PUBLISHED_ON, "period_from": Column.PERIOD_FROM,
    "period_to": Column.PERIOD_TO, "type": Column.SCOPE, "timing": Column.TIMING,
    "language": Column.LANGUAGES,
    "countries": Column.COUNTRIES, "offices": Column.REGIONS, "documents": Column.ADDRESSES,
    str(D.PROJECT_CODE): Column.CODES,
    **{str(kind): column for column, kind in (LISTS | WHOLE).items()},
}  # fmt: skip

Cells = dict[str, str]


@dataclass(slots=True)
class Record:
    """One row: its number, its cells as they stand, the values by field, and its offices by name."""

    row: int
    cells: Cells
    values: dict[str, Any]
    offices: list[str]
    defects: list[Defect] = field(default_factory=list)

    @property
    def title_key(self) -> str:
        return folded(self.values["title"])[:500]

    @property
    def added(self) -> str:
        return self.cells.get(Column.ADDED, "")

    @property
    def addresses(self) -> list[str]:
        return [address for _kind, address, _words, _language in self.values.get("documents", [])]


def record(row: int, cells: Cells) -> Record:
    """The values of a row: plain JSON, by the names of the fields and of the kinds of descriptors."""
    found: list[Defect] = []
    values: dict[str, Any] = {
        "title": _title(row, cells, found),
        "report_date": _date(row, cells, Column.PUBLISHED_ON, found),
        "period_from": _date(row, cells, Column.PERIOD_FROM, found),
        "period_to": _date(row, cells, Column.PERIOD_TO, found),
        "type": _one(row, cells, Column.SCOPE, TYPES, found),
        "timing": _one(row, cells, Column.TIMING, TIMINGS, found),
        "language": _language(row, cells, found),
        "countries": _countries(row, cells, found),
        "documents": documents.read(cells),
    }
    for column, kind in LISTS.items():
        values[str(kind)] = _texts(pieces(cells.get(column, "")))
    for column, kind in WHOLE.items():
        values[str(kind)] = _texts([cells.get(column, "")])
    values[str(D.PROJECT_CODE)] = _codes(row, cells, found)
    found += documents.defects(row, cells)
    found += _period(row, cells, values)
    found += _dated(row, cells, values)
    found += _mangled(row, cells)
    said = {name: value for name, value in values.items() if COLUMN_OF[name] in cells}
    return Record(row, cells, said, _offices(cells), found)


def pieces(cell: str) -> list[str]:
    """The parts of a list: "Shelter (food, water), Policy - dialogue, law etc, Health" has three."""
    parts, depth, start = [], 0, 0
    for place, char in enumerate(cell):
        depth = max(0, depth + (char == "(") - (char == ")"))
        after = cell[place + 1 :].lstrip()[:1]
        if depth == 0 and (char == ";" or (char == "," and (after.isupper() or not after.isalpha()))):
            parts.append(cell[start:place])
            start = place + 1
    return [" ".join(part.split()) for part in [*parts, cell[start:]] if part.strip()]


def _texts(found: list[str]) -> list[str]:
    """Each once, in the order of the register; not what says that there is nothing."""
    said = [" ".join(one.split())[:LONGEST_TEXT] for one in found]
    return list(dict.fromkeys(one for one in said if folded(one) not in NOTHING))


def _title(row: int, cells: Cells, found: list[Defect]) -> str:
    title = " ".join(cells.get(Column.TITLE, "").split())
    if not title:
        found.append(Defect(Kind.NO_TITLE, row, Column.TITLE))
    if len(title) > LONGEST_TITLE:
        found.append(Defect(Kind.TOO_LONG, row, Column.TITLE, title[:100], str(LONGEST_TITLE)))
    return title[:LONGEST_TITLE]


def _date(row: int, cells: Cells, column: Column, found: list[Defect]) -> str | None:
    """ISO 8601, or None."""
    said = cells.get(column, "")
    day = _day(said)
    if said and day is None:
        found.append(Defect(Kind.BAD_DATE, row, column, said[:100]))
    return day.isoformat() if day and day != _EMPTY_DATE else None


def _day(said: str) -> date | None:
    for form in _DATES:
        try:
            day = datetime.strptime(said, form).date()  # noqa: DTZ007 - a day, without a time
        except ValueError:
            continue
        return day if day.year in YEARS else None
    return None


def _period(row: int, cells: Cells, values: dict[str, Any]) -> Iterator[Defect]:
    start, end = values["period_from"], values["period_to"]
    nothing = [cells.get(column, "") for column in (Column.PERIOD_FROM, Column.PERIOD_TO)]
    if any(_day(one) == _EMPTY_DATE for one in nothing):
        yield Defect(Kind.PERIOD_EMPTY, row, Column.PERIOD_FROM, _EMPTY_DATE.isoformat())
    elif start and end and end < start:
        yield Defect(Kind.PERIOD_BACKWARDS, row, Column.PERIOD_TO, end, start)
    elif bool(nothing[0]) != bool(nothing[1]):
        yield Defect(Kind.PERIOD_HALF, row, Column.PERIOD_FROM, nothing[0] or nothing[1])


def _dated(row: int, cells: Cells, values: dict[str, Any]) -> Iterator[Defect]:
    year, day = cells.get(Column.YEAR, ""), values["report_date"]
    if cells.get(Column.PUBLISHED_ON) == "":
        yield Defect(Kind.NO_DATE, row, Column.PUBLISHED_ON, year)
    elif day and year and day[:4] != year:
        yield Defect(Kind.YEAR_DIFFERS, row, Column.YEAR, year, day)


def _one(row: int, cells: Cells, column: Column, known: dict[str, Any], found: list[Defect]) -> str:
    """The code of the first that is known, before what stands in brackets."""
    said = [
        one for one in pieces(re.sub(r"\([^)]*\)", "", cells.get(column, ""))) if folded(one) not in NOTHING
    ]
    codes = list(dict.fromkeys(str(known[folded(one)]) for one in said if folded(one) in known))
    for one in said:
        if folded(one) not in known:
            found.append(Defect(Kind.UNKNOWN_TYPE, row, column, one[:100]))
    if len(said) > 1 and codes:
        found.append(Defect(Kind.SEVERAL_TYPES, row, column, cells[column][:200], said[0]))
    return codes[0] if codes else ""


def _language(row: int, cells: Cells, found: list[Defect]) -> str:
    said = pieces(cells.get(Column.LANGUAGES, ""))
    for one in said:
        if folded(one) not in LANGUAGES:
            found.append(Defect(Kind.UNKNOWN_LANGUAGE, row, Column.LANGUAGES, one[:100]))
    known = [one for one in said if folded(one) in LANGUAGES]
    if len(said) > 1 and known:
        found.append(Defect(Kind.SEVERAL_LANGUAGES, row, Column.LANGUAGES, ", ".join(said), known[0]))
    return LANGUAGES[folded(known[0])] if known else "en"


def _countries(row: int, cells: Cells, found: list[Defect]) -> list[str]:
    said = cells.get(Column.COUNTRIES)
    codes = []
    for name in places.parted(said or ""):
        if code := places.code(name):
            codes.append(code)
        elif folded(name) not in places.EVERYWHERE:
            found.append(Defect(Kind.UNKNOWN_COUNTRY, row, Column.COUNTRIES, name[:100]))
    if said == "":
        found.append(Defect(Kind.NO_COUNTRY, row, Column.COUNTRIES))
    return sorted(set(codes))


def _codes(row: int, cells: Cells, found: list[Defect]) -> list[str]:
    said = cells.get(Column.CODES)
    if said == "":
        found.append(Defect(Kind.NO_CODE, row, Column.CODES))
    if not said:
        return []
    by_comma = [one.strip() for one in said.split(",") if one.strip()]
    parted = [
        part.strip() for one in by_comma for part in re.split(r";|\s[/&]\s|\sand\s", one) if part.strip()
    ]
    codes = _texts([code for one in parted for code in _spaced(one)])
    taken = "; ".join(codes)[:300]
    if len(by_comma) > 1:
        found.append(Defect(Kind.SEVERAL_CODES, row, Column.CODES, said[:300], taken))
    elif len(codes) > 1:
        found.append(Defect(Kind.CODES_PARTED, row, Column.CODES, said[:300], taken))
    found += [Defect(Kind.CODE_DOUBTFUL, row, Column.CODES, one) for one in codes if not _CODE.fullmatch(one)]
    return codes


def _spaced(codes: str) -> list[str]:
    """Codes with nothing but a space between them, such as "RT.1372 RT.1373"."""
    parts = codes.split()
    return parts if all(re.fullmatch(r"[A-Z]{2}\.?\d{4}", part) for part in parts) else [codes]


def _mangled(row: int, cells: Cells) -> Iterator[Defect]:
    for column, text in cells.items():
        if _MANGLED.search(text):
            yield Defect(Kind.ODD_CHARACTERS, row, column, text[:100])


def _offices(cells: Cells) -> list[str]:
    return _texts(pieces(cells.get(Column.REGIONS, "")))
