"""Reports as the files they come in: Word, PDF, text; and files that are none."""

import html
from typing import Any

import pytest

from evaltrack import apart
from evaltrack.documents.pdf import render
from evaltrack.errors import Refused
from recommendations import report_files
from tests.recommendations import made_reports as made

pytestmark = pytest.mark.own_database

DOCX, PDF, TEXT = report_files.READERS


def column(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in found]


def test_a_word_file_in_english() -> None:
    found = report_files.read(made.word(*made.ENGLISH), media_type=DOCX)

    first, second = found["recommendations"]
    assert (first["number"], first["priority"], first["directed_to"]) == ("1", "high", "Harbour offices")
    assert (first["timeline"], first["based_on"]) == ("by June 2025", "Linked to conclusion 1")
    assert first["sub_points"] == (
        "- Print it where people shop;\n  - in the market hall,\n  - at the mill.\n- Send it to the schools."
    )
    assert "The summary words it differently" in first["doubts"][1]
    assert second["text"] == "The Ferry Board should train two more pilots (conclusion 9)."
    assert "It names conclusion 9; the last of this report is 2." in second["doubts"]
    assert found["remarks"] == [
        "Another list of 3 recommendations under “Recommendations” was not taken in.",
        "Conclusion 2 names finding 7, which is not there.",
    ]
    assert column(found["learned"], "kind", "label", "based_on") == [
        ("lesson", "Lesson 1", "Finding 1"), ("lesson", "Lesson 2", ""), ("practice", "", ""),
    ]  # fmt: skip


def test_a_word_file_in_french() -> None:
    found = report_files.read(made.word(*made.FRENCH), media_type=DOCX)

    assert column(found["recommendations"], "number", "directed_to", "priority", "timeline", "based_on") == [
        ("1", "la Régie du bac", "élevée", "juin 2025", "Fondée sur la conclusion 1"),
        ("2", "capitaineries", "", "", "conclusion 4"),
    ]
    assert found["recommendations"][0]["rationale"].startswith("Les habitants")
    assert column(found["learned"], "kind", "text", "based_on") == [
        ("lesson", "Un horaire fait avec les habitants est tenu par les pilotes.", "constat 3"),
        ("lesson", "Un bac réparé en hiver navigue en été.", ""),
        ("practice", "Chaque lundi, les équipages se racontent ce qu’ils ont vu.", ""),
    ]


def test_a_word_file_in_spanish_with_a_table() -> None:
    found = report_files.read(made.word(*made.SPANISH), media_type=DOCX)

    assert column(found["recommendations"], "number", "directed_to", "priority", "timeline", "based_on") == [
        ("1", "Capitanías", "Alta", "junio de 2025", ""),
        ("2", "Junta del Transbordador", "Media", "", "conclusión 3"),
    ]
    assert column(found["learned"], "kind", "label") == [
        ("lesson", "Lección 1"), ("practice", "Buena práctica 1"),
    ]  # fmt: skip


def test_a_pdf_says_the_page_of_each() -> None:
    body = []
    for block in made.ENGLISH:
        if isinstance(block, tuple):
            new_page = block[1].startswith(("5", "6"))
            style = ' style="break-before: page"' if new_page else ""
            body.append(f"<h{block[0] or 1}{style}>{html.escape(block[1])}</h{block[0] or 1}>")
        elif isinstance(block, str) and not block.lstrip().startswith("- "):
            body.append(f"<p>{html.escape(block)}</p>")
    bytes_of_it = render("".join(body), title="Ferry", language="en", stylesheet="p { margin: 12pt 0 }")

    found = report_files.read(bytes_of_it, media_type=PDF)

    assert column(found["recommendations"], "number", "page", "text") == [
        ("1", 2, "Harbour offices should publish the timetable each month, in both languages of the lagoon."),
        ("2", 2, "The Ferry Board should train two more pilots (conclusion 9)."),
    ]
    assert [one["page"] for one in found["learned"]] == [3, 3]


def test_text_with_marks_of_html_and_markdown() -> None:
    written = (
        "## RECOMMENDATIONS AND LESSONS LEARNED\n\n### Main recommendations\n\n"
        "<p><b>1) Mend the jetty</b> before &amp; after the ice.</p>\t<p><i>2) Count the geese.</i></p>\n\n"
        "<b>Main lessons learned</b>\t<p><b>LL-1</b> – Rot comes from above.</p>\n"
    )
    found = report_files.read(written.encode(), media_type=TEXT)
    assert column(found["recommendations"], "number", "text") == [
        ("1", "**Mend the jetty** before & after the ice."), ("2", "Count the geese."),
    ]  # fmt: skip
    assert column(found["learned"], "label", "text") == [("LL-1", "Rot comes from above.")]


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (
            b"Nothing of the kind stands here.",
            TEXT,
            "No recommendations, lessons or good practices were found",
        ),
        (b"PK\x03\x04 and no more", DOCX, "damaged"),
        (b"%PDF-1.7 and no more", PDF, "damaged|PDF"),
        (b"x", "image/png", "Word files"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content: bytes, kind: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as told:
        report_files.read(content, media_type=kind)
    assert str(told.value).endswith((".", "!"))


def test_it_reads_apart_in_the_language_of_the_person() -> None:
    found = apart.run(report_files.read, made.word(*made.ENGLISH), language="fr", media_type=DOCX)
    assert len(found["recommendations"]) == 2
