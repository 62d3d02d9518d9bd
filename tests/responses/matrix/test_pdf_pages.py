"""The pages of the printed matrix: where they break, how they run, and that nothing leaves them."""

import re
from itertools import pairwise

import pytest

from evaltrack.deadlines import Deadline
from recommendations.profiles import Profile
from responses.matrix.document import Action, Evaluation, Recommendation, Response
from responses.matrix.writers.pdf import write
from tests.pdfs import as_read, links, pages, squeezed, words
from tests.responses.matrix.printing import ARABIC, LIST, LONG_ADDRESS, SENTENCE, TABLE, matrix


@pytest.fixture(scope="module")
def long_document() -> list[str]:
    """25 recommendations with 100 actions, page by page."""
    recommendations = tuple(
        Recommendation(
            str(number),
            f"Begin{number} {SENTENCE * 2}",
            rationale=SENTENCE * 3,
            response=Response("accepted", f"Answer{number} {SENTENCE * 4}\n\n{SENTENCE * (number % 7)}"),
            actions=tuple(
                Action(
                    f"{number}.{n}", f"From{number}x{n} {SENTENCE * (1 + (number + n) % 5)} To{number}x{n}"
                )
                for n in range(4)
            ),
        )
        for number in range(1, 26)
    )
    return pages(write(matrix(*recommendations), TABLE))


def on_pages(word: str, found: list[str]) -> list[int]:
    return [number for number, page in enumerate(found) if re.search(rf"\b{word}\b", page)]


def test_a_long_document_has_a_sensible_length(long_document: list[str]) -> None:
    assert 15 < len(long_document) < 35


def test_no_row_is_split(long_document: list[str]) -> None:
    for number in range(1, 26):
        for n in range(4):
            start = on_pages(f"From{number}x{n}", long_document)
            assert len(start) == 1
            assert start == on_pages(f"To{number}x{n}", long_document)


def test_no_heading_is_parted_from_its_text(long_document: list[str]) -> None:
    for number in range(1, 26):
        heading = [
            i for i, page in enumerate(long_document) if f"Evaluation recommendation {number}:" in page
        ]
        assert heading == on_pages(f"Begin{number}", long_document)


def test_no_label_is_parted_from_its_text(long_document: list[str]) -> None:
    for page in long_document:
        lines = [line for line in page.split("\n") if line.strip()]
        for here, following in pairwise(lines):
            if here.startswith("Management response (Accept"):
                assert following.startswith("Answer")


def test_every_page_with_actions_has_the_head_of_the_table(long_document: list[str]) -> None:
    for page in long_document:
        if re.search(r"\bFrom\d", page):
            first = re.search(r"\bFrom\d", page)
            assert first
            assert "Implementation monitoring" in page[: first.start()]
            assert "Comments or action taken" in squeezed_lines(page[: first.start()])


def squeezed_lines(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("column", ["text", "comment"])
@pytest.mark.parametrize("length", [2_300, 6_000])
def test_a_cell_taller_than_a_page_goes_on_under_the_head_of_its_table(column: str, length: int) -> None:
    numbered = " ".join(f"word{n}" for n in range(length // 8))
    cells = {"text": "Dig", column: numbered}
    tall = Action("1.2", str(cells["text"]), comment=cells.get("comment"))
    actions = (Action("1.1", "First"), tall, Action("1.3", "Last", deadline=Deadline("May 2031")))
    found = pages(write(matrix(Recommendation("1", "Dig.", actions=actions)), TABLE))
    assert re.findall(r"word\d+", "".join(found)) == numbered.split()
    assert [page.count("Implementation monitoring") for page in found] == [1] * len(found)
    assert on_pages("First", found) == on_pages("word0", found) == [0]
    assert len(found) > 1


@pytest.mark.parametrize("form", [TABLE, LIST], ids=["table", "list"])
def test_a_long_address_wraps_within_the_page_and_can_be_clicked(form: Profile) -> None:
    action = Action("1.1", f"Read {LONG_ADDRESS}", comment=f"[plan]({LONG_ADDRESS})")
    pdf = write(matrix(Recommendation("1", LONG_ADDRESS, actions=(action,))), form)
    assert LONG_ADDRESS in links(pdf)
    assert squeezed(LONG_ADDRESS) in squeezed("".join(pages(pdf)))
    assert all(left > 50 and right < 595 - 50 for _word, left, right in words(pdf))


RABIC = "تضع المنظمة خطة لمتابعة التوصيات"


def test_an_arabic_matrix_runs_from_right_to_left() -> None:
    action = Action("1.1", ARABIC, Deadline("2031"), comment=ARABIC)
    written = matrix(
        Recommendation("1", ARABIC, priority=1, actions=(action,)),
        language="ar",
        evaluation=Evaluation(ARABIC),
    )
    pdf = write(written, TABLE)
    text = squeezed_lines("".join(as_read(pdf)))
    assert text.count(ARABIC) >= 3
    assert "Page 1 of 1" in text
    assert "1 high priority, 2 medium priority, 3 low priority" in text
    heads = {word: left for word, left, _right in words(pdf)}
    assert heads["Key"] > heads["Time"] > heads["Status"]
