"""Every wording, cell by cell: what kind of time it is, when it starts and on which day it is due."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from evaltrack.deadlines import Deadline, Kind, read

ISSUED = date(2021, 9, 13)
CASES = Path(settings.BASE_DIR).parent / "shared" / "cases"

# The table: wording | kind | start | due, or a wording alone where it is not understood.
TABLE = Path(__file__).with_name("deadline_wordings.txt").read_text()
# Without the day of issue: the kind is known, the day is not.
WITHOUT_ISSUE = """
August 15 | date
29 February | date
31 December | date
March | month
finales de junio | month
second quarter | quarter
February to April | period
de mars à juin | period
from March | from
à partir de mars | from
after March | from
starting within 3 months | from
Continuous effort over the next five years | continuous
within three months | relative
30 days after approval | relative
dans un délai de 6 mois | relative
next year | relative
end of the year | relative
August 15, if possible | conditional
"""


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def rows(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


WORDINGS = [row for row in rows(TABLE) if len(row) == 4]
NOT_UNDERSTOOD = [row for row in rows(TABLE) if len(row) != 4]


@pytest.mark.parametrize(("text", "kind", "start", "due"), WORDINGS, ids=[row[0] for row in WORDINGS])
def test_each_wording_is_read_to_its_kind_start_and_due(text: str, kind: str, start: str, due: str):
    assert read(text, issued=ISSUED) == Deadline(text, Kind(kind), day(start), day(due))


@pytest.mark.parametrize("text", [text for (text,) in NOT_UNDERSTOOD])
def test_what_is_not_understood_stays_text(text: str):
    assert read(text, issued=ISSUED) == Deadline(text, Kind.UNKNOWN, None, None)


@pytest.mark.parametrize(("text", "kind"), rows(WITHOUT_ISSUE))
def test_without_the_day_of_issue_only_the_kind_is_known(text: str, kind: str):
    assert read(text) == Deadline(text, Kind(kind), None, None)


def test_the_table_holds_every_kind_often():
    assert len(WORDINGS) >= 200
    assert {row[1] for row in WORDINGS} == set(Kind) - {Kind.UNKNOWN}


def test_wordings_with_their_own_year_need_no_day_of_issue():
    with_year = [
        row for row in WORDINGS if row[0][-4:].isdigit() and row[1] not in ("relative", "conditional")
    ]
    assert len(with_year) > 100
    for text, kind, start, due in with_year:
        assert read(text) == Deadline(text, Kind(kind), day(start), day(due)), text


def test_an_empty_deadline_is_unknown():
    assert read("") == read(" \n\u00a0") == Deadline("", Kind.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    ["31\u00a0December\u202f2021", "31\nDecember\n2021", "  31 DECEMBER 2021. ", "(31 December 2021)", "**31 Dec. 2021**",
     "31 de\u0301cembre 2021", "31 decembre 2021", "31‑December‑2021", "31\u200b December 2021"],
)  # fmt: skip
def test_spaces_brackets_case_accents_and_full_stops_change_nothing(text: str):
    assert read(text) == Deadline(text.strip(), Kind.DATE, None, date(2021, 12, 31))


def test_every_dash_is_a_range():
    for dash in "-‐‑‒–—−":
        assert read(f"2025 {dash} 2028").due == date(2028, 12, 31)
        assert read(f"2025{dash}2028").start == date(2025, 1, 1)


def test_a_deadline_prints_as_it_was_written():
    assert (
        str(read(" 2025 – 2028, Subject to availability of funds "))
        == "2025 – 2028, Subject to availability of funds"
    )


def whens(node: object) -> list[dict[str, str | None]]:
    """Every object with text, kind, start and due in a matrix file."""
    if isinstance(node, dict):
        found = [node] if {"text", "kind", "start", "due"} <= node.keys() else []
        return found + [when for child in node.values() for when in whens(child)]
    return [when for child in node for when in whens(child)] if isinstance(node, list) else []


def case_files(pattern: str) -> list[Path]:
    files = sorted(CASES.glob(pattern))
    if not files:
        pytest.skip("The real documents (../shared/cases) are not on this machine.")
    return files


def test_every_deadline_of_the_real_matrices_is_read_as_transcribed():
    counted = 0
    for file in case_files("*.matrix.json"):
        matrix = json.loads(file.read_text())
        issued = day((matrix["responded_on"] or {}).get("due") or "")
        for when in whens(matrix):
            got = read(when["text"], issued=issued)
            expected = (when["text"], when["kind"], day(when["start"] or ""), day(when["due"] or ""))
            assert (got.text, got.kind, got.start, got.due) == expected, file.name
            counted += 1
    assert counted >= 70


def test_every_printed_date_of_the_real_documents_is_read_as_its_iso_form():
    counted = 0
    for file in case_files("seed*.json"):
        for record in records(json.loads(file.read_text())):
            for key in [key for key in record if key.endswith("_as_printed")]:
                iso = record.get(key.replace("_as_printed", "_iso"))
                if iso:
                    assert read(record[key]).due == day(iso), (file.name, record[key])
                    counted += 1
    assert counted >= 22


def records(node: object) -> list[dict[str, str]]:
    if isinstance(node, dict):
        return [node] + [record for child in node.values() for record in records(child)]
    return [record for child in node for record in records(child)] if isinstance(node, list) else []
