"""Tables of others: which column is which, what a row belongs to, and what a person says of it by hand."""

import io

import openpyxl
import pytest

from evaltrack.deadlines import Kind
from evaltrack.documents import sheet_reading
from evaltrack.documents.content import Content
from recommendations.profiles import read_shipped
from responses.matrix.document import Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import columns, sheets
from responses.matrix.readers.columns import ColumnMap
from responses.matrix.reading import Origin, Reading

PROFILES = read_shipped()


def workbook(*tables: list[list[object]], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(tables):
        sheet = book.active if not number else book.create_sheet()
        for row in rows:
            sheet.append(row)
        for cells in merged if not number else ():
            sheet.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def content(data: bytes) -> Content:
    return sheet_reading.content(sheets.workbook(data))


def proposed(*tables: list[list[object]], merged: tuple[str, ...] = ()) -> list[ColumnMap]:
    return [one.mapping for one in columns.proposals(content(workbook(*tables, merged=merged)), PROFILES)]


def outline(matrix: Matrix) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (one.number, one.text, [(a.number, a.text) for a in one.actions]) for one in matrix.recommendations
    ]


def read(*tables: list[list[object]], merged: tuple[str, ...] = (), **how: object) -> Reading:
    return sheets.read(workbook(*tables, merged=merged), **how)


# Heads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "fields"),
    [
        (["No.", "Recommendation", "Management response", "Key actions", "Time frame", "Responsible", "Status"],
         ["number", "text", "response", "key_action", "deadline", "responsible", "status"]),
        (["Rec. No", "Recommendation", "Decision", "Action No.", "Action", "By when", "Who", "Remarks"],
         ["number", "text", "decision", "action_number", "key_action", "deadline", "responsible", "comment"]),
        (["N°", "Recommandation", "Réponse de la direction", "Actions clés", "Échéance", "Responsable"],
         ["number", "text", "response", "key_action", "deadline", "responsible"]),
        (["N.º", "Recomendación", "Respuesta de la dirección", "Acciones", "Plazo", "Responsable", "Estado"],
         ["number", "text", "response", "key_action", "deadline", "responsible", "status"]),
        (["Recommendation", "Priority", "Responsible", "Timeline", "Decision"],
         ["text", "priority", "responsible_units", "timeline", "decision"]),
        (["Colour", "Recommendation", "Action", "Action"], ["", "text", "key_action", ""]),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_heads(heads: list[str], fields: list[str]) -> None:
    [mapping] = proposed([heads, ["1" if "N" in head else "words" for head in heads]])
    assert (list(mapping.fields), mapping.first) == (fields, 1)


def test_heads_need_not_stand_in_the_first_row() -> None:
    [mapping] = proposed(
        [["Follow-up 2031"], [None], ["Safe harbours"], ["Recommendation", "Action"], ["x", "y"]]
    )
    assert mapping.fields == ("text", "key_action")
    assert mapping.first == 3  # of the rows that hold something


def test_of_several_rows_of_heads_the_lowest_that_is_one_counts() -> None:
    rows = [
        ["Recommendation", "Key action", "Implementation monitoring", None],
        [None, None, "Comments", "Status"],
        ["a", "b", "c", "d"],
    ]
    [mapping] = proposed(rows)
    assert (mapping.fields, mapping.first) == (("text", "key_action", "comment", "status"), 2)
    [merged] = proposed(rows, merged=("A1:A2", "B1:B2", "C1:D1"))
    assert merged == mapping


def test_what_nobody_could_name_is_told_with_its_rows() -> None:
    [one] = columns.proposals(
        content(workbook([["Recommendation", "Action", "Colour"], ["a", "b", "red"]])), PROFILES
    )
    assert ([one.heads[place] for place in one.unknown], one.samples) == (["Colour"], (("a", "b", "red"),))


def test_the_same_heads_are_known_again_however_they_are_dressed() -> None:
    assert columns.digest(["Key  Action", "Échéance"]) == columns.digest(["key action", "Echeance"])
    assert columns.digest(["a", "b"]) != columns.digest(["b", "a"])


# Rows -------------------------------------------------------------------------------------------------------

HEADS = ["No.", "Recommendation", "Management response", "Key actions", "Deadline", "Responsible", "Status"]


@pytest.mark.parametrize("repeated", [True, False], ids=["repeated", "once"])
@pytest.mark.parametrize("merged", [("A2:A3", "B2:B3", "C2:C3"), ()], ids=["merged", "plain"])
def test_a_recommendation_in_the_first_of_its_rows_has_the_key_actions_of_all(
    repeated: bool, merged: tuple[str, ...]
) -> None:
    again = ["1", "Light the quay", "Accepted"] if repeated else [None] * 3
    reading = read(
        [HEADS, ["1", "Light the quay", "Accepted", "Buy lamps", "30 June 2031", "Quay unit", "Completed"],
         [*again, "Teach the watch", "Q3 2031", "Watch", "Ongoing"],
         ["2", "Close it", "Rejected. It is in use.", None, None, None, None]],
        merged=merged,
    )  # fmt: skip
    assert outline(reading.matrix) == [
        ("1", "Light the quay", [("1.1", "Buy lamps"), ("1.2", "Teach the watch")]), ("2", "Close it", []),
    ]  # fmt: skip
    first, second = reading.matrix.recommendations
    assert (first.response.decision, first.response.narrative) == ("accepted", None)
    assert (second.response.decision, second.response.narrative) == ("rejected", "Rejected. It is in use.")
    lamps, watch = first.actions
    assert (lamps.deadline.kind, lamps.responsible.text, lamps.status) == (
        Kind.DATE,
        "Quay unit",
        "completed",
    )
    assert (watch.deadline.kind, watch.status, watch.status_text) == (Kind.QUARTER, "in_progress", "Ongoing")


def test_each_value_says_where_it_stands_and_each_guess_that_it_is_one() -> None:
    reading = read(
        [HEADS, ["1", "Light it", "We accept this gladly.", "Buy lamps", "soon", "Unit", "nearly done"]]
    )
    source = reading.sources["recommendations[0].actions[0].text"]
    assert (source.place.row, source.place.column, source.text, source.origin) == (
        2,
        4,
        "Buy lamps",
        Origin.PRINTED,
    )
    assert {doubt.path: doubt.sentence for doubt in reading.doubts} == {
        "profile": "The table does not say which form it follows; it was read as “Plain management response matrix”.",
        "evaluation.title": "The table does not say which evaluation it belongs to.",
        "recommendations[0].response.decision": "The decision was read from “We accept this gladly.”.",
        "recommendations[0].actions[0].status": "“nearly done” is no status of this form; it is kept as written.",
    }


@pytest.mark.parametrize(
    ("cell", "number", "text"),
    [
        ("1. Light it", "1", "Light it"),
        ("R2: Light it", "2", "Light it"),
        ("Light it", "1", "Light it"),
        ("2031 is near", "1", "2031 is near"),
    ],
)
def test_a_number_may_stand_before_the_text(cell: str, number: str, text: str) -> None:
    reading = read([["Recommendation", "Action"], [cell, "Buy lamps"]])
    assert outline(reading.matrix) == [(number, text, [(f"{number}.1", "Buy lamps")])]


def test_rows_under_a_heading_belong_to_its_recommendation() -> None:
    reading = read(
        [["Key action", "Deadline", "Status"], ["Recommendation 1: Light the quay"], ["Buy lamps", "2031", "Completed"],
         ["Recommendation 2: Close it"], ["Lock it", "2032", None]],
        merged=("A2:C2", "A4:C4"),
    )  # fmt: skip
    assert outline(reading.matrix) == [
        ("1", "Light the quay", [("1.1", "Buy lamps")]), ("2", "Close it", [("2.1", "Lock it")]),
    ]  # fmt: skip


def test_a_list_in_one_cell_is_several_key_actions() -> None:
    reading = read(
        [
            ["Recommendation", "Actions", "Deadline"],
            ["Light it", "- Buy lamps\n- Teach the watch", "2031\n2032"],
        ]
    )
    assert [(a.text, a.deadline.text) for a in reading.matrix.recommendations[0].actions] == [
        ("Buy lamps", "2031"), ("Teach the watch", "2032"),
    ]  # fmt: skip
    shared = read(
        [["Recommendation", "Actions", "Who"], ["Light it", "1. Buy lamps\n2. Teach the watch", "Unit"]]
    )
    assert [a.responsible.text for a in shared.matrix.recommendations[0].actions] == ["Unit", "Unit"]
    assert any("was given to each" in doubt.sentence for doubt in shared.doubts)


def test_recommendations_on_one_sheet_and_key_actions_on_another_come_together() -> None:
    reading = read(
        [["No.", "Recommendation", "Decision"], ["1", "Light it", "Accept"], ["2", "Close it", "Reject"]],
        [["Rec no", "Action", "Deadline"], ["2", "Lock it", "2031"], ["1", "Buy lamps", "2032"]],
    )
    assert outline(reading.matrix) == [
        ("1", "Light it", [("1.1", "Buy lamps")]), ("2", "Close it", [("2.1", "Lock it")]),
    ]  # fmt: skip


def test_two_recommendations_of_one_number_stay_two() -> None:
    reading = read(
        [
            ["No.", "Recommendation", "Decision"],
            ["1", "Light it", "Accept"],
            ["2", "Close it", ""],
            ["1", "Paint it", ""],
        ]
    )
    assert [one.text for one in reading.matrix.recommendations] == ["Light it", "Close it", "Paint it"]
    assert any("stands before two recommendations" in doubt.sentence for doubt in reading.doubts)


def test_what_stands_above_the_heads_says_which_evaluation_it_is() -> None:
    reading = read(
        [
            ["Evaluation title:", "Safe harbours"],
            ["Response coordinated by: the unit"],
            ["Recommendation", "Action"],
            ["a", "b"],
        ]
    )
    assert (reading.matrix.evaluation.title, reading.matrix.coordinator) == ("Safe harbours", "the unit")


def test_texts_of_columns_without_a_name_are_told_as_left_out() -> None:
    reading = read([["Recommendation", "Action", "Colour"], ["a", "b", "red"]])
    assert [(one.text, one.why) for one in reading.left_out] == [
        ("red", "Its column was not recognised. Name the column to read it.")
    ]


def test_more_rows_than_any_matrix_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responses.matrix.readers.mapped.MOST_ROWS", 3)
    rows = [["Recommendation", "Action"], *[[f"Light quay {number}", "Buy"] for number in range(4)]]
    with pytest.raises(UnreadableError, match="more than 3 filled rows"):
        read(rows)


# By hand ----------------------------------------------------------------------------------------------------

STRANGE = [
    ["Thing", "What", "Deed", "Then"],
    ["7", "Light it", "Buy lamps", "2031"],
    ["", "", "Teach", "2032"],
]


def test_heads_that_say_nothing_need_a_person() -> None:
    with pytest.raises(UnreadableError):
        read(STRANGE)


def test_columns_named_by_hand_are_read_so() -> None:
    mapping = ColumnMap(0, 1, ("number", "text", "key_action", "deadline"))
    reading = read(STRANGE, mapping=[mapping])
    assert outline(reading.matrix) == [("7", "Light it", [("7.1", "Buy lamps"), ("7.2", "Teach")])]
    assert reading.sources["recommendations[0].text"].origin == Origin.MAPPED


@pytest.mark.parametrize(
    "mapping", [ColumnMap(9, 0, ("text",)), ColumnMap(0, 99, ("text",)), ColumnMap(0, 0, ("text",) * 50)]
)
def test_a_mapping_that_fits_nothing_gives_nothing(mapping: ColumnMap) -> None:
    assert isinstance(read(STRANGE, mapping=[mapping]).matrix, Matrix)


def test_the_profile_asked_for_is_taken() -> None:
    by_round = next(one for one in PROFILES if one.slug == "iom-2022")
    reading = read([HEADS, ["1", "a", "Accepted", "b", "2031", "Unit", "Completed"]], profile=by_round)
    assert reading.matrix.profile == "iom-2022"
    assert not any(doubt.path == "profile" for doubt in reading.doubts)


@pytest.mark.parametrize("said", ["Accepted", "Partially accepted", "Rejected"])
def test_a_decision_alone_in_the_cell_of_both_is_no_explanation(said: str) -> None:
    reading = read([["Recommendation", "Management response", "Action"], ["Light it", said, "Buy lamps"]])
    response = reading.matrix.recommendations[0].response
    assert (response.decision, response.narrative) == (said.lower().replace(" ", "_"), None)
    assert not any(doubt.path.endswith("decision") for doubt in reading.doubts)
