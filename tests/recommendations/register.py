"""A small register that we made up, for its rules."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from evaltrack.files import Upload
from evaltrack.models import User
from recommendations.models import RegisterImport
from recommendations.register import imports
from tests import factories as make

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SITE = "https://register.example.org/files"
ROW = {
    "Title": "Evaluation of the wells of Norland",
    "Year": "2025",
    "Date of Publication": "2025-04-30",
    "Donor": "Government of Ruritania",
    "Languages": "English",
    "Migration Thematic Areas": "Water",
    "Project Code": "WA.0012",
    "Countries Covered": "Kenya",
    "Regions Covered": "RO for the North",
    "Type of Evaluation Scope": "Programme/Project",
    "Type of Evaluation Timing": "Final (at the end of the project/programme)",
    "Evaluation Period From Date": "2024-01-01",
    "Evaluation Period To Date": "2024-12-31",
    "Document Subtype": "Evaluation report",
    "File URL": f"{SITE}/report.pdf",
    "File description": "Evaluation Report",
    "Management response": "No",
    "Date added": "Mon, 05/05/2025 - 10:00",
}


def row(**cells: str) -> dict[str, str]:
    """A row with nothing amiss, but for these cells (blanks in the headings as underscores)."""
    return {**ROW, **{name.replace("_", " "): text for name, text in cells.items()}}


def content(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    headings = list(dict.fromkeys(name for one in rows for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def uploaded(*rows: dict[str, str], by: User | None = None, **how: Any) -> RegisterImport:
    """Uploaded and read."""
    given = Upload(io.BytesIO(content(*rows)), how.pop("name", "register.csv"))
    of = imports.upload(given, by=by, now=NOW, profile=make.profile(how.pop("profile", "plain")))
    imports.work(now=NOW)
    of.refresh_from_db()
    return of


def brought_in(*rows: dict[str, str], by: User | None = None, **how: Any) -> RegisterImport:
    of = uploaded(*rows, by=by)
    imports.begin(of, by=by, now=NOW, **how)
    imports.work(now=NOW)
    of.refresh_from_db()
    return of
