"""Pasted lists of recommendations: each is found, in its own words, and no word is lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.pasted import Point, Proposed, recommendations_in


def read(text: str) -> list[Proposed]:
    """What is read, where nothing is doubtful."""
    found = recommendations_in(text)
    assert [doubt for one in found for doubt in one.doubts] == []
    return found


def texts(text: str) -> list[str]:
    return [f"{one.number} {one.text}".strip() for one in read(text)]


def test_nothing_is_read_from_nothing():
    assert recommendations_in("") == recommendations_in(" \r\n\t\n") == []


# Marks


@pytest.mark.parametrize(
    "pattern",
    [
        "Recommendation {}: ", "RECOMMENDATION {}. ", "Recommendation {} – ", "Recommendation No. {}: ",
        "Evaluation recommendation # {}: ", "Strategic Recommendation {}:\n", "Recommendation {}\n",
        "Recommandation n° {} : ", "Recomendación {}. ", "Rec. {}: ", "- Recommendation {}: ",
        "{}. ", "{}) ", "({}) ", "{}: ", "{} – ", "{}.) ", "{}\t", "{}.", "- {}) ", "• {}. ", "  {}.\xa0 ",
    ],
)  # fmt: skip
def test_every_way_to_number(pattern: str):
    written = "\n".join(pattern.format(number) + f"Light quay {number} well." for number in range(1, 12))
    assert texts(written) == [f"{number} Light quay {number} well." for number in range(1, 12)]


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        (["R1. ", "R2. ", "R3. "], ["R1", "R2", "R3"]),
        (["R1 ", "R2 ", "R3 "], ["R1", "R2", "R3"]),
        (["Recommendation R1: ", "Recommendation R2: "], ["R1", "R2"]),
        (["Recommendation A: ", "Recommendation B: "], ["A", "B"]),
        (["(i) ", "(ii) ", "(iii) ", "(iv) ", "(v) "], ["i", "ii", "iii", "iv", "v"]),
        (["I. ", "II. ", "III. "], ["I", "II", "III"]),
        (["a) ", "b) ", "c) "], ["a", "b", "c"]),
        (["① ", "② ", "③ "], ["1", "2", "3"]),
        (["1.1 ", "1.2 ", "2.1 "], ["1.1", "1.2", "2.1"]),
        (["7. ", "8. ", "9. "], ["7", "8", "9"]),
        (["• ", "• ", "• "], ["", "", ""]),
        (["- ", "- ", "- "], ["", "", ""]),
        (["\uf0b7\t", "\uf0b7\t"], ["", ""]),
        (["Recommendation: ", "Recommendation: "], ["", ""]),
    ],
)
def test_numbers_stay_as_they_are_printed(marks: list[str], numbers: list[str]):
    found = read("\n".join(f"{mark}Light the quay." for mark in marks))
    assert [(one.number, one.text) for one in found] == [(number, "Light the quay.") for number in numbers]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\v", "\u2028"])
def test_every_kind_of_line_end(line_end: str):
    assert texts(f"1. Light the quay.{line_end}2. Close the bar.") == [
        "1 Light the quay.",
        "2 Close the bar.",
    ]


def test_emphasis_around_a_number():
    assert texts("**1) Light** the quay.\n**2) Close the bar.**\n**Recommend** it.") == [
        "1 **Light** the quay.",
        "2 **Close the bar.** **Recommend** it.",
    ]


# Wrapped lines and paragraphs


def test_wrapped_lines_are_one_paragraph():
    assert texts(
        """
        1. The harbour office should light the outer quay before
           the next winter, at least where the fishers land, and
           in co-
           operation with them.
        2. The harbour office should close the inner bar to all
           boats of more than
           12. The pilots are to be asked.
        """
    ) == [
        "1 The harbour office should light the outer quay before the next winter, at least where the fishers land,"
        " and in co-operation with them.",
        "2 The harbour office should close the inner bar to all boats of more than 12. The pilots are to be asked.",
    ]


def test_paragraphs_of_one_item():
    [one, two] = read("1. Light the quay.\n\nThe lamps are old.\n\n2. Close the bar.")
    assert (one.text, two.text) == ("Light the quay.\n\nThe lamps are old.", "Close the bar.")


def test_long_lines_are_paragraphs():
    long = "The harbour office should light the outer quay before the next winter, " * 3
    [one] = read(f"1. {long.strip()}\nThe lamps are old.")
    assert one.text == f"{long.strip()}\n\nThe lamps are old."


def test_a_sentence_broken_off_goes_on():
    [one] = read("1. Light the outer\n\nquay before winter.")
    assert one.text == "Light the outer quay before winter."


# Sub-points


NESTED = [Point("Lamps", ("with solar cells", "on iron posts")), Point("Buoys")]


@pytest.mark.parametrize(
    "written",
    [
        "1. Buy:\n- Lamps\n  - with solar cells\n  - on iron posts\n- Buoys\n2. Close the bar.",
        "1. Buy:\n• Lamps\n◦ with solar cells\n◦ on iron posts\n• Buoys\n2. Close the bar.",
        "1. Buy:\n\n a) Lamps\n\n   i) with solar cells\n   ii) on iron posts\n\n b) Buoys\n2. Close the bar.",
        "1. Buy:\n(a) Lamps\n(i) with solar cells\n(ii) on iron posts\n(b) Buoys\n2. Close the bar.",
        "1. Buy:\n   1. Lamps\n      1. with solar cells\n      2. on iron posts\n   2. Buoys\n2. Close the bar.",
        "1. Buy:\n1.1 Lamps\n1.1.1 with solar cells\n1.1.2 on iron posts\n1.2 Buoys\n2. Close the bar.",
        "1. Buy:\n1) Lamps\n- with solar cells\n- on iron posts\n2) Buoys\n2. Close the bar.",
        "Recommendation 1: Buy:\n1. Lamps\n- with solar cells\n- on iron posts\n2. Buoys\nRecommendation 2: Close the bar.",
        "• Buy:\n   1. Lamps\n      - with solar cells\n      - on iron posts\n   2. Buoys\n• Close the bar.",
        "- Buy:\n\t- Lamps\n\t\t- with solar cells\n\t\t- on iron posts\n\t- Buoys\n- Close the bar.",
        "R1. Buy:\no\tLamps\n\uf0a7\twith solar cells\n\uf0a7\ton iron posts\no\tBuoys\nR2. Close the bar.",
    ],
)
def test_sub_points_are_two_levels_deep(written: str):
    one, two = read(written)
    assert one.text == "Buy:"
    assert list(one.sub_points) == NESTED
    assert (two.text, two.sub_points) == ("Close the bar.", ())
    assert one.outline == "- Lamps\n  - with solar cells\n  - on iron posts\n- Buoys"


def test_a_wrapped_sub_point_and_its_second_paragraph():
    [one] = read("1. Buy:\n  - Lamps with\n    solar cells\n\n    and posts\n  - Buoys")
    assert one.sub_points == (Point("Lamps with solar cells and posts"), Point("Buoys"))


def test_what_is_deeper_stays_with_the_point_above():
    [one] = recommendations_in("1. Buy:\n- Lamps\n  - of iron\n    - and glass\n- Buoys")
    assert one.sub_points == (Point("Lamps", ("of iron\n- and glass",)), Point("Buoys"))
    assert one.doubts == ["“and glass” is nested deeper than two levels; it stands with the point above it."]


def test_what_follows_the_sub_points_is_put_into_the_text():
    [one] = recommendations_in("1. Buy:\n- Lamps\n\nAll before winter.")
    assert (one.text, one.sub_points) == ("Buy:\n\nAll before winter.", (Point("Lamps"),))
    assert one.doubts == ["“All before winter.” stands apart; it was put into the text."]


def test_numbers_within_a_sentence_are_no_points():
    assert texts("1. Light i) the quay; ii) the bar.\n2. See\n2.5 miles out.") == [
        "1 Light i) the quay; ii) the bar.",
        "2 See 2.5 miles out.",
    ]


# Attributes


def attributes(one: Proposed) -> tuple[str, str, str, str, str]:
    return one.text, one.rationale, one.directed_to, one.priority, one.timeline


WHOLE = ("Light the quay.", "Boats were lost.\n\nAt night.", "Harbour office", "High", "By 2031")


@pytest.mark.parametrize(
    "written",
    [
        "1. Light the quay.\nDirected to: Harbour office\nPriority: High\nTimeline: By 2031\n"
        "Rationale: Boats were lost.\n\nAt night.",
        "1. Light the quay.\n\nRationale:\nBoats were lost.\n\nAt night.\n\nDirected to Harbour office\n"
        "Priority level (1 to 3): High\nRecommended timeline: By 2031",
        "1. Light the quay.\n- Priority: High\n- Recommendation to: Harbour office\n- Deadline: By 2031\n\n"
        "Rationale: Boats were lost.\n\nAt night.",
        "1. Light the quay.  Priority: High | Timeline: By 2031\tAddressee: Harbour office\n"
        "**Rationale:** Boats were lost.\n\nAt night.",
        "1. Light the quay.\nRecommendation to:\nHarbour office\nPriority level (1 to 3):\n\nHigh\n\n"
        "Timeframe :\nBy 2031\nRationale\nBoats were lost.\n\nAt night.",
        "1. Light the quay.\nDestinataire : Harbour office\nPriorité : High\nÉchéance : By 2031\n"
        "Justification : Boats were lost.\n\nAt night.",
        "1. Light the quay.\nDirigida a: Harbour office\nPrioridad: High\nPlazo: By 2031\n"
        "Justificación: Boats were lost.\n\nAt night.",
    ],
)
def test_labels_name_attributes(written: str):
    one, two = read(f"{written}\n\n2. Close the bar.")
    assert attributes(one) == WHOLE
    assert attributes(two) == ("Close the bar.", "", "", "", "")


def test_a_wrapped_attribute():
    [one] = read("1. Light the quay before winter.\nDirected to: the harbour office and\n   the pilots")
    assert one.directed_to == "the harbour office and the pilots"


def test_rationale_on_the_line_of_the_text():
    [one] = read("1. Light the quay.      Rationale: Boats were lost.")
    assert (one.text, one.rationale) == ("Light the quay.", "Boats were lost.")


def test_a_word_that_only_looks_like_a_label():
    assert texts("1. The priority: light. Set a deadline for it, directed to all.") == [
        "1 The priority: light. Set a deadline for it, directed to all."
    ]


def test_the_lead_in_of_sub_points_after_the_rationale_belongs_to_the_text():
    [one] = read(
        "1. Light the quay.\n\nRationale: Boats were lost.\n\nDo so by:\n\n- Buying lamps\n- Hanging them"
    )
    assert attributes(one)[:2] == ("Light the quay.\n\nDo so by:", "Boats were lost.")
    assert one.sub_points == (Point("Buying lamps"), Point("Hanging them"))


def test_what_a_list_of_attributes_says_besides_stays_in_the_text():
    [one] = recommendations_in(
        "1. Light the quay.\n- Follows finding 3\n- Priority: high\n\nRationale: Boats."
    )
    assert attributes(one) == ("Light the quay.\n\nFollows finding 3", "Boats.", "", "high", "")
    assert one.doubts == ["“Follows finding 3” was not understood; it stands in the text."]


def test_an_attribute_among_sub_points_leaves_them_alone():
    [one] = read("1. Buy:\n- Lamps\n- Buoys\n- Priority: high")
    assert (one.sub_points, one.priority) == ((Point("Lamps"), Point("Buoys")), "high")


# What belongs to the page, and what comes before


def test_page_numbers_and_running_lines_are_left_out_and_told():
    found = recommendations_in(
        "1. Light the outer\n\nHarbours, final report\n\n12\n\nquay.\n2. Close the bar,\n\nHarbours, final report\n\n"
        "13\n\nas soon as it can be.\n\nPage 14 of 20\n\n3. Ask the fishers.\f15\n"
    )
    assert [one.text for one in found] == [
        "Light the outer quay.",
        "Close the bar, as soon as it can be.",
        "Ask the fishers.",
    ]
    assert found[0].doubts == [
        "Left out as page numbers and running lines:"
        " “Harbours, final report”, “12”, “13”, “Page 14 of 20”, “15”"
    ]


@pytest.mark.parametrize(
    "written",
    [
        "1. Light the quay.\n\n2031\n\n2. Close the bar.",
        "1. Light the quay.\n\nPriority level:\n\n2\n\n2. Close it.\n\nPriority level:\n\n3\n\n3. Ask.\n",
        "1. Light the quay.\nAs before.\n2. Close the bar.\nAs before.",
    ],
)
def test_what_may_be_words_is_not_left_out(written: str):
    assert not any("Left out" in doubt for one in recommendations_in(written) for doubt in one.doubts)


def test_what_stands_before_the_first_is_told():
    found = recommendations_in(
        "3.2 Recommendations\n\nThe team makes\ntwo of them.\n\n1. Light the quay.\n2. Close the bar."
    )
    assert [one.text for one in found] == ["Light the quay.", "Close the bar."]
    assert found[0].doubts == [
        "Before the first recommendation stands, and is left out: “The team makes two of them.”"
    ]


def test_bullets_before_a_numbered_list():
    found = recommendations_in("- for the office\n- for the pilots\n\n1. Light the quay.\n2. Close the bar.")
    assert [one.number for one in found] == ["1", "2"]
    assert "for the office for the pilots" in found[0].doubts[0].replace("- ", "")


# Without numbers, or with odd ones


def test_paragraphs_without_numbers():
    found = recommendations_in(
        "Recommendations\n\nLight the quay\nbefore winter.\n\nPriority: high\n\nClose the bar."
    )
    assert [(one.number, one.text, one.priority) for one in found] == [
        ("", "Light the quay before winter.", "high"),
        ("", "Close the bar.", ""),
    ]
    assert found[0].doubts == ["No numbers were found: each paragraph is taken for a recommendation."]


@pytest.mark.parametrize(
    ("numbers", "doubts"),
    [
        ([1, 2, 4], ["Number 4 comes after 2."]),
        ([1, 2, 3], []),
    ],
)
def test_a_number_that_is_missing(numbers: list[int], doubts: list[str]):
    found = recommendations_in("\n".join(f"{number}. Light quay {number}." for number in numbers))
    assert [one.number for one in found] == [str(number) for number in numbers]
    assert [doubt for one in found for doubt in one.doubts] == doubts


def test_a_label_that_comes_twice():
    found = recommendations_in("Recommendation 1: Light it.\nRecommendation 1: Close it.")
    assert [one.doubts for one in found] == [[], ["Number 1 comes after 1."]]


def test_a_number_without_a_text():
    found = recommendations_in("Recommendation 1:\n\nRecommendation 2: Close the bar.")
    assert [(one.number, one.text, one.doubts) for one in found] == [
        ("1", "", ["There is no text."]),
        ("2", "Close the bar.", []),
    ]


# No word is lost, whatever comes

WORDS = st.sampled_from(["quay", "Lamps.", "boats,", "the Bar", "by:", "night;", "co-", "3", "(old)"])
MARKS = st.sampled_from(
    ["", "", "1. ", "2. ", "3) ", "(a) ", "b) ", "i. ", "- ", "• ", "o\t", "R1. ", "Recommendation 2: ", "1.1 ", "12\t", "A. ", "Rationale: ", "Priority: "]
)  # fmt: skip
LINES = st.builds(
    lambda indent, mark, words, end: f"{' ' * indent}{mark}{' '.join(words)}{end}",
    st.integers(0, 5),
    MARKS,
    st.lists(WORDS, max_size=6),
    st.sampled_from(["\n", "\n", "\n\n", "\f"]),
)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-zA-Z]{3,}", text)


@given(st.lists(LINES, max_size=14).map("".join))
def test_no_word_is_lost_and_none_is_added(text: str):
    found = recommendations_in(text)
    kept = " ".join(
        " ".join([one.text, one.outline, one.rationale, one.directed_to, one.priority, one.timeline])
        for one in found
    )
    told = " ".join(
        words for one in found for doubt in one.doubts for words in re.findall("“(.*)”", doubt, re.DOTALL)
    )
    # What comes back on every page is told once.
    every_page = "".join(doubt for one in found for doubt in one.doubts if doubt.startswith("Left out"))
    structure = {"Rationale", "Priority", "Recommendation"}
    for word in set(words_of(text)) - structure:
        assert words_of(kept).count(word) <= words_of(text).count(word)
        if found and word not in words_of(every_page):
            assert words_of(kept).count(word) + words_of(told).count(word) >= words_of(text).count(word)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str):
    recommendations_in(text)


@pytest.mark.parametrize(
    "piece",
    [
        "1. Go\n",
        "words and more words that wrap\n",
        "- x\n",
        " ",
        "*",
        "1",
        "(",
        "Priority: x. ",
        "2\n\n",
        "\f",
    ],
)
def test_no_text_takes_long(piece: str):
    started = time.process_time()
    recommendations_in("1. Start\n" + piece * (200_000 // len(piece)))
    assert time.process_time() - started < 5
