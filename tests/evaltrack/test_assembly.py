"""PDFs put together from parts: numbered through, everything kept, and the same bytes each time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from evaltrack.documents import assembly, parts, pdf
from evaltrack.documents.assembly import About, Attachment, Section
from evaltrack.documents.parts import PartError
from tests.pdfs import assert_accessible, links, pages, reader

STYLE = """
@page { size: A5; margin: 20mm; @top-left { content: string(title) } @bottom-left { content: string(foot) }
  @bottom-right { content: counter(page) "/" counter(pages) } }
html { font: 10pt "Document Sans", "Document Arabic" }
main { string-set: title attr(data-title), foot attr(data-foot) }
"""
WORDS = ("Page ", " of ", "")
TABLE = "<table><thead><tr><th scope='col'>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
NOTED = '<p>Water<sup><a href="#mark-1">1</a></sup></p>'
NOTE = '<aside class="note" id="mark-1"><sup>1</sup> Deep.</aside>'
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


def part(html: str, language: str = "en") -> bytes:
    return pdf.part(f"<main>{html}</main>", language=language, stylesheet=STYLE)


@pytest.fixture(scope="module")
def head() -> bytes:
    html = '<main data-title="Management response" data-foot="EV-1"></main>'
    return pdf.edges(html, language="en", stylesheet=STYLE)


@pytest.fixture(scope="module")
def numerals() -> bytes:
    return pdf.numerals(WORDS, language="en", stylesheet=STYLE)


@pytest.fixture
def section(head: bytes, numerals: bytes) -> Any:
    def made(*frozen: bytes, **more: Any) -> Section:
        return Section([lambda one=one: one for one in frozen], lambda: head, lambda: numerals, WORDS, **more)

    return made


def document(*sections: Section, **more: Any) -> bytes:
    out = BytesIO()
    assembly.assemble(sections, out, About("Lake & river", "en", **more))
    return out.getvalue()


def outline(made: bytes) -> list[tuple[int, str, int]]:
    """Level, label and page of each bookmark."""
    read = reader(made)

    def walk(items: Sequence[Any], level: int) -> Iterator[tuple[int, str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, item.title, read.get_destination_page_number(item) + 1

    return list(walk(read.outline, 1))


def test_pages_are_numbered_through_with_head_and_foot_on_each(section: Any) -> None:
    long = "<p>line</p>" * 60
    made = pages(document(section(part(long), part("<p>end</p>")), section(part("<p>more</p>"))))
    assert len(made) == 5
    for number, page in enumerate(made, 1):
        assert f"Page {number} of 5" in page
        assert "Management response" in page
        assert "EV-1" in page


NUMBERS = {
    "Latin": (WORDS, ["Page ", "1", "2", " of ", "3", "4", "0"]),
    "bare": (("", "/", ""), ["1", "2", "/", "3", "4", "0"]),
    "Arabic": (("صفحة ", " من ", ""), ["3", "4", "0", " من ", "1", "2", "صفحة "]),
}


@pytest.mark.parametrize(("words", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_stand_in_the_order_of_reading_where_the_stylesheet_has_them(
    words: assembly.Words, expected: list[str]
) -> None:
    told = parts.head(pdf.numerals(words, language="en", stylesheet=STYLE))
    stamps = assembly._Stamps(words, told, 340)
    drawn = [line for line in stamps.on(12).decode().splitlines() if "Piece" in line]
    order = [int(line.rsplit("Piece")[1].split()[0]) for line in drawn]
    assert [assembly.pieces(words)[piece] for piece in order] == expected
    left, _top, width = told.boxes[0]
    last_left, _top, last_width = stamps.boxes[order[-1]]
    assert float(drawn[-1].split()[5]) + last_left + last_width == pytest.approx(left + width, abs=0.05)


def test_bookmarks_hang_together_across_parts_and_sections(section: Any) -> None:
    one, two = part("<h1>Lake (12 0 R)</h1><h2>First</h2>"), part("<h2>Second</h2>")
    assert outline(document(section(one, two))) == [
        (1, "Lake (12 0 R)", 1),
        (2, "First", 1),
        (2, "Second", 2),
    ]
    whole = document(section(one, two, title="Lake"), section(one, title="River ψ"))
    assert outline(whole) == [
        (1, "Lake", 1),
        (2, "First", 1),
        (2, "Second", 2),
        (1, "River ψ", 3),
        (2, "First", 3),
    ]


def test_many_bookmarks_come_closed(section: Any) -> None:
    one = part("<h1>Lake</h1>" + "<h2>x</h2>" * 70)
    root = reader(document(section(one))).trailer["/Root"]["/Outlines"]
    assert root["/Count"] == 1
    assert root["/First"]["/Count"] == -70


def destinations(made: bytes) -> list[int]:
    """The page that each link leads to."""
    read = reader(made)
    found = []
    for page in read.pages:
        for note in page.get("/Annots", ()):
            target = note.get_object()["/Dest"][0]
            found.append(
                next(n for n, other in enumerate(read.pages, 1) if other.indirect_reference == target)
            )
    return found


def test_links_lead_within_a_part_into_other_parts_and_to_sections(section: Any) -> None:
    one = part(NOTED + NOTE + '<p><a href="#far">far</a> <a href="part:two">two</a></p>')
    two = part('<p id="far">Here</p><p><a href="#mark-1">back</a></p>')
    made = document(section(one, two), section(one, two, key="two"))
    assert destinations(made) == [1, 2, 3, 1, 3, 4, 3, 3]


def test_a_link_to_nowhere_leads_to_its_own_part(section: Any) -> None:
    assert destinations(document(section(part("<p>x</p>"), part('<p><a href="#gone">x</a></p>')))) == [2]


def test_an_address_in_a_text_stays_an_address(section: Any) -> None:
    made = document(section(part('<p><a href="https://e.org/#mark-1">x</a></p>')))
    assert links(made) == {"https://e.org/#mark-1"}


def test_attachments_of_all_sections_are_there(section: Any) -> None:
    one = part("<p>x</p>")
    files = [Attachment(f"{name}.json", name.encode(), "Data") for name in ("lake", "river ψ")]
    made = document(*(section(one, attachments=[file]) for file in files))
    assert reader(made).attachments == {"lake.json": [b"lake"], "river ψ.json": ["river ψ".encode()]}


def test_its_properties_are_those_told(section: Any) -> None:
    said = reader(document(section(part("<p>x</p>")), created=MOMENT, more={"Handout": "x1"})).metadata
    assert said is not None
    assert (said.title, said.creation_date, said["/Handout"]) == ("Lake & river", MOMENT, "x1")


def test_the_same_parts_give_the_same_bytes_and_another_part_changes_them(section: Any) -> None:
    one, two = part("<p>x</p>"), part("<p>y</p>")
    assert part("<p>x</p>") == one
    assert document(section(one)) == document(section(one)) != document(section(two))


def test_parts_share_their_fonts(section: Any) -> None:
    made = [part(f"<p>{words}</p>") for words in ("Lake", "River", "Sea", "Océan")]
    alone = document(section(made[0]))
    assert len(document(section(*made))) < len(alone) + 4 * 4_000


def test_what_looks_like_a_reference_in_a_text_is_a_text(section: Any) -> None:
    hostile = '<h1 title="3 0 R">[3 0 R] endobj 4 0 obj &lt;&lt; )\\( @5@ %d</h1>'
    made = document(section(part(hostile), part(hostile)))
    assert outline(made)[0] == (1, "[3 0 R] endobj 4 0 obj << )\\( @5@ %d", 1)
    assert "[3 0 R] endobj 4 0 obj" in pages(made)[1]


def test_a_picture_is_refused_rather_than_spoilt() -> None:
    from pydyf import Stream

    with pytest.raises(PartError):
        parts._content(Stream([b"x"], {"Filter": "/DCTDecode"}))


def test_what_is_left_out_cannot_be_referred_to() -> None:
    writer = parts._Writer(parts._Table({1: 0}, 0, 0, 0))
    writer.put([b"1 0 R"])
    with pytest.raises(PartError):
        writer.put({"Kids": b"2 0 R"})
    with pytest.raises(PartError):
        writer.put(b"[1 0 R]")


def tags(node: Any) -> Iterator[Any]:
    """All elements of the structure below a node."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from tags(found)


def test_tags_hang_together_and_headers_and_notes_are_known_by_themselves(section: Any) -> None:
    one = part(f"<h1>Lake</h1>{TABLE}{NOTED}{NOTE}")
    made = reader(document(section(one, title="A"), section(one, title="B")))
    root = made.trailer["/Root"]["/StructTreeRoot"]
    top = root["/K"][0].get_object()
    assert [kid.get_object()["/S"] for kid in top["/K"]] == ["/Art", "/Art"]
    elements = list(tags(root))
    kinds = [one["/S"] for one in elements]
    for kind in ("/H1", "/TH", "/TD", "/Note", "/Reference"):
        assert kinds.count(kind) == 2, kind
    known = [one["/ID"] for one in elements if "/ID" in one]
    assert len(known) == len(set(known)) == 4
    headers = [one["/A"]["/Headers"][0] for one in elements if one["/S"] == "/TD"]
    assert headers == [one["/ID"] for one in elements if one["/S"] == "/TH"]
    # The list of identities finds each, and the keys of pages and links lead back to their elements.
    leaves = [leaf.get_object()["/Names"] for leaf in root["/IDTree"]["/Kids"]]
    named = {leaf[place]: leaf[place + 1].get_object() for leaf in leaves for place in range(0, len(leaf), 2)}
    assert {name: element["/ID"] for name, element in named.items()} == {name: name for name in known}
    keys = [key for leaf in root["/ParentTree"]["/Kids"] for key in leaf.get_object()["/Nums"][::2]]
    assert keys == list(range(len(keys)))
    assert [page["/StructParents"] for page in made.pages] == [0, 2]


def test_the_documents_are_accessible_and_last(section: Any, shared: Path, tmp_path: Path) -> None:
    one = part(
        f"<h1>Lake</h1>{TABLE}{NOTED}{NOTE}<p><a href='#far'>far</a> <a href='https://e.org'>e</a></p>"
    )
    two = part("<h2 id='far'>تضع المنظمة</h2><ul><li>one</li></ul>", "ar")
    files = [Attachment("lake.json", b"{}", "Data")]
    whole = document(
        section(one, two, title="A", attachments=files), section(two, one, title="ب"), created=MOMENT
    )
    assert_accessible(shared, tmp_path, {"whole": whole, "one": document(section(one))})


def test_pages_can_be_counted_without_reading_the_parts() -> None:
    frozen = part("<p>line</p>" * 60)
    assert assembly.count_pages([lambda: frozen, lambda: frozen]) == 2 * len(
        pypdf.PdfReader(
            BytesIO(pdf.render("<p>line</p>" * 60, title="t", language="en", stylesheet=STYLE))
        ).pages
    )
