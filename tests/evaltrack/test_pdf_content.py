"""What a PDF says: the rules by which glyphs, rules and pages become paragraphs, tables and notes."""

import pytest

from evaltrack.documents import pdf, pdf_content
from evaltrack.documents.content import Content, Paragraph, Table
from tests.drawn import PITCH, WIDTH, Drawn, width

LEFT = 40


def texts(content: Content) -> list[str]:
    return [block.text for block in content.blocks if isinstance(block, Paragraph)]


def rows(content: Content) -> list[list[str]]:
    return [
        [cell.text for cell in row]
        for block in content.blocks
        if isinstance(block, Table)
        for row in block.rows
    ]


def read(drawn: Drawn, **options) -> Content:
    return pdf_content.read(drawn.data, **options)


FULL = "A line that goes on to the right edge of the page or near it"


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        ((FULL, "and ends here."), [f"{FULL} and ends here."]),
        ((FULL, "Short one.", FULL), [f"{FULL} Short one.", FULL]),
        ((f"{FULL} of Asia-", "Pacific waters"), [f"{FULL} of Asia-Pacific waters"]),
        ((f"{FULL} har-", "bours and a harbours fund"), [f"{FULL} harbours and a harbours fund"]),
        ((f"{FULL} long-", "term"), [f"{FULL} long-term"]),
        ((f"{FULL} 2031 -", "2032 at least"), [f"{FULL} 2031 - 2032 at least"]),
        ((f"a) {FULL}", "2032).", "b) Short one."), [f"{FULL} 2032).", "Short one."]),
    ],
)
def test_a_paragraph_goes_on_where_the_next_word_would_not_have_fitted(lines, paragraphs):
    drawn = Drawn()
    drawn.lines(LEFT, 60, *lines)
    assert texts(read(drawn)) == paragraphs


@pytest.mark.parametrize(("begins", "count"), [("Date: ", 2), ("date: ", 1), ("Date of ", 1)])
def test_known_words_with_a_colon_begin_a_paragraph_though_not_bold(begins: str, count: int):
    drawn = Drawn()
    drawn.lines(LEFT, 60, FULL, f"{begins}May 2031")
    content = read(drawn, starts=lambda text, bold: text.startswith("Date"))
    assert len(texts(content)) == count


def test_a_wide_space_parts_paragraphs_and_a_label_begins_one():
    drawn = Drawn()
    drawn.lines(LEFT, 60, FULL, "until the very end of what the harbour masters wrote.")
    drawn.lines(LEFT, 60 + 4 * PITCH, FULL, "and so on.")
    end = drawn.words(LEFT, 220, "Rationale:", font="b")
    drawn.words(end + 3, 220, "boats were lost.")
    assert texts(read(drawn)) == [
        f"{FULL} until the very end of what the harbour masters wrote.",
        f"{FULL} and so on.",
        "**Rationale**: boats were lost.",
    ]


def test_how_all_of_a_paragraph_looks_is_said_beside_it():
    drawn = Drawn()
    drawn.words(LEFT, 60, "Key actions:", font="b")
    drawn.words(LEFT, 90, "The programme agrees with this.", font="i")
    drawn.words(LEFT, 120, "To be filled in by the coordinator.", font="i", grey=0.5)
    drawn.words(LEFT, 150, "A plain one, of which there is not much to say.")
    found = [(block.bold, block.italic, block.grey) for block in read(drawn).blocks]
    assert found == [(True, False, False), (False, True, False), (False, True, True), (False, False, False)]


def test_list_items_are_told_by_marker_and_indent():
    drawn = Drawn()
    drawn.words(LEFT, 60, "The harbours should do the following things:")
    for y, indent, mark, words in (
        (80, 18, "\u2022", "Light the quay"), (94, 36, "o", "with lamps"), (108, 36, "o", "and with buoys"),
        (122, 18, "\u2022", "Train the watch"), (136, 18, "3.", "Close the gate"),
    ):  # fmt: skip
        drawn.words(LEFT + indent, y, mark)
        drawn.words(LEFT + indent + 14, y, words)
    found = [(block.level, block.marker, block.text) for block in read(drawn).blocks]
    assert found == [
        (None, "", "The harbours should do the following things:"),
        (0, "\u2022", "Light the quay"),
        (1, "o", "with lamps"),
        (1, "o", "and with buoys"),
        (0, "\u2022", "Train the watch"),
        (0, "3.", "Close the gate"),
    ]


def test_notes_are_told_by_their_raised_marks_and_other_raised_signs_are_not():
    drawn = Drawn()
    end = drawn.words(LEFT, 60, "The project ends in September 2022")
    drawn.words(end, 56, "1", size=6)
    end = drawn.words(end + 4, 60, ", and not on the 30")
    drawn.words(end, 56, "th", size=6)
    drawn.rule(LEFT, 450, LEFT + 110, 450)
    drawn.words(LEFT, 462, "1", size=5)
    drawn.words(LEFT + 5, 465, "It was extended until December.", size=8)
    content = read(drawn)
    assert texts(content) == ["The project ends in September 2022[^1], and not on the 30th"]
    assert content.footnotes == {"1": "It was extended until December."}


def test_heads_feet_and_page_numbers_are_kept_apart():
    drawn = Drawn()
    for number in (1, 2, 3):
        drawn.words(LEFT, 25, "Response: Safe Harbours")
        drawn.words(WIDTH - 90, 25, "3 May 2031")
        drawn.lines(
            LEFT, 80, f"{FULL}, number {number},", "is what the harbour masters wrote about the quay."
        )
        drawn.words(WIDTH / 2, 485, f"Page {number} of 3")
        if number < 3:
            drawn.new_page()
    content = read(drawn)
    assert content.running == ("Response: Safe Harbours", "3 May 2031")
    assert len(texts(content)) == 3


def test_addresses_come_from_links_and_only_of_the_web_and_of_mail():
    drawn = Drawn()
    drawn.words(LEFT, 60, "See the report")
    drawn.words(LEFT, 80, "or run this file, which nobody should do")
    start = LEFT + width("See the ")
    drawn.link(start, 50, start + width("report"), 62, "https://example.org/report")
    drawn.link(LEFT, 70, LEFT + width("or run this file"), 82, "file:///etc/passwd")
    assert texts(read(drawn)) == [
        "See the [report](https://example.org/report)",
        "or run this file, which nobody should do",
    ]


def test_writing_from_right_to_left_is_put_into_its_order():
    made = pdf.render("<p>تقبل الإدارة التوصية 12 كاملة</p>", title="x", language="ar", stylesheet="")
    assert texts(pdf_content.read(made)) == ["تقبل الإدارة التوصية 12 كاملة"]


def test_a_heading_is_larger_than_the_text():
    drawn = Drawn()
    drawn.words(LEFT, 60, "Recommendations", size=18)
    drawn.words(LEFT, 90, "For the programme", size=14)
    drawn.lines(LEFT, 120, FULL, "and it ends with this.")
    assert [block.heading for block in read(drawn).blocks] == [1, 2, 0]
