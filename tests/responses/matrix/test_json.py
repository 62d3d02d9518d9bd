"""A matrix as JSON: what is written reads back equal, and what cannot be read is refused in one sentence."""

import json
import subprocess
import sys
import time
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from evaltrack.deadlines import Deadline, Kind
from responses.matrix import document
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer
from tests.responses.matrix.matrices import harbour, matrices

SHARED = Path(settings.BASE_DIR).parent / "shared"
REAL = ["seed000.matrix.json", "iom-2022-aap.matrix.json", "iom-matrix-crest.matrix.json"]


def shared(*names: str) -> Path:
    path = SHARED.joinpath(*names)
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this repository")
    return path


def encoded(data: object) -> bytes:
    return json.dumps(data).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        reader.read(content)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def changed(path: str, value: object) -> bytes:
    """The harbour matrix with the place ``path`` ("recommendations 0 text") set to the value."""
    data = writer.data(harbour())
    *steps, last = (int(step) if step.isdigit() else step for step in path.split(" "))
    place = data
    for step in steps:
        place = place[step]
    place[last] = value
    return encoded(data)


# What is written reads back


@given(matrices())
def test_any_matrix_reads_back_equal(matrix):
    assert reader.read(writer.write(matrix)) == matrix


@given(matrices())
def test_any_matrix_is_written_as_the_schema_wants(matrix):
    Draft202012Validator(reader.schema()).validate(json.loads(writer.write(matrix)))


@pytest.mark.parametrize("name", REAL)
def test_a_real_matrix_is_written_as_it_was_read(name):
    content = shared("cases", name).read_bytes()
    canonical = json.dumps(json.loads(content), ensure_ascii=False, indent=1).encode() + b"\n"
    matrix = reader.read(content)
    assert writer.write(matrix) == canonical
    assert reader.read(writer.write(matrix)) == matrix


@pytest.mark.parametrize("name", REAL)
def test_a_real_matrix_scores_full_marks(name, tmp_path):
    truth = shared("cases", name)
    got = tmp_path / "got.json"
    got.write_bytes(writer.write(reader.read(truth.read_bytes())))
    command = [sys.executable, shared("cases", "score.py"), truth, got]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "exact 100.0 %" in printed.splitlines()[-1]


def test_the_schema_is_the_agreed_one():
    assert json.loads(shared("matrix.schema.json").read_text()) == reader.schema()


def test_plain_data_for_an_api_or_a_column_reads_back_too():
    assert reader.from_data(writer.data(harbour())) == harbour()


def test_the_same_matrix_gives_the_same_bytes_with_the_keys_of_the_schema_in_their_order():
    content = writer.write(harbour())
    assert content == writer.write(harbour())
    data = json.loads(content)
    schema = reader.schema()
    assert list(data) == list(schema["properties"])
    assert list(data["evaluation"]) == list(schema["properties"]["evaluation"]["properties"])
    recommendation = data["recommendations"][0]
    assert list(recommendation) == list(schema["$defs"]["recommendation"]["properties"])
    assert list(recommendation["actions"][0]) == list(schema["$defs"]["action"]["properties"])
    assert list(recommendation["timeline"]) == list(schema["$defs"]["when"]["properties"])


def test_written_for_eyes_and_line_differences():
    lines = writer.write(harbour()).decode().split("\n")
    assert lines[:3] == ["{", ' "format": "evaltrack-matrix",', ' "version": 1,']
    assert lines[-2:] == ["}", ""]
    matrix = document.Matrix("plain", "vi", document.Evaluation("Bến cảng an toàn"))
    assert "Bến cảng an toàn" in writer.write(matrix).decode()


def test_what_the_source_does_not_print_is_null_or_an_empty_list():
    data = writer.data(harbour())["recommendations"][2]
    assert data == {
        "number": "3",
        "text": "Ask the fishers.",
        "rationale": None,
        "directed_to": None,
        "responsible": None,
        "priority": None,
        "priority_note": None,
        "timeline": None,
        "sub_points": [],
        "response": {"decision": None, "narrative": None},
        "actions": [],
        "monitoring": [],
    }


def test_the_tree_is_of_the_types_that_the_dataclasses_name():
    def check(node):
        if is_dataclass(node):
            for field in fields(node):
                check(getattr(node, field.name))
        else:
            assert node is None or isinstance(node, str | int | tuple | date)
            for item in node if isinstance(node, tuple) else ():
                check(item)

    check(reader.read(writer.write(harbour())))
    whole = reader.read(changed("recommendations 0 priority", 1.0))
    assert type(whole.recommendations[0].priority) is int


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_of_json_is_read(encoding):
    assert reader.read(writer.write(harbour()).decode().encode(encoding)) == harbour()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            '{"format": "caf\xe9"}'.encode("latin-1"),
            "This is not JSON: from byte 16 on it is not UTF-8; save it as UTF-8",
        ),
        (b"\xff\xfe{\x00}", "This is not JSON: from byte 5 on it is not UTF-16; save it as UTF-8"),
    ],
)
def test_what_is_in_no_encoding_of_json(content, sentence):
    assert refusal(content) == sentence


# Files of another kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b" \r\n\t", "The file is empty"),
        (b"PK\x03\x04rest", "This is not JSON: it looks like a Word, Excel or ZIP file"),
        (b"%PDF-1.7", "This is not JSON: it looks like a PDF file"),
        (b"\xd0\xcf\x11\xe0\xa1", "This is not JSON: it looks like an old Word or Excel file"),
        (b"{\\rtf1 matrix}", "This is not JSON: it looks like an RTF file"),
        (b"<!doctype html>", "This is not JSON: it looks like an HTML or XML file"),
        (b"\x89PNG\r\n", "This is not JSON: it looks like a picture"),
        (b"\xff\xd8\xff\xe0", "This is not JSON: it looks like a picture"),
        (b"\x1f\x8b\x08", "This is not JSON: it looks like a compressed file"),
        (b'{"format"\n: }', "This is not JSON: line 2, column 3: Expecting value"),
        (b'{"a": 1', "This is not JSON: line 1, column 8: Expecting ',' delimiter"),
        (b"number,text\n1,Light", "This is not JSON: line 1, column 1: Expecting value"),
        (b'"a\x00b"', "This is not JSON: line 1, column 3: Invalid control character at"),
        (b'{"a": 1, "b": {"a": 1, "a": 2}}', "The key 'a' stands twice in one object"),
        (b'{"a": NaN}', "NaN is not a number that JSON knows"),
        (b"[-Infinity]", "-Infinity is not a number that JSON knows"),
        (b"[" + b"9" * 5000 + b"]", "A number in the file has too many digits"),
        (b"[" * 200_000, "The data are nested too deeply to be read"),
        (b"[]", 'This is JSON but not a matrix: its "format" is not "evaltrack-matrix"'),
        (b'{"format": "geojson"}', 'This is JSON but not a matrix: its "format" is not "evaltrack-matrix"'),
    ],
)
def test_what_is_no_matrix_is_refused_with_what_it_is(content, sentence):
    assert refusal(content) == sentence


def test_size_is_looked_at_before_anything_else():
    assert refusal(b"[" * 31_457_280) == "The file has 30.0 MB, and a matrix may have 10 MB at most"


def test_a_file_of_the_largest_size_is_read():
    content = writer.write(harbour())
    assert reader.read(content + b" " * (reader.LARGEST - len(content))) == harbour()
    assert "at most" in refusal(content + b" " * (reader.LARGEST - len(content) + 1))


# JSON that is not as the schema wants it

KINDS = "date, month, quarter, year, period, from, continuous, immediate, relative, conditional, unknown"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("version", 2, "version: 2 is not 1"),
        ("evaluation", {}, "evaluation.title is missing"),
        ("evaluation title", None, "evaluation.title: null is not a text"),
        ("colour", "red", "colour is not known here"),
        ("cordinator", "x", "cordinator is not known here; did you mean coordinator?"),
        ("two\nlines", "x", r"two\nlines is not known here"),
        ("recommendations", {}, "recommendations: an object is not a list"),
        ("recommendations 2", {"number": "3"}, "recommendations[2].text is missing"),
        (
            "recommendations 2 priority",
            "high",
            "recommendations[2].priority: 'high' is not a whole number or null",
        ),
        ("recommendations 2 priority", 1.5, "recommendations[2].priority: 1.5 is not a whole number or null"),
        (
            "recommendations 2 priority",
            True,
            "recommendations[2].priority: true is not a whole number or null",
        ),
        (
            "recommendations 2 timeline",
            "soon",
            "recommendations[2].timeline: 'soon' is not an object or null",
        ),
        ("recommendations 2 timeline", {}, "recommendations[2].timeline.text is missing"),
        (
            "recommendations 2 timeline",
            {"text": 1, "kind": "date", "start": 2, "due": None},
            "recommendations[2].timeline.text: 1 is not a text",
        ),
        (
            "recommendations 0 actions 0 deadline kind",
            "soon",
            f"recommendations[0].actions[0].deadline.kind: 'soon' is not one of {KINDS}",
        ),
        (
            "recommendations 0 actions 0 deadline due",
            "30/06/2031",
            "recommendations[0].actions[0].deadline.due: '30/06/2031'"
            " is not a day of the calendar, written YYYY-MM-DD",
        ),
        (
            "responded_on due",
            "2031-02-29",
            "responded_on.due: '2031-02-29' is not a day of the calendar, written YYYY-MM-DD",
        ),
        (
            "responded_on due",
            "0000-01-01",
            "responded_on.due: '0000-01-01' is not a day of the calendar, written YYYY-MM-DD",
        ),
        (
            "recommendations 0 response decision",
            "agreed",
            "recommendations[0].response.decision: 'agreed'"
            " is not one of accepted, partially_accepted, rejected, null",
        ),
        (
            "recommendations 0 actions 0 responsible parties 1 role",
            "boss",
            "recommendations[0].actions[0].responsible.parties[1].role: 'boss'"
            " is not one of lead, support, coordination",
        ),
        ("language", ["en" * 50], "language: a list is not a text"),
        ("recommendations 0 number", 10**70, f"recommendations[0].number: {'1' + '0' * 59}… is not a text"),
    ],
)
def test_a_fault_is_named_with_its_path(path, value, sentence):
    assert refusal(changed(path, value)) == sentence


def test_of_many_equal_faults_the_first_is_named_at_once():
    content = changed("recommendations", [0] * 300_000)
    started = time.process_time()
    assert refusal(content) == "recommendations[0]: 0 is not an object"
    assert time.process_time() - started < 1


# Texts and times that cannot stand


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "coordinator",
            "a\0b",
            "coordinator holds the character U+0000, which cannot be stored; take it out",
        ),
        (
            "recommendations 0 actions 1 text",
            "\ud83d",
            "recommendations[0].actions[1].text holds the character U+D83D, which cannot be stored; take it out",
        ),
    ],
)
def test_text_that_no_database_can_keep_is_refused(path, value, sentence):
    assert refusal(changed(path, value)) == sentence


def test_an_emoji_written_as_a_pair_of_escapes_is_one_character():
    matrix = reader.read(changed("coordinator", "\N{ANCHOR} \N{SAILBOAT} \U0001f6a2"))
    assert matrix.coordinator == "\N{ANCHOR} \N{SAILBOAT} \U0001f6a2"


BACKWARD = {"text": "x", "kind": "period", "start": "2022-01-01", "due": "2021-01-01"}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("recommendations 0 actions 0 deadline", "recommendations[0].actions[0].deadline"),
        ("recommendations 1 timeline", "recommendations[1].timeline"),
        ("responded_on", "responded_on"),
    ],
)
def test_an_end_before_its_start_is_refused(path, named):
    assert refusal(changed(path, BACKWARD)) == f"{named}: due 2021-01-01 is before its start 2022-01-01"


def test_one_day_may_be_start_and_end():
    day = Deadline("on the day", Kind.PERIOD, date(2031, 1, 1), date(2031, 1, 1))
    same = {"text": "on the day", "kind": "period", "start": "2031-01-01", "due": "2031-01-01"}
    assert reader.read(changed("responded_on", same)).responded_on == day


def nested(depth: int) -> list:
    points: list = []
    for _ in range(depth):
        points = [{"text": "point", "sub_points": points}]
    return points


def test_sub_points_go_two_levels_deep():
    assert reader.read(changed("recommendations 0 sub_points", nested(2)))
    assert refusal(changed("recommendations 0 sub_points", nested(3))) == (
        "recommendations[0].sub_points[0].sub_points[0].sub_points:"
        " sub-points go 2 levels deep and no further"
    )


def test_sub_points_beyond_all_reason_are_refused_too():
    start, end = b'{"text": "", "sub_points": [', b"]}"
    content = changed("recommendations 0 sub_points", ["here"])
    content = content.replace(b'"here"', start * 5000 + end * 5000)
    assert refusal(content) == "The data are nested too deeply to be read"


def test_a_rejected_recommendation_has_no_key_actions():
    assert refusal(changed("recommendations 0 response decision", "rejected")) == (
        "recommendations[0]: recommendation 1 is rejected, so it can have no key actions;"
        " take them out or change the decision"
    )


# Nothing but the one error, whatever comes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    "version", "profile", "evaluation", "evaluation title", "responded_on", "responded_on kind",
    "recommendations", "recommendations 0", "recommendations 0 priority", "recommendations 0 sub_points 0",
    "recommendations 0 response", "recommendations 0 actions 0", "recommendations 0 actions 0 deadline due",
    "recommendations 0 actions 0 responsible parties", "recommendations 0 monitoring", "footnotes 0",
]  # fmt: skip


@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_read_or_refused(path, value):
    try:
        matrix = reader.read(changed(path, value))
    except UnreadableError:
        return
    assert reader.read(writer.write(matrix)) == matrix


@given(st.binary(max_size=40) | JSON.map(encoded))
def test_any_bytes_are_refused(content):
    assert refusal(content)
