"""The demo's register: last year's export, brought in, and this month's, to be looked over; and an export."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from evaltrack.files import Upload
from evaltrack.models import User
from evaltrack.roles import Role
from recommendations.models import Evaluation, RegisterImport, RuleProfile
from recommendations.register import imports
from responses import bulk
from responses.choices import BulkForm
from responses.demo.moments import Moments
from responses.models import ManagementResponse

SITE = "https://register.example.org/files"


def make(moments: Moments) -> None:
    unit = User.objects.filter(memberships__role=Role.EVALUATION_UNIT).order_by("pk").first()
    profile = RuleProfile.objects.latest_of("iom-matrix")
    if unit is None or profile is None:
        return
    rows = [_row(one, number) for number, one in enumerate(Evaluation.objects.order_by("pk"), 1)]
    with moments.written(5) as then:
        first = _read(rows, "register.csv", unit, profile, then)
        imports.begin(first, by=unit, now=then + timedelta(minutes=5))
        imports.work_on(first, now=then + timedelta(minutes=5))
    with moments.written(3) as now:
        _read(_newer(rows), "register-new.csv", unit, profile, now)
    with moments.written(1) as now:
        responses = ManagementResponse.objects.order_by("pk")
        bulk.ask(responses, BulkForm.PDF, by=unit, now=now, language="en", title="For the board")


def _read(
    rows: list[dict[str, Any]], name: str, by: User, profile: RuleProfile, now: datetime
) -> RegisterImport:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    given = Upload(io.BytesIO(text.getvalue().encode("utf-8-sig")), name)
    made = imports.upload(given, by=by, now=now, profile=profile)
    imports.work_on(made, now=now)
    return RegisterImport.objects.get(pk=made.pk)


def _row(one: Evaluation, number: int) -> dict[str, Any]:
    report, brief = f"{SITE}/{number}-report.pdf", f"{SITE}/{number}-brief.pdf"
    return {
        "Title": one.title,
        "Donor": ("Government of Ruritania", "Norland Development Fund, Ruritania Trust")[number % 2],
        "Migration Thematic Areas": "Assistance to communities, Water (supply, sanitation, hygiene), Health",
        "Relevant Crosscutting Themes": ("Gender", "Gender, Environment")[number % 2],
        "Project Code": f"NV.{40 + number:04}",
        "Type of Evaluator": "External",
        "File URL": f"{brief},   {report}",
        "File description": "Evaluation Report, Evaluation Brief",
        "Management response": "No",
        "Date added": f"{number}",
    }


def _newer(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A donor more, a code less, an address that is none, one evaluation that is new."""
    newer = [dict(row) for row in rows]
    newer[0]["Donor"] += ", European Fund"
    newer[-1]["Project Code"] = ""
    newer[-1]["File URL"] += ",   ftp://old.example.org/annex.pdf"
    added = {**newer[0], "Title": "Ex-post evaluation of the river ports of Norland", "Date added": "new"}
    added |= {
        "File URL": f"{SITE}/ports.pdf",
        "File description": "Evaluation Report",
        "Project Code": "NV.0099",
    }
    return [*newer, added]
