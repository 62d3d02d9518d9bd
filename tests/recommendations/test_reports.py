"""What is found in a report: which list is its own, what each entry holds, and what is doubted, rule by rule."""

from typing import Any

import pytest

from evaltrack.documents.content import Cell, Content, Paragraph, Place, Table
from recommendations import reports
from recommendations.report_headings import Part, in_contents, parts_of
from recommendations.reports import Report

BODY = "This part of the report tells at some length what was looked at, and how, so that it is no mere line of a list."


def head(level: int, text: str, page: int = 0) -> Paragraph:
    return Paragraph(text, Place(page=page), heading=level)


def item(text: str, level: int = 0, page: int = 0, marker: str = "•") -> Paragraph:
    return Paragraph(text, Place(page=page), level=level, marker=marker)


def read(*blocks: Any, **more: Any) -> Report:
    return reports.read(
        Content(tuple(Paragraph(one) if isinstance(one, str) else one for one in blocks), **more)
    )


def texts(report: Report) -> list[str]:
    return [one.proposed.text for one in report.recommendations]


def doubts(report: Report) -> list[str]:
    return [doubt for one in report.recommendations for doubt in one.proposed.doubts]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("Recommendations", {Part.RECOMMENDATIONS}),
        ("5.2. Main recommendations of the evaluation", {Part.RECOMMENDATIONS}),
        ("SECTION IX: RECOMMENDATIONS", {Part.RECOMMENDATIONS}),
        ("**Recommendations to the Ministry of Ferries**", {Part.RECOMMENDATIONS}),
        ("VI. Conclusions and Recommendations", {Part.CONCLUSIONS, Part.RECOMMENDATIONS}),
        (
            "Recommendations, lessons learned and good practices",
            {Part.RECOMMENDATIONS, Part.LESSONS, Part.PRACTICES},
        ),
        ("Conclusions et recommandations", {Part.CONCLUSIONS, Part.RECOMMENDATIONS}),
        ("6 Enseignements tirés", {Part.LESSONS}),
        ("Bonnes pratiques", {Part.PRACTICES}),
        ("Recommandations stratégiques", {Part.RECOMMENDATIONS}),
        ("7. Conclusiones y recomendaciones", {Part.CONCLUSIONS, Part.RECOMMENDATIONS}),
        ("Lecciones aprendidas y buenas prácticas", {Part.LESSONS, Part.PRACTICES}),
        ("Executive summary", {Part.SUMMARY}),
        ("Résumé exécutif", {Part.SUMMARY}),
        ("Resumen ejecutivo", {Part.SUMMARY}),
        ("Annex 3: Recommendations of the mid-term evaluation", {Part.ANNEX}),
        ("Case study 2: the mill island", {Part.CASE}),
        ("The recommendations were discussed with the board", set()),
        ("Follow-up to recommendations", set()),
        ("Recommended reading", set()),
    ],
)
def test_headings_are_known_in_three_languages(words: str, parts: set[Part]) -> None:
    assert parts_of(words) == parts


@pytest.mark.parametrize(
    ("words", "is_line"),
    [
        ("5. Recommendations\t36", True),
        ("Recommendations ........ 36", True),
        ("3.2. Recommendations 54", True),
        ("Lessons learned 7", True),
        ("Annex 2", False),
        ("Recommendation 12", False),
        ("Train two pilots by May 2024", False),
    ],
)
def test_lines_of_a_table_of_contents_are_no_headings(words: str, is_line: bool) -> None:
    assert in_contents(words) == is_line


def test_the_reports_own_list_is_taken_and_the_summary_compared() -> None:
    report = read(
        head(1, "Executive summary"),
        head(2, "Recommendations", 2),
        Paragraph("1. Mend the jetty soon.", Place(page=2)),
        Paragraph("2. Count the geese.", Place(page=2)),
        head(1, "1. Introduction"), BODY,
        head(1, "5. Recommendations", 9),
        Paragraph("1. Mend the jetty before winter.", Place(page=9)),
        Paragraph("2. Count the geese.", Place(page=10)),
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty before winter.", "Count the geese."]
    assert [one.place.page for one in report.recommendations] == [9, 10]
    assert doubts(report) == ["The summary (page 2) words it differently: “Mend the jetty soon.”"]


@pytest.mark.parametrize("heading", ["Annex 2: Earlier evaluations", "Case study 1: The mill island"])
def test_a_list_in_a_case_study_or_an_annex_is_told_of_and_not_mixed_in(heading: str) -> None:
    report = read(
        head(1, "5. Recommendations"), "1. Mend the jetty.",
        head(1, heading), BODY,
        head(2, "Recommendations", 20), "1. Paint the lighthouse.", "2. Weigh the anchor.", "3. Oil the bell.",
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty."]
    assert report.remarks == (
        "Another list of 3 recommendations under “Recommendations” (page 20) was not taken in.",
    )


def test_a_case_study_within_findings_ends_where_the_reports_numbers_go_on() -> None:
    report = read(
        "4. Findings", BODY,
        "Case study: the mill island", BODY,
        "1. Recommendations", "1. Paint the lighthouse.",
        "5. Recommendations", "1. Mend the jetty.", "2. Count the geese.",
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty.", "Count the geese."]


def test_where_there_is_only_a_summary_its_list_is_taken_and_said_so() -> None:
    report = read(head(1, "Summary"), head(2, "Recommendations"), "1. Mend the jetty.", "2. Count the geese.")
    assert texts(report) == ["Mend the jetty.", "Count the geese."]
    assert report.remarks == ("These recommendations stand in a summary: the report has no list of its own.",)


def test_a_summary_set_with_the_headings_of_the_report_is_told_by_its_lack_of_numbers() -> None:
    report = read(
        head(1, "Executive summary"), BODY,
        head(1, "Recommendations"), "1. Mend the jetty soon.",
        head(1, "Lessons learned"), "1. Rot comes.",
        head(1, "1. Introduction"), BODY,
        head(1, "5. Recommendations"), "1. Mend the jetty.",
        head(1, "6. Lessons learned"), "1. Rot comes from above.",
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty."]
    assert [one.text for one in report.learned] == ["Rot comes from above."]


def test_two_sections_of_lessons_are_both_taken_and_said_so() -> None:
    report = read(
        head(1, "Lessons learned"), "1. Rot comes.", head(1, "Effectiveness"), BODY,
        head(1, "Lessons learned"), "1. Rot comes from above.",
    )  # fmt: skip
    assert [one.text for one in report.learned] == ["Rot comes.", "Rot comes from above."]
    assert report.remarks == (
        "There are several sections “Lessons learned”: look whether one repeats another.",
    )


def test_recommendations_without_a_heading_are_found_by_their_labels() -> None:
    report = read(
        head(1, "4. Findings"), BODY,
        "Recommendation 1: The harbour office should mend the jetty.",
        "Priority: high",
        head(2, "4.2 Safety"), BODY,
        "Recommendation 2: The ferry board should count the pilots.",
    )  # fmt: skip
    assert texts(report) == [
        "The harbour office should mend the jetty.", "The ferry board should count the pilots.",
    ]  # fmt: skip
    assert report.recommendations[0].proposed.priority == "high"
    assert "No heading for a list was found" in report.remarks[0]


def test_conclusions_and_recommendations_in_one_section_are_parted_by_the_labels() -> None:
    report = read(
        head(1, "5. Conclusions and recommendations"),
        "Conclusion 1: The jetty is rotten, and everybody on the island knows it well.",
        "Recommendation 1: The harbour office should mend the jetty.",
        "Rationale: It is rotten (conclusion 1).",
    )  # fmt: skip
    assert texts(report) == ["The harbour office should mend the jetty."]
    assert report.recommendations[0].proposed.based_on == "conclusion 1"
    assert "in one section with the conclusions" in report.remarks[0]


def test_without_labels_the_numbered_list_after_the_conclusions_is_taken() -> None:
    report = read(
        head(1, "5. Conclusions and recommendations"), BODY, "1. Mend the jetty.", "2. Count the geese.",
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty.", "Count the geese."]


@pytest.mark.parametrize("below", [True, False])
def test_a_label_may_be_a_heading_above_its_words(below: bool) -> None:
    before = [head(1, "5. Recommendations")] if below else [head(1, "4. Findings"), BODY]
    report = read(
        *before,
        head(2, "Recommendation 1"), "Mend the jetty.", "Priority: high",
        head(2, "Recommendation 2"), "Count the geese.",
    )  # fmt: skip
    assert texts(report) == ["Mend the jetty.", "Count the geese."]
    assert [one.proposed.priority for one in report.recommendations] == ["high", ""]


def test_headings_within_the_list_say_to_whom_it_is_directed() -> None:
    report = read(
        head(1, "5. Recommendations"),
        head(2, "Recommendations to the Ferry Board"), "1. Train two pilots.", "2. Count the geese.",
        head(2, "On safety"), "1. Mend the jetty.", "2. Light the quay.",
    )  # fmt: skip
    assert [one.proposed.directed_to for one in report.recommendations] == ["the Ferry Board"] * 2 + [""] * 2
    assert doubts(report)[-1] == "It stands under the heading “On safety”."


def test_a_table_of_recommendations_is_read_by_its_columns() -> None:
    def row(*words: str) -> tuple[Cell, ...]:
        return tuple(Cell((Paragraph(one),)) for one in words)

    table = Table(
        (
            row("No.", "Recommendation", "Priority", "Addressed to", "Timeframe", "Linked findings", "Cost"),
            row("1", "Mend the jetty.", "High", "Harbour office", "2025", "Finding 3", "low"),
            row("2", "Count the geese.", "Low", "", "", "", ""),
        )
    )
    first, second = read(head(1, "Recommendations"), table).recommendations
    said = first.proposed
    assert (said.number, said.priority, said.directed_to) == ("1", "High", "Harbour office")
    assert (said.timeline, said.based_on) == ("2025", "Finding 3")
    assert said.text == "Mend the jetty.\n\nCost: low"  # what is no attribute is kept
    assert (second.proposed.number, second.proposed.text, second.proposed.priority) == (
        "2", "Count the geese.", "Low",
    )  # fmt: skip


# References ------------------------------------------------------------------------------------------------


def test_references_are_kept_as_printed_and_told_where_the_report_has_no_such_thing() -> None:
    report = read(
        head(1, "4. Findings"),
        *(f"Finding {number}: {BODY}" for number in (1, 2, 3)),
        head(1, "5. Conclusions"),
        f"Conclusion 1: {BODY} (Findings 2 and 3)",
        f"Conclusion 2: {BODY} (Findings 1, 2 and 15)",
        head(1, "6. Recommendations"),
        "1. Mend the jetty (conclusion 3).",
        "2. Count the geese.",
        item("Aligned with Conclusion 2"),
        "3. Light the quay (findings 1-4).",
    )
    assert [one.proposed.based_on for one in report.recommendations] == [
        "conclusion 3", "Aligned with Conclusion 2", "findings 1-4",
    ]  # fmt: skip
    assert texts(report) == [
        "Mend the jetty (conclusion 3).", "Count the geese.", "Light the quay (findings 1-4).",
    ]  # fmt: skip
    assert doubts(report) == [
        "It names conclusion 3; the last of this report is 2.",
        "It names finding 4; the last of this report is 3.",
    ]
    assert report.remarks == ("Conclusion 2 names finding 15, which is not there.",)


def test_nothing_is_called_missing_where_the_report_does_not_number() -> None:
    report = read(
        head(1, "5. Conclusions"), BODY, head(1, "6. Recommendations"), "1. Mend it (conclusion 3)."
    )
    assert doubts(report) == []


# Pages -----------------------------------------------------------------------------------------------------


def test_points_that_lost_their_indent_at_a_page_break_are_doubted() -> None:
    report = read(
        head(1, "Recommendations", 4),
        Paragraph("1. Prepare the winter.", Place(page=4)),
        item("Consult the skippers on:", page=4), item("ropes,", 1, 4), item("lamps,", 1, 4),
        item("sails.", page=5),
        item("Buy tar.", page=5),
    )  # fmt: skip
    [found] = report.recommendations
    assert [point.text for point in found.proposed.sub_points] == [
        "Consult the skippers on:", "sails.", "Buy tar.",
    ]  # fmt: skip
    assert doubts(report) == [
        "The points after “Consult the skippers on:” may belong under it: they are not set in as the first is."
    ]


def test_a_sentence_broken_by_a_page_is_one_again_and_footnotes_are_told() -> None:
    report = read(
        head(1, "Recommendations", 4),
        Paragraph("1. Mend the jetty[^7] before the ice and the", Place(page=4)),
        Paragraph("storms of winter.", Place(page=5)),
        Paragraph("2. Count the geese.", Place(page=5)),
        footnotes={"7": "The northern one."},
    )
    assert texts(report) == ["Mend the jetty before the ice and the storms of winter.", "Count the geese."]
    assert doubts(report) == ["It has a footnote, which was left out: “The northern one.”"]
    assert report.recommendations[0].source == (
        "1. Mend the jetty[^7] before the ice and the", "storms of winter.",
    )  # fmt: skip


# Lessons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "label", "title", "text", "based_on"),
    [
        ("LL-1 – Rot comes from above.", "LL-1", "", "Rot comes from above.", ""),
        ("Lesson 1: Rot comes from above.", "Lesson 1", "", "Rot comes from above.", ""),
        ("① **Of rot:** It comes from above. *(Derived from findings 1 and 4)*", "1", "Of rot",
         "It comes from above.", "Derived from findings 1 and 4"),
        ("**Lesson 1: Of rot.** It comes from above.", "Lesson 1", "Of rot", "It comes from above.", ""),
        ("Rot comes from above.", "", "", "Rot comes from above.", ""),
    ],
)  # fmt: skip
def test_lessons(written: str, label: str, title: str, text: str, based_on: str) -> None:
    [one] = read(head(1, "Lessons learned"), item(written)).learned
    assert (one.label, one.title, one.text, one.based_on) == (label, title, text, based_on)
    assert not one.is_practice


def test_lessons_and_practices_in_one_section_are_told_apart_by_their_labels() -> None:
    report = read(
        head(1, "Lessons learned and good practices"),
        "LL-1 – Rot comes from above.", "GP1 – Tar the planks.", "Good practice 2: Listen to the skippers.",
    )  # fmt: skip
    assert [(one.is_practice, one.label) for one in report.learned] == [
        (False, "LL-1"), (True, "GP1"), (True, "Good practice 2"),
    ]  # fmt: skip


def test_lessons_under_headings_of_their_own_take_those_for_titles() -> None:
    report = read(
        head(1, "6. Lessons learned"),
        head(2, "Of rot"), "It comes from above.", "It goes below.",
        head(2, "Of tar"), "It helps.",
        head(1, "7. Annexes"), BODY,
    )  # fmt: skip
    assert [(one.title, one.text) for one in report.learned] == [
        ("Of rot", "It comes from above.\n\nIt goes below."), ("Of tar", "It helps."),
    ]  # fmt: skip
