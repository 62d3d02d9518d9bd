"""The matrix goes out as Word file and comes back: nothing lost, nothing invented, whoever saved it again."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recommendations.profiles import Profile
from responses.matrix.differences import Differences, between
from responses.matrix.document import Action, Footnote, Matrix, Monitoring, SubPoint
from responses.matrix.readers import files
from responses.matrix.readers import json as json_reader
from responses.matrix.reading import Reading
from responses.matrix.writers import docx, pdf
from responses.matrix.writers.options import Options, chosen
from tests.responses.matrix.matrices import harbour
from tests.responses.matrix.printing import LIST, SENTENCE, TABLE, matrix, profile
from tests.responses.matrix.typed import OPTIONS, typed, when

REAL = ["seed000.matrix.json", "iom-2022-aap.matrix.json", "iom-matrix-crest.matrix.json"]
PLAIN = profile("plain")
FORMS = [TABLE, LIST, PLAIN]
HANDOUT = "Jx3-token_of-a-handout"


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest, shared: Path) -> Matrix:
    return json_reader.read((shared / "cases" / request.param).read_bytes())


def written(given_out: Matrix, form: Profile, language: str = "en", options: Options | None = None) -> bytes:
    return docx.write(given_out, form, language=language, options=options or Options(), handout=HANDOUT)


def read(data: bytes) -> Reading:
    return files.read(data, "matrix.docx")


def told(differences: Differences) -> list[tuple[str, str, str, str]]:
    """Where, which field, old and new of everything that differs."""
    found = [("front", change.field, change.old, change.new) for change in differences.front]
    found += [("note", change.field, change.old, change.new) for change in differences.notes]
    for one in differences.changed:
        number = (one.new or one.old).number  # type: ignore[union-attr]
        found += [(number, change.field, change.old, change.new) for change in one.changes]
        for action in one.actions:
            name = (action.new or action.old).number  # type: ignore[union-attr]
            if action.old is None or action.new is None:
                text = (action.new or action.old).text  # type: ignore[union-attr]
                found.append((name, "added" if action.new else "removed", "", text))
            else:
                found += [(name, change.field, change.old, change.new) for change in action.changes]
    return found


def long() -> Matrix:
    """Cells of several pages, notes cited twice and from notes, points in points, every field filled."""
    point = SubPoint("Train the crews[^2].", (SubPoint("In each port"), SubPoint("By *spring*")))
    action = Action(
        "1.1",
        SENTENCE * 60 + "\n\n- by road[^1]\n- by sea\n\n" + SENTENCE,
        when("30 June 2027"),
        replace(harbour().recommendations[0].actions[0].responsible, parties=()),  # type: ignore[type-var]
        SENTENCE * 40 + "\n\n1. first\n2. second",
        "completed",
    )
    full = replace(
        harbour().recommendations[0],
        text=SENTENCE * 30 + "\n\nAs said[^1], and again[^1].",
        sub_points=(point, SubPoint("Mend the boats")),
        actions=(action, Action("1.2", "Twice"), Action("1.3", "Twice")),
        monitoring=(Monitoring("Time 2", "completed", None, SENTENCE * 20), Monitoring("Time 3")),
    )
    notes = (
        Footnote("1", "See [^2], and <https://e.org>."),
        Footnote("2", SENTENCE * 5),
        Footnote("7", "Apart."),
    )
    return replace(harbour(), recommendations=(full, *harbour().recommendations[1:]), footnotes=notes)


# Unchanged --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("form", FORMS, ids=["table", "list", "plain"])
def test_a_real_matrix_comes_back_as_it_went_out(real: Matrix, form: Profile, language: str) -> None:
    back = read(written(real, form, language))
    assert told(between(real, back.matrix)) == []
    assert back.handout == HANDOUT
    assert back.left_out == ()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("form", FORMS, ids=["table", "list", "plain"])
@pytest.mark.parametrize("given_out", [harbour(), long(), matrix()], ids=["harbour", "long", "empty"])
def test_every_field_comes_back(given_out: Matrix, form: Profile, language: str) -> None:
    back = read(written(given_out, form, language))
    assert told(between(given_out, back.matrix)) == []
    assert (back.matrix.profile, back.matrix.language) == (given_out.profile, given_out.language)


@pytest.mark.parametrize(
    "options", [Options(monitoring=False), Options(blank=True)], ids=["promised", "blank"]
)
@pytest.mark.parametrize("form", FORMS, ids=["table", "list", "plain"])
def test_what_was_left_out_is_not_taken_for_removed(form: Profile, options: Options) -> None:
    given_out = chosen(long(), options)
    back = read(written(given_out, form, options=options))
    assert told(between(given_out, back.matrix)) == []
    assert back.doubts == ()


@given(typed(), OPTIONS, st.sampled_from(FORMS), st.sampled_from(["en", "fr"]))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_people_type_comes_back(
    given_out: Matrix, options: Options, form: Profile, language: str
) -> None:
    given_out = chosen(given_out, options)
    back = read(written(given_out, form, language, options))
    assert told(between(given_out, back.matrix)) == []


def test_a_pdf_comes_back_to_the_last_blank() -> None:
    assert files.read(pdf.write(long(), LIST), "matrix.pdf").matrix == long()


# Filled in --------------------------------------------------------------------------------------------------


def paragraphs(
    document: "python_docx.document.Document", style: str
) -> list["python_docx.text.paragraph.Paragraph"]:
    """All in that style, in tables and outside."""
    found = list(document.paragraphs)
    seen = set()
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                if id(cell._tc) not in seen:
                    seen.add(id(cell._tc))
                    found += cell.paragraphs
    return [one for one in found if one.style.name == style]


def filled_in(data: bytes) -> bytes:
    """As somebody does it in Word: some cells typed over, one filled, one emptied."""
    document = python_docx.Document(io.BytesIO(data))
    paragraphs(document, "Response coordinator")[0].runs[-1].text = " Someone else"
    paragraphs(document, "Key action")[0].runs[0].text = "Buy fifty lamps"
    paragraphs(document, "Response narrative")[-1].add_run("They were asked.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


CHANGED = [
    ("front", "coordinator", "Harbour programme manager, Port Azure", "Someone else"),
    ("1.1", "key_action", "Buy forty lamps", "Buy fifty lamps"),
    ("3", "narrative", "", "They were asked."),
]


@pytest.mark.parametrize("form", FORMS, ids=["table", "list", "plain"])
def test_what_was_typed_differs_and_nothing_else(form: Profile) -> None:
    back = read(filled_in(written(harbour(), form)))
    assert told(between(harbour(), back.matrix)) == CHANGED


def test_a_row_that_was_added_is_a_key_action() -> None:
    document = python_docx.Document(io.BytesIO(written(harbour(), PLAIN)))
    actions = next(one for one in document.tables if "Key action" in one.rows[0].cells[0].text)
    for cell, text in zip(actions.add_row().cells, ("Paint the buoys", "May 2032", "Crew"), strict=False):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    added = read(out.getvalue()).matrix.recommendations[0].actions[-1]
    assert (added.text, added.deadline, added.responsible.text) == (  # type: ignore[union-attr]
        "Paint the buoys", when("May 2032"), "Crew",
    )  # fmt: skip


def test_a_list_item_that_was_pasted_is_a_key_action() -> None:
    document = python_docx.Document(io.BytesIO(written(harbour(), LIST)))
    last = paragraphs(document, "Key action responsible")[1]
    pasted = last.insert_paragraph_before("Paint the buoys", style=None)
    last._p.addnext(pasted._p)
    pasted._p.get_or_add_pPr().append(paragraphs(document, "Key action")[0]._p.pPr.numPr.__copy__())
    out = io.BytesIO()
    document.save(out)
    assert told(between(harbour(), read(out.getvalue()).matrix)) == [("1.3", "added", "", "Paint the buoys")]


def test_guidance_that_was_left_standing_is_no_answer_and_what_replaced_it_is() -> None:
    blank, options = chosen(harbour(), Options(blank=True)), Options(blank=True)
    document = python_docx.Document(io.BytesIO(written(blank, TABLE, options=options)))
    guidance = paragraphs(document, "Form guidance")
    guidance[0].runs[0].text = "We agree with all of it."
    out = io.BytesIO()
    document.save(out)
    assert told(between(blank, read(out.getvalue()).matrix)) == [
        ("1", "narrative", "", "We agree with all of it.")
    ]


def test_what_stands_outside_of_the_form_is_not_lost_without_a_word() -> None:
    document = python_docx.Document(io.BytesIO(written(harbour(), TABLE)))
    document.add_paragraph("By the way: thank you.")
    out = io.BytesIO()
    document.save(out)
    assert [one.text for one in read(out.getvalue()).left_out] == ["By the way: thank you."]


# Through LibreOffice ----------------------------------------------------------------------------------------


def saved_again(folder: Path, documents: dict[str, bytes], *, by_way_of: str = "") -> dict[str, bytes]:
    """The Word files as LibreOffice saves them, by way of another format if one is named: one start for all."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not there: apt install libreoffice-writer")
    for name, data in documents.items():
        (folder / f"{name}.docx").write_bytes(data)
    endings = [by_way_of, "docx"] if by_way_of else ["docx"]
    source, ending = folder, "docx"
    for number, target in enumerate(endings):
        out = folder / f"{number}"
        names = [str(source / f"{name}.{ending}") for name in documents]
        profile_folder = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile_folder, "--headless", "--convert-to", target, "--outdir", str(out)]
        subprocess.run([*command, *names], check=True, capture_output=True, timeout=120)
        source, ending = out, target
    return {name: (source / f"{name}.docx").read_bytes() for name in documents}


def test_libreoffice_saves_it_again_and_it_is_the_same(tmp_path: Path) -> None:
    forms = {
        f"{form.layout}-{language}": (form, language) for form in (PLAIN, LIST) for language in ("en", "fr")
    }
    documents = {name: written(long(), *how) for name, how in forms.items()}
    for name, data in saved_again(tmp_path, documents).items():
        assert told(between(long(), read(data).matrix)) == [], name
        assert read(data).handout == HANDOUT, name


def test_what_was_filled_in_survives_libreoffice_and_opendocument(tmp_path: Path) -> None:
    documents = {form.slug: filled_in(written(harbour(), form)) for form in (TABLE, LIST)}
    for name, data in saved_again(tmp_path, documents, by_way_of="odt").items():
        assert told(between(harbour(), read(data).matrix)) == CHANGED, name
        assert read(data).handout == HANDOUT, name
