"""Any file: what it is, and a sentence for what no matrix can be read from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responses.matrix.errors import UnreadableError
from responses.matrix.readers import files
from responses.matrix.writers import json as writer
from tests import files as make
from tests.responses.matrix.matrices import harbour
from tests.responses.matrix.readers import forms
from tests.responses.matrix.readers.word import Word

WORD = forms.lettered_list().bytes()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (WORD, "matrix.docx", "docx"),
        (WORD, "matrix.pdf", "docx"),
        (make.office("spreadsheetml.sheet"), "matrix", "xlsx"),
        (b"%PDF-1.7\n", "matrix.docx", "pdf"),
        (b"\n\n%PDF-1.7\n", "matrix.pdf", "pdf"),
        (b'{"format": 1}', "matrix.txt", "json"),
        (b"Recommendation,Decision\n", "matrix.csv", "csv"),
        (b"Recommendation 1: Paint", "matrix.txt", "txt"),
        ("Recommandation 1 : Peindre".encode("utf-16"), "matrix.txt", "txt"),
    ],
)
def test_the_bytes_say_what_it_is(data: bytes, name: str, kind: str):
    assert files.kind_of(data, name) == kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (make.picture("PNG"), "This is a picture"),
        (make.picture("JPEG"), "This is a picture"),
        (b"{\\rtf1 a}", "save it as .docx"),
        (b"<!DOCTYPE html><p>1</p>", "a web page"),
        (b"\x7fELF\x02\x01\0\0\0", "no kind of file"),
        (make.office("presentationml.presentation"), "a PowerPoint file"),
        (make.open_document(), "Save it as Word"),
        (make.archive(a="b"), "a ZIP archive"),
        (WORD[: len(WORD) // 2], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (Word("Dear all, see you on Monday.").bytes(), "No recommendation was found"),
        (Word().bytes(), "There is no text in the file"),
    ],
)
def test_what_no_matrix_can_be_read_from(data: bytes, said: str):
    with pytest.raises(UnreadableError, match=said) as refusal:
        files.read(data, "matrix.docx")
    assert not str(refusal.value).endswith(".")


def test_a_wrong_ending_is_said_and_read_all_the_same():
    reading = files.read(WORD, "matrix.pdf")
    assert len(reading.matrix.recommendations) == 2
    assert reading.doubts[0].sentence == ("The name ends in .pdf, but the file is Word; it was read as that.")


def test_json_is_read_as_before():
    assert files.read(writer.write(harbour()), "a.json").matrix == harbour()


def test_a_profile_that_is_not_there_is_named():
    with pytest.raises(
        UnreadableError, match="no rule profile “nato”. Choose one of: iom-2022, iom-matrix, plain"
    ):
        files.read(WORD, "a.docx", profile="nato")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_is_a_sentence_and_never_a_crash(data):
    """Bytes changed within the compressed parts, and within the XML itself."""
    damaged = bytearray(WORD)
    for _change in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        files.read(bytes(damaged), "a.docx")
    except UnreadableError as refusal:
        said = str(refusal)
    else:
        said = "read"
    assert said
    assert "\n" not in said


CASES = [
    ("cases/iom-2022-aap.docx", "cases/iom-2022-aap.matrix.json", 99),
    ("cases/iom-matrix-crest.docx", "cases/iom-matrix-crest.matrix.json", 99),
    ("cases/iom-matrix-crest.pdf", "cases/iom-matrix-crest.matrix.json", 97),
    ("seeds/000_*.txt", "cases/seed000.matrix.json", 97),
]


@pytest.mark.parametrize(("file", "truth", "least"), CASES, ids=[case[0] for case in CASES])
def test_real_files(shared: Path, tmp_path: Path, file: str, truth: str, least: int):
    [path] = shared.glob(file)
    reading = files.read(path.read_bytes(), path.name)
    out = tmp_path / "got.json"
    out.write_bytes(writer.write(reading.matrix))
    scored = subprocess.run(
        [sys.executable, shared / "cases" / "score.py", shared / truth, out],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    exact = float(scored.splitlines()[-1].split()[1])
    assert exact >= least, scored
    assert json.loads(out.read_bytes())["profile"] == json.loads((shared / truth).read_bytes())["profile"]


def test_the_guidance_of_the_real_form_is_no_status(shared: Path):
    reading = files.read((shared / "cases" / "iom-2022-aap.docx").read_bytes(), "a.docx")
    assert not any(entry.status for one in reading.matrix.recommendations for entry in one.monitoring)
    assert sum("guidance" in one.why for one in reading.left_out) == 6
    [note] = reading.matrix.footnotes
    assert note.mark == "1"
