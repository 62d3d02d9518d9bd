"""Word files as we write them: what other programs find in them, and that nothing in them leads outside."""

import io
import re
import zipfile
from datetime import UTC, datetime

import docx as python_docx
import pytest
from lxml import etree

from evaltrack.documents.alike import alike
from evaltrack.documents.docx_document import Cell, Document, Row, Running, Table, Text
from evaltrack.documents.docx_package import Properties
from evaltrack.documents.docx_styles import Style
from evaltrack.documents.docx_writing import write
from evaltrack.text import NoteLinks, to_html

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NOTES = {"1": "First, see [^2].", "a": "An *own* mark.", "2": "Second, at https://e.org/x.", "9": "Uncited."}
TEXT = """\
Plain with **bold**, *italic* and [a link](https://example.org/?a=1&b=2)[^1].

- one
  1. first[^a]
  2. second
- two

Again[^1], then[^2]."""
TABLE = Table(
    [
        Row([Cell([Text("<b>Head</b>")], rows=2), Cell([Text("Over two")], columns=2)], header=True),
        Row([Cell([Text("left")]), Cell([Text("right")])], header=True),
        Row([Cell([Text("a")]), Cell([Text("b")]), Cell()], parts=True),
    ],
    (2, 1, 1),
    "What is in it",
)


def html(text: str) -> str:
    return to_html(text, note=NoteLinks("x", NOTES))


def document(language: str = "en", **fields: object) -> bytes:
    given = {
        "properties": Properties("A <title>", language, custom={"Known as": "tö&ken"}),
        "blocks": [Text(html(TEXT), "Own style"), TABLE, TABLE],
        "styles": [Style("Own style", bold=True)],
        "notes": {mark: html(text) for mark, text in NOTES.items()},
        "notes_label": "Notes:",
        "running": Running("Left", "Right", "Foot", "Page ", " of ", ""),
    }
    return write(Document(**{**given, **fields}))  # type: ignore[arg-type]


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


GOLDEN = """\
<w:p><w:pPr><w:pStyle w:val="OwnStyle"/></w:pPr><w:r><w:t xml:space="preserve">Plain with </w:t></w:r>\
<w:r><w:rPr><w:b/><w:bCs/></w:rPr><w:t xml:space="preserve">bold</w:t></w:r>\
<w:hyperlink r:id="link1" w:history="1"><w:r><w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr>\
<w:t xml:space="preserve">a link</w:t></w:r></w:hyperlink>\
<w:bookmarkStart w:id="1" w:name="note_1"/><w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>\
<w:footnoteReference w:id="1"/></w:r><w:bookmarkEnd w:id="1"/></w:p>\
<w:p><w:pPr><w:pStyle w:val="OwnStyle"/><w:numPr><w:ilvl w:val="1"/><w:numId w:val="10"/></w:numPr></w:pPr>\
<w:r><w:t xml:space="preserve">first</w:t></w:r></w:p>"""


def test_a_paragraph_is_written_as_word_has_it() -> None:
    text = "Plain with **bold**[a link](https://example.org/?a=1&b=2)[^1]\n\n- 1. first"
    xml = part(document(blocks=[Text(html(text), "Own style")]), "word/document.xml")
    written = re.findall(r"<w:p>.*?</w:p>", xml)
    assert "".join((written[0], written[2])) == GOLDEN


def test_the_same_document_is_the_same_bytes() -> None:
    assert document() == document()
    assert (
        datetime(1980, 1, 1, tzinfo=UTC).year
        == zipfile.ZipFile(io.BytesIO(document())).infolist()[0].date_time[0]
    )


def test_every_part_is_xml_and_only_links_lead_outside() -> None:
    data = document()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        for name in names:
            etree.fromstring(archive.read(name))
        relations = "".join(archive.read(name).decode() for name in names if name.endswith(".rels"))
    assert names[0] == "[Content_Types].xml"
    outside = re.findall(r'Type="([^"]+)" Target="([^"]+)" TargetMode="External"', relations)
    assert {kind.rpartition("/")[2] for kind, _target in outside} == {"hyperlink"}
    assert {target for _kind, target in outside} == {
        "https://example.org/?a=1&amp;b=2", "https://e.org/x",
    }  # fmt: skip


def test_another_program_finds_what_was_written() -> None:
    read = python_docx.Document(io.BytesIO(document()))
    assert read.core_properties.title == "A <title>"
    assert read.core_properties.language == "en"
    assert read.paragraphs[0].style.name == "Own style"
    table = read.tables[0]
    assert [cell.text for cell in table.rows[1].cells] == ["Head", "left", "right"]
    assert [cell.text for cell in table.rows[0].cells] == ["Head", "Over two", "Over two"]
    assert len(read.tables) == 2
    assert read.sections[0].header.paragraphs[0].text == "Left\tRight"
    assert "tö&amp;ken" in part(document(), "docProps/custom.xml")


def test_header_rows_are_repeated_and_short_rows_stay_whole() -> None:
    rows = etree.fromstring(part(document(), "word/document.xml").encode()).findall(f".//{W}tr")[:3]
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, True, False]
    assert [row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows] == [True, True, False]
    assert '<w:tblCaption w:val="What is in it"/>' in part(document(), "word/document.xml")


def test_each_note_stands_once_and_is_referred_to_after_that() -> None:
    body, notes = (part(document(), f"word/{name}.xml") for name in ("document", "footnotes"))
    assert re.findall(r'<w:footnoteReference (?:w:customMarkFollows="1" )?w:id="(\d)"', body) == [
        "1",
        "2",
        "3",
        "4",
    ]
    assert body.count('customMarkFollows="1"') == 2  # "a" and "9"; Word counts 1 and 2 itself
    assert body.count("NOTEREF note_1 ") == 1
    assert notes.count("NOTEREF note_3 ") == 1
    assert notes.count("<w:footnoteRef/>") == 2
    assert notes.index('w:type="separator"') < notes.index("First, see")


def test_a_list_begins_with_the_number_it_begins_with() -> None:
    numbering = part(document(blocks=[Text(html("3. third\n4. fourth"))]), "word/numbering.xml")
    assert '<w:startOverride w:val="3"/>' in numbering


def test_right_to_left_goes_through_paragraphs_tables_and_letters() -> None:
    arabic = part(document("ar", blocks=[Text(html("الخطة **و** plan 3")), TABLE]), "word/document.xml")
    assert "<w:bidiVisual/>" in arabic
    assert arabic.count("<w:bidi/>") > 5
    assert "<w:rtl/>" in arabic
    assert 'w:bidi="ar"' in part(document("ar"), "word/styles.xml")
    assert "<w:bidi/>" not in part(document(), "word/document.xml")


@pytest.mark.parametrize(
    "text", ["a\x00b\x0bc\ud800d\ufffee", "<w:p>", "]]>", "&amp; &lt;", "=SUM(A1)", "\t"]
)
def test_no_text_breaks_the_file(text: str) -> None:
    data = document(blocks=[Text(html(text)), Table([Row([Cell([Text(html(text))])])], (1,), text)])
    etree.fromstring(part(data, "word/document.xml").encode())


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("_so_ it *is*", "*so* it *is*", True),
        ("• a\n• b", "- a\n- b", True),
        ("- a\n\n- b", "- a\n- b", True),
        ("a\n- b", "a\n\n- b", True),
        ("**Hello!**", "**Hello**!", True),
        ("https://e.org/x", "[https://e.org/x](https://e.org/x)", True),
        ("two  blanks\u00a0here ", "two blanks here", True),
        ("\\*a\\*", "*a*", False),
        ("a **b**", "a b", False),
        ("1. a", "- a", False),
        ("3. a", "1. a", False),
        ("a\nb", "a\n\nb", False),
        ("[a](https://e.org)", "[a](https://e.com)", False),
        ("a[^1]", "a[^2]", False),
        ("", "a", False),
    ],
)
def test_texts_are_alike_that_read_the_same_on_paper(one: str, other: str, is_alike: bool) -> None:
    assert alike(one, other) is alike(other, one) is is_alike
