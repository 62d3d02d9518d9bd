"""``import_matrix``: what scripts rely on, and what every bad file is told."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recommendations.models import Evaluation
from responses.matrix.document import Action, Party, Recommendation, Responsible
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from responses.models import ManagementResponse
from tests import factories
from tests.responses.matrix.matrices import harbour
from tests.responses.matrix.readers import forms
from tests.responses.test_imports import counts

pytestmark = pytest.mark.django_db

CASES = ["seed000.matrix.json", "iom-2022-aap.matrix.json", "iom-matrix-crest.matrix.json"]
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.json"
    path.write_bytes(writer.write(harbour()))
    return path


def changed(path: Path, **values: object) -> Path:
    """The file with these values set, by path ("recommendations 0 priority")."""
    data = json.loads(path.read_bytes())
    for where, value in values.items():
        *steps, last = (int(step) if step.isdigit() else step for step in where.split(" "))
        place = data
        for step in steps:
            place = place[step]
        place[last] = value
    path.write_text(json.dumps(data))
    return path


def run(*arguments: object) -> list[str]:
    """The lines a command prints."""
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out)
    return out.getvalue().splitlines()


def refusal(*arguments: object) -> str:
    """The reason a command gives for its exit status 2, which changes nothing."""
    before, out = counts(), StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(*map(str, arguments), stdout=out)
    assert caught.value.returncode == 2
    assert counts() == before
    assert out.getvalue() == ""
    reason = str(caught.value)
    assert "\n" not in reason
    return reason


# There and back


@pytest.mark.parametrize("name", CASES)
def test_a_real_matrix_comes_back_in_full(shared: Path, tmp_path: Path, name: str):
    truth, out = shared / "cases" / name, tmp_path / "out.json"
    reference = run("import_matrix", truth, "--commit")[-1]
    run("export_matrix", reference, "--format", "json", "-o", out)
    scored = subprocess.run(
        [sys.executable, shared / "cases" / "score.py", truth, out],
        capture_output=True,
        text=True,
        check=True,
    )
    assert scored.stdout.splitlines()[-1].startswith("exact 100.0 % of ")
    before, after = reader.read(truth.read_bytes()), reader.read(out.read_bytes())
    assert replace(after, evaluation=replace(after.evaluation, reference=None)) == before


def test_json_writes_the_matrix_as_read(file: Path, tmp_path: Path):
    out = tmp_path / "read.json"
    run("import_matrix", file, "--json", out)
    assert out.read_bytes() == file.read_bytes()
    run("import_matrix", file, "--profile", "iom-matrix", "--json", out)
    assert reader.read(out.read_bytes()) == replace(harbour(), profile="iom-matrix")


# Importing


def test_without_commit_nothing_is_changed(file: Path):
    before = counts()
    assert run("import_matrix", file)[-1] == "Nothing was changed; --commit imports it."
    assert counts() == before


def test_what_was_understood_is_printed(file: Path):
    assert run("import_matrix", file) == [
        "Title: Safe Harbours",
        "Short title: Harbours mid-term",
        "Reference: SH-2031-04",
        "Conducted: 2030-2031",
        "Rule profile: plain, Plain management response matrix (3)",
        "Language of the text: en",
        "Coordinator: Harbour programme manager, Port Azure",
        "Date of the response: “3 May 2031”, due 3 May 2031",
        "Recommendations: 3 (1 accepted, 1 rejected, 1 without decision); key actions: 2; footnotes: 1",
        "",
        "1. Light the *outer* quay[^a].",
        "   Accepted; priority 1; “2031-2032”, starts 1 January 2031, due 31 December 2032",
        "   Quay unit",
        "   1.1 Buy forty lamps",
        "       “30 June 2031”, due 30 June 2031; Quay unit (lead), Store (support); In progress",
        "   1.2 Teach the night watch",
        "       no deadline",
        "",
        "2. Close the inner quay.",
        "   Rejected",
        "",
        "3. Ask the fishers.",
        "   without decision",
        "",
        "Doubtful:",
        "- recommendations[0].responsible: the file names nobody; by its words: Quay unit (lead)",
        "- recommendations[0].actions[0].responsible: the file names Quay unit (lead), Store (support);"
        " by its words: Quay unit (lead), store (support)",
        "- recommendations[2].response: there is no decision",
        "- 1 key action has no deadline",
        "- 1 key action names nobody responsible",
        "",
        "Nothing was changed; --commit imports it.",
    ]


def test_what_is_doubtful_is_printed(tmp_path: Path):
    path = tmp_path / "doubtful.json"
    matrix = replace(
        harbour(),
        recommendations=(
            Recommendation(
                "1",
                "Light it[^b].",
                actions=(
                    Action("1.1", "Go", responsible=Responsible("Quays; Nets", (Party("Nets", "lead"),))),
                )
                * 2,
            ),
        ),
    )
    path.write_bytes(writer.write(matrix))
    changed(
        path,
        **{
            "recommendations 0 priority": 9,
            "recommendations 0 response decision": "partially_accepted",
            "recommendations 0 timeline": {
                "text": "when the tide turns",
                "kind": "unknown",
                "start": None,
                "due": None,
            },
            "recommendations 0 actions 0 deadline": {
                "text": "2031",
                "kind": "year",
                "start": None,
                "due": "2031-06-30",
            },
        },
    )
    lines = run("import_matrix", path)
    assert lines[lines.index("This keeps it from being imported:") :] == [
        "This keeps it from being imported:",
        "- recommendations[0].priority: the profile plain has no priority 9, only 1, 2, 3",
        "",
        "Doubtful:",
        "- recommendations[0].text: there is no footnote for the mark [^b]",
        "- footnotes[0]: no text has the mark [^a]",
        "- recommendations[0].response: this decision needs a reason, and there is no narrative",
        "- recommendations[0].timeline: “when the tide turns” is not understood as a time; it is kept as written",
        "- recommendations[0].actions[0].deadline: “2031” is in the file: due 30 June 2031;"
        " by its words: due 31 December 2031",
        "- recommendations[0].actions[0].responsible: the file names Nets (lead);"
        " by its words: Quays (lead), Nets (lead)",
        "- recommendations[0].actions[1].responsible: the file names Nets (lead);"
        " by its words: Quays (lead), Nets (lead)",
        "- 1 key action has no deadline",
        "",
        "Nothing was changed.",
    ]


def test_commit_prints_the_reference_alone_on_the_last_line(file: Path):
    assert run("import_matrix", file, "--commit")[-2:] == ["It is in EvalTrack now:", "SH-2031-04"]
    assert ManagementResponse.objects.get().evaluation.reference == "SH-2031-04"


def test_a_reference_is_made_where_the_file_has_none(file: Path, time_machine):
    time_machine.move_to("2031-06-01")
    changed(file, **{"evaluation reference": None})
    assert run("import_matrix", file, "--commit")[-1] == "EV-2031-001"
    assert run("import_matrix", file, "--commit")[-1] == "EV-2031-002"


def test_an_evaluation_is_made_or_taken(file: Path):
    there = factories.evaluation(profile_slug="plain", reference="SH-7")
    assert run("import_matrix", file, "--commit", "--evaluation", "SH-7")[-1] == "SH-7"
    assert ManagementResponse.objects.get().evaluation == there
    assert run("import_matrix", file, "--commit", "--evaluation", "SH-8")[-1] == "SH-8"
    assert Evaluation.objects.count() == 2


def test_another_profile_than_the_files_own(file: Path):
    run(
        "import_matrix",
        changed(file, **{"recommendations 0 actions 0 status": None}),
        "--profile",
        "iom-matrix",
        "--commit",
    )
    assert Evaluation.objects.get().profile.slug == "iom-matrix"


# Bad input, one by one, without and with --commit


@pytest.fixture(params=[(), ("--commit",)], ids=["reading", "importing"])
def mode(request) -> tuple[str, ...]:
    return request.param


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"format": ', "This is not JSON: line 1, column 12: Expecting value"),
        (b"", "The file is empty"),
        (b'{"format": "geojson"}', 'This is JSON but not a matrix: its "format" is not "evaltrack-matrix"'),
        (
            b"PK\x03\x04",
            "The file is damaged, or was not copied whole. Open it in Word or Excel, save it again, and try once"
            " more",
        ),
        (b"[" * 31_457_280, "The file has 30.0 MB, and a matrix may have 10 MB at most"),
    ],
    ids=["malformed", "empty", "other JSON", "half a Word file", "30 MB"],
)
def test_a_file_that_is_no_matrix(tmp_path: Path, mode, content: bytes, reason: str):
    path = tmp_path / "matrix.json"
    path.write_bytes(content)
    assert refusal("import_matrix", path, *mode) == reason


@pytest.mark.parametrize(
    ("where", "value", "reason"),
    [
        (
            "recommendations 0 actions 0 deadline kind",
            "soon",
            "recommendations[0].actions[0].deadline.kind: 'soon' is not one of date, month, quarter, year,"
            " period, from, continuous, immediate, relative, conditional, unknown",
        ),
        ("profile", "nato", "There is no rule profile “nato”. Choose one of: iom-2022, iom-matrix, plain."),
        (
            "recommendations 0 timeline start",
            "2033-01-01",
            "recommendations[0].timeline: due 2032-12-31 is before its start 2033-01-01",
        ),
        (
            "recommendations 0 response decision",
            "rejected",
            "recommendations[0]: recommendation 1 is rejected, so it can have no key actions;"
            " take them out or change the decision",
        ),
    ],
    ids=["schema", "profile", "end before start", "action under rejected"],
)
def test_a_matrix_that_cannot_be(file: Path, mode, where: str, value: str, reason: str):
    assert refusal("import_matrix", changed(file, **{where: value}), *mode) == reason


def test_an_unknown_profile_asked_for(file: Path, mode):
    assert refusal("import_matrix", file, "--profile", "nato", *mode) == (
        "There is no rule profile “nato”. Choose one of: iom-2022, iom-matrix, plain."
    )


def test_no_such_file(tmp_path: Path, mode):
    path = tmp_path / "nothing.json"
    assert refusal("import_matrix", path, *mode) == f"{path} cannot be used: No such file or directory"


def test_a_folder(tmp_path: Path, mode):
    assert refusal("import_matrix", tmp_path, *mode) == f"{tmp_path} cannot be used: Is a directory"


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_one_may_not_read(file: Path, mode):
    file.chmod(0)
    assert refusal("import_matrix", file, *mode) == f"{file} cannot be used: Permission denied"


def test_a_file_without_end(mode):
    assert "100 MB at most" in refusal("import_matrix", "/dev/zero", *mode)


def test_an_output_that_cannot_be_written(file: Path, tmp_path: Path, mode):
    out = tmp_path / "no" / "where.json"
    assert (
        refusal("import_matrix", file, "--json", out, *mode)
        == f"{out} cannot be used: No such file or directory"
    )


def test_a_matrix_that_its_profile_does_not_fit(file: Path):
    reason = refusal("import_matrix", changed(file, **{"recommendations 0 priority": 9}), "--commit")
    assert reason == (
        "The matrix cannot be imported: recommendations[0].priority:"
        " the profile plain has no priority 9, only 1, 2, 3."
    )


@pytest.mark.parametrize("options", [(), ("--evaluation", "SH-2031-04")])
def test_a_second_matrix_for_the_same_response(file: Path, options: tuple[str, ...]):
    run("import_matrix", file, "--commit")
    assert refusal("import_matrix", file, "--commit", *options) == (
        "SH-2031-04 has a management response already. A second matrix would mix with it:"
        " import it into another evaluation."
    )


def test_an_evaluation_without_commit(file: Path):
    assert refusal("import_matrix", file, "--evaluation", "SH-1") == "--evaluation goes with --commit."


# Other formats


def test_a_word_file_is_read_with_its_doubts_and_their_places(tmp_path: Path):
    path = tmp_path / "matrix.pdf"
    path.write_bytes(forms.lettered_list().bytes())
    lines = run("import_matrix", path)
    assert lines[0] == "Title: Evaluation of the Safe Harbours programme"
    assert "- The name ends in .pdf, but the file is Word; it was read as that." in lines
    assert (
        "- recommendations[0].response.decision: The decision was read from the first sentence."
        " (table 1, row 4, column 1)"
    ) in lines
    assert (
        "- “discarded/open/completed” (table 1, row 11, column 1): The options of the form, none of them chosen."
    ) in lines


def test_a_word_file_goes_in_under_the_profile_of_its_evaluation(tmp_path: Path):
    factories.evaluation(profile_slug="plain", reference="SH-7")
    path = tmp_path / "matrix.docx"
    path.write_bytes(forms.wide_table().bytes())
    assert run("import_matrix", path, "--commit", "--evaluation", "SH-7")[-1] == "SH-7"
    assert ManagementResponse.objects.get().evaluation.profile.slug == "plain"
