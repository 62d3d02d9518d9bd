"""What is proposed for a cell of a file, by what stands there, here, and in what was given out."""

import pytest

from responses.importing.values import Verdict, decide

TAKE, OPEN = Verdict.TAKE, Verdict.OPEN


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "proposed"),
    [
        ("a", "a", "a", None),
        ("a", "b", "b", None),
        ("", "b", "b", None),
        ("a", "b", "a", None),  # changed here only
        ("a", "", "a", None),
        ("", "b", "", None),
        ("a", "a", "b", TAKE),  # changed in the file only
        ("a", "a", "", TAKE),
        ("", "", "b", TAKE),
        ("a", "b", "c", OPEN),  # changed on both sides
        ("a", "", "c", OPEN),
        ("a", "b", "", OPEN),
        ("", "b", "c", OPEN),
        (None, "a", "a", None),
        (None, "a", "", None),  # files leave out much
        (None, "", "b", TAKE),
        (None, "a", "b", OPEN),
        (None, "", "", None),
    ],
)
def test_a_cell_by_its_three_texts(base, ours, theirs, proposed):
    assert decide(ours, theirs, base) == proposed


@pytest.mark.parametrize(
    ("one", "other"),
    [("a  b", "a b"), ("a \nb", "a\nb"), ("a\n\n\n\nb", "a\n\nb"), ("a\u00a0b", "a b"), ("a\r\nb", "a\nb")],
)
def test_space_that_no_paper_shows_is_no_difference(one, other):
    assert decide(one, other, None) is None


def test_a_point_that_was_set_in_is_a_difference():
    assert decide("- a\n- b", "- a\n  - b", "- a\n- b") is TAKE
