"""What a plain text says: lines joined, and what stood at the head and foot of pages kept apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.documents import plain
from evaltrack.documents.errors import UnreadableFileError

LONG = "The harbour masters wrote at length about the quay, the lamps and the night watch of the port"


def texts(written: str) -> list[str]:
    return [paragraph.text for paragraph in plain.from_text(written).blocks]


@pytest.mark.parametrize(
    ("written", "paragraphs"),
    [
        (f"{LONG}\nand of its storms.", [f"{LONG} and of its storms."]),
        (f"{LONG}\nShort.\n{LONG}", [f"{LONG} Short.", LONG]),
        (f"{LONG}\n\n{LONG}", [LONG, LONG]),
        (f"Rationale:\nBoats.\n\n{LONG}", ["Rationale:", "Boats.", LONG]),
        (f"{LONG} and policy-\nlevel work", [f"{LONG} and policy-level work"]),
        (f"{LONG}\r\nand storms\x00 and\xa0more.", [f"{LONG} and storms and more."]),
    ],
)
def test_lines_are_joined_where_they_were_broken(written: str, paragraphs: list[str]):
    assert texts(written) == paragraphs


def test_list_items_have_levels_by_their_indent():
    found = plain.from_text("• Light the quay\n  - with lamps\n  - and buoys\n• Train the watch").blocks
    assert [(item.level, item.text) for item in found] == [
        (0, "Light the quay"),
        (1, "with lamps"),
        (1, "and buoys"),
        (0, "Train the watch"),
    ]


def test_notes_whose_marks_are_glued_to_words_are_set_apart():
    content = plain.from_text(
        f"{LONG} ends in September 20223.\nPriority level1: 2, of ports2.\n\n"
        "1 1 high, 2 medium\n\n2 Ports of the east.\n\n3 It was extended.\n"
    )
    assert [paragraph.text for paragraph in content.blocks] == [
        f"{LONG} ends in September 2022[^3].",
        "Priority level[^1]: 2, of ports[^2].",
    ]
    assert content.footnotes == {"1": "1 high, 2 medium", "2": "Ports of the east.", "3": "It was extended."}


def test_numbers_behind_words_are_no_marks_where_there_is_no_note():
    assert texts("COVID-19 and phase2 of 2022") == ["COVID-19 and phase2 of 2022"]


def test_a_page_number_goes_with_the_foot_above_it_and_a_priority_stays():
    content = plain.from_text(
        f"{LONG}\n\nPriority level:\n1\n\n{LONG}\n\n\n\nResponse: Safe Harbours  3 May 2031\n\n3\n\n\n{LONG}\n"
    )
    assert content.running == ("Response: Safe Harbours", "3 May 2031")
    assert [paragraph.text for paragraph in content.blocks if paragraph.text] == [
        LONG, "Priority level:", "1", LONG, LONG,
    ]  # fmt: skip


def test_heads_repeated_after_form_feeds_are_kept_apart():
    pages = "\f".join(
        f"Safe Harbours, page {number}\n\n{LONG} {word}.\n" for number, word in enumerate("abc", 1)
    )
    content = plain.from_text(pages)
    assert [paragraph.text for paragraph in content.blocks] == [f"{LONG} {word}." for word in "abc"]
    assert [paragraph.place.page for paragraph in content.blocks] == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Échéance".encode(), "Échéance"),
        ("\ufeffÉchéance".encode(), "Échéance"),
        ("Échéance".encode("cp1252"), "Échéance"),
        ("Échéance".encode("utf-16"), "Échéance"),
    ],
)
def test_encodings_are_told(data: bytes, text: str):
    [paragraph] = plain.read(data).blocks
    assert paragraph.text == text


@pytest.mark.parametrize("data", [b"", b" \n ", b"\x00\x01" * 300, b"a" * (plain.LARGEST + 1)])
def test_what_is_no_text_is_refused(data: bytes):
    with pytest.raises(UnreadableFileError):
        plain.read(data)


@given(st.text(st.sampled_from("aB1 .:-\n\f\t•23[]^\x00é"), max_size=400))
def test_any_text_is_read_or_refused(written: str):
    try:
        content = plain.from_text(written)
    except UnreadableFileError:
        assert not written.replace("\x00", "").strip()
    else:
        assert all("\n" not in paragraph.text for paragraph in content.blocks)
