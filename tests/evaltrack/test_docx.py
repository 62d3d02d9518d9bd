"""A Word file as what it says: written here as the XML that Word writes, part by part."""

import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltrack.documents import docx
from evaltrack.documents.content import Content, Paragraph, Table
from evaltrack.documents.errors import UnreadableFileError

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TYPES = (
    '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    "</Types>"
)
LEVEL = '<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{indent}</w:lvl>'
INDENT = '<w:pPr><w:ind w:left="{left}"/></w:pPr>'


def word(body: str, *, links: dict[str, str] | None = None, **parts: str) -> bytes:
    """A file of this body; ``parts`` are styles, numbering, footnotes, header and core."""
    out = io.BytesIO()
    relations = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{name}" Target="{name}.xml"/>'
        for name in parts
        if name != "core"
    ) + "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/hyperlink" Target="{address}" TargetMode="External"/>'
        for name, address in (links or {}).items()
    )
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", TYPES)
        made.writestr("word/document.xml", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        made.writestr("word/_rels/document.xml.rels", f"{head}{relations}</Relationships>")
        for name, content in parts.items():
            if name == "core":
                made.writestr("docProps/core.xml", content)
            else:
                tag = {"header": "hdr"}.get(name, name)
                made.writestr(f"word/{name}.xml", f"<w:{tag} {SPACES}>{content}</w:{tag}>")
    return out.getvalue()


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def cell(*blocks: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks) or par()}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def read(body: str, **parts) -> Content:
    return docx.read(word(body, **parts))


def only(body: str, **parts) -> Paragraph:
    [block] = read(body, **parts).blocks
    assert isinstance(block, Paragraph)
    return block


def texts(body: str, **parts) -> list[str]:
    return [block.text for block in read(body, **parts).blocks if isinstance(block, Paragraph)]


BOLD, ITALIC, GREY = "<w:b/>", "<w:i/>", '<w:color w:val="808080"/>'


# Letters


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([run("Light the "), run("outer", ITALIC), run(" quay")], "Light the *outer* quay"),
        ([run("Lab", BOLD), run("el:", BOLD), run(" value")], "**Label**: value"),
        ([run("all of it", BOLD)], "all of it"),
        ([run("half a w"), run("ord", BOLD)], "half a word"),
        ([run("off", '<w:b w:val="0"/>'), run(" on")], "off on"),
        ([run("seen"), run(" not seen", "<w:vanish/>")], "seen"),
        ([run("30"), run("th", '<w:vertAlign w:val="superscript"/>'), run(" June")], "30th June"),
        ([run("5 m"), run("2", '<w:vertAlign w:val="superscript"/>')], "5 m²"),
        (["<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>"], "a b\nc"),
        (["<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>"], "a-bc"),
        (['<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t xml:space="preserve"> done</w:t></w:r>'], "✓ done"),
        ([run("a\u200bb\u0085c")], "abc"),
        ([run("קצר *לא* ארוך")], "קצר \\*לא\\* ארוך"),
        ([run("2 * 3 and a_b")], "2 * 3 and a_b"),
        (["<w:ins>" + run("put in ") + "</w:ins>", "<w:del>" + run("taken out") + "</w:del>"], "put in"),
        (["<w:moveFrom>" + run("from") + "</w:moveFrom>", "<w:moveTo>" + run("to") + "</w:moveTo>"], "to"),
        (["<w:sdt><w:sdtContent>" + run("chosen") + "</w:sdtContent></w:sdt>"], "chosen"),
        (['<w:fldSimple w:instr="PAGE">' + run("3") + "</w:fldSimple>"], "3"),
        (['<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>'
          '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', run("May"),
          '<w:r><w:fldChar w:fldCharType="end"/></w:r>'], "May"),
        (['<w:hyperlink r:id="web">' + run("a page") + "</w:hyperlink>"], "[a page](https://example.org/a)"),
        (['<w:hyperlink r:id="file">' + run("a file") + "</w:hyperlink>"], "a file"),
        (['<w:hyperlink r:id="script">' + run("a trap") + "</w:hyperlink>"], "a trap"),
    ],
)  # fmt: skip
def test_the_words_of_a_paragraph(runs: list[str], text: str):
    links = {"web": "https://example.org/a", "file": "file:///etc/passwd", "script": "javascript:alert(1)"}
    assert only(par(*runs), links=links).text == text


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    ended = par(run("Light the "), properties="<w:rPr><w:del/></w:rPr>")
    assert texts(ended + par(run("quay"))) == ["Light the quay"]


def test_the_look_of_a_whole_paragraph_is_told_beside_its_text():
    grey = only(par(run("Label:", BOLD), run(" tells what to do", ITALIC + GREY)))
    assert (grey.bold, grey.italic, grey.grey) == (False, True, True)
    named = only(par(run("Units: ", BOLD), run("Quay", BOLD + GREY)))
    assert (named.bold, named.grey) == (True, False)


def test_words_that_are_set_off_or_struck_through_are_told_beside_the_text():
    light, line = '<w:highlight w:val="yellow"/>', '<w:u w:val="single"/>'
    found = only(
        par(
            run("Accept", light),
            run(" / "),
            run("Part", line),
            run("ly", line),
            run(" / "),
            run("Reject", "<w:strike/>"),
        )
    )
    assert (found.marked, found.struck) == (("Accept", "Partly"), ("Reject",))
    plain = only(par(run("Accept", '<w:u w:val="none"/><w:highlight w:val="none"/><w:strike w:val="0"/>')))
    assert (plain.marked, plain.struck) == ((), ())


def test_a_prompt_of_a_content_control_is_guidance():
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    within = only(par(prompt.format(run("Click here"))))
    around = only(prompt.format(par(run("Click here"))))
    assert all(one.grey and one.italic for one in (within, around))


def test_styles_are_followed_to_their_base():
    styles = (
        '<w:style w:type="paragraph" w:styleId="base"><w:name w:val="Base"/><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 2"/><w:basedOn w:val="base"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="B"/><w:basedOn w:val="b"/></w:style>'
    )
    heading = only(par(run("Head"), properties='<w:pStyle w:val="a"/>'), styles=styles)
    assert (heading.heading, heading.bold, heading.style) == (2, True, "heading 2")
    assert only(par(run("x"), properties='<w:pStyle w:val="b"/>'), styles=styles).text == "x"


# Lists


def numbering(*lists: tuple[str, str, int]) -> str:
    """Lists of two levels: form and text of the first, and its indent."""
    kinds, numbers = "", ""
    for number, (form, text, left) in enumerate(lists, 1):
        levels = LEVEL.format(at=0, form=form, text=text, indent=INDENT.format(left=left))
        levels += LEVEL.format(at=1, form="lowerLetter", text="%2)", indent=INDENT.format(left=left + 720))
        kinds += f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'
        numbers += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    return kinds + numbers


def item(text: str, num_id: int = 1, level: int = 0) -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'
    return par(run(text), properties=listed)


def test_list_items_have_their_level_and_what_is_printed_before_them():
    body = item("a") + item("b", level=1) + item("c", level=1) + item("d") + par(run("prose"))
    found = [
        (one.text, one.level, one.marker)
        for one in read(body, numbering=numbering(("decimal", "%1.", 720))).blocks
    ]
    assert found == [("a", 0, "1."), ("b", 1, "a)"), ("c", 1, "b)"), ("d", 0, "2."), ("prose", None, "")]


def test_a_list_of_its_own_that_stands_further_in_is_a_level_deeper():
    lists = numbering(("bullet", "o", 720), ("bullet", "o", 1440))
    body = item("a", 1) + item("b", 2) + item("c", 2) + item("d", 1)
    assert [one.level for one in read(body, numbering=lists).blocks] == [0, 1, 1, 0]


# Tables


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def test_merged_cells_stand_once_with_what_they_span():
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    [found] = read(
        table(
            row(
                cell(par(run("a")), properties=restart),
                cell(par(run("b")), properties='<w:gridSpan w:val="2"/>'),
            ),
            row(cell(properties=goes_on), cell(par(run("c"))), cell(par(run("d")))),
        )
    ).blocks
    assert isinstance(found, Table)
    shape = [[(one.text, one.place.column, one.columns, one.rows) for one in cells] for cells in found.rows]
    assert shape == [[("a", 1, 1, 2), ("b", 2, 2, 1)], [("c", 2, 1, 1), ("d", 3, 1, 1)]]


def test_tables_within_tables_and_repeated_heads():
    inner = table(row(cell(par(run("inner")))))
    [found] = read(
        table(row(cell(par(run("head"))), properties="<w:tblHeader/>"), row(cell(inner, par())))
    ).blocks
    assert isinstance(found, Table)
    assert found.headers == 1
    nested = found.rows[1][0].blocks[0]
    assert isinstance(nested, Table)
    assert (nested.rows[0][0].text, nested.place.table) == ("inner", 2)


def test_a_row_that_was_deleted_is_not_there():
    [found] = read(table(row(cell(par(run("a")))), row(cell(par(run("b"))), properties="<w:del/>"))).blocks
    assert isinstance(found, Table)
    assert [cells[0].text for cells in found.rows] == ["a"]


def test_tables_in_tables_without_end_are_read_as_paragraphs():
    body = par(run("deep"))
    for _level in range(12):
        body = table(row(cell(body)))
    assert "deep" in str(read(body))


# The rest


def test_footnotes_have_the_mark_they_are_printed_with():
    note = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{n}">{par(run(t))}</w:footnote>' for n, t in ((0, "line"), (2, "b"), (7, "a"))
    )
    found = read(par(run("x"), note.format(7), run("y"), note.format(2)), footnotes=notes)
    assert [one.text for one in found.blocks] == ["x[^1]y[^2]"]
    assert found.footnotes == {"1": "a", "2": "b"}


def test_text_boxes_are_read_once():
    box = f"<w:txbxContent>{par(run('boxed'))}</w:txbxContent>"
    both = (
        f"<mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    assert texts(par(run("before"), f"<w:r>{both}</w:r>")) == ["before", "boxed"]


def test_pictures_are_counted_and_headers_kept_apart():
    found = read(par("<w:r><w:drawing/></w:r>"), header=par(run("Lamps"), "<w:r><w:tab/></w:r>", run("May")))
    assert found.remarks == ("1 picture or drawing was not read.",)
    assert found.running == ("Lamps May",)


def test_pages_are_counted_where_the_file_knows_them():
    turn = "<w:r><w:lastRenderedPageBreak/><w:t>b</w:t></w:r>"
    assert [one.place.page for one in read(par(run("a")) + par(turn)).blocks] == [1, 2]
    assert [one.place.page for one in read(par(run("a"))).blocks] == [0]


@pytest.mark.parametrize(
    ("title", "kept"), [("Safe Harbours", "Safe Harbours"), ("Document1", ""), ("a.docx", "")]
)
def test_the_title_of_the_file(title: str, kept: str):
    core = f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'
    assert read(par(run("a")), core=core).title == kept


# Damage


def elements(data: bytes) -> Iterator[bytes]:
    """Copies of a file with something cut out of its document, from one mark to another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = parts["word/document.xml"]
    marks = [at for at, byte in enumerate(document) if byte == ord("<")]
    for first, second in pairwise(marks):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, content in parts.items():
                cut = document[:first] + document[second:] if name == "word/document.xml" else content
                made.writestr(name, cut)
        yield out.getvalue()


def test_a_document_with_any_mark_missing_is_read_or_refused():
    body = table(row(cell(par(run("a", BOLD)), properties="<w:vMerge/>"), cell(item("b")))) + par(run("c"))
    refusals = []
    for data in elements(word(body, numbering=numbering(("decimal", "%1.", 720)))):
        try:
            docx.read(data)
        except UnreadableFileError as refusal:
            refusals.append(str(refusal))
    assert len(refusals) > 10
    assert all("damaged" in sentence for sentence in refusals)


@pytest.mark.parametrize("part", ["styles", "numbering", "footnotes", "header"])
def test_a_damaged_part_beside_the_words_costs_only_itself(part: str):
    assert texts(par(run("words")), **{part: "<w:p><broken>"}) == ["words"]


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["t", "r", "p", "tab", "sdt", "ins", "del", "numPr", "fldChar", "vMerge"]).map(
            lambda tag: f"<w:{tag}>x</w:{tag}>"
        ),
        lambda inner: st.tuples(
            st.sampled_from(
                ["p", "r", "tbl", "tr", "tc", "sdt", "sdtContent", "tcPr", "pPr", "rPr", "txbxContent"]
            ),
            st.lists(inner, max_size=4),
        ).map(lambda made: f"<w:{made[0]}>{''.join(made[1])}</w:{made[0]}>"),
        max_leaves=30,
    )
)
def test_any_order_of_elements_is_read(body: str):
    assert isinstance(read(body), Content)
