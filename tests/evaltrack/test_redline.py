"""Two wordings of one text: what is found to differ, and how it is shown."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack import redline
from evaltrack.redline import Kind, Piece, compare

WORDS = st.sampled_from(
    ["Train", "staff", " ", " ", "\n", "\n\n", "**", "*", "_", ".", ",", "[^1]", "[a b](https://e.org/x)",
     "https://e.org", "- ", "\\*", "é", "١", "<b>"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=25).map("".join) | st.text(max_size=40)


def told(old: str, new: str) -> list[tuple[str, str, str]]:
    """The pieces that differ."""
    return [
        (piece.kind.value, piece.old_text, piece.new_text)
        for piece in compare(old, new)
        if piece.kind != Kind.SAME
    ]


def seen(html: str) -> str:
    """What is left for the eye: no words for screen readers, no attributes."""
    html = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", html)
    return re.sub(r"<a [^>]*>", "<a>", html)


@given(TEXTS, TEXTS)
def test_the_pieces_put_together_are_both_wordings(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(piece.old_text for piece in pieces) == old
    assert "".join(piece.new_text for piece in pieces) == new


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == Kind.SAME for piece in compare(text, text))


@given(TEXTS, TEXTS)
def test_the_other_way_round_it_is_the_same_comparison(old: str, new: str) -> None:
    assert compare(new, old) == tuple(Piece(piece.new, piece.old) for piece in compare(old, new))


@given(TEXTS, TEXTS)
def test_what_is_shown_is_well_formed(old: str, new: str) -> None:
    for html in (shown(compare(old, new)) for shown in (redline.before, redline.after, redline.both)):
        open_tags: list[str] = []
        for closing, tag in re.findall(r"<(/?)(\w+)[^>]*>", html):
            if closing:
                assert open_tags.pop() == tag
            elif tag != "br":
                open_tags.append(tag)
        assert not open_tags


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("Train all staff.", "Train all new staff.", [("added", "", "new ")]),
        ("Train all staff by May 2026.", "Train all staff by June 2026.", [("replaced", "May", "June")]),
        ("one two three four", "one 2 3 four", [("replaced", "two three", "2 3")]),
        ("by 31 May 2026", "by 31 May 2027", [("replaced", "2026", "2027")]),
        ("1,200 people", "1,300 people", [("replaced", "1,200", "1,300")]),
        ("the follow-up plan", "the follow-on plan", [("replaced", "follow-up", "follow-on")]),
        ("See [the plan](https://e.org/a).", "See [the plan](https://e.org/b).",
         [("replaced", "[the plan](https://e.org/a)", "[the plan](https://e.org/b)")]),
        ("Agreed[^1].", "Agreed[^2].", [("replaced", "[^1]", "[^2]")]),
        ("Lamps for the quay", "A wholly other sentence", [("replaced", "Lamps for the quay", "A wholly other sentence")]),
        ("", "New", [("added", "", "New")]),
        ("One.\n\nTwo.", "One.\nTwo.", [("replaced", "\n\n", "\n")]),
        ("a **firm** plan", "a firm plan", [("replaced", "**firm**", "firm")]),
    ],
)  # fmt: skip
def test_what_differs(old: str, new: str, differs: list[tuple[str, str, str]]) -> None:
    assert told(old, new) == differs


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("a **firm old** plan", "a **firm new** plan",
         "a <strong>firm </strong><del><strong>old</strong></del> plan",
         "a <strong>firm </strong><ins><strong>new</strong></ins> plan"),
        ("5 * 3 _x", "5 * 4 _x", "5 * <del>3</del> _x", "5 * <ins>4</ins> _x"),
        ("see [it](https://e.org)", "see [it](https://e.org) now", "see <a>it</a>", "see <a>it</a><ins> now</ins>"),
        ("<b>", "<i>", "&lt;<del>b</del>&gt;", "&lt;<ins>i</ins>&gt;"),
        ("A.\nB.", "A. B.", "A.<del>¶<br></del>B.", "A.<ins> </ins>B."),
        ("x\n- y", "x\n- z", "x<br>- <del>y</del>", "x<br>- <ins>z</ins>"),
    ],
)  # fmt: skip
def test_how_it_is_shown(old: str, new: str, before: str, after: str) -> None:
    pieces = compare(old, new)
    assert (seen(redline.before(pieces)), seen(redline.after(pieces))) == (before, after)


def test_both_wordings_in_one_text_the_removed_first() -> None:
    assert seen(redline.both(compare("by May", "by June"))) == "by <del>May</del>\u200a<ins>June</ins>"


def test_a_screen_reader_hears_what_was_removed_and_added() -> None:
    html = redline.both(compare("by May", "by June"))
    assert re.sub("<[^>]*>", "", html) == "by [removed: May]\u200a[added: June]"


def test_no_address_but_a_web_or_mail_one_becomes_a_link() -> None:
    html = redline.both(compare("", "[x](javascript:alert(1)) <script>alert(1)</script>"))
    assert "<a" not in html
    assert "<script" not in html


@pytest.mark.parametrize(
    "text",
    [
        "x " * 900,
        "x " * 1_900,
        "x " * 50_000,
        "*a " * 30_000,
        "[" * 60_000,
        "word1 " * 20_000 + "\n" * 20_000,
        "x\n" * 9_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    redline.both(compare(text, text[: len(text) // 2] + "y" + text[len(text) // 2 :] + " z"))
    redline.both(compare(text, "y ".join(text.split(" "))))
    assert time.process_time() - begun < 4
