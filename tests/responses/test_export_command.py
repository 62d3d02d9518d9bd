"""``export_matrix``: what it writes, and what it says where it cannot."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from responses.matrix.readers import files
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from responses.models import Handout
from tests import factories
from tests.responses.clearances import World
from tests.responses.matrix.matrices import harbour
from tests.responses.test_imports import counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.json"
    path.write_bytes(writer.write(harbour()))
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


@pytest.fixture
def harbours(file: Path) -> str:
    return run("import_matrix", file, "--commit")[-1]


def test_json_is_the_matrix(harbours: str, file: Path, tmp_path: Path):
    out = tmp_path / "out.json"
    assert run("export_matrix", harbours, "--format", "json", "-o", out) == []
    assert out.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("options", "heading"), [((), "Addressed to"), (("--layout", "iom-matrix"), "Recommendation to")]
)
def test_pdf_in_the_words_of_a_profile(harbours: str, tmp_path: Path, options: tuple[str, ...], heading: str):
    pypdf = pytest.importorskip("pypdf")
    out = tmp_path / "out.pdf"
    run("export_matrix", harbours, "--format", "pdf", *options, "-o", out)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(out).pages)
    assert heading in text
    assert "Teach the night watch" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("SH-0", "--format", "json", "-o", "out"), "There is no evaluation with the reference SH-0."),
        (("SH-0", "--format", "pdf", "-o", "out"), "There is no evaluation with the reference SH-0."),
        (
            ("SH-2031-04", "--format", "pdf", "--layout", "nato", "-o", "out"),
            "There is no rule profile “nato”. Choose one of: iom-2022, iom-matrix, plain.",
        ),
        (
            ("SH-2031-04", "--format", "json", "-o", "no/where.json"),
            "no/where.json cannot be written: No such file or directory",
        ),
        (("SH-2031-04", "--format", "json", "-o", "."), ". cannot be written: Is a directory"),
    ],
    ids=["unknown", "unknown pdf", "layout", "no folder", "folder"],
)
def test_what_cannot_be_exported(
    harbours: str, tmp_path: Path, monkeypatch, arguments: tuple[str, ...], reason: str
):
    monkeypatch.chdir(tmp_path)
    assert refusal("export_matrix", *arguments) == reason
    assert not (tmp_path / "out").exists()


def test_an_evaluation_without_response(tmp_path: Path):
    factories.evaluation(reference="SH-1")
    reason = refusal("export_matrix", "SH-1", "--format", "json", "-o", tmp_path / "out")
    assert reason == "SH-1 has no management response yet."


def test_responses_of_several_offices(tmp_path: Path):
    evaluation = factories.evaluation(reference="SH-1")
    for name in ("Quays", "Nets"):
        factories.response(evaluation, office=factories.office(name))
    assert refusal("export_matrix", "SH-1", "--format", "json", "-o", tmp_path / "out") == (
        "SH-1 has the responses of several offices (Quays, Nets): name one with --office."
    )


@pytest.mark.parametrize(
    ("office", "exported"), [("Quays", "Quays agree."), ("dn", "Nets agree."), ("-", "All agree.")]
)
def test_the_response_of_one_of_several_offices(tmp_path: Path, office: str, exported: str):
    evaluation = factories.evaluation(reference="SH-1")
    for one, comment in (
        (factories.office("Quays"), "Quays agree."),
        (factories.office("Department of Nets", short_name="DN"), "Nets agree."),
        (None, "All agree."),
    ):
        factories.response(evaluation, office=one, overall_comment=comment)
    run("export_matrix", "SH-1", "--format", "json", "--office", office, "-o", tmp_path / "out")
    assert reader.read((tmp_path / "out").read_bytes()).overall_comment == exported


def test_an_office_that_has_no_response(tmp_path: Path):
    factories.response(factories.evaluation(reference="SH-1"), office=factories.office("Quays"))
    command = ("export_matrix", "SH-1", "--format", "json", "-o", tmp_path / "out")
    assert refusal(*command, "--office", "Nets") == (
        "SH-1 has no response of “Nets”. It has those of: Quays."
    )


def test_a_snapshot_is_exported_as_it_was_frozen(tmp_path: Path):
    world = World()
    world.clear_all()
    reference, out = world.evaluation.reference, tmp_path / "out"
    frozen = world.response.snapshots.get(label="1").matrix
    world.evaluation.recommendations.update(text="Changed behind its back.")
    run("export_matrix", reference, "--format", "json", "--snapshot", "1", "-o", out)
    assert out.read_text() == frozen
    assert refusal("export_matrix", reference, "--format", "json", "--snapshot", "2", "-o", out) == (
        "There is no snapshot “2”. There are: 1, draft 1; 1."
    )


def test_what_was_never_submitted_has_no_snapshot(harbours: str, tmp_path: Path):
    assert refusal(
        "export_matrix", harbours, "--format", "json", "--snapshot", "1", "-o", tmp_path / "out"
    ) == ("The response was never submitted, so there is no snapshot of it.")


def test_a_blank_word_form_in_french_is_known_when_it_comes_back(harbours: str, tmp_path: Path):
    out = tmp_path / "out.docx"
    command = ("export_matrix", harbours, "--format", "docx", "--blank", "--language", "fr", "-o", out)
    run(*command)
    back = files.read(out.read_bytes(), "out.docx")
    assert [one.response.narrative for one in back.matrix.recommendations] == [None] * 3
    assert back.handout == Handout.objects.get().token
    assert refusal(*command[:-3], "tlh", "-o", out) == (
        "EvalTrack has no words in “tlh”. Choose one of: en, fr."
    )
