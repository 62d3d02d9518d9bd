"""Bold and italic, to and from the small Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.documents.emphasis import Run, cut, from_markdown, plain, to_markdown
from evaltrack.text import to_plain


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([Run("Label:", bold=True), Run(" a "), Run("value.", italic=True)], "**Label**: a *value*."),
        ([Run("both", bold=True, italic=True), Run(" and none")], "***both*** and none"),
        ([Run("all", italic=True), Run("."), Run(" of it", italic=True)], "all. of it"),
        ([Run("a "), Run("[^1]", bold=True, atom=True), Run(" b", bold=True)], "a [^1] **b**"),
        ([Run("*starred*")], "\\*starred\\*"),
        ([Run("2 * 3 = 6")], "2 * 3 = 6"),
        ([Run("a", bold=True), Run(" "), Run("b", bold=True), Run(" c")], "**a b** c"),
        ([], ""),
    ],
)
def test_runs_as_markdown(runs: list[Run], text: str):
    assert to_markdown(runs) == text


def test_a_cut_keeps_the_style_and_never_parts_a_link():
    runs = from_markdown("**Label**: see [here](https://example.org) *now*")
    start = plain(runs).index("see")
    assert to_markdown(cut(runs, start)) == "see [here](https://example.org) *now*"
    assert plain(cut(runs, start + 6)) == " now"


@given(
    st.lists(st.builds(Run, st.text("ab *_.:\\[]“é", max_size=6), st.booleans(), st.booleans()), max_size=6)
)
def test_no_letter_is_lost(runs: list[Run]):
    """But for the backslash, which the small Markdown has no way to say before a mark."""
    runs = [run for run in runs if "\\" not in run.text]
    assert plain(from_markdown(to_markdown(runs))) == plain(runs)


@given(st.lists(st.sampled_from("ab "), min_size=1, max_size=12), st.data())
def test_the_pages_show_the_same_letters(letters, data):
    runs = [Run(letter, data.draw(st.booleans()), data.draw(st.booleans())) for letter in letters]
    assert to_plain(to_markdown(runs)).split() == plain(runs).split()
