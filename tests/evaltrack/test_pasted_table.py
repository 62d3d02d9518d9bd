"""What Word, Excel and browsers put on the clipboard, as paragraphs and tables."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.documents import pasted_table
from evaltrack.documents.content import Paragraph, Table
from evaltrack.documents.errors import UnreadableFileError


def table(html: str) -> list[list[str]]:
    [found] = pasted_table.read_html(html).blocks
    assert isinstance(found, Table)
    return [[cell.text for cell in row] for row in found.rows]


def test_a_table_of_excel() -> None:
    html = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td { mso-x: y }</style></head>
    <body><table><!--StartFragment--><col width=64><tr height=20><td class=xl63>No.</td><td>Text</td></tr>
    <tr><td align=right>1</td><td>Light the
      quay<br style='mso-data-placement:same-cell'>at night</td></tr><!--EndFragment--></table></body></html>"""
    assert table(html) == [["No.", "Text"], ["1", "Light the quay\nat night"]]


def test_a_table_of_word_keeps_lists_bold_and_what_cells_span() -> None:
    html = """<table class=MsoTableGrid><tr><td rowspan=2><p class=MsoNormal><b>Key actions:</b><o:p></o:p></p>
    <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span
    style='font:7pt'>&nbsp;&nbsp; </span></span>Buy lamps</p>
    <p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp;</span>
    </span>with solar cells</p></td><td colspan=2>x</td></tr><tr><td>y</td><td>z</td></tr></table>"""
    [found] = pasted_table.read_html(html).blocks
    cell = found.rows[0][0]
    assert [(one.text, one.level, one.marker, one.bold) for one in cell.paragraphs] == [
        ("Key actions:", None, "", True), ("Buy lamps", 0, "·", False), ("with solar cells", 1, "o", False),
    ]  # fmt: skip
    assert [(one.columns, one.rows) for one in found.rows[0]] == [(1, 2), (2, 1)]
    assert (found.rows[1][1].place.row, found.rows[1][1].place.column) == (2, 2)


def test_lists_headings_and_tables_within_cells() -> None:
    html = """<h2>Response</h2><p>Before</p><table><thead><tr><th>A</th></tr></thead><tbody><tr><td><ol><li>one
    <ul><li>inner</li></ul></li><li>two</li></ol><table><tr><td>deep</td></tr></table></td></tr></tbody></table>"""
    heading, before, found = pasted_table.read_html(html).blocks
    assert (heading, before.text) == (Paragraph("Response", heading.place, heading=2), "Before")
    assert found.headers == 1
    *items, inner = found.rows[1][0].blocks
    assert [(one.text, one.level, one.marker) for one in items] == [
        ("one", 0, "1."),
        ("inner", 1, "•"),
        ("two", 0, "2."),
    ]
    assert inner.rows[0][0].text == "deep"


def test_scripts_styles_and_hidden_words_are_left_out() -> None:
    html = """<script>alert(1)</script><table><tr><td onclick="x()">a<script>b</script><span style="display: none">c
    </span><img src="http://127.0.0.1:9/x"><a href="javascript:d">e</a><!-- f --></td></tr></table>"""
    assert table(html) == [["ae"]]


def test_emphasis_and_links_to_the_web_stay() -> None:
    html = """<table><tr><td>Light <b>the  outer</b> quay, <i style="x">now</i>; see
    <a href="https://example.org/plan">the plan</a> or <a href="file:///etc/passwd">this</a></td>
    <td><b>All of it</b></td><td><span style="font-weight:700">a</span> <em>b</em><br>c</td></tr></table>"""
    assert table(html) == [[
        "Light **the outer** quay, *now*; see [the plan](https://example.org/plan) or this",
        "All of it", "**a** *b*\nc",
    ]]  # fmt: skip


def test_text_with_tabs_may_have_lines_within_cells() -> None:
    [found] = pasted_table.read_text('No.\tText\r\n1\t"Light ""the""\nquay"\r\n').blocks
    assert [[cell.text for cell in row] for row in found.rows] == [
        ["No.", "Text"],
        ["1", 'Light "the"\nquay'],
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<table>" * 20_000,
        "<ul>" * 20_000 + "<li>x",
        "<b>" * 200_000 + "x",
        "<table><tr>" + "<td rowspan=99999 colspan=99999>x" * 1_000,
        "<table>" + "<tr><td>x" * 50_000,
        "<td>&#0;&#x1f;&#xD800;\0",
        "<" * 500_000,
        "<table><tr><td colspan=-1 rowspan=two>x",
    ],
)
def test_what_means_harm_is_read_or_refused_in_time(html: str) -> None:
    started = time.process_time()
    with suppress(UnreadableFileError):
        pasted_table.read_html(html)
    assert time.process_time() - started < 3


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasted_table, "MOST_CELLS", 100)
    with pytest.raises(UnreadableFileError, match="Import the file instead"):
        pasted_table.read_html("x" * (pasted_table.LARGEST + 1))
    with pytest.raises(UnreadableFileError, match="Import the file instead"):
        pasted_table.read_html("<table>" + "<tr><td>" * (pasted_table.MOST_CELLS + 1))


@given(st.text(st.sampled_from("<>/tabledr ulionp=\"'&;x1\n"), max_size=120))
def test_any_text_is_read_or_refused(html: str) -> None:
    pasted_table.read_html(html)
