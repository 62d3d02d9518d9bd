"""The small Markdown: what it understands, what stays as typed, and what it survives."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.text import NoteLinks, to_html, to_inline_html, to_plain

REL = 'rel="noopener noreferrer nofollow"'


def flat(html: str) -> str:
    return html.replace("\n", "").replace(f" {REL}", "")


UNDERSTOOD = [
    ("one\n\ntwo", "<p>one</p><p>two</p>"),
    ("one\ntwo", "<p>one<br>two</p>"),
    ("one\r\ntwo\r\rthree", "<p>one<br>two</p><p>three</p>"),
    ("Word's line\vbreak", "<p>Word's line<br>break</p>"),
    ("**bold** and *italic*", "<p><strong>bold</strong> and <em>italic</em></p>"),
    ("__bold__ and _italic_", "<p><strong>bold</strong> and <em>italic</em></p>"),
    ("***both***", "<p><em><strong>both</strong></em></p>"),
    ("pre**bold**fix", "<p>pre<strong>bold</strong>fix</p>"),
    ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
    ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
    ("- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
    ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
    ("3. a", '<ol start="3"><li>a</li></ol>'),
    ("Text:\n- a", "<p>Text:</p><ul><li>a</li></ul>"),
    ("[plan](https://e.org/a)", '<p><a href="https://e.org/a">plan</a></p>'),
    ("[us](mailto:a@e.org)", '<p><a href="mailto:a@e.org">us</a></p>'),
    ('[plan](http://e.org "title")', '<p><a href="http://e.org">plan</a></p>'),
    ("said[^2].", "<p>said<sup>2</sup>.</p>"),
    (r"\*no\* \_no\_ \[no\]", "<p>*no* _no_ [no]</p>"),
]


@pytest.mark.parametrize(("source", "html"), UNDERSTOOD)
def test_what_is_understood(source: str, html: str) -> None:
    assert flat(to_html(source)) == html


PASTED_LISTS = [
    ("•\tone\n•\ttwo", "<ul><li>one</li><li>two</li></ul>"),
    ("\uf0b7\tone\n\uf0b7\ttwo", "<ul><li>one</li><li>two</li></ul>"),
    ("·\u00a0one\n· two", "<ul><li>one</li><li>two</li></ul>"),
    ("Aims:\n• one\n• two\n\nEnd", "<p>Aims:</p><ul><li>one</li><li>two</li></ul><p>End</p>"),
    ("• one\no\tunder\n• two", "<ul><li>one<ul><li>under</li></ul></li><li>two</li></ul>"),
    ("\t•\tone\n\t\t◦\tunder", "<ul><li>one<ul><li>under</li></ul></li></ul>"),
    ("• one\n    • under\n• two", "<ul><li>one<ul><li>under</li></ul></li><li>two</li></ul>"),
    ("▪ one\n▪ two", "<ul><li>one</li><li>two</li></ul>"),
]


@pytest.mark.parametrize(("source", "html"), PASTED_LISTS)
def test_bullets_pasted_from_a_word_processor_are_lists(source: str, html: str) -> None:
    assert flat(to_html(source)) == html


AS_TYPED = [
    "# 3 heads",
    "1) first",
    "a) first",
    "1.1 Water",
    "2021. The year",
    "+ 5 staff",
    "-",
    "*",
    "- ",
    "1.",
    "-5 %",
    "a_b_c and x__y__z",
    "2*3*4",
    "5 * 3 * 2",
    "*see note",
    "4* hotel, 5* hotel",
    "Name:____Date:____",
    "______",
    "***",
    "---",
    "===",
    "> quoted",
    "    indented",
    "```code```",
    "| a | b |",
    "<b>no</b>",
    "<script>alert(1)</script>",
    "<!-- no -->",
    "&amp; &lt; &#x41;",
    "[a]",
    "[a]: https",
    "[ ] to do",
    "[^ x]",
    "![x](file:///etc/passwd)",
    "[x](file:///etc/passwd)",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](data:text/html,a)",
    "[x](vbscript:a)",
    "[x](//e.org/a)",
    "[x](/admin/)",
    "[x](#top)",
    r"\\server\share\_x",
    r"C:\temp",
    "http://",
    "ftp://e.org",
    "xhttp://e.org",
    "— dash",
    "a\tb",
]


@pytest.mark.parametrize("source", AS_TYPED)
def test_what_stays_as_typed(source: str) -> None:
    shown = re.sub(r"</?(p|br)>", "", to_html(source))
    typed = source.strip().replace(r"\_", "_")  # the one escape among them
    assert shown == typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


BARE_ADDRESSES = [
    ("https://e.org", "https://e.org", ""),
    ("HTTPS://e.org/A", "HTTPS://e.org/A", ""),
    ("https://e.org/a_b_c/_d_?x=__y__&z=1", "https://e.org/a_b_c/_d_?x=__y__&amp;z=1", ""),
    ("https://e.org/a.", "https://e.org/a", "."),
    ("https://e.org/a, b", "https://e.org/a", ", b"),
    ("https://e.org/a_(b)", "https://e.org/a_(b)", ""),
    ("https://e.org/a)", "https://e.org/a", ")"),
    ("https://e.org/a>", "https://e.org/a", "&gt;"),
    ("https://e.org/a。", "https://e.org/a", "。"),
    ("https://e.org/a»", "https://e.org/a", "»"),
]


@pytest.mark.parametrize(("source", "address", "after"), BARE_ADDRESSES)
def test_a_bare_address_is_a_link_without_the_punctuation_after_it(
    source: str, address: str, after: str
) -> None:
    html = flat(to_html(f"see {source}"))
    assert re.sub(r'href="[^"]*"', "href", html) == f"<p>see <a href>{address}</a>{after}</p>"
    assert re.search(r'href="(https?)', html, re.IGNORECASE)


def test_an_address_within_bold_or_brackets_ends_where_they_do() -> None:
    assert (
        flat(to_html("**https://e.org**"))
        == '<p><strong><a href="https://e.org">https://e.org</a></strong></p>'
    )
    assert flat(to_html("(https://e.org/a)")) == '<p>(<a href="https://e.org/a">https://e.org/a</a>)</p>'
    assert (
        flat(to_html("[https://e.org](https://f.org)")) == '<p><a href="https://f.org">https://e.org</a></p>'
    )


def test_links_tell_the_other_site_nothing() -> None:
    assert REL in to_html("[plan](https://e.org)")
    assert REL in to_html("https://e.org")


@pytest.mark.parametrize("source", ["", " ", "\n\n", "\t", "\u00a0"])
def test_a_blank_text_gives_nothing(source: str) -> None:
    assert to_html(source) == to_inline_html(source) == to_plain(source).strip() == ""


def test_characters_that_cannot_be_printed_are_left_out() -> None:
    assert to_html("a\0b\x07c\ufffe") == "<p>abc</p>"


def test_in_a_line_there_are_no_paragraphs_or_lists() -> None:
    assert to_inline_html("- *a*\n1. b") == "- <em>a</em><br>\n1. b"


# Footnote marks ---------------------------------------------------------------------------------------------


def test_a_mark_is_a_link_to_its_note_on_the_page() -> None:
    html = to_html("said[^2]", note=NoteLinks("r1-response", {"2"}))
    assert html == (
        '<p>said<sup class="note-mark">'
        '<a id="r1-response-note-2-1" href="#note-2" role="doc-noteref">2</a></sup></p>'
    )


def test_ids_of_two_texts_on_one_page_never_collide() -> None:
    texts = [to_html("a[^2] b[^2]", note=NoteLinks(scope, {"2"})) for scope in ("r1", "r2")]
    ids = re.findall(r'id="([^"]+)"', "".join(texts))
    assert len(ids) == len(set(ids)) == 4


def test_a_mark_without_a_note_stays_as_typed() -> None:
    assert to_html("said[^9]", note=NoteLinks("r1", {"2"})) == "<p>said[^9]</p>"


def test_a_mark_may_be_any_sign() -> None:
    html = to_html('x[^†] y[^"<i>]', note=NoteLinks("r1", {"†", '"<i>'}))
    assert ">†</a>" in html
    assert ">&quot;&lt;i&gt;</a>" in html
    assert "<i>" not in html


# Plain text -------------------------------------------------------------------------------------------------

PLAIN = [
    ("**bold** _it_ a_b_c", "bold it a_b_c"),
    ("one\n\ntwo\nthree", "one\n\ntwo\nthree"),
    ("• one\no\tunder\n• two", "- one\n  - under\n- two"),
    ("3. a\n4. b\n\nc", "3. a\n4. b\n\nc"),
    ("[plan](https://e.org/a)", "plan (https://e.org/a)"),
    ("[us](mailto:a@e.org)", "us (a@e.org)"),
    ("https://e.org/a", "https://e.org/a"),
    ("said[^2].", "said."),
    ("<b> & co", "<b> & co"),
]


@pytest.mark.parametrize(("source", "plain"), PLAIN)
def test_as_plain_text(source: str, plain: str) -> None:
    assert to_plain(source) == plain


# Anything at all --------------------------------------------------------------------------------------------

ALLOWED = {"p": set(), "br": set(), "strong": set(), "em": set(), "ul": set(), "ol": {"start"}, "li": set()}
ALLOWED |= {"a": {"href", "rel"}, "sup": set()}
PIECES = [*"ab1 \n\t*_-.[]()^<>&\"'\\!#|`•◦:/", "http://", "javascript:", "[a](", "[^1]", "<b>"]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


class Strict(HTMLParser):
    """Fails on every tag and attribute that the small Markdown does not have, and on every other link."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        for name, value in attrs:
            assert name != "href" or re.match(r"(https?://|mailto:)", value or "", re.IGNORECASE)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@given(st.text() | MARKUP)
def test_no_text_makes_other_html(source: str) -> None:
    for html in (to_html(source), to_inline_html(source)):
        parser = Strict()
        parser.feed(html)
        parser.close()


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"])))
def test_words_read_without_the_parser_look_the_same_as_with_it(source: str) -> None:
    marked_up = to_html(f"{source}\n\n*end*")
    assert to_html(source) == marked_up.removesuffix("<p><em>end</em></p>").strip()


HOSTILE = {
    "brackets": "[" * 20_000,
    "closed brackets": "[" * 10_000 + "]" * 10_000,
    "open links": "[a](" * 20_000,
    "open notes": "[^" * 20_000,
    "stars": "*a " * 20_000,
    "stars and lines": "*_" * 20_000,
    "bullets": "- " * 20_000,
    "items": "- a\n" * 10_000,
    "nested items": "\n".join("  " * depth + "- a" for depth in range(500)),
    "pasted bullets": "\n".join(" " * (depth % 300) + "• a" for depth in range(5_000)),
    "addresses": "http://" * 20_000,
    "brackets after an address": "http://a" + "(" * 50_000 + ")" * 50_000,
    "dots after an address": "http://a" + ".)" * 20_000,
    "tags": "<" * 50_000,
    "lines": "a\n" * 30_000,
    "spaces": " " * 100_000 + "x",
    "megabyte": "word " * 200_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_no_more_time_than_its_size(source: str) -> None:
    for render in (to_html, to_inline_html, to_plain):
        started = time.process_time()
        render(source)
        assert time.process_time() - started < 4  # measured: at most 0.5 s
