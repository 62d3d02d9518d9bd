"""A matrix as CSV: what goes out, and that it comes back."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.profiles import read_shipped
from responses.matrix.differences import between
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json, sheets
from responses.matrix.reading import Reading
from responses.matrix.writers import csv as writer
from tests.responses.matrix.matrices import harbour

PROFILES = {profile.slug: profile for profile in read_shipped()}
PLAIN = PROFILES["plain"]
CASES = Path("/work/shared/cases")

# Texts as people have them in a matrix: no blanks round them, and whatever letters within.
TEXT = (
    st.text(st.sampled_from("ab'=+-@;,\"\n\té漢[^]: "), min_size=1, max_size=12).map(str.strip).filter(bool)
)
MAYBE = st.none() | TEXT
STATUS = st.sampled_from([None, "not_started", "completed"])
ACTIONS = st.builds(
    Action, st.just(""), TEXT, responsible=st.none() | st.builds(Responsible, TEXT), comment=MAYBE, status=STATUS,
    status_text=MAYBE,
)  # fmt: skip
POINT = st.text(st.sampled_from("abc "), min_size=1).map(str.strip).filter(bool)
RECOMMENDATIONS = st.builds(
    Recommendation, st.just(""), TEXT, rationale=MAYBE, directed_to=MAYBE, priority=st.sampled_from([None, 1, 3]),
    sub_points=st.lists(st.builds(SubPoint, POINT, st.lists(st.builds(SubPoint, POINT)).map(tuple))).map(tuple),
    response=st.builds(Response, st.sampled_from([None, "accepted", "partially_accepted"]), MAYBE),
    actions=st.lists(ACTIONS, max_size=3).map(tuple),
    monitoring=st.just(()) | st.builds(Monitoring, st.just("Time, 2; x"), STATUS, MAYBE, MAYBE).map(lambda one: (one,)),
)  # fmt: skip


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    rows = [
        replace(
            one,
            number=str(n),
            actions=tuple(replace(a, number=f"{n}.{k}") for k, a in enumerate(one.actions, 1)),
        )
        for n, one in enumerate(draw(st.lists(RECOMMENDATIONS, max_size=3)), 1)
    ]
    return Matrix(
        "plain", "en", Evaluation(draw(TEXT), draw(MAYBE), draw(MAYBE), draw(MAYBE)), draw(MAYBE), draw(MAYBE),
        recommendations=tuple(rows), footnotes=tuple(Footnote(str(n), t) for n, t in enumerate(draw(st.lists(POINT)), 1)),
    )  # fmt: skip


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def returned(
    change: Callable[[list[list[str]]], object], delimiter: str = ",", encoding: str = "utf-8"
) -> Reading:
    """As somebody saved it after a change."""
    rows = rows_of(writer.write(harbour(), PLAIN, handout="tok"))
    change(rows)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return sheets.read(buffer.getvalue().encode(encoding))


@settings(deadline=None, max_examples=50)
@given(matrices())
def test_what_goes_out_comes_back_without_a_difference(matrix: Matrix) -> None:
    reading = sheets.read(writer.write(matrix, PLAIN, handout="tok"))
    assert not between(matrix, reading.matrix)
    assert [one.number for one in reading.matrix.recommendations] == [
        one.number for one in matrix.recommendations
    ]
    assert (reading.doubts, reading.left_out, reading.handout) == ((), (), "tok")


@pytest.mark.skipif(not CASES.exists(), reason="needs /work/shared/cases")
@pytest.mark.parametrize("name", ["iom-2022-aap", "iom-matrix-crest"])
def test_real_matrices_come_back_without_a_difference(name: str) -> None:
    matrix = json.read((CASES / f"{name}.matrix.json").read_bytes())
    assert not between(
        matrix, sheets.read(writer.write(matrix, PROFILES[matrix.profile], language="fr")).matrix
    )


def test_there_is_a_row_for_each_key_action_and_each_recommendation_without() -> None:
    heads, *rows = rows_of(writer.write(harbour(), PLAIN))
    columns = [heads.index(head) for head in ("No.", "Recommendation", "Decision", "Key action")]
    assert [[row[at] for at in columns] for row in rows] == [
        ["1", "Light the *outer* quay[^a].", "Accepted", "Buy forty lamps"],
        ["1", "", "", "Teach the night watch"],
        ["2", "Close the inner quay.", "Rejected", ""],
        ["3", "Ask the fishers.", "", ""],
    ]


def test_it_is_utf8_with_a_mark_and_nothing_in_it_is_reckoned_with() -> None:
    matrix = replace(harbour(), coordinator="=1+1", overall_comment="@x")
    data = writer.write(matrix, PLAIN)
    assert data.startswith(b"\xef\xbb\xbf")
    assert {"'=1+1", "'@x"} <= set(rows_of(data)[1])
    assert sheets.read(data).matrix.coordinator == "=1+1"


def test_words_are_those_of_the_language_asked_for() -> None:
    heads, row, *_rest = rows_of(writer.write(harbour(), PLAIN, language="fr"))
    assert (row[heads.index("Décision")], heads[-2]) == ("Acceptée", "Notes")


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252")])
def test_however_a_program_saves_it(delimiter: str, encoding: str) -> None:
    assert not between(harbour(), returned(lambda rows: None, delimiter, encoding).matrix)


def test_sorted_rows_find_their_recommendation() -> None:
    def sort(rows: list[list[str]]) -> None:
        rows[1:] = rows[:0:-1]

    assert not between(harbour(), returned(sort).matrix)


def test_what_was_added_and_taken_out() -> None:
    def change(rows: list[list[str]]) -> None:
        heads = rows[0]
        del rows[2]
        blank = [""] * len(heads)
        for values in (
            {"No.": "2", "Key action": "Ask again"},
            {"Recommendation": "Paint it", "Key action": "Buy paint"},
        ):
            rows.append([values.get(head, "") for head in heads] if values else blank)

    first, second, _third, new = returned(change).matrix.recommendations
    assert [action.text for action in first.actions] == ["Buy forty lamps"]
    assert [(action.number, action.text) for action in second.actions] == [("2.1", "Ask again")]
    assert (new.number, new.text, [action.text for action in new.actions]) == ("4", "Paint it", ["Buy paint"])


def test_a_status_in_words_that_were_changed_is_no_longer_what_it_was() -> None:
    action = replace(harbour().recommendations[0].actions[0], status="in_progress", status_text="Nearly")
    matrix = replace(harbour(), recommendations=(replace(harbour().recommendations[0], actions=(action,)),))
    data = writer.write(matrix, PLAIN)
    [same] = sheets.read(data).matrix.recommendations[0].actions
    assert (same.status, same.status_text) == ("in_progress", "Nearly")
    [other] = sheets.read(data.replace(b"Nearly", b"Given up")).matrix.recommendations[0].actions
    assert (other.status, other.status_text) == (None, "Given up")


def test_a_profile_that_is_not_known_is_named() -> None:
    data = writer.write(replace(harbour(), profile="elsewhere"), PLAIN)
    with pytest.raises(UnreadableError, match="elsewhere"):
        sheets.read(data)
