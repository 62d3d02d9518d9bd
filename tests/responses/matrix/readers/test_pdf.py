"""PDF files as matrices: ours from what is attached, others from their pages."""

import io
from dataclasses import replace

import pypdf
import pytest

from evaltrack.deadlines import Deadline
from recommendations import profiles
from recommendations.profiles import Profile
from responses.matrix.document import (
    Action,
    Evaluation,
    Matrix,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import pdf
from responses.matrix.writers import pdf as writer
from tests.drawn import Drawn

AGREED = "The management accepts the recommendation and will begin at once."
LONG = "The quays have had no light since the storm of the year before, and the boats come in at night. " * 6


def profile(slug: str) -> Profile:
    return next(one for one in profiles.read_shipped() if one.slug == slug)


def matrix(slug: str) -> Matrix:
    """Long enough for several pages."""
    in_table = slug == "iom-matrix"
    actions = [
        Action(
            f"1.{number}",
            f"Light quay {number}. {LONG}"
            if in_table
            else f"Light quay {number} with lamps (June 203{number})",
            Deadline(f"30 June 203{number}") if in_table else Deadline(f"June 203{number}"),
            Responsible("Quay unit with support of the store") if in_table else None,
            comment="Tender out." if in_table and number == 2 else None,
        )
        for number in range(1, 5)
    ]
    return Matrix(
        profile=slug,
        language="en",
        evaluation=Evaluation("Safe Harbours of the East"),
        coordinator="Programme manager, Port Azure",
        recommendations=tuple(
            Recommendation(
                str(number),
                f"Light the outer quay before winter {number}.",
                rationale="Boats were lost." if in_table else None,
                directed_to="Programme management" if in_table else None,
                responsible=None if in_table else Responsible("Quay unit"),
                priority=2 if in_table else None,
                sub_points=() if in_table else (SubPoint("Buy lamps"), SubPoint("Hang them up")),
                response=Response("accepted", f"{AGREED}\n\n{LONG.strip()}"),
                actions=tuple(replace(action, number=f"{number}.{action.number[2:]}") for action in actions),
            )
            for number in (1, 2)
        ),
    )


def with_attachment(data: bytes, attached: bytes | None) -> bytes:
    """The PDF with other data attached, or with none."""
    out = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    out._root_object.get("/Names", {}).pop("/EmbeddedFiles", None)
    out._root_object.pop("/AF", None)
    if attached is not None:
        out.add_attachment("matrix.json", attached)
    held = io.BytesIO()
    out.write(held)
    return held.getvalue()


def said(read: Matrix) -> list[object]:
    """What the pages say of a matrix, whatever was understood of it."""
    return [
        (
            one.text, one.rationale, one.directed_to, one.responsible and one.responsible.text, one.priority,
            one.sub_points, one.response.decision, (one.response.narrative or "").split(),
            [(action.text.split(), action.deadline and action.deadline.text,
              action.responsible and action.responsible.text, action.comment) for action in one.actions],
        )
        for one in read.recommendations
    ]  # fmt: skip


@pytest.mark.parametrize("slug", ["iom-matrix", "iom-2022"])
def test_one_of_ours_is_read_from_what_is_attached(slug: str):
    written = matrix(slug)
    reading = pdf.read(writer.write(written, profile(slug)))
    assert reading.matrix == written
    assert not reading.doubts


@pytest.mark.parametrize(
    ("slug", "language"),
    [("iom-matrix", "en"), ("iom-2022", "fr")],
)
def test_one_that_lost_its_attachment_is_read_from_its_pages(slug: str, language: str):
    written = matrix(slug)
    printed = with_attachment(writer.write(written, profile(slug), language=language), None)
    reading = pdf.read(printed)
    assert reading.matrix.profile == slug
    assert reading.matrix.coordinator == written.coordinator
    assert said(reading.matrix) == said(written)
    pages = {source.place.page for source in reading.sources.values()}
    assert len(pages) > 1


@pytest.mark.parametrize("attached", [b"{", b'{"format": "other"}', b"\xff\xfe"])
def test_a_damaged_attachment_is_told_and_the_pages_are_read(attached: bytes):
    written = matrix("iom-2022")
    reading = pdf.read(with_attachment(writer.write(written, profile("iom-2022")), attached))
    assert said(reading.matrix) == said(written)
    assert "attached" in reading.doubts[0].sentence


def test_refusals_are_sentences_of_the_matrix():
    with pytest.raises(UnreadableError, match="not a PDF"):
        pdf.read(b"hello")
    drawn = Drawn()
    drawn.words(40, 60, "A letter to the harbour masters about nothing in particular.")
    with pytest.raises(UnreadableError):
        pdf.read(drawn.data)
