"""A matrix as an Excel file: given out, filled in by somebody, and read when it comes back."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from shutil import which

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaltrack.deadlines import Deadline, Kind
from recommendations.profiles import Profile, read_shipped
from responses.matrix.differences import between
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation, Response
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json, sheets
from responses.matrix.reading import Reading
from responses.matrix.writers import sheets as writer
from responses.matrix.writers.options import Options, chosen
from tests.responses.matrix.matrices import harbour, matrices

PROFILES = {profile.slug: profile for profile in read_shipped()}
PLAIN, BY_ROUND = PROFILES["plain"], PROFILES["iom-2022"]
CASES = Path("/work/shared/cases")
Book = openpyxl.Workbook


def written(matrix: Matrix, profile: Profile = PLAIN, **how: object) -> bytes:
    return writer.write(matrix, profile, **how)


def edited(data: bytes, change: Callable[[Book], None]) -> bytes:
    """The file after somebody opened it in another program, changed it and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def returned(
    change: Callable[[Book], None], matrix: Matrix | None = None, profile: Profile = PLAIN
) -> Reading:
    return sheets.read(edited(written(matrix or harbour(), profile, handout="tok"), change))


def told(reading: Reading, before: Matrix | None = None) -> list[tuple[str, str, str, str]]:
    """(which, field, before, now) of each difference."""
    found = between(before or harbour(), reading.matrix)
    lines = [("", one.field, one.old, one.new) for one in (*found.front, *found.notes)]
    for one in found.recommendations:
        number = (one.new or one.old).number
        if one.old is None or one.new is None:
            lines.append((number, "removed" if one.old else "added", "", ""))
            continue
        lines += [(number, change.field, change.old, change.new) for change in one.changes]
        for action in one.actions:
            named = (action.new or action.old).number
            if action.old is None or action.new is None:
                lines.append(
                    (named, "removed" if action.old else "added", "", (action.new or action.old).text)
                )
            elif action.is_moved or action.came_from or action.went_to:
                lines.append((named, "moved", action.came_from or "", action.went_to or ""))
            lines += [
                (named, change.field, change.old, change.new)
                for change in action.changes
                if action.old and action.new
            ]
    return lines


# Nothing changed --------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(matrices(), st.sampled_from([PLAIN, BY_ROUND]))
def test_whatever_the_matrix_it_comes_back_as_it_went_out(matrix: Matrix, profile: Profile) -> None:
    assert sheets.read(written(matrix, profile, handout="tok")).matrix == matrix


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_handout_comes_back_and_nothing_is_doubtful(language: str) -> None:
    reading = sheets.read(written(harbour(), language=language, handout="a-token"))
    assert (reading.handout, reading.doubts, reading.left_out) == ("a-token", (), ())


def test_a_program_that_writes_all_of_it_anew_changes_nothing() -> None:
    assert returned(lambda book: None).matrix == harbour()


@pytest.mark.skipif(which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_changes_nothing_but_what_was_changed(tmp_path: Path) -> None:
    matrix = replace(
        harbour(), overall_comment="=1+1\n\n  two  spaces, 'quote'  \n@x", coordinator="سلام _x000D_"
    )
    source = tmp_path / "out.xlsx"

    def edit(book: Book) -> None:
        book["Key actions"]["E4"] = "Teach the day watch"
        book["Recommendations"]["K5"] = "Partially accepted"

    source.write_bytes(edited(written(matrix, handout="tok"), edit))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "saved"), str(source),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    reading = sheets.read((tmp_path / "saved" / "out.xlsx").read_bytes())
    assert reading.handout == "tok"
    assert told(reading, matrix) == [
        ("1.2", "key_action", "Teach the night watch", "Teach the day watch"),
        ("3", "decision", "", "partially_accepted"),
    ]


@pytest.mark.skipif(not CASES.exists(), reason="needs /work/shared/cases")
@pytest.mark.parametrize("name", ["iom-2022-aap", "iom-matrix-crest"])
def test_real_matrices_come_back_as_they_went_out(name: str) -> None:
    matrix = json.read((CASES / f"{name}.matrix.json").read_bytes())
    assert sheets.read(written(matrix, PROFILES[matrix.profile], language="fr")).matrix == matrix


# Changed ----------------------------------------------------------------------------------------------------


def test_cells_that_were_changed_are_the_differences() -> None:
    def edit(book: Book) -> None:
        actions, recommendations, front = book["Key actions"], book["Recommendations"], book["Read me"]
        actions["F3"] = "Q3 2031"
        actions["H4"] = "Begun."
        actions["I4"] = "Completed"
        recommendations["L5"] = "We shall ask.\nAll of them."
        recommendations["K5"] = "accepted"
        front["C9"] = "Someone else"

    reading = returned(edit)
    assert told(reading) == [
        ("", "coordinator", "Harbour programme manager, Port Azure", "Someone else"),
        ("1.1", "deadline", "30 June 2031", "Q3 2031"),
        ("1.2", "status", "", "completed"),
        ("1.2", "comment", "", "Begun."),
        ("3", "decision", "", "accepted"),
        ("3", "narrative", "", "We shall ask.\nAll of them."),
    ]
    deadline = reading.matrix.recommendations[0].actions[0].deadline
    assert deadline == Deadline("Q3 2031", Kind.QUARTER, None, date(2031, 9, 30))


def test_each_value_says_where_it_stands() -> None:
    sources = returned(lambda book: None).sources
    place = sources["recommendations[0].actions[0].deadline"].place
    assert (place.sheet, place.row, place.column) == ("Key actions", 3, 6)
    assert sources["recommendations[0].response.decision"].text == "Accepted"
    assert sources["coordinator"].place.sheet == "Read me"


@pytest.mark.parametrize(
    ("day", "change"),
    [
        (datetime(2031, 6, 30), []),  # noqa: DTZ001 - as a spreadsheet has it
        (datetime(2031, 7, 1), [("1.1", "deadline", "30 June 2031", "1 July 2031")]),  # noqa: DTZ001
    ],
)
def test_a_real_date_is_a_change_only_where_it_is_another_day(day: datetime, change: list[object]) -> None:
    def edit(book: Book) -> None:
        book["Key actions"]["F3"] = day
        book["Key actions"]["F3"].number_format = "dd/mm/yy"

    assert told(returned(edit)) == change


def test_what_no_list_holds_is_kept_as_written_and_doubtful() -> None:
    def edit(book: Book) -> None:
        book["Key actions"]["I4"] = "Nearly there"
        book["Recommendations"]["K5"] = "Perhaps"

    reading = returned(edit)
    assert reading.matrix.recommendations[0].actions[1].status_text == "Nearly there"
    assert reading.matrix.recommendations[2].response == Response(None, "Perhaps")
    assert [(doubt.path, doubt.sentence) for doubt in reading.doubts] == [
        (
            "recommendations[0].actions[1].status",
            "“Nearly there” is no status of this form; it is kept as written.",
        ),
        (
            "recommendations[2].response.decision",
            "“Perhaps” is no decision of this form; it is kept as explanation.",
        ),
    ]


def test_formulas_are_not_reckoned_and_said() -> None:
    def edit(book: Book) -> None:
        book["Key actions"]["H4"] = '=HYPERLINK("http://127.0.0.1:9/x")'

    reading = returned(edit)
    assert reading.matrix.recommendations[0].actions[1].comment == '=HYPERLINK("http://127.0.0.1:9/x")'
    assert any("nothing was reckoned" in doubt.sentence for doubt in reading.doubts)


# Rows that were sorted, added, taken out --------------------------------------------------------------------


def rows_of(book: Book, name: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in book[name].iter_rows(min_row=3)]


def put(book: Book, name: str, rows: list[list[object]]) -> None:
    sheet = book[name]
    sheet.delete_rows(3, sheet.max_row)
    for row in rows:
        sheet.append(row)


def test_sorted_rows_find_their_recommendation_and_are_not_moved() -> None:
    def edit(book: Book) -> None:
        put(book, "Key actions", [row for row in reversed(rows_of(book, "Key actions")) if any(row)])
        put(book, "Recommendations", rows_of(book, "Recommendations")[::-1])

    assert returned(edit).matrix == harbour()


def test_a_key_action_in_a_spare_row_is_a_new_one() -> None:
    def edit(book: Book) -> None:
        sheet = book["Key actions"]
        sheet["B6"], sheet["E6"], sheet["F6"] = "3", "Ask them all", "May 2032"

    reading = returned(edit)
    assert told(reading) == [("3.1", "added", "", "Ask them all")]
    assert reading.matrix.recommendations[2].actions[0].deadline == Deadline(
        "May 2032", Kind.MONTH, None, date(2032, 5, 31)
    )


def test_a_row_put_in_between_stays_there() -> None:
    def edit(book: Book) -> None:
        rows = [row for row in rows_of(book, "Key actions") if any(row)]
        put(book, "Key actions", [rows[0], ["", "1", "", "", "Paint them"], rows[1]])

    texts = [action.text for action in returned(edit).matrix.recommendations[0].actions]
    assert texts == ["Buy forty lamps", "Paint them", "Teach the night watch"]


@pytest.mark.parametrize("emptied", [True, False])
def test_an_emptied_or_deleted_row_is_taken_out_and_the_others_count_on(emptied: bool) -> None:
    def edit(book: Book) -> None:
        sheet = book["Key actions"]
        if emptied:
            for column in "EFGHI":
                sheet[f"{column}3"] = None
        else:
            sheet.delete_rows(3)

    reading = returned(edit)
    [left] = reading.matrix.recommendations[0].actions
    assert (left.number, left.text) == ("1.1", "Teach the night watch")
    assert told(reading) == [("1.1", "removed", "", "Buy forty lamps")]


def test_a_row_that_was_copied_is_a_new_one() -> None:
    def edit(book: Book) -> None:
        rows = [row for row in rows_of(book, "Key actions") if any(row)]
        put(book, "Key actions", [*rows, [*rows[0][:4], "Buy buoys", *rows[0][5:]]])

    actions = returned(edit).matrix.recommendations[0].actions
    assert [action.text for action in actions] == ["Buy forty lamps", "Teach the night watch", "Buy buoys"]


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("2", ("2", [], "Teach the night watch")),
        (
            "9",
            (
                "1",
                ["There is no recommendation “9”; the key action stays where it was."],
                "Teach the night watch",
            ),
        ),
    ],
)
def test_another_number_moves_a_key_action(number: str, outcome: tuple[str, list[str], str]) -> None:
    def edit(book: Book) -> None:
        book["Key actions"]["B4"] = number

    reading = returned(edit)
    of, doubts, text = outcome
    owner = next(one for one in reading.matrix.recommendations if one.number == of)
    assert (owner.actions[-1].text, [doubt.sentence for doubt in reading.doubts]) == (text, doubts)


def test_a_new_key_action_of_nothing_is_left_out_and_said_or_taken_for_the_one_above() -> None:
    def edit(book: Book) -> None:
        book["Key actions"]["B6"], book["Key actions"]["E6"] = "9", "Of nothing"
        book["Key actions"]["E7"] = "Of the one above"

    reading = returned(edit)
    assert [(one.text, one.why) for one in reading.left_out] == [
        ("Of nothing", "There is no recommendation “9” that this key action could belong to.")
    ]
    assert reading.matrix.recommendations[0].actions[-1].text == "Of the one above"
    assert "No recommendation is named" in reading.doubts[0].sentence


# Rounds, choices, the form ----------------------------------------------------------------------------------

ROUNDS = Matrix(
    "iom-2022", "en", harbour().evaluation,
    recommendations=(
        Recommendation("1", "Light it.", response=Response("accepted", "Yes."), actions=(Action("1.1", "Buy"),),
                       monitoring=(Monitoring("Time 2"), Monitoring("Time 3"))),
    ),
)  # fmt: skip


def test_rounds_are_filled_in_beside_the_recommendation() -> None:
    def edit(book: Book) -> None:
        heads = {cell.value: cell.column_letter for cell in book["Recommendations"][2]}
        status = next(
            letter for head, letter in heads.items() if head and head.startswith("Final implementation")
        )
        book["Recommendations"][f"{status}3"] = "Completed"

    reading = returned(edit, ROUNDS, BY_ROUND)
    assert reading.matrix.recommendations[0].monitoring == (
        Monitoring("Time 2"),
        Monitoring("Time 3", "completed"),
    )
    assert "Status" not in [
        cell.value for cell in openpyxl.load_workbook(io.BytesIO(written(ROUNDS, BY_ROUND)))["Key actions"][2]
    ]


@pytest.mark.parametrize(
    "options", [Options(monitoring=False), Options(blank=True), Options(blank=True, monitoring=False)]
)
@pytest.mark.parametrize("matrix", [harbour(), ROUNDS], ids=["by action", "by round"])
def test_what_is_left_out_by_choice_does_not_differ(options: Options, matrix: Matrix) -> None:
    went = chosen(matrix, options)
    data = written(went, PROFILES[matrix.profile], options=options)
    assert sheets.read(data).matrix == went
    heads = [cell.value for sheet in openpyxl.load_workbook(io.BytesIO(data)) for cell in sheet[2]]
    assert not {"Comments", "Status"} & set(heads)
    assert options.blank == ("Explanation" not in heads and "Narrative" not in heads)


def test_the_evaluators_form_takes_new_recommendations() -> None:
    went = chosen(replace(harbour(), recommendations=()), Options(blank=True))

    def edit(book: Book) -> None:
        sheet = book["Recommendations"]
        heads = {cell.value: cell.column_letter for cell in sheet[1]}
        sheet[f"{heads['text']}3"], sheet[f"{heads['sub_points']}3"] = (
            "Light the quay",
            "- Lamps\n  - solar\n- Buoys",
        )
        sheet[f"{heads['priority']}3"] = "2"
        sheet[f"{heads['text']}4"] = "Close it"

    data = edited(written(went, options=Options(blank=True)), edit)
    first, second = sheets.read(data).matrix.recommendations
    assert (first.number, first.text, first.priority, second.number, second.text) == (
        "1",
        "Light the quay",
        2,
        "2",
        "Close it",
    )
    assert [(point.text, len(point.sub_points)) for point in first.sub_points] == [("Lamps", 1), ("Buoys", 0)]


# Identity ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meddled", ["nothing", "bm90IHBhY2tlZA==", "eJwDAAAAAAE=", "x" * 30_000])
def test_a_file_whose_identity_was_meddled_with_is_read_like_any_other(meddled: str) -> None:
    def edit(book: Book) -> None:
        book["evaltrack"]["B3"] = meddled

    reading = returned(edit)
    assert (reading.handout, [one.text for one in reading.matrix.recommendations][1]) == (
        "",
        "Close the inner quay.",
    )


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(UnreadableError, match="damaged"):
        sheets.read(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(UnreadableError):
        sheets.read(written(harbour())[:3000])
