"""The real register: every defect that its README counts, and 734 evaluations in seconds."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaltrack.models import AuditEntry, Office
from recommendations.models import (
    Evaluation,
    EvaluationDocument,
    RegisterDefect,
    RegisterEntry,
    RegisterImport,
)
from recommendations.register.defects import Kind
from tests import factories as make
from tests.recommendations.register import content, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(shared: Path) -> Path:
    file = shared / "cases" / "iom-register-2025-11.csv"
    if not file.exists():
        pytest.skip("the register is not among the real documents")
    return file


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_register", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_real_register(register: Path):
    make.office("Head Office")
    said = run(register)
    assert "734 evaluations, 1985–2025" in said
    assert "11 combinations of languages, 256 of themes" in said
    assert not Evaluation.objects.exists()

    assert "734 rows are in EvalTrack now" in run(register, "--commit")
    of = RegisterImport.objects.get()
    counted = of.summary["defects"]
    assert {kind: counted[kind] for kind in (
        Kind.NOT_ALIGNED, Kind.FILE_COUNT, Kind.RESPONSE_WITHOUT_FILE, Kind.FILE_WITHOUT_RESPONSE,
        Kind.RESPONSE_NOT_SAID, Kind.PERIOD_BACKWARDS, Kind.NO_CODE, Kind.SEVERAL_CODES,
    )} == {
        Kind.NOT_ALIGNED: 394, Kind.FILE_COUNT: 6, Kind.RESPONSE_WITHOUT_FILE: 7, Kind.FILE_WITHOUT_RESPONSE: 13,
        Kind.RESPONSE_NOT_SAID: 1, Kind.PERIOD_BACKWARDS: 6, Kind.NO_CODE: 401, Kind.SEVERAL_CODES: 6,
    }  # fmt: skip
    assert RegisterDefect.objects.count() == sum(counted.values())
    assert (of.summary["missing"], counted.get(Kind.UNKNOWN_COLUMN)) == ([], None)
    assert (of.rows.count(), Evaluation.objects.count()) == (734, 734)
    cells = RegisterEntry.objects.values_list("cells", flat=True)
    since = [one["response"] for one in cells if one["year"] >= "2020"]
    assert (len(since), since.count("Yes")) == (299, 130)
    assert EvaluationDocument.objects.count() == 1507

    before = (AuditEntry.objects.count(), Office.objects.count())
    assert "Unchanged: 734" in run(register, "--commit")
    assert (AuditEntry.objects.count(), Office.objects.count()) == before
    assert RegisterImport.objects.count() == 1


def test_the_command_prints_what_changes(tmp_path: Path):
    make.office("Head Office")
    file = tmp_path / "register.csv"
    file.write_bytes(content(row()))
    run(file, "--commit", "--profile", "iom-2022")
    assert Evaluation.objects.get().profile.slug == "iom-2022"
    file.write_bytes(content(row(Donor="Norland, Ruritania", Gender="3")))
    said = run(file)
    assert "- 2 Donor: “Government of Ruritania” → “Norland; Ruritania”" in said
    assert "A column that is not known: 1" in said
    assert "--commit brings it in" in said


@pytest.mark.parametrize("name", ["missing.csv", "nothing.csv"])
def test_what_cannot_be_read_ends_with_a_sentence_and_status_2(tmp_path: Path, name: str):
    (tmp_path / "nothing.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(CommandError) as error:
        run(tmp_path / name, "--commit")
    assert error.value.returncode == 2


def test_an_unknown_profile_is_refused(tmp_path: Path):
    with pytest.raises(CommandError, match="no rule profile"):
        run(tmp_path / "x.csv", "--profile", "none")
