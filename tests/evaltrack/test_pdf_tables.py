"""Tables of a PDF: cells out of rules, and what page breaks cut made whole again."""

import pytest

from evaltrack.documents import pdf_content
from evaltrack.documents.content import Table
from tests.drawn import PITCH, Drawn

ACROSS = [30, 150, 230, 370]
FOOT = 440
Row = tuple[str, str, str]


def tables(drawn: Drawn, **options) -> list[list[list[str]]]:
    content = pdf_content.read(drawn.data, **options)
    return [
        [[cell.text.replace("\n", " ") for cell in row] for row in block.rows]
        for block in content.blocks
        if isinstance(block, Table)
    ]


def draw(drawn: Drawn, top: float, rows: list[Row], *, heights: list[int], bold: int = 0) -> None:
    """A table of three columns; ``bold`` is how many rows are its head."""
    down = [top]
    for height in heights:
        down.append(down[-1] + height)
    drawn.grid(ACROSS, down)
    for number, row in enumerate(rows):
        for x, cell in zip(ACROSS, row, strict=False):
            if cell:
                font = "b" if number < bold else ""
                drawn.lines(x + 5, down[number] + 12, *cell.split("|"), font=font)


HEAD = ("Key action", "Deadline", "Responsible")


def test_merged_cells_say_what_they_span():
    drawn = Drawn()
    drawn.grid([30, 370], [60, 90])
    drawn.words(35, 72, "Recommendation 1: Light the quay.")
    drawn.grid([30, 230, 370], [90, 120])
    drawn.words(35, 102, "Recommendation to:")
    drawn.words(235, 102, "Priority:")
    draw(drawn, 120, [HEAD], heights=[20])
    [table] = [block for block in pdf_content.read(drawn.data).blocks if isinstance(block, Table)]
    spans = [[(cell.place.column, cell.columns) for cell in row] for row in table.rows]
    assert spans == [[(1, 3)], [(1, 2), (3, 1)], [(1, 1), (2, 1), (3, 1)]]


@pytest.mark.parametrize(
    ("above", "below", "is_cut"),
    [
        (("Light the outer quay and", "30 June 2031", "Quay unit"), ("then the inner one", "", ""), True),
        (("Light the outer quay with", "30 June 2031", "Quay unit with"), ("Solar lamps", "", "the store"), True),
        (("Light the quay.", "30 June 2031", "Quay unit"), ("Buy lamps.", "31 May 2032", "Store"), False),
        (("Light the quay", "30 June 2031", "Quay unit"), ("Buy lamps", "31 May 2032", ""), False),
        (("Light the quay.", "", "Quay unit"), ("buy lamps", "31 May 2032", "Store"), False),
    ],
)  # fmt: skip
def test_a_row_that_goes_on_on_the_next_page_is_one(above: Row, below: Row, is_cut: bool):
    drawn = Drawn()
    lines = (
        above[0] + " " + "|and it takes a while|to say all of it|so that it gets|longer than it was|"
    ) * 2
    draw(drawn, 60, [HEAD, (lines + above[0], above[1], above[2])], heights=[20, FOOT - 80], bold=1)
    drawn.new_page()
    draw(drawn, 60, [below, ("Teach the watch.", "2033", "School")], heights=[60, 40])
    [rows] = tables(drawn)
    assert len(rows) == (3 if is_cut else 4)
    if is_cut:
        assert rows[1][0].endswith(f"{above[0]} {below[0]}")
        assert rows[1][2] == f"{above[2]} {below[2]}".strip()


def test_heads_that_are_repeated_over_pages_are_dropped():
    drawn = Drawn()
    for number in (1, 2):
        draw(
            drawn,
            60,
            [HEAD, (f"Light quay {number}.", f"June 203{number}", "Unit")],
            heights=[20, 40],
            bold=1,
        )
        if number == 1:
            drawn.new_page()
    [rows] = tables(drawn)
    assert rows == [
        list(HEAD),
        ["Light quay 1.", "June 2031", "Unit"],
        ["Light quay 2.", "June 2032", "Unit"],
    ]


def test_what_is_known_to_begin_anew_is_no_rest_of_the_cell_above():
    drawn = Drawn()
    drawn.grid([30, 370], [60, 440])
    drawn.words(35, 72, "Response: the management agrees with what was said by those who are")
    drawn.new_page()
    drawn.grid([30, 370], [60, 100])
    drawn.words(35, 72, "responsible unit: Quay unit")
    assert len(tables(drawn)[0]) == 1
    assert len(tables(drawn, starts=lambda text, _bold: text.startswith("responsible unit"))[0]) == 2


def test_shading_and_underlines_are_no_rules():
    drawn = Drawn()
    draw(drawn, 60, [HEAD, ("Light the quay", "2031", "Unit")], heights=[20, 40])
    drawn.pages[-1].insert(0, "0.9 g 35 395 60 12 re f")
    drawn.rule(35, 94, 90, 94)
    [rows] = tables(drawn)
    assert rows == [list(HEAD), ["Light the quay", "2031", "Unit"]]


def test_a_table_within_a_cell_stands_in_it():
    drawn = Drawn()
    drawn.grid([30, 370], [60, 240])
    drawn.words(35, 72, "The management agrees.")
    drawn.grid([50, 150, 350], [100, 140, 180])
    drawn.words(55, 112, "Light the quay")
    drawn.words(155, 112, "June 2031")
    drawn.words(35, 220, "And that is all.")
    [table] = [block for block in pdf_content.read(drawn.data).blocks if isinstance(block, Table)]
    kinds = [type(block).__name__ for block in table.rows[0][0].blocks]
    assert kinds == ["Paragraph", "Table", "Paragraph"]


def test_columns_without_rules_are_told_by_where_their_words_begin():
    drawn = Drawn()
    texts = [
        HEAD,
        ("Light the outer|quay with lamps|of solar cells", "30 June 2031", "Quay unit"),
        ("Teach the night watches|to swim", "31 May 2032", "School of the|harbour"),
    ]
    y = 60.0
    for number, row in enumerate(texts):
        height = 0
        for x, cell in zip(ACROSS[:3], row, strict=True):
            lines = cell.split("|")
            drawn.lines(x, y, *lines, font="" if number else "b")
            height = max(height, len(lines))
        y += height * PITCH
    [rows] = tables(drawn)
    assert rows == [[cell.replace("|", " ") for cell in row] for row in texts]


def test_a_label_beside_its_value_is_a_row():
    drawn = Drawn()
    drawn.words(30, 60, "Title:", font="b")
    drawn.words(150, 60, "Safe Harbours")
    drawn.words(30, 80, "Coordinator:", font="b")
    drawn.lines(150, 80, "The harbour programme manager who sits by the", "harbour of Port Azure")
    drawn.words(30, 112, "Date:", font="b")
    drawn.words(150, 112, "3 May 2031")
    [rows] = tables(drawn)
    assert rows == [
        ["Title:", "Safe Harbours"],
        ["Coordinator:", "The harbour programme manager who sits by the harbour of Port Azure"],
        ["Date:", "3 May 2031"],
    ]
