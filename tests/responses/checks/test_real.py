"""Real documents, as transcribed: everything that is found in them is true, and nothing true is missed."""

from collections import Counter
from pathlib import Path

import pytest

from recommendations.choices import Check
from responses import checks, imports
from responses.matrix.readers import json as reader
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Project managers and teams that have no account here.
        ("seed000", {Check.LEAD_UNREACHABLE: 20}),
        ("iom-matrix-crest", {Check.LEAD_UNREACHABLE: 20}),
        # Its units; dates up to 2028 where the follow-up ends after 15 months; 8.1 promises what 7.1 does.
        (
            "iom-2022-aap",
            {Check.LEAD_UNREACHABLE: 9, Check.DEADLINE_TOO_LATE: 22, Check.DUPLICATE_ACTION: 1},
        ),
    ],
)
def test_only_what_is_true_is_found(shared: Path, name: str, expected: dict[Check, int]):
    matrix = reader.read((shared / "cases" / f"{name}.matrix.json").read_bytes())
    response = imports.load(matrix, by=None, today=make.NOW.date(), now=make.NOW)
    assert matrix.responded_on
    assert matrix.responded_on.due
    response.evaluation.report_date = matrix.responded_on.due
    found = checks.findings(response, matrix.responded_on.due)
    assert Counter(one.check for one in found) == expected
